"""`plateau query` answers from the published warehouse and can change nothing."""

import json
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from analytics.cli import app
from analytics.readers.queries import answer


def publish(releases: Path, study: str) -> None:
    release = releases / study / "abc"
    release.mkdir(parents=True)
    (releases / study / "current").symlink_to("abc")
    with duckdb.connect(str(release / "warehouse.duckdb")) as connection:
        connection.execute("create schema results")
        connection.execute(
            "create table results.survival_summary as select * from (values "
            "('os', 259, 7.25, true), ('rfs', 103, null, false)) as t(analysis_id, n, median, ok)"
        )


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    publish(tmp_path, "trial")
    return tmp_path


def query(releases: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["query", "--releases", str(releases), *arguments])


def test_an_answer_is_a_table_with_numbers_to_the_right(releases: Path) -> None:
    result = query(releases, "from results.survival_summary")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "analysis_id    n  median  ok",
        "-----------  ---  ------  -----",
        "os           259    7.25  true",
        "rfs          103    NULL  false",
        "(2 rows)",
    ]


def test_null_is_not_an_empty_text(releases: Path) -> None:
    sql = "select null as a, '' as b, 1 as c"
    assert query(releases, sql).stdout.splitlines()[2] == "NULL     1"
    assert query(releases, sql, "--format", "csv").stdout == 'a,b,c\n,"",1\n'


def test_an_answer_can_stand_upright(releases: Path) -> None:
    result = query(releases, "from results.survival_summary", "--format", "vertical")
    assert result.stdout.splitlines() == [
        "row 1",
        "  analysis_id  os",
        "  n            259",
        "  median       7.25",
        "  ok           true",
        "row 2",
        "  analysis_id  rfs",
        "  n            103",
        "  median       NULL",
        "  ok           false",
        "(2 rows)",
    ]


def test_a_wide_answer_is_cut_at_the_edge_of_a_terminal_and_says_so(releases: Path) -> None:
    lines = answer(releases / "trial/abc", "from results.survival_summary", "table", 16)
    assert list(lines) == [
        "analysis_id    …",
        "-----------  --…",
        "os           25…",
        "rfs          10…",
        "(2 rows; lines are cut to fit the terminal; use --format vertical or --output FILE)",
    ]
    assert "…" not in query(releases, "select repeat('x', 500) as wide").stdout


def test_an_answer_can_be_an_excel_workbook(releases: Path, tmp_path: Path) -> None:
    """Texts that look like formulas, addresses or numbers stay texts."""
    file = tmp_path / "answer.xlsx"
    sql = (
        "select '=1+1' as formula, 'https://a.example' as link, '007' as code, '' as empty, "
        "null as nothing, 1.5::decimal(3, 1) as number, true as truth, date '2020-02-29' as day, "
        "'inf'::double as endless, [1, 2] as list"
    )
    result = query(releases, sql, "--format", "xlsx", "-o", str(file))
    assert (result.exit_code, result.stderr) == (0, f"{file}: 1 row\n")
    with zipfile.ZipFile(file) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        texts = re.findall(r"<t[^>]*>([^<]*)</t>", parts.read("xl/sharedStrings.xml").decode())
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert texts[-5:] == ["=1+1", "https://a.example", "007", "inf", "[1, 2]"]
    assert re.findall(r'<c r="([FGH])2"[^>]*><v>([^<]*)</v>', sheet) == [
        ("F", "1.5"),
        ("G", "1"),
        ("H", "43890"),
    ]


def test_names_that_the_engine_would_know_are_told(releases: Path) -> None:
    table = query(releases, "from survival_sumary")
    assert table.stderr == (
        "plateau: The query cannot be run: Catalog Error: Table with name survival_sumary does not "
        'exist! Did you mean "results.survival_summary"?\n'
    )
    column = query(releases, "select meidan from results.survival_summary")
    assert 'not found in FROM clause! Candidate bindings: "median"' in column.stderr
    assert len(column.stderr.splitlines()) == 1


def test_an_answer_can_be_csv(releases: Path) -> None:
    result = query(releases, "from results.survival_summary", "--format", "csv")
    assert result.stdout.splitlines() == [
        "analysis_id,n,median,ok",
        "os,259,7.25,true",
        "rfs,103,,false",
    ]


