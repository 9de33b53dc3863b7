from math import sqrt

import numpy as np
import polars as pl
import pytest
from lifelines import KaplanMeierFitter
from polars.testing import assert_frame_equal

from analytics.methods.counts import counts_from_times
from analytics.methods.kaplan_meier import (
    MedianSurvival,
    kaplan_meier_curve,
    median_survival,
    survival_at,
)


def curve_of(times, codes, entry=None, weight=None, ci_transform="plain"):
    counts = counts_from_times(times, codes, entry=entry, weight=weight)
    return kaplan_meier_curve(counts, conf_level=0.95, ci_transform=ci_transform)


def test_five_subjects_with_a_tie_and_a_censoring_on_an_event_day():
    expected = pl.DataFrame(
        {
            "time": [0.0, 1.0, 2.0, 3.0, 4.0],
            "n_risk": [5, 5, 4, 2, 1],
            "n_event": [0, 1, 1, 1, 0],
            "n_censored": [0, 0, 1, 0, 1],
            "estimate": [1.0, 4 / 5, 3 / 5, 3 / 10, 3 / 10],
            "std_error": [
                0.0,
                4 / 5 * sqrt(1 / 20),
                3 / 5 * sqrt(1 / 20 + 1 / 12),
                3 / 10 * sqrt(1 / 20 + 1 / 12 + 1 / 2),
                3 / 10 * sqrt(1 / 20 + 1 / 12 + 1 / 2),
            ],
        }
    )
    curve = curve_of([1, 2, 2, 3, 4], [1, 1, 0, 1, 0])
    assert_frame_equal(curve.drop("ci_lower", "ci_upper"), expected, abs_tol=1e-15)


def test_plain_limits_stay_between_zero_and_one():
    curve = curve_of([1, 2, 2, 3, 4], [1, 1, 0, 1, 0])
    assert curve["ci_upper"][1] == 1
    assert curve["ci_lower"][3] == 0
    day_two = 3 / 5 - 1.959963984540054 * 3 / 5 * sqrt(1 / 20 + 1 / 12)
    assert curve["ci_lower"][2] == pytest.approx(day_two, abs=1e-15)


def test_limits_are_null_where_survival_is_zero():
    for transform in ("plain", "log", "log-log"):
        last = curve_of([1, 2], [1, 1], ci_transform=transform).row(-1, named=True)
        assert last["estimate"] == 0
        assert (last["std_error"], last["ci_lower"], last["ci_upper"]) == (None, None, None)


def test_before_the_first_event_log_log_limits_are_unknown_but_day_zero_is_certain():
    times, codes = [1, 2, 3], [0, 1, 0]
    assert curve_of(times, codes, ci_transform="log-log")["ci_lower"].to_list()[:2] == [1, None]
    assert curve_of(times, codes, ci_transform="log")["ci_lower"].to_list()[:2] == [1, 1]


def test_an_event_on_day_zero_counts():
    curve = curve_of([0, 5], [1, 1])
    assert curve["estimate"].to_list() == [1 / 2, 0]
    assert curve["n_risk"].to_list() == [2, 1]


def test_all_censored_is_a_flat_curve_without_a_median():
    curve = curve_of([3, 5], [0, 0])
    assert curve["estimate"].to_list() == [1, 1, 1]
    assert median_survival(curve) == MedianSurvival(None, None, None)


def test_one_patient_dies():
    curve = curve_of([7], [1])
    assert curve["estimate"].to_list() == [1, 0]
    assert median_survival(curve).median == 7


def test_everything_on_one_day():
    curve = curve_of([7, 7, 7], [1, 1, 0])
    assert curve["estimate"].to_list() == pytest.approx([1, 1 / 3], abs=1e-15)


def test_those_censored_after_the_last_event_stay_at_risk():
    curve = curve_of([1, 2, 3, 3, 5], [1, 1, 0, 0, 0])
    assert curve["n_risk"].to_list() == [5, 5, 4, 3, 1]
    assert curve["estimate"].to_list()[2:] == pytest.approx([3 / 5] * 3)
    assert survival_at(curve, [2, 2.5, 4, 5])["n_risk"].to_list() == [4, 3, 1, 1]


def test_of_limits_that_fall_rise_and_fall_the_first_day_counts():
    # few at risk early: the lower limit dips below 0.5, and no day that it allows may lie outside
    limits = {"ci_lower": [1.0, 0.4, 0.6, 0.4], "ci_upper": [1.0, 0.9, 0.8, 0.7]}
    curve = pl.DataFrame({"time": [0, 1, 2, 3], "estimate": [1.0, 0.8, 0.7, 0.6], **limits})
    assert median_survival(curve) == MedianSurvival(None, 1, None)


def test_nobody_at_all_is_unknown():
    curve = curve_of([], [])
    assert curve.row(0, named=True) | {"estimate": None} == {
        "time": 0, "n_risk": 0, "n_event": 0, "n_censored": 0,
        "estimate": None, "std_error": None, "ci_lower": None, "ci_upper": None,
    }  # fmt: skip
    assert curve["estimate"].to_list() == [None]


