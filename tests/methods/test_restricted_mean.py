from math import sqrt

import polars as pl
import pytest

from analytics.methods.counts import counts_from_times
from analytics.methods.kaplan_meier import kaplan_meier_curve
from analytics.methods.restricted_mean import (
    RestrictedMean,
    RestrictedMeanContrast,
    restricted_mean,
    restricted_mean_difference,
    restricted_mean_ratio,
)

TIMES, CODES = [1, 2, 2, 3, 4], [1, 1, 0, 1, 0]


def mean_of(times, codes, horizon, entry=None):
    counts = counts_from_times(times, codes, entry=entry)
    curve = kaplan_meier_curve(counts, conf_level=0.95, ci_transform="log-log")
    return restricted_mean(curve, horizon=horizon, conf_level=0.95)


def test_the_area_and_its_error_by_hand():
    # S is 1, 4/5, 3/5, 3/10 on [0, 1), [1, 2), [2, 3), [3, 3.5)
    found = mean_of(TIMES, CODES, 3.5)
    third = 3 / 10 / 2
    second = 3 / 5 + third
    first = 4 / 5 + second
    variance = first**2 / (5 * 4) + second**2 / (4 * 3) + third**2 / (2 * 1)
    assert found.estimate == pytest.approx(1 + first, abs=1e-15)
    assert found.std_error == pytest.approx(sqrt(variance), abs=1e-15)
    width = 1.959963984540054 * sqrt(variance)
    assert found.ci_lower == pytest.approx(1 + first - width, abs=1e-14)
    assert found.ci_upper == pytest.approx(1 + first + width, abs=1e-14)


def test_an_event_at_the_horizon_takes_nothing_away():
    assert mean_of(TIMES, CODES, 3) == mean_of([1, 2, 2, 4, 4], CODES, 3)


def test_once_everybody_is_dead_the_horizon_does_not_matter():
    assert mean_of([1, 2, 4], [1, 1, 1], 100) == mean_of([1, 2, 4], [1, 1, 1], 4)
    assert mean_of([1, 2, 4], [1, 1, 1], 100).estimate == pytest.approx(7 / 3)


def test_late_entries_count_from_their_entry():
    # S is 1 to day 2, 1/2 to day 4, 1/4 after it
    found = mean_of([2, 5, 4], [1, 0, 1], 5, entry=[0, 0, 3])
    assert found.estimate == pytest.approx(2 + 2 / 2 + 1 / 4)


@pytest.mark.parametrize(
    ("times", "codes", "horizon", "reason"),
    [
        ([], [], 5, "no subjects"),
        ([3], [1], 5, "fewer than two subjects at risk"),
        ([3, 4], [0, 0], 4, "no events"),
        ([3, 4], [0, 1], 3, "no events"),
        ([7, 7, 7], [1, 1, 1], 9, "the restricted times do not vary"),
        (TIMES, CODES, 4.5, "the horizon lies beyond the last observation"),
    ],
)
def test_too_little_data_is_a_status(times, codes, horizon, reason):
    expected = RestrictedMean(None, None, None, None, f"not estimable: {reason}")
    assert mean_of(times, codes, horizon) == expected


def test_a_horizon_at_the_origin_is_refused_in_a_sentence():
    with pytest.raises(ValueError) as refused:
        mean_of(TIMES, CODES, 0)
    assert str(refused.value) == "The horizon is 0 days, but must lie after the origin."


def test_the_published_example_of_survrm2(data_sets):
    # ten years of primary biliary cirrhosis, as printed in the vignette of R's survRM2
    years = data_sets["pbc"].with_columns(time=pl.col("time") / 365.25)
    arms = years.partition_by("trt", as_dict=True)
    treated, placebo = (mean_of(arms[key]["time"], arms[key]["died"], 10) for key in ((1,), (2,)))
    assert (treated.estimate, treated.std_error) == pytest.approx((7.146, 0.283), abs=0.0005)
    assert (treated.ci_lower, treated.ci_upper) == pytest.approx((6.592, 7.701), abs=0.0005)
    assert (placebo.estimate, placebo.std_error) == pytest.approx((7.283, 0.295), abs=0.0005)
    difference = restricted_mean_difference(treated, placebo, conf_level=0.95)
    ratio = restricted_mean_ratio(treated, placebo, conf_level=0.95)
    for contrast, printed in [
        (difference, (-0.137, -0.939, 0.665, 0.738)),
        (ratio, (0.981, 0.878, 1.096, 0.738)),
    ]:
        found = (contrast.estimate, contrast.ci_lower, contrast.ci_upper, contrast.p_value)
        assert found == pytest.approx(printed, abs=0.0005)


@pytest.mark.parametrize("contrast", [restricted_mean_difference, restricted_mean_ratio])
def test_a_contrast_with_a_mean_that_is_not_estimable_has_its_status(contrast):
    known, unknown = mean_of(TIMES, CODES, 3), mean_of([3, 4], [0, 0], 3)
    expected = RestrictedMeanContrast(None, None, None, None, "not estimable: no events")
    assert contrast(known, unknown, conf_level=0.95) == expected
    assert contrast(unknown, known, conf_level=0.95) == expected
