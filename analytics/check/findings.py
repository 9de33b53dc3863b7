"""The content of a check report: findings by rule, and the fate of records, persons and dates."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from analytics.ingest import UnusedFile
from analytics.plural import counted
from analytics.study.record_rules import RECORD_RULES, RecordRule
from analytics.study.specification import StudySpecification


@dataclass(frozen=True)
class Finding:
    """A record rejected or a value set aside; `line` None: the file has no lines.

    `also_breaks` names the rules behind the first one that a record rejected breaks.
    """

    src_file: str
    record: int
    line: int | None
    usubjid: str | None
    variable: str | None
    value: str | None
    rule: str
    policy: str
    also_breaks: str | None = None

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

    @property
    def fact_and_other_rules(self) -> str:
        """The same, with the other rules that the record breaks."""
        return f"{self.fact}; also {self.also_breaks}" if self.also_breaks else self.fact


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
    """Accepted dates of a variable whose day was imputed, maybe with its month or year."""

    src_file: str
    variable: str
    n_day: int
    n_month: int
    n_year: int

    @property
    def n_imputed(self) -> int:
        """All of them."""
        return self.n_day + self.n_month + self.n_year


@dataclass(frozen=True)
class Wording:
    """A wording without a term, where most wordings need none."""

    src_file: str
    variable: str
    wording: str
    n_records: int


_CONSEQUENCES: Final = {
    "record": "the record is rejected",
    "value": "the value is not used",
    "record or value": "the record is rejected, or the value is not used",
    "nothing": "all records are used",
}


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
        return self.rule.consequence or _CONSEQUENCES[self.rule.turns_away]


@dataclass(frozen=True)
class Report:
    """Everything a check found. With `refusals` no record was judged.

    `n_analyzed` are the subjects of the analysis set; None: not counted.
    """

    study: StudySpecification
    refusals: tuple[str, ...] = ()
    files: tuple[FileBalance, ...] = ()
    findings: tuple[Finding, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()
    partial_dates: tuple[PartialDates, ...] = ()
    wordings: tuple[Wording, ...] = ()
    unused: tuple[UnusedFile, ...] = ()
    n_analyzed: int | None = None

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
        return [group for group in self.by_rule if needs_an_answer(group.rule.rule, group.policy)]

    @property
    def routine(self) -> list[RuleFindings]:
        """The rules whose findings are expected in any study."""
        return [
            group for group in self.by_rule if not needs_an_answer(group.rule.rule, group.policy)
        ]

    @property
    def total(self) -> FileBalance:
        """All files together."""
        return FileBalance(
            counted(len(self.files), "file"),
            sum(file.n_read for file in self.files),
            sum(file.n_accepted for file in self.files),
            sum(file.n_rejected for file in self.files),
        )

    @property
    def exit_code(self) -> int:
        """1 when files cannot be read, 3 when the build would stop, else 0."""
        if self.refusals:
            return 1
        n_stops = sum(finding.policy == "stop" for finding in self.findings)
        return 3 if n_stops or self.n_analyzed == 0 else 0

    @property
    def verdict(self) -> str:
        """One sentence: what the findings mean for a build."""
        n_answers = sum(len(group.findings) for group in self.to_answer)
        n_stops = sum(finding.policy == "stop" for finding in self.findings)
        if self.refusals:
            refused = counted(len(self.refusals), "file or folder", "files or folders")
            return f"{refused} cannot be read, so no record was judged."
        if n_stops:
            return f"{counted(n_stops, 'finding stops', 'findings stop')} the build."
        if self.n_analyzed == 0:
            return (
                f"No subject is in the analysis set '{self.study.analysis_set}', so the study "
                "cannot be built; look at its conditions in populations.csv and at the records "
                "that were rejected."
            )
        if n_answers:
            asked = counted(n_answers, "finding needs", "findings need")
            return f"The study can be built; {asked} an answer."
        return "The study can be built; no finding needs an answer."


def needs_an_answer(rule: str, policy: str) -> bool:
    """Whether somebody has to look at the findings of a rule under this policy."""
    return policy == "stop" or not RECORD_RULES[rule].is_routine
