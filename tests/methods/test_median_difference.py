"""Difference and ratio of two medians: by hand and against R."""

import polars as pl
import pytest

from analytics.methods.counts import counts_from_times
from analytics.methods.kaplan_meier import kaplan_meier_curve
from analytics.methods.median_difference import MedianDifference, median_difference

COLUMNS = (
    "difference", "ci_lower", "ci_upper", "ratio", "ratio_ci_lower", "ratio_ci_upper", "statistic",
    "p_value",
)  # fmt: skip


def curve(times: list[float], observed: list[int]) -> pl.DataFrame:
    counts = counts_from_times(pl.Series(times), pl.Series(observed))
    return kaplan_meier_curve(counts, conf_level=0.95, ci_transform="log-log")


def compared(one: list[float], other: list[float], conf_level: float = 0.95) -> MedianDifference:
    curves = (curve(times, [1] * len(times)) for times in (one, other))
    return median_difference(*curves, conf_level=conf_level)


def test_medians_of_four_events_each_by_hand() -> None:
    """S is 3/4, 1/2, 1/4: q is 4/3, 0, 4/3 from day 1, 2, 3 of the first, 2, 4, 6 of the second.

    Of 95 % the quantile is 3.84, so that every pair of these counts: 1 to 4 less 2 to 8. Of 80 % it
    is 1.64, and one of both must be exactly one half: 2 to 3 less 2 to 8, or 1 to 4 less 4 to 6. On
    the same day the sum is least from day 2: 0 and 4/3.
    """
    wide = compared([1, 2, 3, 4], [2, 4, 6, 8])
    assert (wide.difference, wide.ci_lower, wide.ci_upper) == (-2.5, -7, 2)
    assert (wide.ratio, wide.ratio_ci_lower, wide.ratio_ci_upper) == (0.5, 1 / 8, 2)
    assert wide.statistic == pytest.approx(4 / 3, rel=1e-12)
    assert wide.p_value == pytest.approx(0.24821, abs=5e-6)
    narrow = compared([1, 2, 3, 4], [2, 4, 6, 8], conf_level=0.8)
    assert (narrow.ci_lower, narrow.ci_upper) == (-6, 1)
    assert (narrow.ratio_ci_lower, narrow.ratio_ci_upper) == (1 / 6, 3 / 2)


def test_groups_exchanged_turn_the_limits_round() -> None:
    found, turned = compared([1, 2, 3, 5], [2, 4, 6, 9]), compared([2, 4, 6, 9], [1, 2, 3, 5])
    assert turned.difference == -found.difference  # type: ignore[operator]
    assert (turned.ci_lower, turned.ci_upper) == (-found.ci_upper, -found.ci_lower)  # type: ignore[operator]
    assert turned.ratio_ci_lower == pytest.approx(1 / found.ratio_ci_upper)  # type: ignore[operator]
    assert (turned.statistic, turned.p_value) == (found.statistic, found.p_value)


def test_a_curve_that_ends_near_one_half_bounds_nothing_above() -> None:
    one = curve([1, 2, 3, 4], [1, 1, 1, 0])
    found = median_difference(one, curve([2, 4, 6, 8], [1] * 4), conf_level=0.95)
    assert (found.difference, found.ci_lower, found.ci_upper) == (-2.5, -7, None)
    assert (found.ratio_ci_lower, found.ratio_ci_upper) == (1 / 8, None)


def test_a_median_that_is_not_reached_has_no_difference() -> None:
    found = median_difference(curve([1, 2], [0, 0]), curve([1, 2, 3], [1, 1, 1]), conf_level=0.95)
    assert found == MedianDifference(status="not estimable: median not reached")


def test_a_curve_that_falls_on_one_day_has_no_limits() -> None:
    found = compared([3, 3, 3], [1, 2, 3, 4])
    assert found == MedianDifference(
        status="not estimable: no step of the curves is near one half, so that there are no limits"
    )


def test_medians_against_r(reference, data_sets) -> None:  # type: ignore[no-untyped-def]
    expected = reference("median_difference")
    for row in expected.iter_rows(named=True):
        rows = data_sets[row["data"]]
        curves = []
        for level in (row["level"], row["reference"]):
            own = rows.filter(pl.col(row["group"]) == level)
            curves.append(curve(own["time"].to_list(), own[row["event"]].to_list()))
        found = median_difference(*curves, conf_level=row["conf_level"])
        wanted = [row[name] for name in COLUMNS]
        assert [getattr(found, name) for name in COLUMNS] == [
            None if value is None else pytest.approx(value, rel=1e-10, abs=1e-12)
            for value in wanted
        ]
    assert expected.height == 10
