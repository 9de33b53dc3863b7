"""Numbers as journals print them."""

import pytest

from analytics.report import formats


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.0001, "<.001"),
        (0.00099, "<.001"),
        (0.001, ".001"),
        (0.0045, ".005"),
        (0.049, ".049"),
        (0.0531, ".053"),
        (0.0999, ".100"),
        (0.1, ".10"),
        (0.198, ".20"),
        (0.985, ".99"),
        (0.99, ".99"),
        (0.991, ">.99"),
        (1.0, ">.99"),
        (None, "-"),
    ],
)
def test_p_values_have_no_leading_zero_and_show_the_side_of_a_half_tenth(value, printed):
    assert formats.p_value(value) == printed


def test_p_value_in_a_sentence_has_its_relation():
    assert formats.p_phrase(0.053) == "P = .053"
    assert formats.p_phrase(0.00001) == "P < .001"
    assert formats.p_phrase(0.9999) == "P > .99"
    assert formats.p_phrase(None) == "P = -"


@pytest.mark.parametrize(
    ("numbers", "printed"),
    [
        ((7.45, 5.5, 8.5), "7.5 (5.5-8.5)"),
        ((18.1, 10.3, None), "18.1 (10.3-NR)"),
        ((None, 10.3, None), "NR (10.3-NR)"),
        ((3.0, None, None), "3.0"),
        ((None, None, None), "-"),
    ],
)
def test_a_limit_that_is_not_reached_is_named(numbers, printed):
    assert formats.with_interval(*numbers) == printed


def test_hazard_ratios_have_two_decimals_and_round_half_away_from_zero():
    assert formats.hazard_ratio(0.585, 0.435, 0.785) == "0.59 (0.44-0.79)"
    assert formats.hazard_ratio(None, 0.4, 0.8) == "-"


def test_the_limits_of_a_difference_may_be_negative():
    assert formats.difference(-9.05, -20.25, 2.149) == "-9.1 (-20.3 to 2.1)"
    assert formats.difference(None, None, None) == "-"


def test_counts_and_percentages_show_the_unknown_as_such():
    assert formats.count_percent(128, 49.42) == "128 (49.4)"
    assert formats.count_percent(128, None) == "128"
    assert formats.count_percent(None, None) == "-"
    assert formats.whole(12345) == "12,345"
    assert formats.percent(None) == "-"
    assert formats.confidence(0.95) == "95% CI"
    assert formats.confidence(None) == "CI"
