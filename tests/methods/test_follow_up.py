import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.methods.counts import counts_from_times, risk_table
from analytics.methods.follow_up import follow_up, reverse_survival


def test_deaths_leave_before_the_censorings_of_the_day():
    table = risk_table(counts_from_times([1, 2, 2, 3, 4], [1, 1, 0, 1, 0]))
    assert reverse_survival(table) == pytest.approx([1, 1, 2 / 3, 2 / 3, 0])


def test_follow_up_has_the_median_and_the_ranges():
    found = follow_up(counts_from_times([1, 2, 2, 3, 4], [1, 1, 0, 1, 0]))
    expected = pl.DataFrame(
        {
            "statistic": ["reverse_km_median", "median_censored", "min", "max", "min", "max"],
            "over": ["all", "censored", "censored", "censored", "all", "all"],
            "time": [4.0, 3.0, 2.0, 4.0, 1.0, 4.0],
        }
    )
    assert_frame_equal(found, expected)


def test_a_competing_event_ends_the_watch_like_an_event():
    with_competing = follow_up(counts_from_times([1, 2, 2, 3, 4], [2, 1, 0, 2, 0]))
    assert_frame_equal(
        with_competing, follow_up(counts_from_times([1, 2, 2, 3, 4], [1, 1, 0, 1, 0]))
    )


def test_nobody_censored_has_no_follow_up_median():
    found = dict(
        follow_up(counts_from_times([1, 2], [1, 1])).select("statistic", "time").rows()[:2]
    )
    assert found == {"reverse_km_median": None, "median_censored": None}


def test_all_censored_is_the_median_of_the_times():
    found = follow_up(counts_from_times([2, 4, 6], [0, 0, 0]))
    assert found["time"].to_list() == [4, 4, 2, 6, 2, 6]


def test_nobody_at_all_has_no_follow_up():
    assert follow_up(counts_from_times([], []))["time"].to_list() == [None] * 6


def test_lung_has_the_published_reverse_median(lung, counts_of):
    # 588 days in both survfit on swapped flags and prodlim's reverse = TRUE
    assert follow_up(counts_of(lung, "time", "died"))["time"][0] == 588
