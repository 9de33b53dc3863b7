"""The difference of two survival probabilities at one time, by hand."""

from math import log, sqrt

import pytest

from analytics.methods.survival_difference import SurvivalDifference, survival_difference

Z = 1.959963984540054


def test_the_difference_its_limits_and_the_test_by_hand():
    # 4/5 of five subjects and 1/2 of four, nobody censored: Greenwood's variance is S (1 - S) / n
    errors = (sqrt(0.8 * 0.2 / 5), sqrt(0.5 * 0.5 / 4))
    found = survival_difference((0.8, 0.5), errors, conf_level=0.95)
    error = sqrt(0.032 + 0.0625)
    assert found.status == "ok"
    assert found.estimate == pytest.approx(0.3, rel=1e-15)
    assert found.std_error == pytest.approx(error, rel=1e-15)
    assert found.ci_lower == pytest.approx(0.3 - Z * error, rel=1e-14)
    assert found.ci_upper == pytest.approx(0.3 + Z * error, rel=1e-14)
    excess = log(-log(0.8)) - log(-log(0.5))
    variance = 0.032 / 0.8**2 / log(0.8) ** 2 + 0.0625 / 0.5**2 / log(0.5) ** 2
    assert found.statistic == pytest.approx(excess**2 / variance, rel=1e-14)
    # 0.84268 on one degree of freedom
    assert found.p_value == pytest.approx(0.35863, abs=5e-6)


def test_groups_exchanged_turn_the_difference_round_and_keep_the_test():
    found = survival_difference((0.8, 0.5), (0.1, 0.2), conf_level=0.9)
    turned = survival_difference((0.5, 0.8), (0.2, 0.1), conf_level=0.9)
    assert turned.estimate == -found.estimate
    assert (turned.ci_lower, turned.ci_upper) == (-found.ci_upper, -found.ci_lower)
    assert (turned.statistic, turned.p_value) == (found.statistic, found.p_value)


def test_limits_stay_within_one():
    found = survival_difference((0.99, 0.01), (0.3, 0.3), conf_level=0.95)
    assert found.ci_upper == 1
    assert found.ci_lower > 0


@pytest.mark.parametrize(
    ("survival", "std_error"),
    [((1.0, 0.5), (0.0, 0.1)), ((0.5, 1.0), (0.1, 0.0)), ((0.5, 0.0), (0.1, None))],
)
def test_a_survival_of_0_or_1_has_no_difference(survival, std_error):
    status = "not estimable: the estimate of a group is 0 or 1, where it has no usable variance"
    expected = SurvivalDifference(None, None, None, None, None, None, status)
    assert survival_difference(survival, std_error, conf_level=0.95) == expected
