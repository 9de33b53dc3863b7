"""The data dictionary: every table and column of a warehouse in its own words, and its lineage.

Made from the comments and rows of a built warehouse, so that it says what the database does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import duckdb

from analytics.report.lineage import lineage_lines

SCHEMAS: Final = ("bi", "results", "marts", "quality")
_OF: Final = {
    "bi": "Tables for people and BI tools. No patient's row.",
    "results": "Every estimate, as Python wrote it.",
    "marts": "Analysis-ready tables, patient level.",
    "quality": "What was checked and what was turned away.",
}


@dataclass(frozen=True)
class Table:
    """A table of the warehouse: its words, and (name, type, words) of each column."""

    schema: str
    name: str
    description: str
    columns: tuple[tuple[str, str, str], ...]


def read_tables(connection: duckdb.DuckDBPyConnection) -> list[Table]:
    """The tables of `SCHEMAS` in that order, by name."""
    columns: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for schema, table, *column in connection.execute(
        "select schema_name, table_name, column_name, lower(data_type), coalesce(comment, '') "
        "from duckdb_columns() order by schema_name, table_name, column_index"
    ).fetchall():
        columns.setdefault((schema, table), []).append((column[0], column[1], column[2]))
    tables = connection.execute(
        "select schema_name, table_name, coalesce(comment, '') from duckdb_tables() "
        "where list_contains($1, schema_name) order by list_position($1, schema_name), table_name",
        [list(SCHEMAS)],
    ).fetchall()
    return [
        Table(schema, name, words, tuple(columns[schema, name])) for schema, name, words in tables
    ]


def dictionary_lines(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The page in Markdown, the picture of the lineage first."""
    tables = read_tables(connection)
    yield "# Data dictionary"
    yield ""
    yield "Written by `make docs` from the comments in the database; do not edit."
    yield ""
    yield "## From SDTM variable to table"
    yield ""
    yield (
        "For the embedded study, read from its rows: the SDTM variable that dates a fact or holds "
        "a factor, the endpoints that the facts begin and end, the methods that estimate them, "
        "the tables that show the estimates. The models between: dbt's pages (`make docs`)."
    )
    yield ""
    yield from lineage_lines(connection)
    for schema in SCHEMAS:
        yield ""
        yield f"## {schema}"
        yield ""
        yield _OF[schema]
        for table in tables:
            if table.schema == schema:
                yield from _table_lines(table)


def _table_lines(table: Table) -> Iterator[str]:
    yield ""
    yield f"### {table.schema}.{table.name}"
    yield ""
    yield table.description
    yield ""
    yield "| column | type | meaning |"
    yield "| --- | --- | --- |"
    for name, kind, words in table.columns:
        yield f"| `{name}` | {kind} | {_cell(words)} |"


def _cell(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|")
