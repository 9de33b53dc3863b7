"""Written tables in a database: exact types, NOT NULL where every row has it, words as comments."""

from typing import Final

import duckdb

from analytics.results.schemas import Table
from analytics.warehouse import literal

REPLACE: Final = "create or replace table"
KEEP: Final = "create table if not exists"


def create_table(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    *,
    database: str | None = None,
    statement: str = REPLACE,
) -> str:
    """Create a table, with its comments, in the connection's database or an attached one; its name.

    `statement` says what becomes of a table that is there: `REPLACE` or `KEEP`.
    """
    name = ".".join((*([database] if database else []), table.in_schema, table.name))
    columns = ", ".join(
        f"{column.name} {column.sql_type}{'' if column.nullable else ' not null'}"
        for column in table.columns
    )
    connection.execute(
        "; ".join(
            [
                f"{statement} {name} ({columns})",
                f"comment on table {name} is {literal(table.description)}",
                *(
                    f"comment on column {name}.{column.name} is {literal(column.description)}"
                    for column in table.columns
                ),
            ]
        )
    )
    return name
