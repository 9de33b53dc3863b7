"""The report for a spreadsheet: every finding a line, safe against formulas."""

import csv
import io
import re
from typing import Final

from analytics.check.findings import Report
from analytics.ingest.unused import MEANINGS

_COLUMNS: Final = (
    "file",
    "line",
    "record",
    "usubjid",
    "variable",
    "value",
    "rule",
    "also_breaks",
    "consequence",
    "needs_answer",
    "asks",
    "to_do",
)
_FORMULA: Final = re.compile(r"\s*[=+\-@|%]|[\t\r\n]")
_NUMBER: Final = re.compile(r"-?[0-9]+([.][0-9]*)?([eE][+-]?[0-9]+)?")


def csv_text(report: Report) -> str:
    """One line per finding, then per file that was not used, or else per file that cannot be read.

    The header is always there.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for sentence in report.refusals:
        writer.writerow(
            [*[""] * 6, "file", "", "no record is read", "yes", spreadsheet_safe(sentence), ""]
        )
    for groups, needs_answer in ((report.to_answer, "yes"), (report.routine, "no")):
        for group in groups:
            for finding in group.findings:
                cells = (
                    finding.src_file,
                    finding.line,
                    finding.record,
                    finding.usubjid,
                    finding.variable,
                    finding.value,
                    finding.rule,
                    finding.also_breaks,
                    group.consequence,
                    needs_answer,
                    group.rule.asks,
                    group.rule.to_do,
                )
                writer.writerow(
                    "" if cell is None else spreadsheet_safe(str(cell)) for cell in cells
                )
    for file in report.unused:
        not_used = [file.src_file, *[""] * 5, "not_used", "", "the file is not used"]
        answer = ["no" if file.note is None else "yes", file.note or MEANINGS[file.what], ""]
        writer.writerow(map(spreadsheet_safe, not_used + answer))
    return text.getvalue()


def spreadsheet_safe(text: str) -> str:
    """The text as a spreadsheet shows it: what it would take for a formula gets a quote first."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text
