"""Fine-Gray tables: who enters a model, and what keeps a row without a number."""

import math

import polars as pl
import pytest
from small_marts import analysis, contrast, followed, marts, members, rows, study

from analytics.results.assembly import compute_results

SUBJECTS = ["a", "b", "c", "d"]
# relapses on days 10, 20 and 30, a death without relapse on day 15; nobody is censored
FOLLOWED = followed("OS", {"a": (10, 1), "b": (30, 1), "c": (15, 2), "d": (20, 1)})
SEXES = {"a": "male", "b": "female", "c": "male", "d": "female"}


def factor(name: str, levels: dict[str, str | None]) -> pl.DataFrame:
    return rows("subject_factors", *((s, name, level, None) for s, level in levels.items()))


def fine_gray(*factors: object, more: dict[str, object] | None = None, **tables: pl.DataFrame):
    given = {
        "population_members": members(all=SUBJECTS),
        "covariate_intervals": FOLLOWED,
        "subject_factors": factor("sex", SEXES),
    }
    plan = analysis("fine_gray", factors=factors, **(more or {}))
    return compute_results(study(plan), marts(**{**given, **tables}))


SEX = contrast("sex", "male", "female")


def test_subdistribution_hazard_ratio_worked_by_hand():
    # c stays at risk after his death: day 10 x/(2x+2), day 20 1/(x+2), day 30 1/(x+1), whose
    # product is largest where x^2 + x = 1
    results = fine_gray(SEX)
    term = results["fine_gray_term"].row(0, named=True)
    assert term["shr"] == pytest.approx((math.sqrt(5) - 1) / 2)
    assert term["log_shr"] == pytest.approx(math.log(term["shr"]))
    assert term["ci_upper"] == pytest.approx(term["shr"] * math.exp(1.959964 * term["std_error"]))
    assert (term["factor"], term["numerator"], term["denominator"]) == ("sex", "male", "female")
    model = results["fine_gray_model"].row(0, named=True)
    assert (model["n"], model["n_event"], model["n_competing"]) == (4, 3, 1)
    assert (model["df"], model["status"]) == (1, "ok")
    assert model["log_likelihood_null"] == pytest.approx(-math.log(4 * 3 * 2))
    assert model["wald_statistic"] == pytest.approx((term["log_shr"] / term["std_error"]) ** 2)
    assert model["wald_p"] == pytest.approx(term["p_value"])


def test_hazard_ratio_of_a_cox_model_is_another_number():
    # there the death is a censoring, and c is not at risk on day 20
    cox = compute_results(
        study(analysis("cox_univariate", factors=(SEX,))),
        marts(
            population_members=members(all=SUBJECTS),
            covariate_intervals=FOLLOWED,
            subject_factors=factor("sex", SEXES),
        ),
    )["cox_term"]
    assert cox["status"].item().startswith("not estimable: monotone likelihood")


def test_subject_whose_intervals_are_split_counts_once():
    split = rows(
        "covariate_intervals",
        ("a", "OS", 1, 0.0, 10.0, 1),
        ("b", "OS", 2, 12.0, 30.0, 1),
        ("b", "OS", 1, 0.0, 12.0, 0),
        ("c", "OS", 1, 0.0, 15.0, 2),
        ("d", "OS", 1, 0.0, 20.0, 1),
    )
    assert fine_gray(SEX, covariate_intervals=split)["fine_gray_term"].equals(
        fine_gray(SEX)["fine_gray_term"]
    )


def test_unknown_factor_is_missing():
    results = fine_gray(SEX, subject_factors=factor("sex", {**SEXES, "c": None}))
    model = results["fine_gray_model"].row(0, named=True)
    assert (model["n"], model["n_competing"], model["n_missing"]) == (3, 0, 1)


@pytest.mark.parametrize(("groups", "weight"), [(None, 3 / 4), ("race", 1)])
def test_censoring_is_estimated_within_its_groups(groups: str | None, weight: float):
    # after her death on day 12 d weighs by those not yet censored: c of four is on day 15, or
    # nobody among those of her race
    cohort = {"a": (10, 1), "b": (30, 1), "c": (15, 0), "d": (12, 2), "e": (25, 1), "f": (40, 0)}
    sexes = dict.fromkeys("abc", "male") | dict.fromkeys("def", "female")
    races = dict.fromkeys("ac", "white") | dict.fromkeys("bdef", "asian")
    shr = fine_gray(
        SEX,
        more={"censoring_groups": groups},
        population_members=members(all=list(cohort)),
        covariate_intervals=followed("OS", cohort),
        subject_factors=factor("sex", sexes).extend(factor("race", races)),
    )["fine_gray_term"]["shr"].item()
    # day 10 x/(3x+3), day 25 1/(x+2+w), day 30 x/(x+1+w)
    score = 2 / shr - 1 / (shr + 1) - 1 / (shr + 2 + weight) - 1 / (shr + 1 + weight)
    assert score == pytest.approx(0, abs=1e-9)


def test_unknown_censoring_group_is_missing():
    results = fine_gray(
        SEX,
        more={"censoring_groups": "race"},
        subject_factors=factor("sex", SEXES).extend(
            factor("race", {"a": "white", "b": "white", "c": None, "d": "white"})
        ),
    )
    model = results["fine_gray_model"].row(0, named=True)
    assert (model["n"], model["n_missing"]) == (3, 1)


def test_level_without_events_is_a_status_and_never_a_number():
    results = fine_gray(
        SEX, subject_factors=factor("sex", {"a": "male", "b": "male", "c": "female", "d": "male"})
    )
    for table, numbers in (
        ("fine_gray_model", ["log_likelihood", "log_likelihood_null", "wald_p"]),
        ("fine_gray_term", ["log_shr", "std_error", "shr", "ci_lower", "ci_upper", "p_value"]),
    ):
        row = results[table].row(0, named=True)
        assert row["status"].startswith("not estimable: "), table
        assert {row[name] for name in numbers} == {None}, table


def test_model_of_nobody_keeps_its_rows():
    results = fine_gray(SEX, population_members=members(all=[]))
    assert results["fine_gray_model"].select("n", "n_competing", "status").row(0) == (
        0,
        0,
        "not estimable: no subjects",
    )
    assert results["fine_gray_term"]["status"].to_list() == ["not estimable: no subjects"]


def test_model_says_its_population_caution_and_what_is_inferred():
    known = contrast("sex", "male", "female", population="some", caution="Careful.", inferred="Yes")
    results = fine_gray(known, population_members=members(all=SUBJECTS, some=["a", "c", "d"]))
    model = results["fine_gray_model"].row(0, named=True)
    assert (model["population"], model["caution"], model["inferred"]) == ("some", "Careful.", "Yes")
    assert (model["n"], model["n_event"], model["n_competing"]) == (3, 2, 1)


def test_method_says_how_ties_and_errors_are_taken_whatever_the_parameters():
    method = compute_results(study(analysis("fine_gray", factors=(SEX,)), ties="efron"), marts())[
        "method"
    ].row(0, named=True)
    assert (method["ties"], method["variance"], method["ph_transform"]) == (
        "breslow",
        "fine_gray",
        None,
    )
