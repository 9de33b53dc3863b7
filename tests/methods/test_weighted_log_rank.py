"""Weighted log-rank tests, trend, pairs and max-combo: by hand, by identities, against R."""

from math import sqrt

import numpy as np
import polars as pl
import pytest
from scipy.special import ndtr, roots_legendre

from analytics.methods.chi_square import TestResult
from analytics.methods.counts import counts_from_times
from analytics.methods.log_rank import log_rank_test
from analytics.methods.weighted_log_rank import (
    holm,
    inside_probability,
    max_combo_test,
    pairwise_tests,
    trend_test,
    weight_of,
    weighted_log_rank_test,
)

# a dies at 1 and 3, b at 2 and is censored at 4: at risk 2 + 2, 1 + 2, 1 + 1
A = counts_from_times([1, 3], [1, 1])
B = counts_from_times([2, 4], [1, 0])
# per day: d_a - n_a / n and n_a n_b / n^2
EXCESS = np.array([1 / 2, -1 / 3, 1 / 2])
SPREAD = np.array([1 / 4, 2 / 9, 1 / 4])
SURVIVAL = np.array([1, 3 / 4, 1 / 2])


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("fleming_harrington(0,0)", [1, 1, 1]),
        ("fleming_harrington(1,0)", SURVIVAL),
        ("fleming_harrington(0, 1)", 1 - SURVIVAL),
        ("fleming_harrington(0.5,2)", np.sqrt(SURVIVAL) * (1 - SURVIVAL) ** 2),
        ("gehan", [4, 3, 2]),
        ("tarone_ware", np.sqrt([4, 3, 2])),
        ("peto_peto", [4 / 5, 4 / 5 * 3 / 4, 4 / 5 * 3 / 4 * 2 / 3]),
        ("modified_peto", [16 / 25, 3 / 5 * 3 / 4, 2 / 5 * 2 / 3]),
    ],
)
def test_four_subjects_by_hand(name, weights):
    w = np.array(weights)
    expected = np.sum(w * EXCESS) ** 2 / np.sum(w**2 * SPREAD)
    test = weighted_log_rank_test({"all": {"a": A, "b": B}}, weight_of(name))
    assert test.statistic == pytest.approx(expected, rel=1e-13)
    assert (test.df, test.status) == (1, "ok")


def test_an_unknown_weight_is_refused():
    with pytest.raises(ValueError, match=r"The test 'wilcoxon' is not known; use gehan, "):
        weight_of("wilcoxon")


def test_the_trend_of_two_groups_is_the_log_rank_test():
    groups = {"a": A, "b": B}
    trend, plain = trend_test({"all": groups}, ["b", "a"]), log_rank_test(groups)
    assert trend.statistic == pytest.approx(plain.statistic, rel=1e-12)


