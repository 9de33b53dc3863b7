"""The Cochran-Mantel-Haenszel test and the common odds ratio, by hand."""

from math import exp, log, sqrt

import pytest

from analytics.methods.chi_square import TestResult
from analytics.methods.mantel_haenszel import (
    cochran_mantel_haenszel_test,
    common_odds_ratio,
    hypergeometric_variance,
)
from analytics.methods.two_by_two import EffectMeasure, TwoByTwo

Z = 1.959963984540054
# 4 of 5 and 2 of 5, then 3 of 4 and 2 of 6
STRATA = [TwoByTwo(4, 5, 2, 5), TwoByTwo(3, 4, 2, 6)]
# one group alone, all with the outcome, none with it, one subject, nobody
WITHOUT_INFORMATION = [
    TwoByTwo(2, 3, 0, 0),
    TwoByTwo(2, 2, 3, 3),
    TwoByTwo(0, 2, 0, 3),
    TwoByTwo(1, 1, 0, 0),
    TwoByTwo(0, 0, 0, 0),
]
NOTHING = "not estimable: no stratum has both groups and both outcomes"
NOBODY = "not estimable: no subjects"


def test_the_test_by_hand():
    # expected 5 x 6 / 10 = 3 and 4 x 5 / 10 = 2; variances 5 5 6 4 / (100 9) and 4 6 5 5 / (100 9)
    found = cochran_mantel_haenszel_test(STRATA)
    assert found.statistic == pytest.approx((1 + 1) ** 2 / (600 / 900 + 600 / 900), rel=1e-14)
    assert (found.df, found.status) == (1, "ok")
    assert found.p_value == pytest.approx(0.0832645, abs=5e-8)  # chi-square of 3 on one


def test_the_common_odds_ratio_by_hand():
    # products over totals: 4 x 3 / 10 and 3 x 4 / 10 against 1 x 2 / 10 and 1 x 2 / 10
    larger, smaller = 1.2 + 1.2, 0.2 + 0.2
    # the shares of the cells that make it larger: 7 / 10 in either stratum
    variance = (
        0.7 * larger / (2 * larger**2)
        + (0.7 * smaller + 0.3 * larger) / (2 * larger * smaller)
        + 0.3 * smaller / (2 * smaller**2)
    )
    found = common_odds_ratio(STRATA, conf_level=0.95)
    assert found.estimate == pytest.approx(6, rel=1e-14)
    assert found.ci_lower == pytest.approx(exp(log(6) - Z * sqrt(variance)), rel=1e-13)
    assert found.ci_upper == pytest.approx(exp(log(6) + Z * sqrt(variance)), rel=1e-13)


def test_one_stratum_has_the_odds_ratio_of_its_table():
    found = common_odds_ratio([TwoByTwo(9, 10, 3, 10)], conf_level=0.95)
    assert found.estimate == pytest.approx(21, rel=1e-14)


def test_strata_without_information_change_nothing():
    assert [hypergeometric_variance(table) for table in WITHOUT_INFORMATION] == [0] * 5
    both = [*WITHOUT_INFORMATION, *STRATA]
    assert cochran_mantel_haenszel_test(both) == cochran_mantel_haenszel_test(STRATA)
    assert common_odds_ratio(both, conf_level=0.9) == common_odds_ratio(STRATA, conf_level=0.9)


def test_strata_in_another_order_give_the_same_to_the_last_bit():
    more = [*STRATA, TwoByTwo(7, 19, 3, 23), TwoByTwo(1, 3, 2, 7)]
    turned = more[::-1]
    assert cochran_mantel_haenszel_test(turned) == cochran_mantel_haenszel_test(more)
    assert common_odds_ratio(turned, conf_level=0.95) == common_odds_ratio(more, conf_level=0.95)


@pytest.mark.parametrize(
    ("strata", "status"),
    [([], NOBODY), ([TwoByTwo(0, 0, 0, 0)], NOBODY), (WITHOUT_INFORMATION, NOTHING)],
)
def test_too_little_data_is_a_status(strata, status):
    assert cochran_mantel_haenszel_test(strata) == TestResult(None, 0, None, status)
    expected = EffectMeasure(None, None, None, status)
    assert common_odds_ratio(strata, conf_level=0.95) == expected


@pytest.mark.parametrize("table", [TwoByTwo(3, 3, 1, 4), TwoByTwo(0, 3, 1, 4)])
def test_a_ratio_at_its_bound_has_a_test_and_no_limits(table):
    assert cochran_mantel_haenszel_test([table]).status == "ok"
    status = "not estimable: the common odds ratio is 0 or infinite"
    assert common_odds_ratio([table], conf_level=0.95) == EffectMeasure(None, None, None, status)
