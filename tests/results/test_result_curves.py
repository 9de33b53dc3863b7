"""Kaplan-Meier and incidence tables, on cohorts of a few subjects worked by hand."""

import polars as pl
import pytest
from small_marts import analysis, counts, marts, study

from analytics.results.assembly import compute_results
from analytics.results.frames import ResultsError

# five subjects: deaths on days 30 and 90, censored on days 30, 150 and 180
FIVE = [(0, 5, 0, 0, 0), (30, 0, 1, 0, 1), (90, 0, 1, 0, 0), (150, 0, 0, 0, 1), (180, 0, 0, 0, 1)]
# the same five, all dead by day 150
DEAD = [(0, 2, 0, 0, 0), (60, 0, 1, 0, 0), (150, 0, 1, 0, 0)]


def survival(*strata: pl.DataFrame, **more: object) -> dict[str, pl.DataFrame]:
    plan = analysis("kaplan_meier", **{"landmarks_months": (3, 5, 7), **more})
    return compute_results(study(plan), marts(risk_counts=pl.concat(strata)))


def test_survival_curve_starts_on_day_0_and_has_a_row_per_day():
    curve = survival(counts("os", "all", *FIVE))["survival_curve"]
    assert curve["time_days"].to_list() == [0, 30, 90, 150, 180]
    assert curve["time_months"].to_list() == [0, 1, 3, 5, 6]
    assert curve["n_risk"].to_list() == [5, 5, 3, 2, 1]
    assert curve["estimate"].to_list() == pytest.approx([1, 4 / 5, 8 / 15, 8 / 15, 8 / 15])
    assert curve["status"].unique().to_list() == ["ok"]


def test_rate_beyond_the_last_observation_is_null_with_a_status():
    rate = survival(counts("os", "all", *FIVE))["survival_rate"]
    assert rate["estimate"].to_list() == [pytest.approx(8 / 15), pytest.approx(8 / 15), None]
    assert rate["status"].to_list() == [
        "ok",
        "ok",
        "not estimable: beyond the last observation",
    ]
    assert rate.select("n", "n_event").unique().row(0) == (5, 2)


def test_rate_beyond_the_last_death_of_all_is_zero():
    rate = survival(counts("os", "all", *DEAD))["survival_rate"]
    assert rate["estimate"].to_list() == [0.5, 0.0, 0.0]
    assert rate["status"].unique().to_list() == ["ok"]


def test_median_that_is_not_reached_is_null_with_a_status():
    summary = survival(counts("os", "all", *FIVE))["survival_summary"]
    assert summary.row(0, named=True) == {
        "analysis_id": "os",
        "stratum": "all",
        "n": 5,
        "n_event": 2,
        "median_months": None,
        "median_ci_lower": pytest.approx(1),
        "median_ci_upper": None,
        "conditional_from_months": None,
        "status": "not estimable: median not reached",
    }


def test_median_is_in_months():
    # S is exactly one half from day 60 to day 150: the midpoint is day 105
    summary = survival(counts("os", "all", *DEAD))["survival_summary"]
    assert summary["median_months"].item() == pytest.approx(105 / 30)


def test_survival_without_events_is_one_and_has_no_median():
    results = survival(counts("os", "all", (0, 3, 0, 0, 0), (300, 0, 0, 0, 3)))
    assert results["survival_curve"]["estimate"].to_list() == [1, 1]
    assert results["survival_curve"]["status"].unique().to_list() == ["ok"]
    assert results["survival_summary"].select("median_months", "status").row(0) == (
        None,
        "not estimable: no events",
    )


def test_one_subject_gives_a_status_and_no_estimate():
    results = survival(counts("os", "all", (0, 1, 0, 0, 0), (300, 0, 1, 0, 0)))
    for table in ("survival_curve", "survival_rate"):
        assert results[table]["estimate"].is_null().all()
        assert results[table]["status"].unique().to_list() == [
            "not estimable: fewer than two subjects at risk"
        ]


