"""Two proportions: printed examples, tables worked by hand, and what has to hold of any table."""

from fractions import Fraction
from math import comb, exp, log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.methods.two_by_two import (
    EffectMeasure,
    TwoByTwo,
    fisher_exact_p,
    odds_ratio,
    proportion_difference,
    score_statistic,
)

Z = 1.959963984540054
NOBODY = "not estimable: no subjects"
EMPTY = "not estimable: a cell of the two-by-two table is 0"


@st.composite
def tables(draw):
    whole, reference = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    return TwoByTwo(draw(st.integers(0, whole)), whole, draw(st.integers(0, reference)), reference)


# Newcombe, Stat Med 1998;17:873, table II, the method of Miettinen and Nurminen, (a) to (d)
PRINTED = {
    (56, 70, 48, 80): (0.0528, 0.3382),
    (9, 10, 3, 10): (0.1700, 0.8406),
    (6, 7, 2, 7): (0.0342, 0.8534),
    (5, 56, 0, 29): (-0.0326, 0.1933),
}


@pytest.mark.parametrize(("counts", "limits"), PRINTED.items())
def test_the_score_limits_that_newcombe_prints(counts, limits):
    found = proportion_difference(TwoByTwo(*counts), conf_level=0.95)
    assert (found.ci_lower, found.ci_upper) == pytest.approx(limits, abs=5.001e-5)


def test_the_limits_of_nobody_against_nobody_by_hand():
    # under a difference d above 0 the likeliest proportions are d and 0, so the limit solves
    # d^2 = z^2 (N / (N - 1)) d (1 - d) / n
    found = proportion_difference(TwoByTwo(0, 10, 0, 20), conf_level=0.95)
    one, other = (Z**2 * 30 / 29 / n for n in (10, 20))
    assert found.estimate == 0
    assert found.ci_upper == pytest.approx(one / (1 + one), rel=1e-14)
    assert found.ci_lower == pytest.approx(-other / (1 + other), rel=1e-14)


def test_the_limits_of_everybody_against_nobody_by_hand():
    # under a difference d above 1/2 the likeliest proportions are d and 0, so the limit solves
    # (1 - d)^2 = z^2 (N / (N - 1)) d (1 - d) / n
    found = proportion_difference(TwoByTwo(10, 10, 0, 20), conf_level=0.95)
    assert found.ci_lower == pytest.approx(1 / (1 + Z**2 * 30 / 29 / 10), rel=1e-14)
    assert (found.estimate, found.ci_upper) == (1, 1)
    # in groups of the same size they are (1 + d) / 2 and (1 - d) / 2
    found = proportion_difference(TwoByTwo(10, 10, 0, 10), conf_level=0.95)
    assert found.ci_lower == pytest.approx((19 - Z**2) / (19 + Z**2), rel=1e-14)


def test_the_statistic_without_a_difference_is_the_chi_square_of_the_table():
    # 56 of 70 and 48 of 80, 104 of 150 together; Pearson's chi-square, times (N - 1) / N
    pearson = (0.8 - 0.6) ** 2 / (104 / 150 * 46 / 150 * (1 / 70 + 1 / 80))
    found = score_statistic(TwoByTwo(56, 70, 48, 80), 0.0)
    assert found**2 == pytest.approx(pearson * 149 / 150, rel=1e-14)


@settings(deadline=None)
@given(tables())
def test_the_statistic_at_a_limit_is_the_normal_quantile(table):
    found = proportion_difference(table, conf_level=0.95)
    assert -1 <= found.ci_lower <= found.estimate <= found.ci_upper <= 1
    if found.ci_lower > -1:
        assert score_statistic(table, found.ci_lower) == pytest.approx(Z, rel=1e-9)
    if found.ci_upper < 1:
        assert score_statistic(table, found.ci_upper) == pytest.approx(-Z, rel=1e-9)


