"""The tables of a release's file, as another database has to know them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from analytics.serving.errors import ServingError
from analytics.warehouse import quoted

# whole numbers are bigint: a sum or a product of them in a BI tool never overflows
POSTGRES_TYPES: Final = {
    "VARCHAR": "text",
    "TINYINT": "bigint",
    "SMALLINT": "bigint",
    "INTEGER": "bigint",
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    "BOOLEAN": "boolean",
    "DATE": "date",
}


Shape = tuple[tuple[tuple[str, str, bool], ...], tuple[str, ...]]


@dataclass(frozen=True)
class Column:
    """A column with its Postgres type."""

    name: str
    type: str
    nullable: bool
    comment: str | None


@dataclass(frozen=True)
class Table:
    """A table with its primary key, which is empty when it has none."""

    name: str
    comment: str | None
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]

    @property
    def shape(self) -> Shape:
        """What readers' statements rest on: columns, types, what may be NULL, the key."""
        columns = tuple(
            (item.name, item.type, not item.nullable or item.name in self.primary_key)
            for item in self.columns
        )
        return columns, self.primary_key

    def select(self, schema: str) -> str:
        """The SQL that reads it from DuckDB in the types of Postgres."""
        columns = ", ".join(
            f"cast({quoted(item.name)} as {_DUCKDB[item.type]}) as {quoted(item.name)}"
            for item in self.columns
        )
        return f"select {columns} from {quoted(schema)}.{quoted(self.name)}"


_DUCKDB: Final = {
    "text": "varchar",
    "bigint": "bigint",
    "double precision": "double",
    "boolean": "boolean",
    "date": "date",
}


def tables_of(connection: duckdb.DuckDBPyConnection, schema: str, file: Path) -> list[Table]:
    """The tables of a schema, by name.

    Raises ServingError when there is none, or when a column has a type no contract of the dbt
    project uses.
    """
    rows = connection.execute(
        "select table_name, comment from duckdb_tables() "
        "where database_name = current_database() and schema_name = ? order by table_name",
        [schema],
    ).fetchall()
    if not rows:
        raise ServingError(
            f"{file} has no table in schema {schema}; build the study again with --force."
        )
    return [
        Table(name, comment, _columns(connection, schema, name), _key(connection, schema, name))
        for name, comment in rows
    ]


def _columns(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> tuple[Column, ...]:
    rows = connection.execute(
        "select column_name, data_type, is_nullable, comment from duckdb_columns() "
        "where database_name = current_database() and schema_name = ? and table_name = ? "
        "order by column_index",
        [schema, table],
    ).fetchall()
    for name, kind, _, _ in rows:
        if kind not in POSTGRES_TYPES:
            raise ServingError(
                f"{table}.{name} has the type {kind}, which is not served; cast it in its dbt "
                "model to string, int, bigint, double, date or boolean."
            )
    return tuple(
        Column(name, POSTGRES_TYPES[kind], nullable, comment)
        for name, kind, nullable, comment in rows
    )


def _key(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> tuple[str, ...]:
    rows = connection.execute(
        "select constraint_column_names from duckdb_constraints() "
        "where database_name = current_database() and schema_name = ? and table_name = ? "
        "and constraint_type = 'PRIMARY KEY'",
        [schema, table],
    ).fetchall()
    return tuple(rows[0][0]) if rows else ()
