"""An analysis: its method, its patients, its endpoint, and which tables hold its numbers."""

from collections.abc import Iterator
from typing import Final

import duckdb

from analytics.plural import counted, plural
from analytics.readers.explain.reading import (
    Row,
    declared,
    facts,
    one_row,
    query,
    rows_of,
    table,
)
from analytics.warehouse import literal, quoted

_TOLD: Final = (
    *("method", "endpoint", "population", "strata", "stratified_by"),
    *("caution", "inferred"),
)


def analysis_lines(connection: duckdb.DuckDBPyConnection, analysis: Row) -> Iterator[str]:
    """What was computed, on whom, by which conventions, and where it stands."""
    analysis_id = analysis["analysis_id"]
    yield f"{analysis_id}: {analysis['label']}"
    yield from facts({name: analysis[name] for name in _TOLD})
    conventions = one_row(connection, "from results.method where analysis_id = ?", analysis_id)
    if conventions is not None:
        yield "Conventions"
        yield from facts({name: conventions[name] for name in conventions if name != "analysis_id"})
    if analysis["population"] is not None:
        yield from _population(connection, analysis["population"])
    if analysis["endpoint"] is not None:
        yield from _endpoint(connection, analysis)
    yield "Results"
    yield from table(_results(connection, analysis_id))
    yield "Go on with a subject or with a number as it was printed:"
    yield f"  plateau explain {analysis_id} USUBJID"
    yield f"  plateau explain {analysis_id} NUMBER"


def _population(connection: duckdb.DuckDBPyConnection, population: str) -> Iterator[str]:
    yield f"Population {population}: who meets every condition, in order"
    yield from table(
        rows_of(
            connection,
            "with failed as ("
            "select usubjid, min(condition_order) as condition_order "
            "from marts.population_conditions where population = $1 and not is_met group by all) "
            "select condition_order as condition, kind, name, any_value(reason) as reason_to_leave,"
            " count(*) filter (exists (from failed where failed.usubjid = conditions.usubjid "
            "and failed.condition_order = conditions.condition_order)) as leave "
            "from marts.population_conditions as conditions where population = $1 "
            "group by all order by all",
            population,
        )
    )
    members = rows_of(
        connection,
        "select count(*) as members from marts.population_members where population = ?",
        population,
    )
    n = members[0]["members"]
    yield f"  {counted(n, 'subject')} {plural(n, 'remains', 'remain')}"
    yield from query(
        "select usubjid from marts.population_members "
        f"where population = {literal(population)} order by all"
    )


def _endpoint(connection: duckdb.DuckDBPyConnection, analysis: Row) -> Iterator[str]:
    endpoint, population = analysis["endpoint"], analysis["population"]
    origin = one_row(
        connection,
        "select param, origin_fact from staging.stg_study__endpoints where paramcd = ?",
        endpoint,
    )
    assert origin is not None
    start = origin["origin_fact"] or "STARTDT of ADTTE"
    yield f"Endpoint {endpoint}: {origin['param']}, from {start}"
    rules = rows_of(
        connection,
        "select role, fact, description, priority, count(times.usubjid) as ends "
        "from staging.stg_study__endpoint_rules as rules "
        "left join (from marts.time_to_event semi join (from marts.population_members "
        "where population = $2) as members using (usubjid)) as times "
        "using (paramcd, rule_id) where paramcd = $1 "
        "group by all order by role desc, priority",
        endpoint,
        population,
    )
    yield from table(rules)
    named = dict.fromkeys([origin["origin_fact"], *(rule["fact"] for rule in rules)])
    yield from (f"  {said}" for fact in named for said in declared(connection, fact))
    yield from query(
        "select usubjid, startdt, adt, aval, event_code, evntdesc, cnsdtdsc\n"
        "from marts.time_to_event\n"
        f"semi join (from marts.population_members where population = {literal(population)}) "
        "as members using (usubjid)\n"
        f"where paramcd = {literal(endpoint)} order by aval"
    )


def _results(connection: duckdb.DuckDBPyConnection, analysis_id: str) -> list[Row]:
    """The result tables with rows of the analysis, and how many."""
    tables = rows_of(
        connection,
        "select table_name from duckdb_columns() where schema_name = 'results' "
        "and column_name = 'analysis_id' and table_name not in ('analysis', 'method') order by all",
    )
    counted = []
    for name in (row["table_name"] for row in tables):
        found = one_row(
            connection,
            f"select count(*) as rows from results.{quoted(name)} where analysis_id = ?",
            analysis_id,
        )
        if found is not None and found["rows"]:
            counted.append({"table": f"results.{name}", **found})
    return counted