@settings(deadline=None)
@given(tables())
def test_groups_exchanged_turn_the_difference_round(table):
    other = TwoByTwo(table.n_reference, table.denominator_reference, table.n, table.denominator)
    found = proportion_difference(table, conf_level=0.9)
    turned = proportion_difference(other, conf_level=0.9)
    assert turned.estimate == pytest.approx(-found.estimate, abs=1e-15)
    assert turned.ci_lower == pytest.approx(-found.ci_upper, abs=1e-13)
    assert turned.ci_upper == pytest.approx(-found.ci_lower, abs=1e-13)
    assert fisher_exact_p(other) == pytest.approx(fisher_exact_p(table), rel=1e-12)


def test_the_odds_ratio_by_hand():
    # 9 of 10 and 3 of 10: (9 x 7) / (1 x 3)
    found = odds_ratio(TwoByTwo(9, 10, 3, 10), conf_level=0.95)
    width = Z * sqrt(1 / 9 + 1 / 1 + 1 / 3 + 1 / 7)
    assert found.status == "ok"
    assert found.estimate == pytest.approx(21, rel=1e-14)
    assert found.ci_lower == pytest.approx(exp(log(21) - width), rel=1e-14)
    assert found.ci_upper == pytest.approx(exp(log(21) + width), rel=1e-14)


def test_fishers_test_by_hand():
    # the lady who tastes tea, 3 of 4 and 1 of 4: 34 of the 70 tables are no more likely
    assert fisher_exact_p(TwoByTwo(3, 4, 1, 4)) == pytest.approx(34 / 70, rel=1e-15)
    assert fisher_exact_p(TwoByTwo(4, 4, 0, 4)) == pytest.approx(2 / 70, rel=1e-15)
    assert fisher_exact_p(TwoByTwo(0, 4, 0, 4)) == 1


@settings(deadline=None)
@given(tables())
def test_fishers_test_sums_the_exact_probabilities(table):
    events = table.n + table.n_reference
    weights = {
        k: comb(table.denominator, k) * comb(table.denominator_reference, events - k)
        for k in range(events + 1)
    }
    as_unlikely = sum(weight for weight in weights.values() if weight <= weights[table.n])
    expected = Fraction(as_unlikely, sum(weights.values()))
    assert fisher_exact_p(table) == pytest.approx(float(expected), rel=1e-12)


def test_fishers_test_of_many_neither_overflows_nor_ends_above_one():
    assert fisher_exact_p(TwoByTwo(5000, 10000, 5000, 10000)) == 1
    assert 0 <= fisher_exact_p(TwoByTwo(10000, 10000, 0, 10000)) < 1e-300


@pytest.mark.parametrize("counts", [(0, 0, 3, 5), (3, 5, 0, 0), (0, 0, 0, 0)])
def test_a_group_of_nobody_has_a_status(counts):
    table = TwoByTwo(*counts)
    nothing = EffectMeasure(None, None, None, NOBODY)
    assert proportion_difference(table, conf_level=0.95) == nothing
    assert odds_ratio(table, conf_level=0.95) == nothing
    assert fisher_exact_p(table) is None


@pytest.mark.parametrize("counts", [(0, 4, 1, 4), (4, 4, 1, 4), (1, 4, 0, 4), (1, 4, 4, 4)])
def test_an_empty_cell_has_a_difference_and_no_odds_ratio(counts):
    table = TwoByTwo(*counts)
    assert odds_ratio(table, conf_level=0.95) == EffectMeasure(None, None, None, EMPTY)
    assert proportion_difference(table, conf_level=0.95).status == "ok"


def test_one_subject_in_each_group_has_limits():
    found = proportion_difference(TwoByTwo(1, 1, 0, 1), conf_level=0.95)
    assert (found.estimate, found.ci_upper) == (1, 1)
    assert -1 < found.ci_lower < 1


def test_a_count_beyond_its_group_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"^5 of 4 is not part of a whole\.$"):
        TwoByTwo(5, 4, 1, 4)
