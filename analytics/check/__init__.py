"""`plateau check`: what the rules find in a study's files, as a report, without building it."""

from analytics.check.findings import Report
from analytics.check.run import check
from analytics.check.stopping import stopped_by_findings

__all__ = ["Report", "check", "stopped_by_findings"]
