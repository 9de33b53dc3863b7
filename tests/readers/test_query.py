"""`plateau query` answers from the published warehouse and can change nothing."""

import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from analytics.cli import app


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
        "rfs          103          false",
        "(2 rows)",
    ]


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
        (["select 1", "--format", "xml"], "Format 'xml' is not one of table, csv, json, parquet."),
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
