"""The findings of a warehouse, whose models looked for them."""

from collections.abc import Iterable
from typing import Any, Final

import duckdb

from analytics.check.findings import (
    Enrolment,
    FileBalance,
    Finding,
    PartialDates,
    Report,
    Wording,
    needs_an_answer,
)
from analytics.ingest import unused_files
from analytics.study.specification import StudySpecification

_WHERE_FOUND: Final = "order by src_trial, src_file, record, variable, value"
_FINDINGS: Final = (
    "select src_file, record, line, usubjid, variable, value, rule, policy, also_breaks "
    f"from quality.rejected_record {_WHERE_FOUND}"
)
_BY_RULE: Final = "select rule, policy, count(*) from quality.rejected_record group by all"
_MEMBERS: Final = "select count(*) from marts.population_members where population = ?"
_FILES: Final = (
    "select src_file, n_read, n_accepted, n_rejected "
    "from quality.file_reconciliation order by src_trial, src_file"
)
_PERSONS: Final = (
    "select person, src_trial, usubjid, first_dose, is_kept "
    "from intermediate.int_repeated_persons order by person, is_kept desc, src_trial, usubjid"
)
# the date that places each accepted record, the date of death, and the ends
_PARTIAL_DATES: Final = """
    with dates as (
        select src_file, src_row, date_variable as variable, adtf
        from intermediate.int_staged_records
        union all
        select src_file, src_row, 'DTHDTC', dthdtf from staging.stg_sdtm__dm
        union all
        select src_file, src_row, variable, adtf
        from intermediate.int_end_dates where rule is null
    )
    select dates.src_file, dates.variable,
        count(*) filter (where adtf = 'D'), count(*) filter (where adtf = 'M'),
        count(*) filter (where adtf = 'Y')
    from dates
    inner join intermediate.int_record_verdicts as verdicts
        on dates.src_file = verdicts.src_file and dates.src_row = verdicts.src_row
    where dates.adtf is not null and verdicts.is_accepted
    group by all order by all
"""
# in an open vocabulary a wording without a term is no finding: it is what the terms leave out
_WORDINGS: Final = """
    with covered as (
        select distinct trials.trial_id, terms.domain
        from staging.stg_study__terms as terms
        inner join staging.stg_study__trials as trials
            on terms.trial_id = trials.trial_id or terms.trial_id is null
    )
    select records.src_file, records.wording_variable, records.wording, count(*)
    from intermediate.int_staged_records as records
    inner join covered
        on records.src_trial = covered.trial_id and records.domain = covered.domain
    inner join intermediate.int_record_verdicts as verdicts
        on records.src_file = verdicts.src_file and records.src_row = verdicts.src_row
    left join intermediate.int_record_terms as terms
        on records.src_file = terms.src_file and records.src_row = terms.src_row
    where
        verdicts.is_accepted
        and not records.is_vocabulary_closed
        and records.wording is not null
        and terms.src_row is null
    group by all order by all
"""


def read_report(study: StudySpecification, connection: duckdb.DuckDBPyConnection) -> Report:
    """The report of a warehouse whose quality models and members of populations are built."""

    def rows(query: str) -> Iterable[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    members = connection.execute(_MEMBERS, [study.analysis_set]).fetchall()
    return Report(
        study,
        files=tuple(FileBalance(*row) for row in rows(_FILES)),
        findings=tuple(Finding(*row) for row in rows(_FINDINGS)),
        enrolments=tuple(Enrolment(*row) for row in rows(_PERSONS)),
        partial_dates=tuple(PartialDates(*row) for row in rows(_PARTIAL_DATES)),
        wordings=tuple(Wording(*row) for row in rows(_WORDINGS)),
        unused=unused_files(connection),
        n_analyzed=members[0][0],
    )


def n_to_answer(connection: duckdb.DuckDBPyConnection) -> int:
    """The findings that somebody has to look at, counted as a check counts them."""
    counted = connection.execute(_BY_RULE).fetchall()
    return sum(n for rule, policy, n in counted if needs_an_answer(rule, policy))


def first_stop(connection: duckdb.DuckDBPyConnection) -> tuple[Finding, int] | None:
    """The first finding that stops a build and how many there are; None: there is none."""
    stops = [
        finding
        for row in connection.execute(_FINDINGS).fetchall()
        if (finding := Finding(*row)).policy == "stop"
    ]
    return (stops[0], len(stops)) if stops else None