def test_holm_by_hand():
    # 3 x 0.01, then 2 x 0.03, then 0.04, raised to the one before
    assert holm([0.04, 0.01, None, 0.03]) == pytest.approx([0.06, 0.03, None, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]


def test_no_events_and_one_group_are_a_status():
    silent = counts_from_times([5], [0])
    for test in (
        weighted_log_rank_test({"all": {"a": silent, "b": silent}}, weight_of("gehan")),
        trend_test({"all": {"a": silent, "b": silent}}, ["a", "b"]),
        max_combo_test({"all": {"a": silent, "b": silent}}),
    ):
        assert test == TestResult(None, 0, None, "not estimable: no events")
    alone = weighted_log_rank_test({"all": {"a": A}}, weight_of("gehan"))
    assert alone.status == "not estimable: fewer than two groups at risk"


def test_a_weight_that_is_0_on_every_day_is_a_status():
    # the only event comes first, where 1 - S(t-) is 0
    groups = {"a": counts_from_times([1], [1]), "b": counts_from_times([2, 3], [0, 0])}
    test = weighted_log_rank_test({"all": groups}, weight_of("fleming_harrington(0,1)"))
    assert test.status.startswith("not estimable: no event tells the groups apart")
    assert max_combo_test({"all": groups}).statistic is not None


def test_the_probability_of_independent_and_of_equal_normals():
    for limit in (0.5, 1.0, 2.0, 4.0):
        one = 2 * ndtr(limit) - 1
        assert inside_probability(np.eye(3), limit) == pytest.approx(one**3, abs=1e-13)
        assert inside_probability(np.ones((4, 4)), limit) == pytest.approx(one, abs=1e-13)


@pytest.mark.parametrize("limit", [1.0, 1.7, 2.5])
def test_the_probability_of_three_normals_by_another_order_of_integration(limit):
    # by Cholesky instead of eigenvectors, where the limits of the first two are those of the box
    random = np.random.default_rng(5)
    loads = random.normal(size=(3, 3))
    loads /= np.linalg.norm(loads, axis=1)[:, None]
    correlation = loads @ loads.T
    lower = np.linalg.cholesky(correlation)
    nodes, weights = roots_legendre(200)
    total = 0.0
    for x, weight in zip(limit * nodes, limit * weights, strict=True):
        low, high = (np.array([-limit, limit]) - lower[1, 0] * x) / lower[1, 1]
        y = (high + low) / 2 + (high - low) / 2 * nodes
        shift = lower[2, 0] * x + lower[2, 1] * y
        inside = ndtr((limit - shift) / lower[2, 2]) - ndtr((-limit - shift) / lower[2, 2])
        density = np.exp(-(x**2 + y**2) / 2) / (2 * np.pi)
        total += weight * np.sum(weights * (high - low) / 2 * inside * density)
    assert inside_probability(correlation, limit) == pytest.approx(total, abs=1e-12)


def test_max_combo_takes_the_largest(gbsg_groups):
    strata = {"all": gbsg_groups("hormon")}
    found = max_combo_test(strata)
    single = [
        sqrt(weighted_log_rank_test(strata, weight_of(f"fleming_harrington({powers})")).statistic)
        for powers in ("0,0", "0,1", "1,0", "1,1")
    ]
    assert found.statistic == pytest.approx(max(single), rel=1e-12)
    smallest = 2 * ndtr(-found.statistic)
    assert smallest < found.p_value < 4 * smallest


@pytest.fixture
def gbsg_groups(data_sets, counts_of):
    def groups(factor):
        return {
            str(level): counts_of(rows, "rfstime", "status")
            for (level,), rows in data_sets["gbsg"].partition_by(factor, as_dict=True).items()
        }

    return groups


DESIGNS = {
    "veteran": ("veteran", None, "time", "celltype", None),
    "gbsg": ("gbsg", None, "rfstime", "grade", None),
    "gbsg_stratified": ("gbsg", None, "rfstime", "grade", "meno"),
    "gbsg_two": ("gbsg", None, "rfstime", "hormon", None),
    "colon_two": (
        "colon",
        (pl.col("etype") == 2) & (pl.col("lev") == 0),
        "time",
        "lev5fu",
        "extent",
    ),
    "kidney": ("kidney", None, "time", "disease", None),
}


@pytest.mark.parametrize("design", DESIGNS)
def test_against_r(reference, data_sets, counts_of, design):
    data, chosen, time, group, stratum = DESIGNS[design]
    rows = data_sets[data] if chosen is None else data_sets[data].filter(chosen)
    rows = rows.with_columns(stratum=pl.lit(1) if stratum is None else pl.col(stratum))
    strata = {
        str(key): {
            str(level): counts_of(own, time, "status")
            for (level,), own in part.partition_by(group, as_dict=True).items()
        }
        for (key,), part in rows.partition_by("stratum", as_dict=True).items()
    }
    order = [str(level) for level in sorted(rows[group].unique())]
    pairs = {
        f"pairwise({one.group}, {one.reference})": one for one in pairwise_tests(strata, order)
    }
    # R writes the names with commas, and so all texts, in quotes
    numbers = pl.col("statistic", "p_adjusted").cast(pl.Float64, strict=False)
    expected = reference("weighted_log_rank").filter(design=design).with_columns(numbers)
    assert set(pairs) <= set(expected["test"])
    for row in expected.iter_rows(named=True):
        name = row["test"]
        if name in pairs:
            test = pairs[name].test
            assert pairs[name].p_adjusted == pytest.approx(row["p_adjusted"], rel=1e-9)
        elif name == "trend":
            test = trend_test(strata, order)
        elif name == "max_combo":
            test = max_combo_test(strata)
        else:
            test = weighted_log_rank_test(strata, weight_of(name))
        assert test.df == row["df"]
        assert test.statistic == pytest.approx(row["statistic"], rel=1e-10)
