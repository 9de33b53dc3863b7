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
        (0.0495, ".0495"),
        (0.0499999, "<.05"),
        (0.05, ".050"),
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


def test_a_ratio_prints_on_the_side_of_one_where_it_is():
    assert formats.hazard_ratio(0.99612, 0.98, 1.013) == "1.00 (0.98-1.01)"
    assert formats.hazard_ratio(0.99612, 0.993, 0.9996) == "0.996 (0.99-0.9996)"
    assert formats.hazard_ratio(1.0004, 1.0001, 1.0009) == "1.0004 (1.0001-1.001)"
    assert formats.hazard_ratio(0.0012, 0.0000004, 0.4) == "0.001 (<0.00001 to 0.40)"
    assert formats.hazard_ratio(1.0, 1.0, 1.0) == "1.00 (1.00-1.00)"


def test_a_percentage_is_none_or_all_only_where_it_is():
    assert formats.percent(0.0) == "0.0%"
    assert formats.percent(0.04) == "<0.1%"
    assert formats.percent(99.96) == ">99.9%"
    assert formats.percent(100.0) == "100.0%"
    assert formats.percent_interval(0.01, 99.99) == "<0.1 to >99.9"


def test_a_difference_prints_on_the_side_of_zero_where_it_is():
    assert formats.difference(0.04, 0.01, 0.07) == "0.04 (0.01 to 0.1)"
    assert formats.difference(0.04, -0.02, 0.1) == "0.0 (-0.02 to 0.1)"


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
