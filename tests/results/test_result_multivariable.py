"""Multivariable models: levels that do not occur, missing values, clusters, penalties, statuses."""

import numpy as np
import polars as pl
import pytest
from small_marts import analysis, contrast, followed, marts, members, rows, study

from analytics.results.assembly import compute_results
from analytics.results.model_terms import spline_basis
from analytics.study.specification import ModelFactor

N = 40
SUBJECTS = [f"s{number:02d}" for number in range(N)]
SEX = ModelFactor(factor="sex", reference="female")
RACE = ModelFactor(factor="race", reference="white")
AGE = ModelFactor(factor="age", per=10)


def cohort(races=("white", "asian"), silent=None, unknown=0):
    """Forty subjects; nobody with the level `silent` of race has the event."""
    random = np.random.default_rng(3)
    race = [races[number % len(races)] for number in range(N)]
    return marts(
        population_members=members(all=SUBJECTS),
        covariate_intervals=followed(
            "OS",
            {
                subject: (5 + int(random.integers(1, 300)), int(race[number] != silent))
                for number, subject in enumerate(SUBJECTS)
            },
        ),
        subject_factors=rows(
            "subject_factors",
            *(
                row
                for number, subject in enumerate(SUBJECTS)
                for row in (
                    (subject, "sex", "male" if number % 3 else "female", None),
                    (subject, "race", race[number] if number >= unknown else None, None),
                    (subject, "age", None, float(40 + random.integers(0, 30))),
                )
            ),
        ),
    )


def computed(tables, *factors, **more):
    plan = analysis("cox_multivariable", model_factors=factors, **more)
    return compute_results(study(plan), tables)


def test_a_factor_of_two_levels_is_its_univariate_model():
    plan = analysis("cox_univariate", factors=(contrast("sex", "male", "female"),))
    alone = compute_results(study(plan), cohort())["cox_term"]
    found = computed(cohort(), SEX)["cox_term"]
    assert found.drop("model").equals(alone.drop("model"))


def test_a_level_of_nobody_has_no_term_and_is_told():
    found = computed(cohort(), RACE, SEX)
    assert found["cox_term"]["numerator"].to_list() == ["asian", "male"]
    assert (
        found["cox_model"]["caution"].item() == "Levels without patients have no term: race other."
    )
    assert found["cox_model"]["df"].item() == 2


def test_unknown_levels_are_missing():
    model = computed(cohort(unknown=4), RACE, SEX)["cox_model"].row(0, named=True)
    assert (model["n"], model["n_missing"]) == (N - 4, 4)


def test_a_level_without_events_is_not_estimable_and_firth_is_told():
    tables = cohort(races=("white", "asian", "other"), silent="other")
    found = computed(tables, RACE, AGE)
    status = found["cox_model"]["status"].item()
    assert status == (
        "not estimable: monotone likelihood, an estimate runs to infinity; ask for Firth's "
        "penalised likelihood, firth = true: race other"
    )
    assert found["joint_test"]["status"].unique().to_list() == [status]
    firth = computed(tables, RACE, AGE, firth=True, limits="profile_likelihood")
    model, terms = firth["cox_model"].row(0, named=True), firth["cox_term"]
    assert (model["status"], model["penalty"], model["limits"]) == (
        "ok",
        "firth",
        "profile_likelihood",
    )
    other = terms.filter(pl.col("numerator") == "other").row(0, named=True)
    assert 0 < other["ci_lower"] < other["hr"] < other["ci_upper"] < 1
    test = firth["joint_test"].filter(pl.col("factor") == "race").row(0, named=True)
    assert (test["df"], test["lr_status"]) == (2, "ok")
    assert 0 < test["lr_p"] < 0.05


def test_a_joint_test_of_one_term_is_its_profile_test():
    found = computed(cohort(), SEX, AGE, firth=True, limits="profile_likelihood")
    terms, tests = found["cox_term"], found["joint_test"]
    assert tests["lr_p"].to_list() == pytest.approx(terms["p_value"].to_list(), rel=1e-8)


def test_clusters_by_a_factor_change_the_errors_and_not_the_estimates():
    plain = computed(cohort(), AGE)
    found = computed(cohort(), AGE, variance="robust", cluster="race")
    assert found["cox_term"]["log_hr"].item() == plain["cox_term"]["log_hr"].item()
    assert found["cox_term"]["std_error"].item() != plain["cox_term"]["std_error"].item()
    assert found["cox_model"]["variance"].item() == "robust, clusters: race"
    assert found["joint_test"]["lr_status"].item() == (
        "not estimable: no likelihood-ratio test with a robust variance"
    )


def test_knots_that_coincide_are_a_status():
    tables = cohort()
    same = tables.subject_factors.with_columns(value=pl.lit(50.0))
    tables = marts(
        population_members=tables.population_members,
        covariate_intervals=tables.covariate_intervals,
        subject_factors=same,
    )
    found = computed(tables, ModelFactor(factor="age", spline=3), SEX)
    assert found["cox_model"]["status"].item() == (
        "not estimable: the knots of the spline coincide: age"
    )


def test_nobody_is_a_status():
    found = computed(marts(population_members=members(all=[])), SEX, AGE)
    assert found["cox_model"]["status"].to_list() == ["not estimable: no subjects"]
    assert found["cox_term"].is_empty()


def test_a_spline_is_straight_beyond_its_outer_knots():
    knots = (1.0, 2.0, 4.0, 5.0)
    outside = np.array([5.0, 6.0, 7.0, 8.0, 0.0, 1.0])
    basis = spline_basis(outside, knots)
    np.testing.assert_allclose(np.diff(basis[:4], n=2, axis=0), 0, atol=1e-12)
    np.testing.assert_array_equal(basis[4:], 0)
    # by hand at 3: (2^3 - 0 + 0) / 16 and (1 - 0 + 0) / 16
    np.testing.assert_allclose(spline_basis(np.array([3.0]), knots), [[8 / 16, 1 / 16]])
