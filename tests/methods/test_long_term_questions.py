"""Long-term questions to a curve, on cohorts worked by hand."""

from math import exp, log, sqrt

import numpy as np
import pytest

from analytics.methods.competing_risks import cumulative_incidence_curve
from analytics.methods.conditional_survival import conditional_survival
from analytics.methods.counts import counts_from_times
from analytics.methods.incidence_rate import incidence_rate
from analytics.methods.kaplan_meier import kaplan_meier_curve, survival_quantile
from analytics.methods.restricted_mean import restricted_mean
from analytics.methods.smoothed_hazard import smoothed_hazard
from analytics.methods.survival_difference import survival_ratio
from analytics.methods.time_lost import restricted_mean_time_lost

# S is 4/5 from day 1, 3/5 from day 2 (one is censored with that event), 3/10 from day 3
TIMES, CODES = [1, 2, 2, 3, 4], [1, 1, 0, 1, 0]
Z = 1.959963984540054


def later(at, further, times=TIMES, codes=CODES):
    counts = counts_from_times(times, codes)
    found = conditional_survival(
        counts, at=at, further=[further], conf_level=0.95, ci_transform="plain"
    )
    return found.row(0, named=True)


def test_survival_after_a_day_is_that_of_those_left():
    found = later(1, 2)
    # of four after day 1 one of four dies on day 2, one of two on day 3: 3/10 over 4/5
    assert found["estimate"] == pytest.approx(3 / 8)
    error = 3 / 8 * sqrt(1 / (4 * 3) + 1 / (2 * 1))
    assert found["std_error"] == pytest.approx(error)
    assert found["ci_lower"] == max(0, 3 / 8 - Z * error)
    assert found["n_risk"] == 2


def test_survival_after_a_day_is_not_known_beyond_the_last_observation():
    assert later(1, 5)["estimate"] is None
    assert later(1, 5, [1, 2, 3], [1, 1, 1])["estimate"] == 0


def test_quantiles_follow_the_rule_of_the_median():
    curve = kaplan_meier_curve(
        counts_from_times(TIMES, CODES), conf_level=0.95, ci_transform="log-log"
    )
    assert survival_quantile(curve, 0.1)[0] == 1
    assert survival_quantile(curve, 0.2)[0] == 1.5  # S is 4/5 from day 1 to day 2
    assert survival_quantile(curve, 0.7)[0] is None  # the curve ends on 3/10
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        survival_quantile(curve, 1)


def test_events_per_day_in_an_interval():
    # after day 1 and up to day 3: 4 days of four, 2 of the two who are there on day 3
    counts = counts_from_times(TIMES, CODES)
    found = incidence_rate(counts, after=1, until=3, conf_level=0.95)
    assert (found.n_event, found.days_at_risk) == (2, 4 + 2)
    assert found.estimate == pytest.approx(1 / 3)
    # Garwood's limits of 2 events are 0.2422 and 7.2247
    assert (found.ci_lower, found.ci_upper) == pytest.approx((0.242209 / 6, 7.224688 / 6), rel=1e-5)


def test_without_an_event_the_upper_limit_is_that_of_an_exponential():
    counts = counts_from_times([4, 4], [0, 0])
    found = incidence_rate(counts, after=0, until=None, conf_level=0.95)
    assert (found.estimate, found.ci_lower) == (0, 0)
    assert found.ci_upper == pytest.approx(-log(0.025) / 8)


def test_the_intervals_add_up_and_late_entries_count_from_their_entry():
    counts = counts_from_times([0, 5, 9, 9], [1, 1, 0, 2], entry=[0, 0, 4, 6])
    parts = [
        incidence_rate(counts, after=after, until=until, conf_level=0.95)
        for after, until in ((0, 5), (5, 7), (7, None))
    ]
    assert [(part.n_event, part.days_at_risk) for part in parts] == [(2, 6), (0, 3), (0, 4)]
    whole = incidence_rate(counts, after=0, until=None, conf_level=0.95)
    assert (whole.n_event, whole.days_at_risk) == (2, 13)
    other = incidence_rate(counts, after=0, until=None, conf_level=0.95, event="competing")
    assert other.n_event == 1
    beyond = incidence_rate(counts, after=9, until=12, conf_level=0.95)
    assert (beyond.estimate, beyond.status) == (
        None,
        "not estimable: nobody at risk in the interval",
    )


