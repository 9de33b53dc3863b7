"""The rows of `group_test`: whether the groups of an analysis differ, in strata or not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from analytics.methods.chi_square import TestResult
from analytics.methods.log_rank import stratified_log_rank_test
from analytics.methods.weighted_log_rank import (
    max_combo_test,
    pairwise_tests,
    trend_test,
    weight_of,
    weighted_log_rank_test,
)
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


@dataclass(frozen=True)
class TestBetween:
    """A test by its name in `group_test`, of the groups it is of."""

    __test__ = False  # not a test case, whatever its name

    name: str
    test: TestResult
    compared: Compared
    p_adjusted: float | None = None


def tests_between(
    analysis: Analysis, compared: Compared, groups: Sequence[str]
) -> Iterator[TestBetween]:
    """The tests that the analysis asks for; pairs and a trend go by the order of the groups."""
    known = {group for found in compared.strata.values() for group in found}
    order = [group for group in groups if group in known]
    for name in analysis.tests:
        match name:
            case "log_rank":
                own = "mantel_byar" if analysis.time_dependent_strata else name
                yield TestBetween(own, stratified_log_rank_test(compared.strata), compared)
            case "trend":
                yield TestBetween(name, trend_test(compared.strata, order), compared)
            case "max_combo":
                yield TestBetween(name, max_combo_test(compared.strata), compared)
            case "pairwise":
                for pair in pairwise_tests(compared.strata, order):
                    yield TestBetween(
                        f"pairwise({pair.group}, {pair.reference})",
                        pair.test,
                        _of_groups(compared, (pair.group, pair.reference)),
                        pair.p_adjusted,
                    )
            case _:
                test = weighted_log_rank_test(compared.strata, weight_of(name))
                yield TestBetween(name, test, compared)


def _of_groups(compared: Compared, groups: Sequence[str]) -> Compared:
    """The same without the other groups; their subjects are not missing."""
    strata = {
        stratum: {group: counts for group, counts in found.items() if group in groups}
        for stratum, found in compared.strata.items()
    }
    return Compared(
        {stratum: found for stratum, found in strata.items() if found}, compared.n_missing
    )


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
