"""The rows of `group_test`: whether the groups of an analysis differ."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from analytics.methods.chi_square import TestResult
from analytics.results.strata import UNKNOWN, n_subjects, n_with
from analytics.study.specification import Analysis

Row = dict[str, Any]


def known_groups(strata: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The strata that are known and have subjects."""
    return {
        stratum: counts
        for stratum, counts in strata.items()
        if stratum != UNKNOWN and n_subjects(counts)
    }


def group_test_row(
    analysis: Analysis, name: str, event: str, groups: Mapping[str, pl.DataFrame], test: TestResult
) -> Row:
    """A test of these groups, with the subjects and events that it is of."""
    return {
        "analysis_id": analysis.analysis_id,
        "test": name,
        "event": event,
        "n": sum(n_subjects(counts) for counts in groups.values()),
        "n_event": sum(n_with(counts, event) for counts in groups.values()),
        "statistic": test.statistic,
        "df": test.df or None,
        "p_value": test.p_value,
        "status": test.status,
    }
