"""The report as one HTML page without anything outside it, for the sponsor's data manager."""

from pathlib import Path
from typing import Final

from analytics.check.findings import Report
from analytics.ingest import unused_lines
from analytics.study.record_rules import POLICY_MEANINGS

_TEMPLATE: Final = Path(__file__).with_name("report.html.jinja")


def html_page(report: Report) -> str:
    """Every finding, by rule; what comes out of the files is escaped."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - only this output needs it

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    unused = list(unused_lines(report.unused))
    return template.render(report=report, policies=POLICY_MEANINGS, unused=unused) + "\n"
