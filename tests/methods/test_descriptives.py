import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.methods.descriptives import (
    count_percent,
    percent,
    quantile,
    round_half_away,
    summary_statistics,
)


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [
        (0.5649, 2, "0.56"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (-2.5, 0, "-3"),
        (2.675, 2, "2.68"),
        (0.125, 2, "0.13"),
        (7.0, 1, "7.0"),
        (-0.001, 2, "0.00"),
        (1e-7, 3, "0.000"),
        (123456.5, 0, "123457"),
        (100 * 1 / 8, 0, "13"),
        (1250.0, -2, "1300"),
    ],
)
def test_halves_round_away_from_zero_as_printed(value, digits, printed):
    assert round_half_away(value, digits) == printed


def test_an_unknown_value_is_not_rounded():
    with pytest.raises(ValueError) as refused:
        round_half_away(float("nan"), 1)
    assert str(refused.value) == "nan cannot be rounded; show an unknown value as such."


def test_counts_are_of_everybody_the_unknown_too():
    levels = pl.Series(["yes", "no", None, "yes"])
    expected = pl.DataFrame(
        {
            "level": ["yes", "no", "perhaps", None],
            "n": [2, 1, 0, 1],
            "denominator": [4, 4, 4, 4],
            "percent": [50.0, 25.0, 0.0, 25.0],
        }
    )
    assert_frame_equal(count_percent(levels, ["yes", "no", "perhaps", None]), expected)


def test_a_level_outside_the_table_is_refused():
    with pytest.raises(ValueError) as refused:
        count_percent(pl.Series(["yes", "never"]), ["yes", "no"])
    assert str(refused.value) == "Level 'never' is in the data but not in the table; add it."


def test_the_percentage_of_nobody_is_unknown():
    assert percent(0, 0) is None
    with pytest.raises(ValueError) as refused:
        percent(3, 2)
    assert str(refused.value) == "3 of 2 is not part of a whole."


def test_summary_of_the_known_values():
    found = dict(summary_statistics(pl.Series([4.0, None, 1.0, 2.0, 3.0])).rows())
    assert found == {
        "n": 4, "mean": 2.5, "sd": pytest.approx((5 / 3) ** 0.5),
        "median": 2.5, "q1": 1.5, "q3": 3.5, "min": 1, "max": 4,
    }  # fmt: skip


def test_one_value_has_no_standard_deviation_and_none_has_nothing():
    assert dict(summary_statistics(pl.Series([3])).rows())["sd"] is None
    nothing = dict(summary_statistics(pl.Series([], dtype=pl.Float64)).rows())
    assert nothing.pop("n") == 0
    assert set(nothing.values()) == {None}


def test_quartiles_average_only_at_whole_positions():
    assert quantile([1, 2, 3, 4, 5], 0.25) == 2
    assert quantile([1, 2, 3, 4, 5, 6, 7, 8], 0.25) == 2.5
