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
        described = _comments(connection)
        connection.execute("begin")
        for name, definition, comment in tables:
            about = [f"comment on table {quoted(name)} is {literal(comment)}"] if comment else []
            statements = [
                definition.removesuffix(";").replace("CREATE TABLE bi.", "CREATE TABLE ", 1),
                f"insert into {quoted(name)} from warehouse.bi.{quoted(name)}",
                *about,
                *described.get(name, []),
            ]
            connection.execute("; ".join(statements))
        connection.execute("commit")
        for name, _, _ in tables:
            _write_parquet(connection, name, target / "bi" / f"{name}.parquet", stamp)
        connection.execute("detach warehouse")
    return [name for name, _, _ in tables]


def _comments(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Table -> the statements that describe its columns as the warehouse does."""
    statements: dict[str, list[str]] = {}
    for table, column, text in connection.execute(
        "select table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'warehouse' and schema_name = 'bi' and comment is not null "
        "order by table_name, column_index"
    ).fetchall():
        described = f"comment on column {quoted(table)}.{quoted(column)} is {literal(text)}"
        statements.setdefault(table, []).append(described)
    return statements


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, table: str, path: Path, stamp: Mapping[str, str]
) -> None:
    metadata = ", ".join(f"{quoted(key)}: {literal(value)}" for key, value in stamp.items())
    connection.execute(
        f"copy {quoted(table)} to {literal(path)} (format parquet, kv_metadata {{{metadata}}})"
    )
