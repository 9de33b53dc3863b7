"""Baseline, outcome and attrition tables, counted by hand."""

import math

import pytest
from small_marts import analysis, marts, members, rows, study

from analytics.results.assembly import compute_results
from analytics.results.frames import ResultsError

FACTORS = rows(
    "subject_factors",
    ("a", "sex", "male", None),
    ("b", "sex", "male", None),
    ("c", "sex", "female", None),
    ("a", "race", "white", None),
    ("b", "race", None, None),
    ("c", "race", "white", None),
    ("a", "age", None, 30.0),
    ("b", "age", None, 40.0),
    ("c", "age", None, None),
)


def baseline(*characteristics, groups=("all",), population=("a", "b", "c")):
    plan = analysis("baseline_table", groups=groups, characteristics=characteristics)
    tables = marts(population_members=members(all=population), subject_factors=FACTORS)
    return compute_results(study(plan), tables)["baseline_characteristics"]


def counted(factor):
    return {"factor": factor, "statistics": ("count_percent",)}


def test_levels_are_counted_of_the_whole_group():
    table = baseline(counted("sex"))
    assert table.select("level", "n", "denominator", "percent").rows() == [
        ("male", 2, 3, pytest.approx(200 / 3)),
        ("female", 1, 3, pytest.approx(100 / 3)),
    ]


def test_unknown_is_a_row_when_somebody_is_unknown():
    table = baseline(counted("race"))
    assert table.select("level", "n").rows() == [
        ("white", 2),
        ("asian", 0),
        ("other", 0),
        ("unknown", 1),
    ]


def test_statistics_are_of_the_known_values():
    table = baseline({"factor": "age", "statistics": ("n", "mean", "sd", "median", "min", "max")})
    values = dict(table.select("statistic", "value").rows())
    assert values == pytest.approx(
        {
            "n": 2,
            "mean": 35,
            "sd": math.sqrt(50),
            "median": 35,
            "min": 30,
            "max": 40,
        }
    )
    assert table["n"].unique().to_list() == [2]
    assert table["denominator"].unique().to_list() == [3]
    assert table["percent"].is_null().all()


def test_statistic_without_enough_values_is_not_estimable():
    table = baseline({"factor": "age", "statistics": ("mean", "sd")}, population=("a",))
    assert table.select("statistic", "value", "status").rows() == [
        ("mean", 30.0, "ok"),
        ("sd", None, "not estimable: fewer than two known values"),
    ]


def test_group_of_nobody_has_counts_and_no_percentage():
    table = baseline(counted("sex"), population=())
    assert table.select("n", "denominator", "percent", "status").unique().rows() == [
        (0, 0, None, "not estimable: no subjects")
    ]


def test_level_that_the_study_does_not_name_is_refused():
    plan = analysis("baseline_table", groups=("all",), characteristics=(counted("sex"),))
    stray = rows("subject_factors", ("a", "sex", "undifferentiated", None))
    with pytest.raises(ResultsError, match=r"Analysis 'os' .* Level 'undifferentiated' is in"):
        compute_results(
            study(plan), marts(population_members=members(all=["a"]), subject_factors=stray)
        )


LINES = (
    {"outcome": "mrd", "level": "any", "label": "MRD responders", "population": "mrd"},
    {
        "outcome": "mrd",
        "level": "cycle_1",
        "label": "in cycle 1",
        "population": "mrd_1",
        "parent": "mrd/any",
        "indent": 1,
        "denominator": "mrd",
    },
)


def test_outcome_is_counted_among_the_group_and_its_denominator():
    plan = analysis("outcomes_table", groups=("long", "all"), lines=LINES)
    tables = marts(
        population_members=members(
            all=["a", "b", "c", "d"],
            long=["a", "b"],
            mrd=["a", "c", "d"],
            mrd_1=["a", "d"],
        )
    )
    table = compute_results(study(plan), tables)["clinical_outcomes"]
    shown = ("group_population", "level", "n", "denominator", "percent", "parent", "display_order")
    assert table.select(shown).rows() == [
        ("long", "any", 1, 2, 50.0, None, 1),
        ("long", "cycle_1", 1, 1, 100.0, "mrd/any", 2),
        ("all", "any", 3, 4, 75.0, None, 1),
        ("all", "cycle_1", 2, 3, pytest.approx(200 / 3), "mrd/any", 2),
    ]


def test_a_percentage_has_exact_limits_in_percent():
    plan = analysis("outcomes_table", groups=("all",), lines=LINES[:1])
    tables = marts(population_members=members(all=["a", "b"], mrd=["a", "z"]))
    row = compute_results(study(plan, conf_level=0.9), tables)["clinical_outcomes"].row(
        0, named=True
    )
    # of two, at least one with probability 1 - (1 - p)^2, at most one with 1 - p^2
    assert (row["n"], row["denominator"], row["percent"]) == (1, 2, 50)
    assert row["ci_lower"] == pytest.approx(100 * (1 - math.sqrt(0.95)), rel=1e-12)
    assert row["ci_upper"] == pytest.approx(100 * math.sqrt(0.95), rel=1e-12)


def test_a_group_of_nobody_has_no_limits_and_a_status():
    plan = analysis("outcomes_table", groups=("all",), lines=LINES[:1])
    table = compute_results(study(plan), marts(population_members=members(mrd=["a"])))
    shown = ("n", "denominator", "percent", "ci_lower", "ci_upper", "status")
    assert table["clinical_outcomes"].select(shown).rows() == [
        (0, 0, None, None, None, "not estimable: no subjects")
    ]


def test_the_level_of_the_limits_is_told():
    plan = analysis("outcomes_table", groups=("all",), lines=LINES[:1])
    told = compute_results(study(plan, conf_level=0.9), marts())["method"].row(0, named=True)
    assert (told["conf_level"], told["ci_transform"]) == (0.9, None)


CONDITIONS = (
    ("treated", "fact", "first_dose", "exists", None, "No dose"),
    ("all", "population", "treated", None, None, None),
    ("all", "factor", "ph_status", "!=", "positive", "Ph-positive"),
    ("responders", "population", "all", None, None, None),
    ("responders", "population", "treated", None, None, None),
    ("responders", "fact", "first_remission", "exists", None, "No remission"),
)
MET = {
    ("treated", 1): "abcde",
    ("all", 1): "abcde",
    ("all", 2): "abcf",
    ("responders", 1): "abc",
    ("responders", 2): "abcde",
    ("responders", 3): "bde",
}


def test_attrition_writes_nested_populations_out_and_counts_each_step_once():
    conditions = rows(
        "population_conditions",
        *(
            (subject, population, order, subject in met)
            for (population, order), met in MET.items()
            for subject in "abcdef"
        ),
    )
    tables = marts(
        population_conditions=conditions,
        subjects=rows("subjects", *((s,) for s in "abcdef")),
    )
    plan = analysis("attrition", population="responders")
    table = compute_results(study(plan, conditions=CONDITIONS), tables)["attrition"]
    assert table.drop("analysis_id").rows() == [
        (1, "treated", "No dose", 6, 1, 5),
        (2, "all", "Ph-positive", 5, 2, 3),
        (3, "responders", "No remission", 3, 2, 1),
    ]
