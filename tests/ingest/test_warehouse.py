from pathlib import Path

import duckdb
import pytest
import yaml

from analytics.project_files import DBT_PROJECT
from analytics.warehouse import connect, connect_for_queries, table_digest


def digest(rows: str, columns: str = "a, b") -> str:
    connection = connect(":memory:")
    connection.execute(f"create table t as select * from (values {rows}) as v({columns})")
    return table_digest(connection, "main", "t")


def test_file_is_written_in_the_storage_format_of_duckdb_1_5(tmp_path: Path) -> None:
    connect(tmp_path / "w.duckdb").close()
    connection = connect(":memory:", reach=(tmp_path,))
    connection.execute(f"attach '{tmp_path / 'w.duckdb'}' as w (read_only)")
    tags = connection.execute(
        "select tags['storage_version'] from duckdb_databases() where database_name = 'w'"
    ).fetchall()
    assert tags[0][0].startswith("v1.5.0")


def test_no_extension_is_fetched_or_loaded(tmp_path: Path) -> None:
    connection = connect(tmp_path / "w.duckdb")
    for name in ("autoinstall_known_extensions", "autoload_known_extensions"):
        assert connection.execute(f"select current_setting('{name}')").fetchall() == [(False,)]


OTHER_FILES = [
    "select * from read_text('/etc/hostname')",
    "from read_csv('{folder}/others/x.csv')",
    "copy (select 1) to '{folder}/others/out.csv'",
    "attach '{folder}/others/other.duckdb'",
    "attach '{folder}/mine/../others/other.duckdb'",
    "attach '{folder}/mine2.duckdb'",
    "install httpfs",
    "load '{folder}/others/x.duckdb_extension'",
    "set enable_external_access = true",
    "set allowed_directories = ['/']",
    "set temp_directory = '{folder}/others'",
]


@pytest.mark.parametrize("statement", OTHER_FILES)
@pytest.mark.parametrize("has_reach", [False, True])
def test_no_statement_reaches_another_file(statement: str, has_reach: bool, tmp_path: Path) -> None:
    for name in ("mine", "others"):
        (tmp_path / name).mkdir()
    (tmp_path / "others/x.csv").write_text("a\n1\n")
    reach = (tmp_path / "mine",) if has_reach else ()
    connection = connect(tmp_path / "mine/w.duckdb", reach=reach)
    with pytest.raises(duckdb.Error):
        connection.execute(statement.format(folder=tmp_path)).fetchall()
    assert {path.name for path in (tmp_path / "others").iterdir()} == {"x.csv"}


def test_folders_that_are_named_are_in_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also by a relative path, and through a link such as `current`."""
    (tmp_path / "release").mkdir()
    (tmp_path / "current").symlink_to("release")
    monkeypatch.chdir(tmp_path)
    with connect(":memory:", reach=(Path("current"),)) as connection:
        connection.execute("attach 'current/w.duckdb' as w")
        connection.execute("create table w.main.t as select 1 as a")
        connection.execute("copy w.main.t to 'release/t.parquet'")
    assert {path.name for path in (tmp_path / "release").iterdir()} == {"w.duckdb", "t.parquet"}


def test_what_does_not_fit_into_memory_is_still_put_beside_the_file(tmp_path: Path) -> None:
    with connect(tmp_path / "w.duckdb", threads=1) as connection:
        connection.execute("set memory_limit = '60MB'")
        connection.execute(
            "create table t as select i, md5(i::varchar) as m from range(2000000) r (i) order by m"
        )
        assert connection.execute("select count(*) from t").fetchall() == [(2_000_000,)]


def test_dbt_reaches_no_other_file() -> None:
    profile = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    options = profile["plateau"]["outputs"]["duckdb"]["config_options"]
    set_by_the_build = {"memory_limit": "1GB", "preserve_insertion_order": "true"}
    with duckdb.connect(config={**options, **set_by_the_build}) as connection:
        for statement in ("from read_text('/etc/hostname')", "attach '/tmp/other.duckdb'"):
            with pytest.raises(duckdb.PermissionException):
                connection.execute(statement)


def test_number_of_threads_is_what_was_asked() -> None:
    connection = connect(":memory:", threads=1)
    assert connection.execute("select current_setting('threads')").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "create table t (a int)",
        "delete from t",
        "select * from read_csv('/etc/hostname')",
        "copy t to '{folder}/out.csv'",
        "set enable_external_access = true",
        "attach '{folder}/other.duckdb'",
    ],
)
def test_query_connection_only_reads_the_warehouse(statement: str, tmp_path: Path) -> None:
    connection = connect(tmp_path / "w.duckdb")
    connection.execute("create table t as select 1 as a")
    connection.close()
    queries = connect_for_queries(tmp_path / "w.duckdb")
    with pytest.raises(duckdb.Error):
        queries.execute(statement.format(folder=tmp_path))
    assert queries.execute("select a from t").fetchall() == [(1,)]


def test_order_of_rows_does_not_change_the_digest() -> None:
    assert digest("(1, 'x'), (2, null)") == digest("(2, null), (1, 'x')")


@pytest.mark.parametrize(
    "other",
    [
        "(1, 'x'), (2, 'null')",
        "(1, 'x'), (2, '')",
        "(1, 'x'), (2, null), (2, null)",
        "(1, 'x')",
        "(1.0::double, 'x'), (2, null)",
        "('1', 'x'), ('2', null)",
    ],
)
def test_another_value_changes_the_digest(other: str) -> None:
    assert digest("(1, 'x'), (2, null)") != digest(other)


def test_last_bit_of_a_float_changes_the_digest() -> None:
    assert digest("(0.1::double + 0.2::double)", "a") != digest("(0.3::double)", "a")


def test_negative_zero_is_zero() -> None:
    assert digest("(-0.0::double)", "a") == digest("(0.0::double)", "a")


def test_name_of_a_column_changes_the_digest() -> None:
    assert digest("(1, 'x')", "a, b") != digest("(1, 'x')", "a, c")


def test_text_cannot_slide_between_columns() -> None:
    assert digest("('ab', 'c')") != digest("('a', 'bc')")
