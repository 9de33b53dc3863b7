"""The order of the rows of the marts changes no result, to the last bit."""

from dataclasses import fields
from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_marts import (
    analysis,
    contrast,
    counts,
    counts_in_strata,
    followed,
    marts,
    members,
    rows,
    study,
)

from analytics.results.assembly import compute_results
from analytics.results.marts import Marts

SUBJECTS = [f"s{number:02d}" for number in range(30)]
PLAN = study(
    analysis("kaplan_meier", analysis_id="km", strata="sex", landmarks_months=(1, 2)),
    analysis("kaplan_meier", analysis_id="in_strata", strata="sex", stratified_by=("race",)),
    analysis(
        "kaplan_meier", analysis_id="flat", restricted_mean_months=(2, 3), plateau_months=(1, 2)
    ),
    analysis("cumulative_incidence", analysis_id="cif", strata="sex", landmarks_months=(1, 2)),
    analysis(
        "cox_univariate",
        analysis_id="uni",
        factors=(
            contrast("sex", "male", "female"),
            contrast("age"),
            contrast("hsct"),
        ),
    ),
    analysis(
        "cox_univariate",
        analysis_id="strata",
        stratified_by=("sex", "race"),
        factors=(contrast("age"),),
    ),
    analysis("fine_gray", analysis_id="fg", censoring_groups="sex", factors=(contrast("age"),)),
    analysis("cox_stepwise", analysis_id="multi", candidates_from="uni"),
    analysis(
        "baseline_table",
        analysis_id="t1",
        groups=("all",),
        characteristics=(
            {"factor": "sex", "statistics": ("count_percent",)},
            {"factor": "age", "statistics": ("n", "mean", "sd", "median")},
        ),
    ),
    slcandidate=1,
)
PLATEAU = [(0, 9, 0, 0, 0), (20, 0, 2, 0, 0), (30, 0, 2, 0, 0), (50, 0, 1, 0, 0), (90, 0, 0, 0, 4)]
INCIDENCE = [(0, 4, 0, 0, 0), (30, 0, 0, 1, 0), (60, 0, 1, 0, 1), (90, 0, 0, 1, 0)]
CURVE = [(0, 4, 0, 0, 0), (30, 0, 1, 0, 0), (60, 0, 1, 0, 0), (90, 0, 1, 0, 1)]


def cohort() -> Marts:
    ages = {subject: 30 + number * 0.7 for number, subject in enumerate(SUBJECTS)}
    days = {
        subject: (7 + (number * 13) % 31, number % 3) for number, subject in enumerate(SUBJECTS)
    }
    return marts(
        population_members=members(all=SUBJECTS),
        covariate_intervals=followed("OS", days),
        subject_factors=rows(
            "subject_factors",
            *(
                row
                for number, subject in enumerate(SUBJECTS)
                for row in (
                    (subject, "sex", "male" if number % 2 else "female", None),
                    (subject, "race", ("white", "asian", "other")[number % 3], None),
                    (subject, "age", None, ages[subject]),
                )
            ),
        ),
        factor_changes=rows(
            "factor_changes",
            *(
                (subject, "OS", "hsct", 0.0, "yes" if number % 5 == 0 else "no")
                for number, subject in enumerate(SUBJECTS)
            ),
        ),
        risk_counts=counts("km", "male", *CURVE)
        .extend(counts("km", "female", *CURVE))
        .extend(counts("flat", "all", *PLATEAU))
        .extend(counts("in_strata", "male", *CURVE))
        .extend(counts("in_strata", "female", *PLATEAU))
        .extend(counts("cif", "male", *CURVE))
        .extend(counts("cif", "female", *INCIDENCE)),
        stratified_risk_counts=counts_in_strata(
            "in_strata",
            ("white", "male", CURVE),
            ("white", "female", PLATEAU),
            ("asian", "male", PLATEAU),
            ("asian", "female", CURVE),
        ),
    )


@cache
def as_given() -> dict[str, pl.DataFrame]:
    return compute_results(PLAN, cohort())


@pytest.mark.integration  # writes all results many times
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_order_of_the_rows_changes_nothing(seed: int):
    tables = cohort()
    shuffled = Marts(
        **{
            field.name: getattr(tables, field.name).sample(fraction=1, shuffle=True, seed=seed)
            for field in fields(Marts)
        }
    )
    expected, found = as_given(), compute_results(PLAN, shuffled)
    assert all(found[name].equals(frame) for name, frame in expected.items())
    for table in ("cox_term", "fine_gray_term", "group_test", "plateau", "cure_fraction"):
        assert expected[table]["status"].unique().to_list() == ["ok"], table
