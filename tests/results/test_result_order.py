"""The order of the rows of the marts changes no result, to the last bit."""

from dataclasses import fields

from hypothesis import given, settings
from hypothesis import strategies as st
from small_marts import analysis, contrast, counts, followed, marts, members, rows, study

from analytics.results.assembly import compute_results
from analytics.results.marts import Marts

SUBJECTS = [f"s{number:02d}" for number in range(30)]
PLAN = study(
    analysis("kaplan_meier", analysis_id="km", strata="sex", landmarks_months=(1, 2)),
    analysis("cumulative_incidence", analysis_id="cif", landmarks_months=(1, 2)),
    analysis(
        "cox_univariate",
        analysis_id="uni",
        factors=(
            contrast("sex", "male", "female"),
            contrast("age"),
            contrast("hsct"),
        ),
    ),
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
CURVE = [(0, 4, 0, 0, 0), (30, 0, 1, 0, 0), (60, 0, 1, 0, 0), (90, 0, 1, 0, 1)]


def cohort() -> Marts:
    ages = {subject: 30 + number * 0.7 for number, subject in enumerate(SUBJECTS)}
    days = {
        subject: (7 + (number * 13) % 31, int(number % 3 != 0))
        for number, subject in enumerate(SUBJECTS)
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
        .extend(counts("cif", "all", *CURVE)),
    )


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
    expected, found = compute_results(PLAN, tables), compute_results(PLAN, shuffled)
    assert all(found[name].equals(frame) for name, frame in expected.items())
    assert expected["cox_term"]["status"].unique().to_list() == ["ok"]
