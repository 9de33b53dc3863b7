"""Risk counts of one analysis, stratum by stratum, as the estimators take them."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.methods.counts import COUNT_COLUMNS, added_counts
from analytics.results.marts import Marts
from analytics.study.codes import UNKNOWN_LEVEL, WHOLE_POPULATION
from analytics.study.specification import Analysis, StudySpecification

ALL: Final = WHOLE_POPULATION
UNKNOWN: Final = UNKNOWN_LEVEL


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


def counts_by_test_stratum(analysis: Analysis, marts: Marts) -> dict[str, dict[str, pl.DataFrame]]:
    """Stratum of the test -> group -> counts, of the strata and groups that occur, in text order.

    Subjects of an unknown group or with an unknown level of a stratification factor are left out.
    """
    rows = marts.stratified_risk_counts.filter(
        (pl.col("analysis_id") == analysis.analysis_id) & (pl.col("stratum") != UNKNOWN)
    )
    return {
        test_stratum: {
            group: _counts(part, group) for group in sorted(part["stratum"].unique().to_list())
        }
        for test_stratum in sorted(rows["test_stratum"].unique().to_list())
        for part in [rows.filter(pl.col("test_stratum") == test_stratum)]
    }


def counts_by_pooled_level(
    analysis: Analysis, levels: Sequence[str], stratum: str, marts: Marts
) -> dict[str, pl.DataFrame]:
    """Trial -> counts of the stratum, for each level of the factor that the analysis pools."""
    rows = marts.pooled_risk_counts.filter(pl.col("analysis_id") == analysis.analysis_id)
    return {
        level: _counts(rows.filter(pl.col("pooled_level") == level), stratum) for level in levels
    }


def n_subjects(counts: pl.DataFrame) -> int:
    """Subjects who ever come under observation."""
    return int(counts["n_entry"].sum())


def n_with(counts: pl.DataFrame, event: str) -> int:
    """Subjects with the `event` or the `competing` event."""
    return int(counts[f"n_{event}"].sum())


def _counts(rows: pl.DataFrame, stratum: str) -> pl.DataFrame:
    """The stratum's counts by day, with a day-0 row even when it has none."""
    own = rows.filter(pl.col("stratum") == stratum)
    return added_counts([own.select(pl.col("day").alias("time"), *COUNT_COLUMNS)])
