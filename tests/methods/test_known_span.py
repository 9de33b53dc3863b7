"""Where a curve with late entries is known, on cohorts worked by hand."""

from functools import partial

import polars as pl
import pytest

from analytics.methods.competing_risks import cumulative_incidence_curve
from analytics.methods.counts import counts_from_times
from analytics.methods.follow_up import follow_up
from analytics.methods.kaplan_meier import kaplan_meier_curve, median_survival
from analytics.methods.known_span import KnownSpan, counts_given, curve_in_span, known_span
from analytics.methods.restricted_mean import restricted_mean

# One enters on day 1 and dies on day 3, before anybody else is there; six enter on day 4.
ENTRY = [1, 4, 4, 4, 4, 4, 4]
TIME = [3, 5, 6, 7, 8, 9, 9]
CODE = [1, 1, 0, 1, 0, 1, 0]

survival_of = partial(kaplan_meier_curve, conf_level=0.95, ci_transform="log-log")


def late(time=TIME, code=CODE, entry=ENTRY):
    return counts_from_times(time, code, entry=entry)


def test_a_risk_set_of_one_no_longer_decides_the_curve():
    counts = late()
    assert survival_of(counts)["estimate"].to_list()[-1] == 0  # dead on day 3, for ever
    span = known_span(counts, smallest_risk_set=5)
    assert span == KnownSpan(4.0)
    curve = curve_in_span(counts, span, survival_of)
    # from day 4: 6 at risk, deaths on day 5 (of 6), 7 (of 4) and 9 (of 2)
    assert curve.select("time", "n_risk", "n_event").rows() == [
        (0, 0, 0), (1, 0, 0), (3, 1, 1), (4, 0, 0), (5, 6, 1), (6, 5, 0), (7, 4, 1), (8, 3, 0),
        (9, 2, 1),
    ]  # fmt: skip
    estimates = curve["estimate"].to_list()
    assert estimates[:4] == [None, None, None, 1]
    assert estimates[4:] == pytest.approx([5 / 6, 5 / 6, 5 / 8, 5 / 8, 5 / 16])
    assert median_survival(curve).median == 9


def test_the_restricted_mean_is_of_those_without_an_event_on_the_first_day():
    given = survival_of(counts_given(late(), 4.0))
    mean = restricted_mean(given, horizon=8, conf_level=0.95)
    assert mean.estimate == pytest.approx(5 + 2 * 5 / 6 + 5 / 8)


def test_those_followed_beyond_a_day_enter_on_it_or_later():
    # six are there, one comes on day 6; by day 5 one of the six has gone
    counts = counts_from_times([5, 7, 8, 8, 9, 9, 9], [1, 0, 1, 0, 1, 1, 0], entry=[0] * 6 + [6])
    assert counts_given(counts, 5.0).rows() == [
        (0.0, 0, 0, 0, 0), (5.0, 5, 0, 0, 0), (6.0, 1, 0, 0, 0), (7.0, 0, 0, 0, 1),
        (8.0, 0, 1, 0, 1), (9.0, 0, 2, 0, 1),
    ]  # fmt: skip
    assert counts_given(counts, 0.0).equals(counts)
    assert counts_given(counts, 5.5)["n_entry"].to_list() == [0, 5, 1, 0, 0, 0]


def test_without_late_entries_few_subjects_are_no_reason():
    counts = counts_from_times([1, 2, 3], [1, 1, 0])
    assert known_span(counts, smallest_risk_set=10) == KnownSpan()
    assert known_span(counts_from_times([], []), smallest_risk_set=10) == KnownSpan()


def test_never_enough_at_risk_is_no_curve():
    assert known_span(late(), smallest_risk_set=7) is None


def test_the_end_of_follow_up_is_no_reason_to_start_again():
    # 6 at risk from day 4; on day 9 two are left, a late one comes on day 8
    counts = late([*TIME, 10], [*CODE, 0], [*ENTRY, 8])
    assert known_span(counts, smallest_risk_set=3) == KnownSpan(4.0)


def test_a_curve_ends_where_few_have_an_event_and_many_come_later():
    # six of day 0 leave but one, who dies on day 4 before four enter on day 5
    counts = late([1, 1, 1, 1, 2, 4, 8, 8, 8, 9], [0, 0, 0, 1, 0, 1, 1, 0, 0, 0], [0] * 6 + [5] * 4)
    span = known_span(counts, smallest_risk_set=3)
    assert span == KnownSpan(0.0, 4.0)
    curve = curve_in_span(counts, span, survival_of)
    assert curve["estimate"].to_list() == pytest.approx([1, 5 / 6, 5 / 6] + [None] * 4)
    assert [span.holds(day) for day in (0, 3.9, 4)] == [True, True, False]


def test_the_incidence_is_conditional_too():
    counts = late(code=[2, 1, 0, 2, 0, 1, 0])
    span = known_span(counts, smallest_risk_set=5)
    estimator = partial(
        cumulative_incidence_curve,
        event="event",
        variance="aalen",
        conf_level=0.95,
        ci_transform="log-log",
    )
    curve = curve_in_span(counts, span, estimator).filter(pl.col("time") >= 4)
    # 1/6 on day 5; S(9-) = 5/6 x 3/4, half of the two at risk
    expected = [0, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6 + 5 / 16]
    assert curve["estimate"].to_list() == pytest.approx(expected)


def test_the_follow_up_is_of_those_from_the_first_day():
    # the one at risk is lost on day 3; of the six from day 4 half are lost by day 8
    counts = late(code=[0, 1, 0, 1, 0, 1, 0])
    whole, started = (
        follow_up(counts, smallest_risk_set=smallest)["time"][0] for smallest in (None, 5)
    )
    # lost on 6 (of 5), 8 (of 3), 9 (of 1 after the death): 4/5, 8/15, 0
    assert (whole, started) == (3, 9)
    assert follow_up(counts, smallest_risk_set=7)["time"][0] is None


def test_a_risk_set_of_nobody_is_refused():
    with pytest.raises(ValueError, match=r"is 0, but must be at least 1\."):
        known_span(late(), smallest_risk_set=0)