def test_competing_event_is_not_censoring():
    with pytest.raises(ValueError) as refused:
        curve_of([1, 2], [1, 2])
    assert str(refused.value) == (
        "Kaplan-Meier does not allow competing events, since they are not censorings; use "
        "cumulative_incidence_curve, or make them events of the endpoint."
    )


def test_late_entries_join_the_risk_set_the_day_after():
    curve = curve_of([2, 5, 4], [1, 1, 1], entry=[0, 0, 3])
    assert curve["time"].to_list() == [0, 2, 3, 4, 5]
    assert curve["n_risk"].to_list() == [2, 2, 1, 2, 1]
    assert curve["estimate"].to_list() == pytest.approx([1, 1 / 2, 1 / 2, 1 / 4, 0], abs=1e-15)


def test_a_gap_without_anyone_at_risk_leaves_survival_where_it_was():
    curve = curve_of([1, 2, 5, 6], [1, 0, 1, 0], entry=[0, 0, 3, 3])
    assert curve["n_risk"].to_list() == [2, 2, 1, 0, 2, 1]
    expected = [1, 1 / 2, 1 / 2, 1 / 2, 1 / 4, 1 / 4]
    assert curve["estimate"].to_list() == pytest.approx(expected, abs=1e-15)


def test_survival_of_zero_stays_zero_whoever_enters_later():
    curve = curve_of([2, 6], [1, 0], entry=[0, 3])
    assert curve["estimate"].to_list() == [1, 0, 0, 0]


def test_the_process_keeps_its_warnings_about_numbers():
    before = np.geterr()
    curve_of([1, 2], [1, 1])
    assert np.geterr() == before


def test_survival_of_exactly_one_half_gives_the_midpoint():
    assert median_survival(curve_of([1, 2, 3, 4], [1, 1, 1, 1])).median == 2.5


def test_one_half_reached_by_uneven_fractions_gives_the_midpoint():
    # 5/6 x 4/5 x 3/4 is not 0.5 in floating point
    curve = curve_of([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 1, 0])
    assert median_survival(curve).median == 4


def test_a_curve_that_ends_at_one_half_has_no_median():
    assert median_survival(curve_of([1, 2, 3, 4], [1, 1, 0, 0])).median is None


def test_an_upper_limit_that_is_not_reached_is_none():
    median = median_survival(curve_of([1, 2, 3, 4], [1, 1, 1, 1], ci_transform="log-log"))
    assert median == MedianSurvival(median=2.5, ci_lower=1, ci_upper=None)


def test_the_rate_is_the_step_value():
    rates = survival_at(curve_of([1, 2, 2, 3, 4], [1, 1, 0, 1, 0]), [0, 1.5, 2, 2.5, 4])
    expected = [1, 4 / 5, 3 / 5, 3 / 5, 3 / 10]
    assert rates["estimate"].to_list() == pytest.approx(expected, abs=1e-15)
    assert rates["n_risk"].to_list() == [5, 4, 4, 2, 1]


def test_past_the_last_observation_the_rate_is_unknown():
    rates = survival_at(curve_of([1, 2], [1, 0]), [3])
    assert rates.row(0) == (3, None, None, None, None, 0)


def test_past_the_last_death_the_rate_is_zero():
    rates = survival_at(curve_of([1, 2], [1, 1]), [3])
    assert rates.row(0) == (3, 0, None, None, None, 0)


def test_the_number_at_risk_at_a_landmark_counts_only_those_who_entered():
    rates = survival_at(curve_of([9, 9], [1, 0], entry=[0, 5]), [4, 5, 6])
    assert rates["n_risk"].to_list() == [1, 1, 2]


def test_a_weight_of_two_is_the_row_twice():
    assert_frame_equal(
        curve_of([1, 2, 3], [1, 0, 1], weight=[2, 1, 2]), curve_of([1, 1, 2, 3, 3], [1, 1, 0, 1, 1])
    )


def test_an_unknown_transform_is_refused_in_a_sentence():
    with pytest.raises(ValueError) as refused:
        curve_of([1, 2], [1, 0], ci_transform="logit")
    assert str(refused.value) == (
        "The interval transform 'logit' is not known; use log-log, log or plain."
    )


@pytest.mark.parametrize("seed", range(60))
def test_the_estimate_is_that_of_a_fit_of_the_rows_to_the_last_bit(seed):
    """The table of events is handed to an inner function of lifelines: its fit is the judge."""
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 200))
    leave = random.integers(2, random.integers(4, 400), size=n).astype(float)
    codes = random.integers(0, 2, size=n)
    entry = random.integers(0, leave).astype(float) if seed % 2 else None
    if entry is not None:  # one is there throughout: lifelines refuses an empty risk set
        entry[0], leave[0], codes[0] = 0, 500, 0
    curve = curve_of(leave, codes, entry=entry)
    with np.errstate():
        fitted = KaplanMeierFitter().fit(leave, codes, entry=entry)
    days = curve["time"].to_numpy()
    steps = fitted.survival_function_.iloc[:, 0]
    row = np.searchsorted(steps.index.to_numpy(), days, side="right") - 1
    assert curve["estimate"].to_list() == steps.to_numpy()[row].tolist()
