"""Tests of whether groups differ: whom they are of, and what they are called."""

import polars as pl
import pytest
from small_marts import analysis, counts, counts_in_strata, marts, study

from analytics.methods.gray import gray_test, stratified_gray_test
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
        ("gray", event, 11, n_event, 1, None, None, one.statistic, 1, one.p_value, None, None, "ok")
        for event, n_event in (("event", 4), ("competing", 3))
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


# two strata in which both sexes are at risk, and one of men alone
IN_STRATA = (
    ("old", "male", [(0, 2, 0, 0, 0), (10, 0, 1, 0, 0), (30, 0, 1, 0, 0)]),
    ("old", "female", [(0, 2, 0, 0, 0), (20, 0, 1, 0, 0), (40, 0, 0, 0, 1)]),
    ("young", "male", [(0, 1, 0, 0, 0), (10, 0, 1, 0, 0)]),
    ("young", "female", [(0, 1, 0, 0, 0), (20, 0, 0, 0, 1)]),
    ("young", "unknown", [(0, 1, 0, 0, 0), (15, 0, 1, 0, 0)]),
    ("very old", "male", [(0, 2, 0, 0, 0), (5, 0, 1, 0, 0), (50, 0, 0, 0, 1)]),
)
# the same subjects without strata, and a woman whose stratum is not known
WITHOUT_STRATA = (
    counts("os", "male", (0, 5, 0, 0, 0), (5, 0, 1, 0, 0), (10, 0, 2, 0, 0), (30, 0, 1, 0, 0),
           (50, 0, 0, 0, 1)),
    counts("os", "female", (0, 4, 0, 0, 0), (20, 0, 2, 0, 1), (40, 0, 0, 0, 1)),
    counts("os", "unknown", (0, 1, 0, 0, 0), (15, 0, 1, 0, 0)),
)  # fmt: skip
ONLY_MEN = "Strata: 1 of 3 without information, as it has no event that tells the groups apart."


def compared_in_strata(method: str, **more: object) -> dict[str, pl.DataFrame]:
    plan = analysis(method, **{"strata": "sex", "stratified_by": ("race",), **more})
    tables = marts(
        risk_counts=pl.concat(WITHOUT_STRATA),
        stratified_risk_counts=counts_in_strata("os", *IN_STRATA),
    )
    return compute_results(study(plan), tables)


def test_a_stratified_log_rank_test_adds_up_over_the_strata():
    results = compared_in_strata("kaplan_meier")
    test = results["group_test"].row(0, named=True)
    # men of old: days 10, 20, 30: 1 - 1/2 - 1/3 + 1 - 1/2 with variance 1/4, 2/9, 1/4;
    # of young: day 10: 1 - 1/2 with variance 1/4
    excess = 2 / 3 + 1 / 2
    variance = 13 / 18 + 1 / 4
    assert test["statistic"] == pytest.approx(excess**2 / variance, rel=1e-13)
    assert (test["test"], test["df"], test["status"]) == ("stratified_log_rank", 1, "ok")
    assert (test["n"], test["n_event"], test["n_missing"]) == (8, 5, 2)
    assert (test["n_strata"], test["n_strata_informative"]) == (3, 2)
    assert test["caution"] == ONLY_MEN


def test_the_curves_of_a_stratified_test_are_those_without_strata():
    stratified, plain = (
        compared_in_strata("kaplan_meier", stratified_by=by) for by in (("race",), ())
    )
    for table in ("survival_curve", "survival_summary", "follow_up"):
        assert stratified[table].equals(plain[table])
    assert plain["group_test"].select("test", "n", "n_missing", "n_strata").rows() == [
        ("log_rank", 9, 1, None)
    ]


def test_a_stratified_gray_test_is_of_either_event():
    strata = {
        stratum: {group: as_counts(days) for other, group, days in IN_STRATA if other == stratum}
        for stratum in ("old", "very old")
    }
    strata["young"] = {"male": as_counts(IN_STRATA[2][2]), "female": as_counts(IN_STRATA[3][2])}
    expected = stratified_gray_test(strata, event="event")
    tests = compared_in_strata("cumulative_incidence")["group_test"]
    assert tests.select(
        "test", "event", "n", "n_event", "statistic", "n_strata_informative"
    ).rows() == [
        ("stratified_gray", "event", 8, 5, pytest.approx(expected.statistic), 2),
        ("stratified_gray", "competing", 8, 0, None, 0),
    ]
    assert tests["caution"].to_list() == [
        ONLY_MEN,
        ONLY_MEN.replace("1 of 3", "3 of 3").replace("it has", "they have"),
    ]


