"""What the models found in a study's files, read from a warehouse as frozen rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

import duckdb

from analytics.study.record_rules import RECORD_RULES, RecordRule
from analytics.study.specification import StudySpecification

_WHERE_FOUND: Final = "order by src_trial, src_file, record, variable, value"
_FINDINGS: Final = (
    "select src_file, record, line, usubjid, variable, value, rule, policy "
    f"from quality.rejected_record {_WHERE_FOUND}"
)
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
        count(*) filter (where adtf = 'D'), count(*) filter (where adtf = 'M')
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


@dataclass(frozen=True)
class Finding:
    """A record turned away or a value set aside; `line` None: the file has no lines."""

    src_file: str
    record: int
    line: int | None
    usubjid: str | None
    variable: str | None
    value: str | None
    rule: str
    policy: str

    @property
    def place(self) -> str:
        """File and line, or record where the file has no lines."""
        if self.line is None:
            return f"{self.src_file} record {self.record}"
        return f"{self.src_file} line {self.line}"

    @property
    def fact(self) -> str:
        """The variable and what stands in it."""
        if self.value is None:
            return f"{self.variable} is empty"
        return f"{self.variable} '{self.value}'"


@dataclass(frozen=True)
class FileBalance:
    """What became of a file's records."""

    src_file: str
    n_read: int
    n_accepted: int
    n_rejected: int


@dataclass(frozen=True)
class Enrolment:
    """One enrolment of a person who is enrolled more than once."""

    person: str
    src_trial: str
    usubjid: str
    first_dose: date | None
    is_kept: bool


@dataclass(frozen=True)
class PartialDates:
    """Accepted dates of a variable of which the day, or the month and the day, were imputed."""

    src_file: str
    variable: str
    n_day: int
    n_month: int


@dataclass(frozen=True)
class Wording:
    """A wording without a term, where most wordings need none."""

    src_file: str
    variable: str
    wording: str
    n_records: int


@dataclass(frozen=True)
class RuleFindings:
    """The findings of one rule, in file order."""

    rule: RecordRule
    policy: str
    findings: tuple[Finding, ...]

    @property
    def consequence(self) -> str:
        """What the study does about them, for people."""
        if self.policy == "stop":
            return "stops the build"
        if self.policy == "exclude_subject":
            return "the subject is excluded"
        if self.rule.turns_away == "value":
            return "the value is not used"
        if self.rule.turns_away == "record":
            return "the record is turned away"
        return "the record is turned away, or the value not used"


@dataclass(frozen=True)
class Report:
    """Everything a check found. With `refusals` no record was judged."""

    study: StudySpecification
    refusals: tuple[str, ...] = ()
    files: tuple[FileBalance, ...] = ()
    findings: tuple[Finding, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()
    partial_dates: tuple[PartialDates, ...] = ()
    wordings: tuple[Wording, ...] = ()

    @property
    def by_rule(self) -> list[RuleFindings]:
        """The findings by rule: those that stop first, the routine ones last."""
        order = list(RECORD_RULES)

        def rank(finding: Finding) -> tuple[bool, bool, int]:
            rule = RECORD_RULES[finding.rule]
            return finding.policy != "stop", rule.is_routine, order.index(rule.rule)

        return [
            RuleFindings(RECORD_RULES[order[place]], found[0].policy, found)
            for (_, _, place), group in groupby(sorted(self.findings, key=rank), rank)
            for found in [tuple(group)]
        ]

    @property
    def to_answer(self) -> list[RuleFindings]:
        """The rules whose findings somebody has to look at."""
        return [group for group in self.by_rule if _needs_an_answer(group)]

    @property
    def routine(self) -> list[RuleFindings]:
        """The rules whose findings are expected in any study."""
        return [group for group in self.by_rule if not _needs_an_answer(group)]

    @property
    def total(self) -> FileBalance:
        """All files together."""
        return FileBalance(
            f"{len(self.files)} files",
            sum(file.n_read for file in self.files),
            sum(file.n_accepted for file in self.files),
            sum(file.n_rejected for file in self.files),
        )

    @property
    def exit_code(self) -> int:
        """1 when files cannot be read, 3 when a finding stops the build, else 0."""
        if self.refusals:
            return 1
        return 3 if any(finding.policy == "stop" for finding in self.findings) else 0

    @property
    def verdict(self) -> str:
        """One sentence: what the findings mean for a build."""
        n_answers = sum(len(group.findings) for group in self.to_answer)
        n_stops = sum(finding.policy == "stop" for finding in self.findings)
        if self.refusals:
            counted = _counted(len(self.refusals), "file or folder", "files or folders")
            return f"{counted} cannot be read, so no record was judged."
        if n_stops:
            return f"{_counted(n_stops, 'finding stops', 'findings stop')} the build."
        if n_answers:
            counted = _counted(n_answers, "finding needs", "findings need")
            return f"The study can be built; {counted} an answer."
        return "The study can be built; no finding needs an answer."


def read_report(study: StudySpecification, connection: duckdb.DuckDBPyConnection) -> Report:
    """The report of a warehouse whose quality models are built."""

    def rows(query: str) -> Iterable[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    return Report(
        study,
        files=tuple(FileBalance(*row) for row in rows(_FILES)),
        findings=tuple(Finding(*row) for row in rows(_FINDINGS)),
        enrolments=tuple(Enrolment(*row) for row in rows(_PERSONS)),
        partial_dates=tuple(PartialDates(*row) for row in rows(_PARTIAL_DATES)),
        wordings=tuple(Wording(*row) for row in rows(_WORDINGS)),
    )


def first_stop(connection: duckdb.DuckDBPyConnection) -> tuple[Finding, int] | None:
    """The first finding that stops a build and how many there are; None: there is none."""
    stops = [
        finding
        for row in connection.execute(_FINDINGS).fetchall()
        if (finding := Finding(*row)).policy == "stop"
    ]
    return (stops[0], len(stops)) if stops else None


def _needs_an_answer(group: RuleFindings) -> bool:
    return group.policy == "stop" or not group.rule.is_routine


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
