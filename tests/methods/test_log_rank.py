import numpy as np
import pytest
from lifelines.statistics import multivariate_logrank_test

from analytics.methods.counts import counts_from_times, risk_table
from analytics.methods.cox import CoxData, fit_cox
from analytics.methods.log_rank import (
    log_rank_test,
    n_informative_strata,
    observed_minus_expected,
    stratified_log_rank_test,
)

ONE = counts_from_times([1, 3], [1, 1])
OTHER = counts_from_times([2, 4], [1, 0])


def test_two_groups_by_hand():
    # days 1, 2, 3: expected 1/2, 1/3, 1/2 in the first group, variance 1/4, 2/9, 1/4
    result = log_rank_test({"one": ONE, "other": OTHER})
    assert result.statistic == pytest.approx((2 / 3) ** 2 / (13 / 18), abs=1e-12)
    assert (result.df, result.status) == (1, "ok")


def test_our_sums_and_lifelines_agree_where_both_apply(lung, counts_of):
    groups = lung.drop_nulls("ph.ecog").partition_by("ph.ecog")
    counts = [counts_of(group, "time", "died") for group in groups]
    excess, covariance, _ = observed_minus_expected([risk_table(group) for group in counts])
    ours = excess[:-1] @ np.linalg.solve(covariance[:-1, :-1], excess[:-1])
    lifelines = log_rank_test({str(i): group for i, group in enumerate(counts)})
    assert lifelines.statistic == pytest.approx(ours, rel=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_the_statistic_is_that_of_lifelines_on_the_rows_to_the_last_bit(seed):
    rng = np.random.default_rng(seed)
    size, n_groups = int(rng.integers(20, 300)), int(rng.integers(2, 6))
    group = np.sort(np.arange(size) % n_groups)
    time = rng.integers(0, rng.choice([5, 40, 2000]), size).astype(float)
    event = rng.integers(0, 2, size)
    counts = {
        str(g): counts_from_times(time[group == g], event[group == g]) for g in range(n_groups)
    }
    rows = multivariate_logrank_test(time, group, event)
    assert log_rank_test(counts).statistic == rows.test_statistic


def test_one_stratum_repeated_is_the_sum_of_both():
    once = log_rank_test({"one": ONE, "other": OTHER})
    twice = stratified_log_rank_test(
        {"a": {"one": ONE, "other": OTHER}, "b": {"one": ONE, "other": OTHER}}
    )
    assert once.statistic is not None
    assert twice.statistic == pytest.approx(2 * once.statistic, rel=1e-12)


def test_with_delayed_entry_it_is_the_score_test_of_a_cox_model():
    rng = np.random.default_rng(5)
    time = rng.permutation(np.arange(10, 70)).astype(float)
    entry = rng.integers(0, 10, 60).astype(float)
    event, group, stratum = (rng.integers(0, 2, 60) for _ in range(3))
    names = ("group",)
    fit = fit_cox(CoxData(entry, time, event, group[:, None] * 1.0, names), ties="breslow")
    counts = {
        str(g): counts_from_times(time[group == g], event[group == g], entry=entry[group == g])
        for g in (0, 1)
    }
    assert log_rank_test(counts).statistic == pytest.approx(fit.score_test.statistic, rel=1e-12)
    fit = fit_cox(CoxData(entry, time, event, group[:, None] * 1.0, names, stratum), ties="breslow")
    strata = {}
    for s in (0, 1):
        rows = {g: (group == g) & (stratum == s) for g in (0, 1)}
        strata[str(s)] = {
            str(g): counts_from_times(time[row], event[row], entry=entry[row])
            for g, row in rows.items()
        }
    result = stratified_log_rank_test(strata)
    assert result.statistic == pytest.approx(fit.score_test.statistic, rel=1e-12)


def test_a_stratum_without_events_changes_nothing():
    silent = {"one": counts_from_times([3, 5], [0, 0]), "other": counts_from_times([4], [2])}
    stratified = stratified_log_rank_test({"a": {"one": ONE, "other": OTHER}, "b": silent})
    expected = log_rank_test({"one": ONE, "other": OTHER})
    assert stratified.statistic == pytest.approx(expected.statistic, rel=1e-12)
    assert stratified.df == expected.df


def test_a_stratum_of_one_group_changes_nothing_and_carries_no_information():
    alone = {"one": counts_from_times([1, 2, 2], [1, 1, 0])}
    at_once = {"one": counts_from_times([6], [1]), "other": counts_from_times([6], [1])}
    apart = {
        "one": counts_from_times([3, 4], [1, 0]),
        "other": counts_from_times([9], [1], entry=[5]),
    }
    strata = {"a": {"one": ONE, "other": OTHER}, "b": alone, "c": at_once, "d": apart, "e": {}}
    result = stratified_log_rank_test(strata)
    assert result.statistic == pytest.approx((2 / 3) ** 2 / (13 / 18), rel=1e-13)
    assert result.df == 1
    assert n_informative_strata(strata) == 1
    assert n_informative_strata({"b": alone, "c": at_once, "d": apart}) == 0
    assert n_informative_strata({}) == 0


def test_two_strata_by_hand():
    # day 1: 2 of 3 at risk are in one, day 2: 1 of 2; and in the other stratum day 5: 1 of 3
    first = {"one": counts_from_times([1, 2], [1, 0]), "other": counts_from_times([2], [1])}
    second = {"one": counts_from_times([5], [1]), "other": counts_from_times([6, 7], [0, 0])}
    result = stratified_log_rank_test({"first": first, "second": second})
    excess = (1 - 2 / 3) + (0 - 1 / 2) + (1 - 1 / 3)
    variance = 2 / 9 + 1 / 4 + 2 / 9
    assert result.statistic == pytest.approx(excess**2 / variance, rel=1e-13)


def test_a_group_that_only_one_stratum_has_alone_cannot_be_compared():
    """Its sums are exactly 0, so that no rounding makes it a degree of freedom."""
    random = np.random.default_rng(3)
    alone = counts_from_times(random.integers(1, 400, 300), random.integers(0, 2, 300))
    result = stratified_log_rank_test({"a": {"one": ONE, "other": OTHER}, "b": {"third": alone}})
    assert (result.statistic, result.df) == (None, 0)
    assert result.status.startswith("not estimable: no event tells the groups apart")


def test_a_group_never_at_risk_at_an_event_is_left_out():
    early = counts_from_times([0.5, 0.5], [0, 0])
    result = log_rank_test({"one": ONE, "other": OTHER, "early": early})
    assert result == log_rank_test({"one": ONE, "other": OTHER})


@pytest.mark.parametrize(
    ("groups", "status"),
    [
        ({}, "not estimable: no events"),
        ({"one": ONE}, "not estimable: fewer than two groups at risk"),
        (
            {"a": counts_from_times([1, 2], [0, 0]), "b": counts_from_times([3], [0])},
            "not estimable: no events",
        ),
        (
            {"a": counts_from_times([1, 2], [1, 1]), "b": counts_from_times([0], [0])},
            "not estimable: fewer than two groups at risk",
        ),
        (
            {"a": counts_from_times([7, 7], [1, 1]), "b": counts_from_times([7], [1])},
            "not estimable: no event tells the groups apart "
            "(never at risk together, or all at once)",
        ),
        (
            {"a": counts_from_times([3, 4], [1, 0]), "b": counts_from_times([9], [1], entry=[5])},
            "not estimable: no event tells the groups apart "
            "(never at risk together, or all at once)",
        ),
    ],
)
def test_too_little_to_compare_is_a_status(groups, status):
    result = log_rank_test(groups)
    assert (result.statistic, result.p_value, result.status) == (None, None, status)
