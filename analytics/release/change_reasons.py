"""Why a subject's endpoint changed: what each release knows of the record that decides."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import duckdb

from analytics.release.subject_changes import CHANGES, UNCHANGED, compare_subjects

STATUSES: Final = {0: "censored", 1: "event", 2: "competing event"}

# What names a record: its sequence; of the records without one, which are many, their date.
_KEY: Final = """
    coalesce(
        cast({record}.srcseq as varchar),
        case when {record}.srcdom <> 'DM' then cast({record}.adt as varchar) else '' end
    )
"""
# Every dated record that can begin or end an endpoint, and the rule that turned it away.
_RECORDS: Final = f"""
    create or replace temp table records_{{release}} as
    with dated as (
        select usubjid, srcdom, srcvar, srcseq, adt, rule
        from {{release}}.intermediate.int_death_records
        union all
        select usubjid, domain, variable, seq, adt, rule
        from {{release}}.intermediate.int_end_dates
        union all
        select
            records.usubjid, records.domain, records.date_variable, records.seq, records.adt,
            verdicts.rule
        from {{release}}.intermediate.int_staged_records as records
        inner join {{release}}.intermediate.int_record_verdicts as verdicts
            on records.src_file = verdicts.src_file and records.src_row = verdicts.src_row
    )

    select *, {_KEY.format(record="dated")} as record_key
    from dated
"""
# A record that was turned away has its first date alone, so another variable's may be missing.
_FOUND: Final = f"""(
        select struct_pack(
            is_there := count(*) > 0,
            adt := min(records.adt) filter (records.srcvar = deciding.{{which}}.srcvar),
            rule := min(records.rule)
        )
        from records_{{release}} as records
        where
            records.usubjid = deciding.usubjid
            and records.srcdom = deciding.{{which}}.srcdom
            and records.record_key = {_KEY.format(record="deciding.{which}")}
    )"""
_UNMET: Final = """(
        select arg_min(conditions.reason, conditions.condition_order)
        from {release}.marts.population_conditions as conditions
        where
            conditions.usubjid = deciding.usubjid
            and conditions.population = endpoints.population
            and not conditions.is_met
    )"""
_DECIDING: Final = """
    case
        when origin_decides then struct_pack(
            srcdom := {end}.origin_srcdom, srcvar := {end}.origin_srcvar,
            srcseq := {end}.origin_srcseq, adt := {end}.startdt
        )
        else struct_pack(
            srcdom := {end}.srcdom, srcvar := {end}.srcvar, srcseq := {end}.srcseq,
            adt := {end}.adt
        )
    end
"""
_EXPLAINED: Final = f"""
    with deciding as (
        select
            *,
            {_DECIDING.format(end="earlier")} as record_before,
            {_DECIDING.format(end="later")} as record_after
        from changes
        where change <> '{UNCHANGED}'
    ),

    endpoints as (
        select paramcd, population, cast(display_order as int) as place
        from after.raw.study_endpoint
    )

    select
        deciding.usubjid,
        deciding.paramcd,
        deciding.change,
        deciding.earlier,
        deciding.later,
        deciding.record_before,
        deciding.record_after,
        {_FOUND.format(release="before", which="record_after")} as new_then,
        {_FOUND.format(release="after", which="record_after")} as new_now,
        {_FOUND.format(release="before", which="record_before")} as old_then,
        {_FOUND.format(release="after", which="record_before")} as old_now,
        {_UNMET.format(release="before")} as unmet_then,
        {_UNMET.format(release="after")} as unmet_now
    from deciding
    left join endpoints on deciding.paramcd = endpoints.paramcd
    order by endpoints.place nulls last, deciding.paramcd, deciding.usubjid
"""


@dataclass(frozen=True)
class SubjectChange:
    """A subject whose endpoint reads otherwise now. None: not in the endpoint's population."""

    endpoint: str
    usubjid: str
    change: str
    status_before: str | None
    date_before: date | None
    days_before: float | None
    status_after: str | None
    date_after: date | None
    days_after: float | None
    reason: str


def explain_changes(connection: duckdb.DuckDBPyConnection) -> list[SubjectChange]:
    """The subjects who changed, each with the reason: in the order of endpoints, then by kind."""
    compare_subjects(connection)
    for release in ("before", "after"):
        connection.execute(_RECORDS.format(release=release))
    found = connection.execute(_EXPLAINED)
    names = [column[0] for column in found.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    endpoints = list(dict.fromkeys(row["paramcd"] for row in rows))
    kinds = list(CHANGES)
    return sorted(
        map(_subject_change, rows),
        key=lambda change: (endpoints.index(change.endpoint), kinds.index(change.change)),
    )


def _subject_change(row: dict[str, Any]) -> SubjectChange:
    return SubjectChange(
        row["paramcd"],
        row["usubjid"],
        row["change"],
        *_end(row["earlier"]),
        *_end(row["later"]),
        _reason(row),
    )


def _end(end: dict[str, Any] | None) -> tuple[str | None, date | None, float | None]:
    if end is None or end["usubjid"] is None:
        return (None, None, None)
    return (STATUSES[end["event_code"]], end["adt"], end["aval"])


def _reason(row: dict[str, Any]) -> str:
    """What the other release knows of the record that decides: first the new one, then the old."""
    new, old = row["record_after"], row["record_before"]
    return (
        _difference(new, row["new_now"], row["new_then"], "new record", "before")
        or _difference(old, row["old_then"], row["old_now"], "record gone:", "now")
        or (row["change"] == "entered" and row["unmet_then"] and f"before: {row['unmet_then']}")
        or (row["change"] == "left" and row["unmet_now"] and f"now: {row['unmet_now']}")
        or "the record is the same; another record of the subject or a rule of the study changed"
    )


def _difference(
    record: dict[str, Any], here: dict[str, Any], there: dict[str, Any], absent: str, when: str
) -> str | None:
    """How the other release, which is that of `when`, knows a record otherwise; None: it does not.

    `here` and `there`: whether it is there, its date, and the rule that turned it away.
    """
    if record["srcdom"] is None:
        return None
    if not there["is_there"]:
        return f"{absent} {_named(record)}"
    if there["rule"] is not None and here["rule"] is None:
        return f"record turned away {when} ({there['rule']}): {_named(record)}"
    if there["adt"] and here["adt"] and there["adt"] != here["adt"]:
        return f"record {_named(record, here['adt'])}, dated {there['adt']} {when}"
    return None


def _named(record: dict[str, Any], day: date | None = None) -> str:
    """A record as SDTM names it: domain, sequence, variable and date."""
    number = "" if record["srcseq"] is None else f" {record['srcseq']}"
    return f"{record['srcdom']}{number}, {record['srcvar']} {day or record['adt']}"
