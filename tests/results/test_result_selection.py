"""Stepwise analyses: candidates, complete cases, steps and the selected model."""

import polars as pl
from small_marts import analysis, contrast, followed, marts, members, rows, study

from analytics.results.assembly import compute_results
from analytics.results.marts import Marts
from analytics.results.selected_models import candidates_of

N = 24
SUBJECTS = [f"s{number:02d}" for number in range(N)]
UNIVARIATE = analysis(
    "cox_univariate",
    analysis_id="uni",
    factors=(contrast("sex", "male", "female"), contrast("t411"), contrast("age")),
)
STEPWISE = analysis("cox_stepwise", analysis_id="multi", candidates_from="uni", caution="Selected.")


def t411(number: int, unknown: int) -> str | None:
    if number < unknown:
        return None
    return "yes" if number % 3 else "no"


def cohort(unknown_t411: int = 0) -> Marts:
    """Sex decides survival, t(4;11) and age nearly nothing; some t(4;11) may be unknown."""
    factors = [
        row
        for number, subject in enumerate(SUBJECTS)
        for row in (
            (subject, "sex", "male" if number < 13 else "female", None),
            (subject, "t411", t411(number, unknown_t411), None),
            (subject, "age", None, float(40 + number % 7)),
        )
    ]
    days = {
        subject: (10 + 9 * number + 31 * (number % 2), 1) for number, subject in enumerate(SUBJECTS)
    }
    return marts(
        population_members=members(all=SUBJECTS),
        covariate_intervals=followed("OS", days),
        subject_factors=rows("subject_factors", *factors),
    )


def terms(**p_values: float | None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "analysis_id": ["uni"] * len(p_values),
            "model": list(p_values),
            "p_value": pl.Series(list(p_values.values()), dtype=pl.Float64),
        }
    )


def test_candidate_needs_a_p_value_strictly_below_the_limit():
    p_values = terms(sex=0.05, t411=0.049, age=None)
    found = candidates_of(study(UNIVARIATE, STEPWISE), STEPWISE, p_values)
    assert [candidate.model for candidate in found] == ["t411"]


def test_delayed_entry_sibling_screens_by_delayed_entry_models():
    sibling = contrast("t411", model="t411__delayed_entry", delayed_entry_of="t411")
    screened = UNIVARIATE.model_copy(update={"factors": (*UNIVARIATE.factors, sibling)})
    plan = study(screened, STEPWISE)
    p_values = terms(sex=0.01, t411=0.01, age=0.9, t411__delayed_entry=0.4)
    late = STEPWISE.model_copy(update={"delayed_entry_of": "multi"})
    assert [found.model for found in candidates_of(plan, STEPWISE, p_values)] == ["sex", "t411"]
    assert [found.model for found in candidates_of(plan, late, p_values)] == ["sex"]


def test_selected_model_holds_the_factor_that_matters():
    results = compute_results(study(UNIVARIATE, STEPWISE), cohort())
    selected = results["cox_term"].filter(pl.col("analysis_id") == "multi")
    alone = results["cox_term"].filter(pl.col("model") == "sex")
    assert selected["factor"].to_list() == ["sex"]
    assert selected["hr"].item() == alone["hr"].item()
    model = results["cox_model"].filter(pl.col("model") == "selected").row(0, named=True)
    assert (model["n"], model["n_missing"], model["caution"]) == (N, 0, "Selected.")
    steps = results["cox_selection_step"]
    assert steps.select("step", "action", "factor").rows() == [
        (1, "considered", "sex"),
        (1, "enter", "sex"),
        (2, "considered", "sex"),
        (2, "stop", None),
    ]


def test_subjects_missing_any_candidate_are_left_out_before_the_selection():
    # every factor is a candidate, so that the four of unknown t(4;11) leave before the selection
    # although t(4;11) is never selected
    plan = study(UNIVARIATE, STEPWISE, slcandidate=1)
    results = compute_results(plan, cohort(unknown_t411=4))
    model = results["cox_model"].filter(pl.col("model") == "selected").row(0, named=True)
    terms_of_it = results["cox_term"].filter(pl.col("analysis_id") == "multi")
    assert terms_of_it["factor"].to_list() == ["sex"]
    assert (model["n"], model["n_missing"]) == (N - 4, 4)
    assert results["cox_selection_step"]["n"].unique().to_list() == [N - 4]


def test_selection_without_candidates_says_so():
    plan = study(UNIVARIATE, STEPWISE, slcandidate=1e-12)
    results = compute_results(plan, cohort())
    model = results["cox_model"].filter(pl.col("model") == "selected")
    assert model["status"].to_list() == ["not estimable: no candidate factor"]
    assert results["cox_selection_step"].select("action", "status").rows() == [
        ("stop", "not estimable: no candidate factor")
    ]


def test_selection_that_nothing_enters_says_so():
    plan = study(UNIVARIATE, STEPWISE, slcandidate=1, slentry=1e-12)
    results = compute_results(plan, cohort())
    model = results["cox_model"].filter(pl.col("model") == "selected")
    assert model["status"].to_list() == ["not estimable: no factor entered"]
    assert results["cox_selection_step"]["action"].to_list() == ["considered"] * 3 + ["stop"]


def test_patients_at_a_level_of_no_contrast_are_counted_beside_the_model():
    # eight are of another race than the two that are compared
    races = ["white", "asian", "other"]
    factors = [
        row
        for number, subject in enumerate(SUBJECTS)
        for row in (
            (subject, "sex", "male" if number < 13 else "female", None),
            (subject, "race", races[number % 3], None),
        )
    ]
    found = cohort()
    tables = marts(
        population_members=found.population_members,
        covariate_intervals=found.covariate_intervals,
        subject_factors=rows("subject_factors", *factors),
    )
    univariate = UNIVARIATE.model_copy(
        update={
            "factors": (contrast("sex", "male", "female"), contrast("race", "asian", "white")),
        }
    )
    results = compute_results(study(univariate, STEPWISE, slcandidate=1), tables)
    model = results["cox_model"].filter(pl.col("model") == "selected").row(0, named=True)
    assert (model["n"], model["n_missing"]) == (16, 8)
    assert model["caution"] == (
        "Selected. Left out: of 24 patients those at a level that is in neither the numerator nor "
        "the denominator of a factor of the model: 8 for race."
    )
    alone = results["cox_model"].filter(pl.col("model") == "race").row(0, named=True)
    assert (alone["n_missing"], alone["caution"]) == (8, None)
