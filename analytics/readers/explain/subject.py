"""A subject in an analysis: who it is, why it counts, when it ends, and which record says so."""

from collections.abc import Iterator

import duckdb

from analytics.readers.explain.reading import Row, declared, facts, one_row, rows_of, table
from analytics.warehouse import quoted

_SUBJECT = ("trial_id", "subjid", "age", "sex", "trtsdt", "dthdt", "lstalvdt", "cutoff_date")


def subject_lines(
    connection: duckdb.DuckDBPyConnection, analysis: Row, subject: Row
) -> Iterator[str]:
    """From the analysis down to the lines of the files; dates and ids are shown."""
    usubjid = subject["usubjid"]
    yield f"{usubjid} in {analysis['analysis_id']}: {analysis['label']}"
    yield from facts({name: subject[name] for name in _SUBJECT})
    if analysis["population"] is not None:
        yield from _membership(connection, analysis["population"], usubjid)
    if analysis["endpoint"] is not None:
        yield from _clock(connection, analysis["analysis_id"], usubjid)
        yield from _endpoint(connection, analysis["endpoint"], usubjid)
        yield from _values(connection, analysis, usubjid)
    yield from _rejected(connection, usubjid)


def _membership(
    connection: duckdb.DuckDBPyConnection, population: str, usubjid: str
) -> Iterator[str]:
    judged = rows_of(
        connection,
        "select condition_order as condition, kind, name, reason as reason_to_leave, is_met "
        "from marts.population_conditions where population = ? and usubjid = ? order by 1",
        population,
        usubjid,
    )
    belongs = one_row(
        connection,
        "from marts.population_members where population = ? and usubjid = ?",
        population,
        usubjid,
    )
    yield f"Population {population}: {'a member' if belongs else 'not a member'}"
    yield from table(judged)


def _clock(connection: duckdb.DuckDBPyConnection, analysis_id: str, usubjid: str) -> Iterator[str]:
    spells = rows_of(
        connection,
        "select stratum, test_stratum, entry_day, exit_day, event_code "
        "from intermediate.int_analysis_subjects "
        "left join intermediate.int_test_strata using (analysis_id, usubjid) "
        "where analysis_id = ? and usubjid = ? order by entry_day",
        analysis_id,
        usubjid,
    )
    if spells:
        yield "On the analysis's clock, in days (event_code 0 censored, 1 event, 2 competing)"
        yield from table(spells)


def _endpoint(connection: duckdb.DuckDBPyConnection, paramcd: str, usubjid: str) -> Iterator[str]:
    ends = one_row(
        connection,
        "select startdt, adt, adtf, aval, cnsr, event_code, evntdesc, cnsdtdsc, rule_id "
        "from marts.time_to_event where paramcd = ? and usubjid = ?",
        paramcd,
        usubjid,
    )
    if ends is None:
        yield f"Endpoint {paramcd}: the subject has no origin for it, so no row"
        return
    yield f"Endpoint {paramcd} (marts.time_to_event)"
    yield from facts(ends)
    yield from _origin(connection, paramcd, usubjid)
    yield "Candidate dates for its end, and their records (marts.censoring, source_dates)"
    candidates = rows_of(
        connection,
        "select fact, rule_id, role, adt, reason, candidates.srcdom, candidates.srcvar, "
        "value, src_file, record, line "
        "from marts.censoring as candidates left join marts.source_dates as dates "
        "on candidates.usubjid = dates.usubjid and candidates.srcdom = dates.srcdom "
        "and candidates.srcvar = dates.srcvar "
        "and candidates.adt between dates.first_day and dates.last_day "
        "and candidates.srcseq is not distinct from dates.srcseq "
        "where paramcd = ? and candidates.usubjid = ? "
        "order by is_selected desc, candidates.adt, rule_id, src_file, line",
        paramcd,
        usubjid,
    )
    yield from table([{name: row[name] for name in row if name != "fact"} for row in candidates])
    selected = [found for found in candidates if found["reason"].startswith("selected")]
    for fact in dict.fromkeys(found["fact"] for found in selected):
        yield from (f"Ends with {said}" for said in declared(connection, fact))
    for found in selected:
        if found["src_file"] is not None:
            yield from _record(connection, found)


