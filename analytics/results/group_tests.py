"""The rows of `group_test`: whether the groups of an analysis differ, in strata or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from analytics.methods.chi_square import TestResult
from analytics.results.marts import Marts
from analytics.results.strata import (
    ALL,
    UNKNOWN,
    counts_by_test_stratum,
    n_subjects,
    n_with,
)
from analytics.study.cautions import join_cautions, strata_caution
from analytics.study.specification import Analysis

Row = dict[str, Any]

_INFORMATIVE: Final = "that tells the groups apart"


@dataclass(frozen=True)
class Compared:
    """The groups that a test compares, in its strata: stratum -> group -> counts.

    A test without strata has one, `all`. `n_missing` counts the subjects of the analysis whose
    group or stratum is not known; they are left out.
    """

    strata: Mapping[str, Mapping[str, pl.DataFrame]]
    n_missing: int

    @property
    def counts(self) -> list[pl.DataFrame]:
        """The counts of every group in every stratum."""
        return [counts for groups in self.strata.values() for counts in groups.values()]


def groups_compared(
    analysis: Analysis, curves: Mapping[str, pl.DataFrame], marts: Marts
) -> Compared | None:
    """The groups that are known and have subjects; None for an analysis without groups.

    `curves`: group -> counts, of the whole analysis.
    """
    if analysis.strata is None:
        return None
    known = {
        group: counts for group, counts in curves.items() if group != UNKNOWN and n_subjects(counts)
    }
    strata = counts_by_test_stratum(analysis, marts) if analysis.stratified_by else {ALL: known}
    n = sum(n_subjects(counts) for groups in strata.values() for counts in groups.values())
    return Compared(strata, sum(map(n_subjects, curves.values())) - n)


def group_test_row(
    analysis: Analysis, labels: Row, compared: Compared, test: TestResult, n_informative: int
) -> Row:
    """A test of these groups, with the subjects, events and strata that it is of.

    `labels` names the test and the event. `n_informative` strata carry information; the number is
    not told of a test without strata.
    """
    row = {
        "analysis_id": analysis.analysis_id,
        **labels,
        "n": sum(map(n_subjects, compared.counts)),
        "n_event": sum(n_with(counts, labels["event"]) for counts in compared.counts),
        "n_missing": compared.n_missing,
        "statistic": test.statistic,
        "df": test.df or None,
        "p_value": test.p_value,
        "caution": analysis.caution,
        "status": test.status,
    }
    if not analysis.stratified_by:
        return row
    about = strata_caution(len(compared.strata), n_informative, _INFORMATIVE)
    return {
        **row,
        "test": f"stratified_{labels['test']}",
        "n_strata": len(compared.strata),
        "n_strata_informative": n_informative,
        "caution": join_cautions(analysis.caution, about),
    }
