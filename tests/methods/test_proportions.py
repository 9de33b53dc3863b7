"""Exact limits of a proportion: by hand where they have a closed form, and their definition."""

from math import comb

import pytest

from analytics.methods.proportions import exact_limits


def at_least(count: int, denominator: int, share: float) -> float:
    """The binomial probability of so many or more."""
    return sum(
        comb(denominator, k) * share**k * (1 - share) ** (denominator - k)
        for k in range(count, denominator + 1)
    )


def test_nobody_and_everybody_by_hand():
    # the upper limit of 0 of 20 is the share p with (1 - p)^20 = 0.025
    upper = 1 - 0.025 ** (1 / 20)
    assert exact_limits(0, 20, conf_level=0.95) == (0, pytest.approx(upper, rel=1e-14))
    assert exact_limits(20, 20, conf_level=0.95) == (pytest.approx(1 - upper, rel=1e-14), 1)


def test_one_of_two_by_hand():
    # of two, at least one with probability 1 - (1 - p)^2, at most one with 1 - p^2
    root = (1 - 0.025) ** 0.5
    expected = (pytest.approx(1 - root, rel=1e-13), pytest.approx(root, rel=1e-13))
    assert exact_limits(1, 2, conf_level=0.95) == expected


@pytest.mark.parametrize(("count", "denominator"), [(1, 9), (7, 25), (128, 259), (239, 240)])
@pytest.mark.parametrize("conf_level", [0.8, 0.95, 0.999])
def test_a_limit_leaves_half_the_error_in_its_tail(count, denominator, conf_level):
    lower, upper = exact_limits(count, denominator, conf_level=conf_level)
    tail = (1 - conf_level) / 2
    assert at_least(count, denominator, lower) == pytest.approx(tail, rel=1e-9)
    assert 1 - at_least(count + 1, denominator, upper) == pytest.approx(tail, rel=1e-9)


def test_an_empty_group_has_no_limits():
    assert exact_limits(0, 0, conf_level=0.95) == (None, None)


def test_more_than_everybody_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"^3 of 2 is not part of a whole\.$"):
        exact_limits(3, 2, conf_level=0.95)


def test_a_level_of_one_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        exact_limits(1, 2, conf_level=1)
