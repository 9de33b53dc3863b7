"""The report for a terminal: counts of every file, findings by rule, a few lines of each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from analytics.check.findings import Report, RuleFindings
from analytics.ingest import unused_lines
from analytics.text_table import aligned

_SHOWN: Final = 10


def text_lines(report: Report) -> Iterator[str]:
    """The report line by line; of a rule with many findings the first ones, and how many more."""
    yield f"Check of {report.study.study_id}: {report.study.title}"
    yield ""
    if report.refusals:
        yield from report.refusals
        yield ""
    else:
        yield from _files(report)
        yield from _section("Findings that need an answer", report.to_answer)
        yield from _routine(report.routine)
        yield from _enrolments(report)
        yield from _partial_dates(report)
        yield from _wordings(report)
    yield report.verdict
    if report.study.synthetic_note:
        yield report.study.synthetic_note


def _files(report: Report) -> Iterator[str]:
    rows = [(file.src_file, file.n_read, file.n_accepted, file.n_rejected) for file in report.files]
    total = report.total
    rows.append((total.src_file, total.n_read, total.n_accepted, total.n_rejected))
    yield from aligned(("File", "read =", "accepted +", "rejected"), rows)
    yield ""
    if report.unused:
        yield from unused_lines(report.unused)
        yield ""


def _section(title: str, groups: Sequence[RuleFindings]) -> Iterator[str]:
    n_findings = sum(len(group.findings) for group in groups)
    yield f"{title}: {n_findings or 'none'}"
    for group in groups:
        yield ""
        yield f"  {group.rule.rule} ({len(group.findings)}; {group.consequence})"
        yield f"    requirement: {group.rule.asks}"
        yield f"    to do: {group.rule.to_do}"
        for finding in group.findings[:_SHOWN]:
            subject = f"  {finding.usubjid}" if finding.usubjid else ""
            yield f"    {finding.place}{subject}  {finding.fact_and_other_rules}"
        if len(group.findings) > _SHOWN:
            yield f"    and {len(group.findings) - _SHOWN} more; see all with --csv or --html"
    yield ""


def _routine(groups: Sequence[RuleFindings]) -> Iterator[str]:
    """Counts by file: single records need no review."""
    n_findings = sum(len(group.findings) for group in groups)
    yield f"Expected in any study, for information: {n_findings or 'none'}"
    for group in groups:
        yield f"  {group.rule.rule} ({len(group.findings)}; {group.consequence})"
        counts = Counter(finding.src_file for finding in group.findings)
        yield from (f"    {name}: {number}" for name, number in counts.items())
    yield ""


def _enrolments(report: Report) -> Iterator[str]:
    persons = [list(group) for _, group in groupby(report.enrolments, lambda one: one.person)]
    yield f"Persons enrolled more than once: {len(persons) or 'none'}"
    for enrolments in persons:
        kept, *others = enrolments
        names = ", ".join(f"{one.usubjid} in {one.src_trial}" for one in others)
        yield f"  followed as {kept.usubjid} in {kept.src_trial}; rejected: {names}"
    yield ""


def _partial_dates(report: Report) -> Iterator[str]:
    rows = [
        (row.src_file, row.variable, row.n_day, row.n_month, row.n_year)
        for row in report.partial_dates
    ]
    number = sum(row.n_imputed for row in report.partial_dates)
    yield f"Partial dates that were accepted and imputed: {number or 'none'}"
    if rows:
        yield from aligned(("File", "variable", "day", "month and day", "year too"), rows)
    yield ""


def _wordings(report: Report) -> Iterator[str]:
    rows = [(row.src_file, row.variable, row.n_records, row.wording) for row in report.wordings]
    yield f"Wordings without a term, where none is required: {len(rows) or 'none'}"
    if rows:
        yield from aligned(("File", "variable", "records", "wording"), rows)
    yield ""
