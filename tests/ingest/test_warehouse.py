from pathlib import Path

import duckdb
import pytest

from analytics.warehouse import connect, connect_for_queries, table_digest


def digest(rows: str, columns: str = "a, b") -> str:
    connection = connect(":memory:")
    connection.execute(f"create table t as select * from (values {rows}) as v({columns})")
    return table_digest(connection, "main", "t")


def test_file_is_written_in_the_storage_format_of_duckdb_1_5(tmp_path: Path) -> None:
    connect(tmp_path / "w.duckdb").close()
    connection = connect(":memory:")
    connection.execute(f"attach '{tmp_path / 'w.duckdb'}' as w (read_only)")
    tags = connection.execute(
        "select tags['storage_version'] from duckdb_databases() where database_name = 'w'"
    ).fetchall()
    assert tags[0][0].startswith("v1.5.0")


def test_no_extension_is_fetched_or_loaded(tmp_path: Path) -> None:
    connection = connect(tmp_path / "w.duckdb")
    for name in ("autoinstall_known_extensions", "autoload_known_extensions"):
        assert connection.execute(f"select current_setting('{name}')").fetchall() == [(False,)]


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