def test_a_stratified_test_of_groups_that_change_is_of_mantel_and_byar():
    test = compared_in_strata("kaplan_meier", time_dependent_strata=True)["group_test"]
    assert test["test"].to_list() == ["stratified_mantel_byar"]


def test_a_caution_of_the_plan_comes_before_that_on_the_strata():
    test = compared_in_strata("kaplan_meier", caution="Few women.")["group_test"]
    assert test["caution"].to_list() == [f"Few women. {ONLY_MEN}"]


def test_a_stratified_test_of_nobody_is_a_status():
    plan = analysis("kaplan_meier", strata="sex", stratified_by=("race",))
    tables = marts(risk_counts=counts("os", "male", (0, 6, 0, 0, 0), (30, 0, 6, 0, 0)))
    test = compute_results(study(plan), tables)["group_test"].row(0, named=True)
    assert (test["n"], test["n_missing"], test["n_strata"], test["caution"]) == (0, 6, 0, None)
    assert test["status"] == "not estimable: no events"


def test_the_tests_of_the_plan_each_have_a_row():
    days = {
        "white": [(0, 3, 0, 0, 0), (10, 0, 1, 0, 0), (30, 0, 1, 0, 0), (50, 0, 0, 0, 1)],
        "asian": [(0, 3, 0, 0, 0), (20, 0, 1, 0, 0), (40, 0, 1, 0, 0), (60, 0, 0, 0, 1)],
        "other": [(0, 2, 0, 0, 0), (15, 0, 1, 0, 0), (70, 0, 0, 0, 1)],
    }
    plan = analysis("kaplan_meier", strata="race", tests=("log_rank", "trend", "pairwise", "gehan"))
    frame = pl.concat(counts("os", level, *rows) for level, rows in days.items())
    tests = compute_results(study(plan), marts(risk_counts=frame))["group_test"]
    assert tests["test"].to_list() == [
        "log_rank",
        "trend",
        "pairwise(white, asian)",
        "pairwise(white, other)",
        "pairwise(asian, other)",
        "gehan",
    ]
    assert tests["df"].to_list() == [2, 1, 1, 1, 1, 2]
    assert tests["n"].to_list() == [8, 8, 6, 5, 5, 8]
    assert tests["p_adjusted"].is_null().to_list() == [True, True, False, False, False, True]
    pairs = tests.filter(pl.col("p_adjusted").is_not_null())
    assert pairs["p_adjusted"].min() == pytest.approx(min(3 * pairs["p_value"].min(), 1))


def test_weighted_tests_in_strata_are_named_after_them():
    plan = analysis(
        "kaplan_meier",
        strata="sex",
        stratified_by=("race",),
        tests=("fleming_harrington(0,1)", "max_combo"),
    )
    tables = marts(
        risk_counts=pl.concat(
            [counts("os", "male", *MALE_EVENTS), counts("os", "female", *FEMALE_EVENTS)]
        ),
        stratified_risk_counts=counts_in_strata(
            "os", ("white", "male", MALE_EVENTS), ("white", "female", FEMALE_EVENTS)
        ),
    )
    tests = compute_results(study(plan), tables)["group_test"]
    assert tests["test"].to_list() == [
        "stratified_fleming_harrington(0,1)",
        "stratified_max_combo",
    ]
    assert tests["status"].unique().to_list() == ["ok"]
    assert tests["df"].to_list() == [1, None]


MALE_EVENTS = [(0, 3, 0, 0, 0), (10, 0, 1, 0, 0), (30, 0, 1, 0, 0), (50, 0, 0, 0, 1)]
FEMALE_EVENTS = [(0, 3, 0, 0, 0), (20, 0, 1, 0, 0), (40, 0, 1, 0, 0), (60, 0, 1, 0, 0)]
