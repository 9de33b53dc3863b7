"""The words of dbt's sources, read from the database: they are typed in one place, not in YAML."""

from typing import Any

import duckdb


def describe_sources(manifest: Any, connection: duckdb.DuckDBPyConnection) -> None:
    """Give a source without a description the comments of its table and columns.

    The manifest is changed in place.
    """
    from dbt.artifacts.resources.v1.components import ColumnInfo  # noqa: PLC0415 - takes seconds

    tables = connection.execute(
        "select schema_name, table_name, comment from duckdb_tables() where comment is not null"
    ).fetchall()
    words = {(schema, table): comment for schema, table, comment in tables}
    for source in manifest.sources.values():
        place = (source.schema, source.identifier)
        if source.description or place not in words:
            continue
        source.description = words[place]
        source.columns = {
            name: ColumnInfo(name=name, description=comment or "")
            for name, comment in connection.execute(
                "select column_name, comment from duckdb_columns() "
                "where schema_name = ? and table_name = ? order by column_index",
                list(place),
            ).fetchall()
        }
