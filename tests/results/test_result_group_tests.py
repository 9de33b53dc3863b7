"""Tests of whether groups differ: whom they are of, and what they are called."""

import polars as pl
import pytest
from small_marts import analysis, counts, marts, study

from analytics.methods.gray import gray_test
from analytics.results.assembly import compute_results

MALE = [(0, 6, 0, 0, 0), (30, 0, 2, 0, 0), (60, 0, 0, 1, 0), (90, 0, 1, 0, 2)]
FEMALE = [(0, 5, 0, 0, 0), (30, 0, 0, 2, 0), (60, 0, 1, 0, 1), (90, 0, 0, 0, 1)]
LATE = [(0, 0, 0, 0, 0), (10, 5, 0, 0, 0), *FEMALE[1:]]
NOBODY_KNOWS = [(0, 1, 0, 0, 0), (10, 0, 1, 0, 0)]


def compared(method: str, *strata: pl.DataFrame, **more: object) -> dict[str, pl.DataFrame]:
    plan = analysis(method, strata="sex", **more)
    return compute_results(study(plan), marts(risk_counts=pl.concat(strata)))


def as_counts(days: list[tuple[int, ...]]) -> pl.DataFrame:
    names = ["time", "n_entry", "n_event", "n_competing", "n_censored"]
    return pl.DataFrame(days, schema=names, orient="row")


def test_incidence_of_either_event_is_compared_by_gray():
    tests = compared(
        "cumulative_incidence",
        counts("os", "male", *MALE),
        counts("os", "female", *FEMALE),
        counts("os", "unknown", *NOBODY_KNOWS),
    )["group_test"]
    groups = {"male": as_counts(MALE), "female": as_counts(FEMALE)}
    assert tests.drop("analysis_id").rows() == [
        ("gray", "event", 11, 4, one.statistic, 1, one.p_value, "ok")
        if event == "event"
        else ("gray", "competing", 11, 3, one.statistic, 1, one.p_value, "ok")
        for event in ("event", "competing")
        for one in [gray_test(groups, event=event)]
    ]


def test_equal_groups_have_a_statistic_of_zero():
    tests = compared(
        "cumulative_incidence", counts("os", "male", *MALE), counts("os", "female", *MALE)
    )["group_test"]
    assert tests["statistic"].to_list() == pytest.approx([0, 0], abs=1e-12)
    assert tests["p_value"].to_list() == pytest.approx([1, 1])


def test_gray_of_subjects_who_enter_late_is_a_status_and_no_number():
    tests = compared(
        "cumulative_incidence", counts("os", "male", *MALE), counts("os", "female", *LATE)
    )["group_test"]
    assert (
        tests.select("statistic", "df", "p_value", "status").rows()
        == [(None, None, None, "not estimable: subjects enter after day 0")] * 2
    )


def test_incidence_without_strata_is_not_tested():
    plan = analysis("cumulative_incidence")
    results = compute_results(study(plan), marts(risk_counts=counts("os", "all", *MALE)))
    assert results["group_test"].is_empty()


# four patients without a transplant: one is transplanted on day 30 and dies on day 50, one dies
# on day 40
NOT_YET = [(0, 4, 0, 0, 0), (30, 0, 0, 0, 1), (40, 0, 1, 0, 0), (60, 0, 0, 0, 2)]
TRANSPLANTED = [(0, 0, 0, 0, 0), (30, 1, 0, 0, 0), (50, 0, 1, 0, 0)]


def moving() -> dict[str, pl.DataFrame]:
    plan = analysis(
        "kaplan_meier", strata="hsct", time_dependent_strata=True, landmarks_months=(1.5,)
    )
    strata = [counts("os", "no", *NOT_YET), counts("os", "yes", *TRANSPLANTED)]
    return compute_results(study(plan), marts(risk_counts=pl.concat(strata)))


def test_groups_that_change_are_compared_by_mantel_and_byar():
    test = moving()["group_test"].row(0, named=True)
    # day 40: 3 at risk without and 1 with a transplant; day 50: 2 and 1
    excess = 1 - 3 / 4 + 0 - 2 / 3
    variance = 3 / 16 + 2 / 9
    assert (test["test"], test["event"], test["df"], test["status"]) == (
        "mantel_byar",
        "event",
        1,
        "ok",
    )
    assert test["statistic"] == pytest.approx(excess**2 / variance)


def test_curve_of_those_without_a_transplant_loses_who_is_transplanted():
    rates = moving()["survival_rate"]
    assert rates.select("stratum", "n", "estimate", "n_risk").rows() == [
        ("yes", 1, None, 1),
        ("no", 4, pytest.approx(2 / 3), 2),
    ]


def test_groups_that_change_have_no_follow_up():
    follow_up = moving()["follow_up"]
    assert follow_up["months"].is_null().all()
    assert follow_up["status"].unique().to_list() == [
        "not estimable: subjects move between the strata"
    ]
