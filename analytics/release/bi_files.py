"""The part of a release that people's tools open: schema `bi`, alone.

`bi.duckdb` holds its tables with their constraints and comments, `bi/*.parquet` the same
tables one file each, stamped with the release. Neither holds a patient's row. The tables are in the
file's main schema: DuckDB names the file itself `bi`, so that `bi.forest` means the
same table in the file as in the warehouse, while a schema `bi` in it would be ambiguous.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from analytics.errors import BuildError
from analytics.release.folders import BI
from analytics.warehouse import connect, literal, quoted


def export_bi(warehouse: Path, target: Path, stamp: Mapping[str, str]) -> list[str]:
    """Write `bi.duckdb` and `bi/*.parquet` into the target folder; the tables' names.

    `stamp` is written into each Parquet file's metadata. Raises BuildError when there is no
    table to export.
    """
    (target / "bi").mkdir()
    with connect(target / BI, reach=(target, warehouse.parent)) as connection:
        connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        tables = connection.execute(
            "select table_name, sql, comment from duckdb_tables() "
            "where database_name = 'warehouse' and schema_name = 'bi' order by table_name"
        ).fetchall()
        if not tables:
            raise BuildError(
                "Schema bi of the warehouse has no tables, so nothing can be exported."
            )
        for name, definition, comment in tables:
            connection.execute(definition.replace("CREATE TABLE bi.", "CREATE TABLE ", 1))
            connection.execute(f"insert into {quoted(name)} from warehouse.bi.{quoted(name)}")
            _comment(connection, name, comment)
            _write_parquet(connection, name, target / "bi" / f"{name}.parquet", stamp)
        connection.execute("detach warehouse")
    return [name for name, _, _ in tables]


def _comment(connection: duckdb.DuckDBPyConnection, table: str, comment: str | None) -> None:
    """Carry the descriptions of a table and its columns over."""
    if comment:
        connection.execute(f"comment on table {quoted(table)} is {literal(comment)}")
    columns = connection.execute(
        "select column_name, comment from duckdb_columns() "
        "where database_name = 'warehouse' and schema_name = 'bi' and table_name = ? "
        "and comment is not null order by column_index",
        [table],
    ).fetchall()
    for column, text in columns:
        connection.execute(f"comment on column {quoted(table)}.{quoted(column)} is {literal(text)}")


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, table: str, path: Path, stamp: Mapping[str, str]
) -> None:
    metadata = ", ".join(f"{quoted(key)}: {literal(value)}" for key, value in stamp.items())
    connection.execute(
        f"copy {quoted(table)} to {literal(path)} (format parquet, kv_metadata {{{metadata}}})"
    )
