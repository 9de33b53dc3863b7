"""Differences of rates and restricted means between two groups, on cohorts worked by hand."""

import math

import polars as pl
import pytest
from small_marts import analysis, counts, marts, study

from analytics.results.assembly import compute_results

Z = 1.959963984540054
# five subjects: deaths on days 30 and 90, censored on days 30, 150 and 180 (months of 30 days)
FIVE = [(0, 5, 0, 0, 0), (30, 0, 1, 0, 1), (90, 0, 1, 0, 0), (150, 0, 0, 0, 1), (180, 0, 0, 0, 1)]
# four subjects: deaths on days 60 and 120, two censored on day 180
FOUR = [(0, 4, 0, 0, 0), (60, 0, 1, 0, 0), (120, 0, 1, 0, 0), (180, 0, 0, 0, 2)]
CERTAIN = "not estimable: the estimate of a group is 0 or 1, where it has no usable variance"


def survival(*strata: pl.DataFrame, **more: object) -> dict[str, pl.DataFrame]:
    plan = analysis("kaplan_meier", **{"strata": "sex", **more})
    return compute_results(study(plan), marts(risk_counts=pl.concat(strata)))


def both(**more: object) -> dict[str, pl.DataFrame]:
    return survival(counts("os", "female", *FOUR), counts("os", "male", *FIVE), **more)


def test_the_difference_at_a_landmark_by_hand():
    row = both(landmarks_months=(3,))["survival_difference"].row(0, named=True)
    # men 8/15 with variance (8/15)^2 (1/20 + 1/6), women 3/4 with (3/4)^2 / 12
    error = math.sqrt((8 / 15) ** 2 * 13 / 60 + (3 / 4) ** 2 / 12)
    shift = 8 / 15 - 3 / 4
    statistic = (math.log(-math.log(8 / 15)) - math.log(-math.log(3 / 4))) ** 2 / (
        13 / 60 / math.log(8 / 15) ** 2 + 1 / 12 / math.log(3 / 4) ** 2
    )
    assert row == {
        "analysis_id": "os",
        "time_months": 3,
        "stratum": "male",
        "reference_stratum": "female",
        "n": 5,
        "n_event": 2,
        "n_risk": 3,
        "n_reference": 4,
        "n_event_reference": 2,
        "n_risk_reference": 3,
        "difference": pytest.approx(shift, rel=1e-13),
        "std_error": pytest.approx(error, rel=1e-13),
        "ci_lower": pytest.approx(shift - Z * error, rel=1e-13),
        "ci_upper": pytest.approx(shift + Z * error, rel=1e-13),
        "statistic": pytest.approx(statistic, rel=1e-12),
        "p_value": pytest.approx(math.erfc(math.sqrt(statistic / 2)), rel=1e-12),
        # the log of the ratio has the variance 13/60 + 1/12
        "ratio": pytest.approx(32 / 45, rel=1e-13),
        "ratio_ci_lower": pytest.approx(32 / 45 * math.exp(-Z * math.sqrt(0.3)), rel=1e-13),
        "ratio_ci_upper": pytest.approx(32 / 45 * math.exp(Z * math.sqrt(0.3)), rel=1e-13),
        "conditional_from_months": None,
        "status": "ok",
    }


def test_the_difference_of_restricted_means_by_hand():
    row = both(restricted_mean_months=(5,))["restricted_mean_difference"].row(0, named=True)
    # men: 30 days at 1, 60 at 4/5 and 60 at 8/15; women: 60 at 1, 60 at 3/4 and 30 at 1/2
    shift = (110 - 120) / 30
    variance = 80**2 / 20 + 32**2 / 6 + 60**2 / 12 + 15**2 / 6
    error = math.sqrt(variance) / 30
    log_error = math.sqrt((80**2 / 20 + 32**2 / 6) / 110**2 + (60**2 / 12 + 15**2 / 6) / 120**2)
    assert row == {
        "analysis_id": "os",
        "horizon_months": 5,
        "stratum": "male",
        "reference_stratum": "female",
        "n": 5,
        "n_event": 2,
        "n_reference": 4,
        "n_event_reference": 2,
        "difference": pytest.approx(shift, rel=1e-13),
        "ci_lower": pytest.approx(shift - Z * error, rel=1e-13),
        "ci_upper": pytest.approx(shift + Z * error, rel=1e-13),
        "p_value": pytest.approx(math.erfc(-shift / error / math.sqrt(2)), rel=1e-12),
        "ratio": pytest.approx(110 / 120, rel=1e-13),
        "ratio_ci_lower": pytest.approx(110 / 120 * math.exp(-Z * log_error), rel=1e-13),
        "ratio_ci_upper": pytest.approx(110 / 120 * math.exp(Z * log_error), rel=1e-13),
        "ratio_p_value": pytest.approx(
            math.erfc(math.log(120 / 110) / log_error / math.sqrt(2)), rel=1e-12
        ),
        "conditional_from_months": None,
        "status": "ok",
    }


def test_a_group_without_an_event_by_then_has_a_status():
    differences = both(landmarks_months=(1, 3))["survival_difference"]
    assert differences.select("time_months", "status").rows() == [(1, CERTAIN), (3, "ok")]
    assert differences["difference"].null_count() == 1


def test_a_rate_beyond_the_last_observation_has_its_status():
    found = both(landmarks_months=(7,), restricted_mean_months=(7,))
    assert found["survival_difference"]["status"].to_list() == [
        "not estimable: beyond the last observation"
    ]
    assert found["restricted_mean_difference"]["status"].to_list() == [
        "not estimable: the horizon lies beyond the last observation"
    ]


def test_a_group_of_nobody_has_a_status():
    found = survival(
        counts("os", "male", *FIVE), landmarks_months=(3,), restricted_mean_months=(3,)
    )
    for table in ("survival_difference", "restricted_mean_difference"):
        row = found[table].row(0, named=True)
        assert (row["n_reference"], row["status"]) == (0, "not estimable: no subjects")


def test_the_unknown_are_no_group():
    unknown = counts("os", "unknown", *FIVE)
    strata = [counts("os", "male", *FIVE), counts("os", "female", *FOUR), unknown]
    found = survival(*strata, landmarks_months=(3,), restricted_mean_months=(3,))
    for table in ("survival_difference", "restricted_mean_difference"):
        assert found[table].select("stratum", "reference_stratum").rows() == [("male", "female")]


def test_groups_between_which_subjects_move_are_not_compared():
    differences = survival(
        counts("os", "yes", *FIVE),
        counts("os", "no", *FOUR),
        strata="hsct",
        time_dependent_strata=True,
        landmark_days=10,
        landmarks_months=(3,),
    )["survival_difference"]
    assert differences.select("difference", "status").rows() == [
        (None, "not estimable: subjects move between the strata")
    ]


@pytest.mark.parametrize("strata", [None, "race"])
def test_one_or_three_groups_have_no_difference(strata):
    level = "all" if strata is None else "white"
    found = survival(
        counts("os", level, *FIVE),
        strata=strata,
        landmarks_months=(3,),
        restricted_mean_months=(3,),
    )
    assert found["survival_difference"].is_empty()
    assert found["restricted_mean_difference"].is_empty()