def test_an_answer_can_be_one_json_object_a_line(releases: Path) -> None:
    result = query(releases, "from results.survival_summary", "--format", "json")
    assert [json.loads(line)["median"] for line in result.stdout.splitlines()] == [7.25, None]


def test_json_has_null_for_what_is_no_finite_number(releases: Path) -> None:
    result = query(releases, "select 'nan'::double as x, 'inf'::double as y", "--format", "json")
    assert result.stdout == '{"x": null, "y": null}\n'


def test_the_sql_can_stand_in_a_file(releases: Path, tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("select n from results.survival_summary where ok")
    result = query(releases, "-f", str(tmp_path / "q.sql"), "--format", "csv")
    assert result.stdout.splitlines() == ["n", "259"]


@pytest.mark.parametrize(
    "sql",
    [
        "delete from results.survival_summary",
        "create table results.x as select 1",
        "copy results.survival_summary to 'out.csv'",
        "select * from read_csv('/etc/passwd')",
        "set enable_external_access = true",
        "attach 'other.duckdb'",
        "select nothing from nowhere",
    ],
)
def test_a_query_that_would_do_more_than_read_is_one_sentence(releases: Path, sql: str) -> None:
    result = query(releases, sql)
    assert result.exit_code == 2
    assert result.stderr.startswith("plateau: The query cannot be run: ")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Give either the SQL or a file that contains it (-f)."),
        (["select 1", "-f", "q.sql"], "Give either the SQL or a file that contains it (-f)."),
        (["-f", "absent.sql"], "absent.sql cannot be read; name a text file with SQL."),
        (
            ["select 1", "--format", "xml"],
            "Format 'xml' is not one of table, vertical, csv, json, parquet, xlsx.",
        ),
        ([""], "The SQL contains no statement; write one, such as `from bi.about`."),
        (["/* later */"], "The SQL contains no statement; write one, such as `from bi.about`."),
    ],
)
def test_a_wrong_call_is_one_sentence(releases: Path, arguments: list[str], sentence: str) -> None:
    result = query(releases, *arguments)
    assert (result.exit_code, result.stderr) == (2, f"plateau: {sentence}\n")


def test_of_several_studies_one_is_chosen(releases: Path) -> None:
    publish(releases, "another")
    assert query(releases, "select 1").stderr == (
        "plateau: Several studies are published (another, trial); choose one with --study.\n"
    )
    assert query(releases, "select 1 as one", "--study", "trial", "--format", "csv").stdout == (
        "one\n1\n"
    )
    assert query(releases, "select 1", "--study", "x").stderr == (
        f"plateau: Study 'x' is not published in {releases}; choose one of another, trial.\n"
    )


def test_without_a_release_the_next_step_is_told(tmp_path: Path) -> None:
    assert query(tmp_path, "select 1").stderr == (
        f"plateau: Nothing is published in {tmp_path}; run `plateau build` first.\n"
    )


def test_an_answer_can_be_a_parquet_file(releases: Path, tmp_path: Path) -> None:
    file = tmp_path / "answer.parquet"
    result = query(
        releases, "from results.survival_summary", "--format", "parquet", "-o", str(file)
    )
    assert result.exit_code == 0
    rows = duckdb.sql(f"from read_parquet('{file}')").fetchall()
    assert rows == [("os", 259, Decimal("7.25"), True), ("rfs", 103, None, False)]


def test_an_answer_can_go_to_a_file(releases: Path, tmp_path: Path) -> None:
    file = tmp_path / "answer.csv"
    sql = "select n from results.survival_summary"
    assert query(releases, sql, "--format", "csv", "-o", str(file)).stdout == ""
    assert file.read_text() == "n\n259\n103\n"


def test_parquet_needs_a_file(releases: Path) -> None:
    result = query(releases, "from results.survival_summary", "--format", "parquet")
    assert result.exit_code == 2
    assert "name a file with --output" in result.stderr


def test_a_statement_without_rows_makes_no_parquet_file(releases: Path, tmp_path: Path) -> None:
    file = tmp_path / "answer.parquet"
    result = query(releases, "set threads = 1", "--format", "parquet", "-o", str(file))
    assert result.exit_code == 2
    assert not file.exists()
