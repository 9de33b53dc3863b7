"""Rows of the warehouse by name of column, and lines made of them."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from analytics.text_table import aligned, cell

Row = dict[str, Any]


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[Row]:
    """The rows of a query, each by the names of its columns."""
    result = connection.execute(sql, list(values))
    names = [str(column[0]) for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def one_row(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> Row | None:
    """The first row of a query, or None."""
    found = rows_of(connection, sql, *values)
    return found[0] if found else None


def declared(connection: duckdb.DuckDBPyConnection, fact: str) -> Iterator[str]:
    """What makes a record this fact of facts.csv, and where that stands; nothing if built in."""
    for row in rows_of(
        connection,
        "select definition, defined_at from staging.stg_study__facts "
        "where fact = ? and definition is not null",
        fact,
    ):
        yield f"{fact}: {row['definition']} ({row['defined_at']})"


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The rows as an indented table; nothing for no rows."""
    if rows:
        names = list(rows[0])
        for line in aligned(names, [[row[name] for name in names] for row in rows]):
            yield f"  {line}"


def facts(named: Row) -> Iterator[str]:
    """One indented line per known fact, its name in front."""
    width = max(len(name) for name in named)
    for name, value in named.items():
        if value is not None:
            yield f"  {name:<{width}}  {cell(value)}"


def query(sql: str) -> Iterator[str]:
    """A query to go on with, as `plateau query` takes it."""
    yield "  to list them:"
    yield from (f"    {line}" for line in sql.splitlines())
