"""The data dictionary: every table and column of a warehouse in its own words, and its lineage.

Made from the comments and rows of a built warehouse, so that it says what the database does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from analytics.chapters import chapters, place_of
from analytics.report.lineage import lineage_lines
from analytics.results.schemas import RESULT_TABLES

_FUNCTIONS: Final = "survival"
_LINEAGE: Final = "From SDTM variable to table"
_SCHEMAS: Final = ("bi", "results", "marts", "quality", _FUNCTIONS)
_WRITTEN_BY_PYTHON: Final = {
    "results": "every estimate, and no patient's row",
    _FUNCTIONS: "functions that estimate what nobody planned",
    "quality": "what the gates found",
}


@dataclass(frozen=True)
class Table:
    """A table of the warehouse: its words, and (name, type, words) of each column."""

    schema: str
    name: str
    description: str
    columns: tuple[tuple[str, str, str], ...]


def read_tables(connection: duckdb.DuckDBPyConnection) -> list[Table]:
    """The tables of the schemas that people read, in the order of the story."""
    columns: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for schema, table, *column in connection.execute(
        "select schema_name, table_name, column_name, lower(data_type), coalesce(comment, '') "
        "from duckdb_columns() order by schema_name, table_name, column_index"
    ).fetchall():
        columns.setdefault((schema, table), []).append((column[0], column[1], column[2]))
    tables = connection.execute(
        "select schema_name, table_name, coalesce(comment, '') from duckdb_tables() "
        "where list_contains($1, schema_name) order by table_name",
        [list(_SCHEMAS)],
    ).fetchall()
    return sorted(
        (
            Table(schema, name, words, tuple(columns[schema, name]))
            for schema, name, words in tables
        ),
        key=_place,
    )


def function_lines(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The functions of schema `survival` with their arguments, as a table."""
    functions = connection.execute(
        "select function_name, parameters, comment "
        "from duckdb_functions() where schema_name = $1 order by function_type desc, function_name",
        [_FUNCTIONS],
    ).fetchall()
    if functions:
        yield ""
        yield "| function | arguments | answer |"
        yield "| --- | --- | --- |"
    for name, parameters, words in functions:
        arguments = ", ".join(f"`{parameter}`" for parameter in parameters)
        yield f"| `{_FUNCTIONS}.{name}` | {arguments} | {_cell(words or '')} |"


def sections() -> dict[str, str]:
    """The chapters in their order, name -> words; what Python writes stands before `bi`."""
    *before, bi = chapters()
    return {
        **{chapter.name: chapter.words for chapter in before},
        **_WRITTEN_BY_PYTHON,
        bi.name: bi.words,
    }


def section_of(table: Table) -> str:
    """The chapter that hands the table on, or the schema where no chapter names it."""
    holders = [chapter.name for chapter in chapters() if table.name in chapter.tables]
    return holders[0] if holders and table.schema != "bi" else table.schema


def _place(table: Table) -> tuple[int, int, int]:
    """Section, place in the chapter, place among the results; names decide the rest."""
    results = list(RESULT_TABLES)
    place = results.index(table.name) if table.schema == "results" else 0
    return list(sections()).index(section_of(table)), place_of(table.name), place


def dictionary_lines(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The page in Markdown: a list of the chapters, the tables, the picture of the lineage."""
    tables = read_tables(connection)
    yield "# Data dictionary"
    yield ""
    yield (
        "Written by `make docs` from the comments in the database; do not edit. The tables stand "
        "in the chapters of the dbt project. `marts` and `quality` hold rows of patients, "
        "`results` and `bi` do not."
    )
    yield ""
    told = _by_section(tables)
    yield "| chapter | is about | tables |"
    yield "| --- | --- | --- |"
    for section, words in sections().items():
        if told[section]:
            names = ", ".join(f"[{table.name}](#{_anchor(table)})" for table in told[section])
            yield f"| {section} | {words} | {names} |"
    yield ""
    yield f"Where the tables come from, as a picture: [{_LINEAGE}](#from-sdtm-variable-to-table)."
    for section, words in sections().items():
        if told[section]:
            yield ""
            yield f"## {section}: {words}"
            if section == _FUNCTIONS:
                yield from function_lines(connection)
            for table in told[section]:
                yield from _table_lines(table)
    yield ""
    yield f"## {_LINEAGE}"
    yield ""
    yield (
        "For the embedded study, read from its rows: the SDTM variable that dates a fact or holds "
        "a factor, the endpoints that the facts begin and end, the methods that estimate them, "
        "the tables that show the estimates. The models between: dbt's pages (`make docs`)."
    )
    yield ""
    yield from lineage_lines(connection)


def _by_section(tables: Sequence[Table]) -> dict[str, list[Table]]:
    return {
        section: [table for table in tables if section_of(table) == section]
        for section in sections()
    }


def _anchor(table: Table) -> str:
    """The anchor of the table's heading, as GitHub makes it."""
    return f"{table.schema}{table.name}".lower()


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