def test_the_smoothed_hazard_of_one_step_is_the_kernel():
    # deaths on days 10 (of 4) and 40 (of 2), bandwidth 10
    counts = counts_from_times([10, 20, 40, 40], [1, 0, 1, 0])
    found = smoothed_hazard(counts, [15, 25, 40, 45], bandwidth=10, conf_level=0.95)
    # three quarters of 1 - (1/2)^2, a quarter of the subjects
    assert found["estimate"][0] == pytest.approx(0.75 * 0.75 / 4 / 10)
    assert found["std_error"][0] == pytest.approx(0.75 * 0.75 / 4 / 10)
    assert found["ci_lower"][0] == pytest.approx(found["estimate"][0] * exp(-Z))
    # on the last event day the kernel looks back alone: q = 0 gives 0.75 x 64 x 2 / 19
    assert found["estimate"][2] == pytest.approx(0.75 * 128 / 19 / 2 / 10)
    assert found["status"].to_list() == [
        "ok",
        "not estimable: no event within the bandwidth",
        "ok",
        "not estimable: not between the start and the last event",
    ]


def test_a_one_sided_kernel_takes_a_constant_hazard_as_it_is():
    # 2000 deaths evenly over 100 days of a cohort that is kept full by late entries
    days = np.linspace(0.05, 100, 2000)
    counts = counts_from_times(
        [*days, *[101] * 50], [1] * 2000 + [0] * 50, entry=[0.0, *days[:-1], *[0] * 50]
    )
    found = smoothed_hazard(counts, [0, 3, 10, 50, 95, 100], bandwidth=10, conf_level=0.95)
    expected = 1 / 51 / 0.05
    assert found["estimate"].to_list() == pytest.approx([expected] * 6, rel=0.03)


def test_a_bandwidth_without_room_is_a_status():
    found = smoothed_hazard(counts_from_times([10, 40], [1, 1]), [5], bandwidth=21, conf_level=0.95)
    assert found["status"].to_list() == [
        "not estimable: the bandwidth is more than half of the time with events"
    ]


def lost(event, horizon, times, codes):
    return restricted_mean_time_lost(
        counts_from_times(times, codes), event=event, horizon=horizon, conf_level=0.95
    )


def test_time_lost_by_hand():
    # without censoring it is the mean of the days after the event: (4 + 2) / 4 and 3 / 4
    times, codes = [1, 2, 3, 6], [1, 2, 1, 0]
    own, other = (lost(event, 5, times, codes) for event in ("event", "competing"))
    assert (own.estimate, other.estimate) == pytest.approx((6 / 4, 3 / 4))
    # and its variance that of four days lost, over 4
    assert own.std_error == pytest.approx(np.std([4, 0, 2, 0]) / 2)
    assert other.std_error == pytest.approx(np.std([0, 3, 0, 0]) / 2)


def test_the_times_lost_and_the_mean_without_an_event_are_the_horizon():
    rng = np.random.default_rng(1)
    times, codes = rng.integers(0, 50, 80), rng.integers(0, 3, 80)
    either = counts_from_times(times, codes > 0)
    curve = kaplan_meier_curve(either, conf_level=0.95, ci_transform="log-log")
    free = restricted_mean(curve, horizon=40, conf_level=0.95).estimate
    both = [lost(event, 40, times, codes).estimate for event in ("event", "competing")]
    assert free + sum(both) == pytest.approx(40, rel=1e-13)


def test_time_lost_without_competing_events_has_the_error_of_the_restricted_mean():
    curve = kaplan_meier_curve(
        counts_from_times(TIMES, CODES), conf_level=0.95, ci_transform="log-log"
    )
    mean = restricted_mean(curve, horizon=3.5, conf_level=0.95)
    assert lost("event", 3.5, TIMES, CODES).std_error == pytest.approx(mean.std_error, rel=1e-13)


@pytest.mark.parametrize(
    ("times", "codes", "horizon", "reason"),
    [
        ([], [], 5, "no subjects"),
        ([3], [1], 5, "fewer than two subjects at risk"),
        ([3, 4], [2, 0], 4, "no events"),
        ([3, 4], [1, 0], 2, "no events"),
        ([3, 4], [1, 0], 5, "the horizon lies beyond the last observation"),
        ([3, 3], [1, 1], 5, "the restricted times do not vary"),
    ],
)
def test_time_lost_of_too_little_data_is_a_status(times, codes, horizon, reason):
    assert lost("event", horizon, times, codes).status == f"not estimable: {reason}"


def test_the_area_is_that_of_the_curve():
    counts = counts_from_times([1, 2, 3, 6], [1, 2, 1, 0])
    curve = cumulative_incidence_curve(
        counts, event="event", variance="delta", conf_level=0.95, ci_transform="log-log"
    )
    assert curve["estimate"].to_list() == [0, 1 / 4, 1 / 4, 1 / 2, 1 / 2]


def test_a_ratio_of_survivals_by_hand():
    found = survival_ratio((0.6, 0.4), (0.06, 0.08), conf_level=0.95)
    # errors of the logs 0.1 and 0.2
    reach = exp(Z * sqrt(0.05))
    assert (found.estimate, found.ci_lower, found.ci_upper) == pytest.approx(
        (1.5, 1.5 / reach, 1.5 * reach)
    )
    assert survival_ratio((1, 0.4), (0, 0.1), conf_level=0.95).estimate is None
