"""Risk counts of one analysis, stratum by stratum, as the estimators take them."""

from typing import Final

import polars as pl

from analytics.methods.counts import COUNT_COLUMNS
from analytics.results.marts import Marts
from analytics.study.specification import Analysis, StudySpecification

ALL: Final = "all"
UNKNOWN: Final = "unknown"


def counts_by_stratum(
    study: StudySpecification, analysis: Analysis, marts: Marts
) -> dict[str, pl.DataFrame]:
    """Stratum -> counts (time, n_entry, n_event, n_competing, n_censored), sorted by time.

    Every level of the stratifying factor is there, in display order, empty when
    nobody has it; `unknown` comes last and only when somebody is unknown.
    """
    rows = marts.risk_counts.filter(pl.col("analysis_id") == analysis.analysis_id)
    found = set(rows["stratum"].unique())
    expected = [ALL] if analysis.strata is None else list(study.levels_of(analysis.strata))
    others = sorted(found - {*expected, UNKNOWN})
    last = [UNKNOWN] if UNKNOWN in found and UNKNOWN not in expected else []
    return {stratum: _counts(rows, stratum) for stratum in [*expected, *others, *last]}


def n_subjects(counts: pl.DataFrame) -> int:
    """Subjects who ever come under observation."""
    return int(counts["n_entry"].sum())


def n_with(counts: pl.DataFrame, event: str) -> int:
    """Subjects with the `event` or the `competing` event."""
    return int(counts[f"n_{event}"].sum())


def _counts(rows: pl.DataFrame, stratum: str) -> pl.DataFrame:
    """The stratum's counts by day, with a day-0 row even when it has none."""
    day_0 = pl.DataFrame({"day": [0.0]} | {name: [0] for name in COUNT_COLUMNS})
    counts = rows.filter(pl.col("stratum") == stratum).select("day", *COUNT_COLUMNS)
    days = pl.concat([day_0, counts]).group_by("day").agg(pl.col(COUNT_COLUMNS).sum())
    return days.rename({"day": "time"}).sort("time")