def test_analysis_of_nobody_keeps_its_rows():
    plan = analysis("kaplan_meier", landmarks_months=(3,))
    results = compute_results(study(plan), marts())
    for table in ("survival_curve", "survival_summary", "survival_rate", "follow_up"):
        assert results[table]["status"].unique().to_list() == ["not estimable: no subjects"], table
    assert results["survival_curve"]["time_days"].to_list() == [0]


def test_strata_come_in_level_order_with_unknown_last():
    strata = [
        counts("os", "unknown", (0, 1, 0, 0, 0), (10, 0, 1, 0, 0)),
        counts("os", "female", *DEAD),
        counts("os", "male", *FIVE),
    ]
    summary = survival(*strata, strata="sex")["survival_summary"]
    assert summary["stratum"].to_list() == ["male", "female", "unknown"]
    assert summary["n"].sum() == 8


def test_log_rank_test_leaves_the_unknown_stratum_out():
    strata = [
        counts("os", "male", *FIVE),
        counts("os", "female", *DEAD),
        counts("os", "unknown", (0, 1, 0, 0, 0), (10, 0, 1, 0, 0)),
    ]
    test = survival(*strata, strata="sex")["group_test"].row(0, named=True)
    # days 30 (7 at risk), 60 (5), 90 (4) and 150 (3 at risk, one of them female)
    excess = 0 - 2 / 7 + 1 - 2 / 5 + 0 - 1 / 4 + 1 - 1 / 3
    variance = 10 / 49 + 6 / 25 + 3 / 16 + 2 / 9
    assert (test["n"], test["n_event"], test["df"], test["status"]) == (7, 4, 1, "ok")
    assert test["statistic"] == pytest.approx(excess**2 / variance)


def test_log_rank_test_of_one_group_is_not_estimable():
    test = survival(counts("os", "male", *FIVE), strata="sex")["group_test"]
    assert test.select("statistic", "df", "p_value").row(0) == (None, None, None)
    assert test["status"].item().startswith("not estimable: ")


def test_analysis_without_strata_is_not_tested():
    assert survival(counts("os", "all", *FIVE))["group_test"].is_empty()


def test_follow_up_range_over_the_censored_differs_from_the_range_over_all():
    follow_up = survival(counts("os", "all", *FIVE))["follow_up"]
    months = {(row["statistic"], row["over"]): row["months"] for row in follow_up.to_dicts()}
    assert months["min", "censored"] == 1
    assert months["max", "all"] == 6
    assert months["median_censored", "censored"] == 5


def test_delayed_entry_counts_only_subjects_who_came_under_observation():
    late = [(0, 0, 0, 0, 0), (20, 2, 0, 0, 0), (40, 0, 1, 0, 0), (200, 0, 0, 0, 1)]
    results = survival(counts("os", "all", *late))
    assert results["survival_summary"].select("n", "n_event").row(0) == (2, 1)
    assert results["survival_curve"]["n_risk"].to_list()[0] == 0


def test_incidences_and_survival_from_both_events_add_up_to_one():
    days = [(0, 4, 0, 0, 0), (30, 0, 1, 0, 0), (60, 0, 0, 1, 0), (90, 0, 1, 0, 1)]
    plan = analysis("cumulative_incidence", landmarks_months=(2, 60))
    results = compute_results(study(plan), marts(risk_counts=counts("os", "all", *days)))
    curve = results["cumulative_incidence_curve"]
    last = curve.group_by("event").agg(pl.col("estimate").last()).sort("event")
    # S before day 90 is 1/2, so the relapse of day 90 adds 1/4
    assert dict(last.rows()) == pytest.approx({"competing": 1 / 4, "event": 1 / 2})
    rate = results["cumulative_incidence_rate"].filter(pl.col("time_months") == 60)
    assert rate.select("event", "n_event", "estimate", "n_risk").rows() == [
        ("event", 2, pytest.approx(1 / 2), 0),
        ("competing", 1, pytest.approx(1 / 4), 0),
    ]


def test_marts_that_contradict_themselves_are_refused_by_name():
    more_leave_than_enter = counts("os", "all", (0, 1, 0, 0, 0), (10, 0, 2, 0, 0))
    with pytest.raises(ResultsError, match=r"^Analysis 'os' of plan.toml cannot be computed: On"):
        survival(more_leave_than_enter)
