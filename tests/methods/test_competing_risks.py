from math import sqrt

import pytest
from polars.testing import assert_frame_equal

from analytics.methods.competing_risks import cumulative_incidence_at, cumulative_incidence_curve
from analytics.methods.counts import counts_from_times

TIMES, CODES = [1, 2, 2, 3, 4], [1, 1, 2, 0, 1]


DEFAULTS = {"event": "event", "variance": "delta", "conf_level": 0.95, "ci_transform": "plain"}


def curve_of(times, codes, entry=None, **options):
    counts = counts_from_times(times, codes, entry=entry)
    return cumulative_incidence_curve(counts, **{**DEFAULTS, **options})


def test_event_and_competing_event_on_one_day_by_hand():
    event, competing = curve_of(TIMES, CODES), curve_of(TIMES, CODES, event="competing")
    assert event["n_risk"].to_list() == [5, 5, 4, 2, 1]
    assert event["estimate"].to_list() == pytest.approx([0, 1 / 5, 2 / 5, 2 / 5, 4 / 5])
    assert competing["estimate"].to_list() == pytest.approx([0, 0, 1 / 5, 1 / 5, 1 / 5])


def test_one_minus_kaplan_meier_would_be_too_much():
    assert curve_of([1, 2, 3], [2, 1, 0])["estimate"][-1] == pytest.approx(2 / 3 * 1 / 2)


def test_variances_by_hand_on_the_first_day():
    assert curve_of(TIMES, CODES)["std_error"][1] == pytest.approx(sqrt(1 / 5 * 4 / 5 / 5))
    assert curve_of(TIMES, CODES, variance="aalen")["std_error"][1] == pytest.approx(1 / 5)


def test_delta_variance_by_hand_on_the_second_day():
    # F = 1/5 then 2/5: (F(t) - F)^2 d / (n (n - d)) + S^2 d_k (n - d_k) / n^3 - 2 (..) S d_k / n^2
    first = (1 / 5) ** 2 / (5 * 4) + 1 * 4 / 5**3 - 2 * 1 / 5 * 1 / 5**2
    second = (4 / 5) ** 2 * 1 * 3 / 4**3
    assert curve_of(TIMES, CODES)["std_error"][2] == pytest.approx(sqrt(first + second))


@pytest.mark.parametrize("n", [3, 7, 12, 29])
def test_incidence_that_reaches_one_is_certain(n):
    # the variance is 0, and not the root of what cancellation leaves
    curve = curve_of(range(1, n + 1), [1] * n)
    assert curve["estimate"][-1] == pytest.approx(1)
    assert curve["std_error"][-1] == 0
    assert curve["std_error"][-2] == pytest.approx(sqrt((n - 1) / n**3))


@pytest.mark.parametrize("code", [1, 2])
def test_rounding_takes_no_incidence_beyond_one(code):
    # the sum of the parts alone is 1.0000000000000002 for 5, 7 and many other numbers
    event = {1: "event", 2: "competing"}[code]
    for n in range(1, 101):
        estimate = curve_of(range(1, n + 1), [code] * n, event=event)["estimate"]
        assert estimate.max() <= 1
        assert estimate[-1] == pytest.approx(1, abs=1e-14)


def test_jackknife_is_delta_when_all_enter_at_day_zero():
    assert_frame_equal(
        curve_of(TIMES, CODES, variance="infinitesimal_jackknife"), curve_of(TIMES, CODES)
    )


def test_jackknife_with_delayed_entry_is_unknown_since_counts_do_not_tell_who_entered():
    curve = curve_of(TIMES, CODES, entry=[0, 0, 1, 0, 0], variance="infinitesimal_jackknife")
    assert curve["std_error"].null_count() == curve.height
    assert curve["estimate"].null_count() == 0


def test_without_competing_events_it_is_one_minus_survival():
    curve = curve_of([1, 2, 2, 3, 4], [1, 1, 0, 1, 0])
    assert curve["estimate"].to_list() == pytest.approx([0, 1 / 5, 2 / 5, 7 / 10, 7 / 10])
    greenwood = 3 / 10 * sqrt(1 / 20 + 1 / 12 + 1 / 2)
    assert curve["std_error"][-1] == pytest.approx(greenwood)


def test_late_entries_join_the_risk_set_the_day_after():
    curve = curve_of([2, 5, 4], [1, 1, 2], entry=[0, 0, 3])
    assert curve["estimate"].to_list() == pytest.approx([0, 1 / 2, 1 / 2, 1 / 2, 3 / 4])


def test_before_the_first_event_the_transform_has_no_limits_but_day_zero_is_certain():
    limits = curve_of([1, 2, 3], [2, 1, 0], ci_transform="log-log")["ci_upper"].to_list()
    assert limits[:2] == [0, None]


def test_past_the_last_observation_the_incidence_is_carried_forward_with_nobody_at_risk():
    rates = cumulative_incidence_at(curve_of([1, 2, 3], [2, 1, 0]), [0, 2.5, 60])
    assert rates["estimate"].to_list() == pytest.approx([0, 1 / 3, 1 / 3])
    assert rates["n_risk"].to_list() == [3, 1, 0]


def test_all_censored_is_an_incidence_of_zero():
    curve = curve_of([3, 5], [0, 0], variance="aalen")
    assert curve["estimate"].to_list() == [0, 0, 0]
    assert curve["std_error"].to_list() == [0, 0, 0]


def test_everything_on_one_day_divides_by_the_types():
    event, competing = (curve_of([7] * 4, [1, 1, 1, 2], event=e) for e in ("event", "competing"))
    assert (event["estimate"][-1], competing["estimate"][-1]) == (3 / 4, 1 / 4)
    for curve in (event, competing):
        assert curve["std_error"][-1] == pytest.approx(sqrt(3 / 4 * 1 / 4 / 4))


def test_no_events_is_an_incidence_of_zero():
    assert curve_of([1, 2], [0, 2])["estimate"].to_list() == [0, 0, 0]


def test_nobody_at_all_is_unknown():
    assert curve_of([], [])["estimate"].to_list() == [None]


def test_one_patient_has_an_incidence_of_one():
    curve = curve_of([3], [1], variance="aalen")
    assert curve["estimate"].to_list() == [0, 1]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"event": "relapse"}, "The event type 'relapse' is not known; use event or competing."),
        (
            {"variance": "greenwood"},
            "The variance 'greenwood' is not known; "
            "use aalen, delta or infinitesimal_jackknife (parameter cif_variance).",
        ),
    ],
)
def test_an_unknown_name_is_refused_in_a_sentence(options, sentence):
    with pytest.raises(ValueError) as refused:
        curve_of(TIMES, CODES, **options)
    assert str(refused.value) == sentence
