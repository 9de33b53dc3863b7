"""Restricted means, the plateau and the cure fraction, on cohorts worked by hand."""

import math

import polars as pl
import pytest
from small_marts import analysis, counts, marts, study

from analytics.results.assembly import compute_results

# five subjects: deaths on days 30 and 90, censored on days 30, 150 and 180 (months of 30 days)
FIVE = [(0, 5, 0, 0, 0), (30, 0, 1, 0, 1), (90, 0, 1, 0, 0), (150, 0, 0, 0, 1), (180, 0, 0, 0, 1)]
BEYOND = "not estimable: beyond the last observation"


def survival(*strata: pl.DataFrame, **more: object) -> dict[str, pl.DataFrame]:
    plan = analysis("kaplan_meier", **more)
    return compute_results(study(plan), marts(risk_counts=pl.concat(strata)))


def only_row(frame: pl.DataFrame) -> dict[str, object]:
    return frame.row(0, named=True)


def test_restricted_mean_is_the_area_under_the_curve_in_months():
    results = survival(counts("os", "all", *FIVE), restricted_mean_months=(5,))
    mean = only_row(results["restricted_mean"])
    # 30 days at 1, 60 at 4/5 and 60 at 8/15 are 110 days; after the deaths 80 and 32 are left
    std_error = math.sqrt(80**2 / (5 * 4) + 32**2 / (3 * 2)) / 30
    assert mean == {
        "analysis_id": "os",
        "stratum": "all",
        "horizon_months": 5,
        "n": 5,
        "n_event": 2,
        "restricted_mean_months": pytest.approx(110 / 30),
        "std_error": pytest.approx(std_error),
        "ci_lower": pytest.approx(110 / 30 - 1.959963985 * std_error),
        "ci_upper": pytest.approx(110 / 30 + 1.959963985 * std_error),
        "conditional_from_months": None,
        "status": "ok",
    }


def test_horizon_beyond_the_last_observation_has_a_status_and_no_mean():
    results = survival(counts("os", "all", *FIVE), restricted_mean_months=(6, 7))
    assert results["restricted_mean"].select("horizon_months", "status").rows() == [
        (6, "ok"),
        (7, "not estimable: the horizon lies beyond the last observation"),
    ]
    assert results["restricted_mean"]["restricted_mean_months"].null_count() == 1


def test_every_stratum_has_its_restricted_means():
    strata = [counts("os", "male", *FIVE), counts("os", "female", *FIVE)]
    means = survival(*strata, strata="sex", restricted_mean_months=(3, 5))["restricted_mean"]
    assert means.select("stratum", "horizon_months").rows() == [
        ("male", 3),
        ("male", 5),
        ("female", 3),
        ("female", 5),
    ]


def test_plateau_is_the_change_between_two_months_and_whom_it_rests_on():
    results = survival(counts("os", "all", *FIVE), plateau_months=(2, 5), caution="Few patients.")
    assert only_row(results["plateau"]) == {
        "analysis_id": "os",
        "stratum": "all",
        "from_months": 2,
        "to_months": 5,
        "n": 5,
        "n_event": 2,
        "estimate_from": pytest.approx(4 / 5),
        "estimate_to": pytest.approx(8 / 15),
        "change": pytest.approx(-4 / 15),
        "n_risk_from": 3,
        "n_risk_to": 2,
        "n_event_between": 1,
        "caution": "Few patients. At month 5 the plateau rests on 2 subjects at risk; what comes "
        "later is not known.",
        "conditional_from_months": None,
        "status": "ok",
    }


@pytest.mark.parametrize(("months", "n_event"), [((2, 3), 1), ((3, 5), 0)])
def test_event_on_the_first_month_is_before_the_plateau_and_on_the_last_within_it(
    months: tuple[float, float], n_event: int
):
    plateau = survival(counts("os", "all", *FIVE), plateau_months=months)["plateau"]
    assert plateau["n_event_between"].item() == n_event
    assert (plateau["change"].item() == 0) == (n_event == 0)


def test_plateau_beyond_the_last_observation_keeps_its_counts_and_has_no_estimate():
    plateau = only_row(survival(counts("os", "all", *FIVE), plateau_months=(5, 7))["plateau"])
    assert (plateau["n_risk_from"], plateau["n_risk_to"], plateau["status"]) == (2, 0, BEYOND)
    assert {plateau[name] for name in ("estimate_from", "estimate_to", "change")} == {None}


def test_survival_without_events_is_a_plateau_but_says_nothing_of_a_cure():
    results = survival(
        counts("os", "all", (0, 3, 0, 0, 0), (300, 0, 0, 0, 3)), plateau_months=(5, 7)
    )
    plateau = results["plateau"].select("estimate_from", "change", "status").row(0)
    assert plateau == (1, 0, "ok")
    assert results["cure_fraction"].select("estimate", "status").row(0) == (
        None,
        "not estimable: no events",
    )


def test_analysis_of_nobody_keeps_its_rows():
    results = survival(
        counts("os", "all", (0, 0, 0, 0, 0)), plateau_months=(5, 7), restricted_mean_months=(5,)
    )
    for table in ("plateau", "cure_fraction", "restricted_mean"):
        assert results[table]["status"].to_list() == ["not estimable: no subjects"], table


def exponential(n: int, mean: float) -> list[tuple[int, ...]]:
    """The middle of each of n equal parts of an exponential distribution, a death on each day."""
    days = sorted(round(-mean * math.log((i + 0.5) / n)) for i in range(n))
    return [(day, 0, days.count(day), 0, 0) for day in sorted(set(days))]


def test_cure_fraction_is_those_who_never_have_the_event():
    cohort = [(0, 200, 0, 0, 0), *exponential(120, 60), (2000, 0, 0, 0, 80)]
    cure = only_row(
        survival(counts("os", "all", *cohort), plateau_months=(36, 48))["cure_fraction"]
    )
    assert (cure["model"], cure["n"], cure["n_event"], cure["status"]) == (
        "weibull_mixture",
        200,
        120,
        "ok",
    )
    assert cure["estimate"] == pytest.approx(0.4, abs=1e-3)
    # as that of a proportion, since everybody else has died long before
    assert cure["std_error"] == pytest.approx(math.sqrt(0.4 * 0.6 / 200), rel=1e-2)
    assert cure["ci_lower"] < 0.4 < cure["ci_upper"]


def test_without_survivors_the_cure_fraction_has_a_status_and_no_number():
    cohort = [(0, 200, 0, 0, 0), *exponential(200, 60)]
    cure = survival(counts("os", "all", *cohort), plateau_months=(3, 6))["cure_fraction"]
    assert cure["status"].item().startswith("not estimable: the cure fraction is at its bound")
    assert cure.select("estimate", "std_error", "ci_lower", "ci_upper").row(0) == (None,) * 4


def test_analysis_without_horizon_and_plateau_has_none_of_these_rows():
    results = survival(counts("os", "all", *FIVE))
    for table in ("plateau", "cure_fraction", "restricted_mean"):
        assert results[table].is_empty(), table
