"""One picture of where a study's tables come from: SDTM variable to fact, endpoint, method, bi.

Read from the rows of a built warehouse, so that it shows what was used and not what might be.
"""

from collections.abc import Iterator
from typing import Final

import duckdb

from analytics.chapters import chapters
from analytics.warehouse import quoted

# (from, to) of every arrow; a node is 'chapter name', and a method is of the results
_FACTS: Final = """
    with used as (
        select fact from staging.stg_study__endpoint_rules
        union select origin_fact from staging.stg_study__endpoints
            where origin_fact is not null
    )
    select distinct 'staging ' || srcdom || '.' || srcvar, 'facts ' || fact
    from intermediate.int_dated_facts semi join used using (fact)
    where srcdom is not null
"""
_FACTORS: Final = """
    select distinct 'staging ' || srcdom || '.' || srcvar, 'factors factors of the study'
    from marts.subject_factors where srcdom is not null
"""
_ENDPOINTS: Final = """
    select 'facts ' || fact, 'endpoints ' || paramcd from staging.stg_study__endpoint_rules
    union select 'facts ' || origin_fact, 'endpoints ' || paramcd from staging.stg_study__endpoints
        where origin_fact is not null
"""
_METHODS: Final = """
    select distinct coalesce('endpoints ' || endpoint, 'factors factors of the study'),
        'results ' || method
    from results.analysis
    union select 'factors factors of the study', 'results ' || method from results.analysis
    where method like 'cox%' or method = 'fine_gray' or strata is not null
"""
_SHAPES: Final = {
    "staging": '["{}"]',
    "facts": '("{}")',
    "factors": '("{}")',
    "endpoints": '{{{{"{}"}}}}',
    "results": '["{}"]',
    "bi": '[("{}")]',
}


def lineage_lines(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The picture as a Mermaid flow chart, the same lines for the same warehouse."""
    arrows = sorted(_arrows(connection), key=lambda arrow: tuple(map(_place, arrow)))
    nodes = sorted({node for arrow in arrows for node in arrow}, key=_place)
    names = {node: f"n{number}" for number, node in enumerate(nodes)}
    yield "```mermaid"
    yield "flowchart LR"
    for node in nodes:
        chapter, _, name = node.partition(" ")
        yield f"  {names[node]}{_SHAPES[chapter].format(name)}"
    yield from (f"  {names[start]} --> {names[end]}" for start, end in arrows)
    yield "```"


def _place(node: str) -> tuple[int, str]:
    """Where a node stands: in the order of the chapters, the results before `bi`."""
    *before, bi = (chapter.name for chapter in chapters())
    chapter, _, name = node.partition(" ")
    return [*before, "results", bi].index(chapter), name


def _arrows(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    arrows = {
        (str(start), str(end))
        for sql in (_FACTS, _FACTORS, _ENDPOINTS, _METHODS)
        for start, end in connection.execute(sql).fetchall()
    }
    return arrows | _tables(connection)


def _tables(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """From the method of each analysis to the tables of bi that hold its rows."""
    tables = connection.execute(
        "select table_name from duckdb_columns() "
        "where schema_name = 'bi' and column_name = 'analysis_id' order by all"
    ).fetchall()
    return {
        (f"results {method}", f"bi bi.{table}")
        for (table,) in tables
        for (method,) in connection.execute(
            "select distinct analysis.method from results.analysis as analysis "
            f"semi join bi.{quoted(table)} as told using (analysis_id)"
        ).fetchall()
    }
