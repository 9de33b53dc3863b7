"""Estimates of several trials, by hand and by properties; against R in tests/results."""

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods.averaged_curves import averaged
from analytics.methods.heterogeneity import (
    complementary_log_log,
    heterogeneity,
    survival_of,
)

ERRORS = st.floats(0.05, 5)
TRIALS = st.lists(st.tuples(st.floats(-3, 3), ERRORS), min_size=2, max_size=6)


def test_two_trials_by_hand():
    found = heterogeneity([0.0, 2.0], [0.5, 0.5])
    # the mean is 1, each is two errors from it
    assert (found.test.statistic, found.test.df) == (pytest.approx(8.0), 1)
    assert found.test.p_value == pytest.approx(math.erfc(2.0))
    assert found.i_squared == pytest.approx(7 / 8)
    assert found.tau_squared == pytest.approx(7 / 4)
    assert found.fixed is not None and found.random is not None
    assert (found.fixed.estimate, found.fixed.std_error) == pytest.approx((1, math.sqrt(1 / 8)))
    assert (found.random.estimate, found.random.std_error) == pytest.approx((1, 1.0))


def test_trials_that_differ_by_chance_alone_have_no_variance_of_their_own():
    found = heterogeneity([1.0, 1.1, 0.9], [0.5, 0.4, 0.6])
    assert (found.i_squared, found.tau_squared) == (0.0, 0.0)
    assert found.fixed == found.random


@pytest.mark.parametrize("estimates", [[], [1.0]])
def test_one_trial_differs_from_none(estimates: list[float]):
    found = heterogeneity(estimates, [0.5] * len(estimates))
    assert found.test.status == "not estimable: fewer than two trials with an estimate"
    assert (found.fixed, found.random, found.i_squared) == (None, None, None)


@pytest.mark.parametrize(("estimates", "errors"), [([1, 2], [1]), ([1, 2], [1, 0])])
def test_each_estimate_needs_an_error(estimates: list[float], errors: list[float]):
    with pytest.raises(ValueError, match="needs a standard error above 0"):
        heterogeneity(estimates, errors)


@given(TRIALS, st.floats(-2, 2))
def test_a_shift_of_all_trials_changes_no_difference(
    trials: list[tuple[float, float]], shift: float
):
    estimates, errors = [one for one, _ in trials], [error for _, error in trials]
    one, other = (
        heterogeneity(estimates, errors),
        heterogeneity([estimate + shift for estimate in estimates], errors),
    )
    assert other.test.statistic == pytest.approx(one.test.statistic, rel=1e-6, abs=1e-6)
    assert one.fixed is not None and other.fixed is not None
    assert other.fixed.estimate == pytest.approx(one.fixed.estimate + shift, abs=1e-9)


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.5))
def test_the_scale_of_rates_leads_back(survival: float, error: float):
    scaled = complementary_log_log(survival, error)
    assert scaled is not None
    assert survival_of(scaled[0]) == pytest.approx(survival, rel=1e-9)
    assert scaled[1] == pytest.approx(-error / (survival * math.log(survival)))


@pytest.mark.parametrize(("survival", "error"), [(0, 0.1), (1, 0.1), (0.5, None), (0.5, 0)])
def test_a_certain_rate_is_not_on_the_scale(survival: float, error: float | None):
    assert complementary_log_log(survival, error) is None


def curve(estimate: float | None, error: float | None) -> pl.DataFrame:
    return pl.DataFrame(
        {"time": [10.0], "estimate": [estimate], "std_error": [error], "n_risk": [3]},
        schema_overrides={"estimate": pl.Float64, "std_error": pl.Float64},
    )


def test_curves_are_averaged_by_their_weights():
    found = averaged(
        [curve(0.5, 0.2), curve(0.9, 0.4)], [3, 1], conf_level=0.95, ci_transform="plain"
    ).row(0, named=True)
    assert found["estimate"] == pytest.approx(0.6)
    assert found["std_error"] == pytest.approx(math.sqrt(0.15**2 + 0.1**2))
    assert found["ci_upper"] == pytest.approx(0.6 + 1.959963984540054 * found["std_error"])
    assert found["n_risk"] == 6


def test_what_is_unknown_of_a_curve_is_unknown_of_the_average():
    found = averaged(
        [curve(0.5, 0.2), curve(None, None)], [3, 1], conf_level=0.95, ci_transform="log-log"
    )
    assert found.select("estimate", "std_error", "ci_lower").row(0) == (None, None, None)


def test_curves_of_other_days_are_not_averaged():
    other = curve(0.5, 0.2).with_columns(time=pl.lit(11.0))
    with pytest.raises(ValueError, match="not read on the same days"):
        averaged([curve(0.5, 0.2), other], [1, 1], conf_level=0.95, ci_transform="plain")
    with pytest.raises(ValueError, match="a weight above 0"):
        averaged([curve(0.5, 0.2)], [0], conf_level=0.95, ci_transform="plain")