def _origin(connection: duckdb.DuckDBPyConnection, paramcd: str, usubjid: str) -> Iterator[str]:
    """The declared fact that starts the clock, and its record; nothing for a built-in one."""
    found = rows_of(
        connection,
        "select origin_fact, origins.srcdom, origins.srcvar, src_file, record, line "
        "from intermediate.int_endpoint_origins as origins "
        "left join marts.source_dates as dates "
        "on origins.usubjid = dates.usubjid and origins.srcdom = dates.srcdom "
        "and origins.srcvar = dates.srcvar "
        "and origins.startdt between dates.first_day and dates.last_day "
        "and origins.srcseq is not distinct from dates.srcseq "
        "where paramcd = ? and origins.usubjid = ? order by src_file, line",
        paramcd,
        usubjid,
    )
    for origin in found:
        for said in declared(connection, origin["origin_fact"]):
            yield f"Starts at {said}"
            if origin["src_file"] is not None:
                yield from _record(connection, origin)


def _record(connection: duckdb.DuckDBPyConnection, found: Row) -> Iterator[str]:
    """The record as it stands in the file, its known variables."""
    place = f"line {found['line']}" if found["line"] else f"record {found['record']}"
    yield f"{found['src_file']} {place}, as in the file"
    raw = one_row(
        connection,
        "select * exclude (src_trial, src_domain, src_file, src_row, src_content) "
        f"from raw.{quoted('sdtm_' + found['srcdom'].lower())} where src_file = ? and src_row = ?",
        found["src_file"],
        found["record"],
    )
    if raw is not None:
        yield from facts({name.upper(): value for name, value in raw.items()})


def _values(connection: duckdb.DuckDBPyConnection, analysis: Row, usubjid: str) -> Iterator[str]:
    """The factor values the analysis looks at, from day 0 and as they change."""
    factors = rows_of(
        connection,
        "select distinct factor from ("
        "select factor from results.cox_term where analysis_id = $1 "
        "union all select factor from results.cox_selection_step where analysis_id = $1 "
        "union all select factor from results.fine_gray_term where analysis_id = $1 "
        "union all select factor from results.cure_term where analysis_id = $1 "
        "union all select strata from results.analysis where analysis_id = $1 "
        "union all select factor from staging.stg_plan__stratification_factors "
        "where analysis_id = $1) "
        "where factor is not null order by all",
        analysis["analysis_id"],
    )
    names = [row["factor"] for row in factors]
    changes = rows_of(
        connection,
        "select factor, day, level from marts.factor_changes "
        "where usubjid = ? and paramcd = ? and list_contains(?, factor) order by factor, day",
        usubjid,
        analysis["endpoint"],
        names,
    )
    if changes:
        yield "Factors that may change, from the day on the endpoint's clock (marts.factor_changes)"
        yield from table(changes)
    fixed = rows_of(
        connection,
        "select factor, level, value, adt, srcdom, srcvar, srcseq from marts.subject_factors "
        "where usubjid = ? and list_contains(?, factor) order by factor",
        usubjid,
        names,
    )
    if fixed:
        yield "Factors (marts.subject_factors)"
        yield from table(fixed)


def _rejected(connection: duckdb.DuckDBPyConnection, usubjid: str) -> Iterator[str]:
    rejected = rows_of(
        connection,
        "select src_file, line, variable, value, rule, also_breaks from quality.rejected_record "
        "where usubjid = ? order by all",
        usubjid,
    )
    if rejected:
        yield "Records and values of the subject that were rejected (quality.rejected_record)"
        yield from table(rejected)
