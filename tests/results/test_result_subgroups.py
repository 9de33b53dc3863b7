"""Subgroups of a Cox model: the hazard ratio in each, and whether it differs between them."""

import math

import polars as pl
import pytest
from small_marts import analysis, contrast, followed, marts, members, rows, study

from analytics.results.assembly import compute_results

# white: deaths of a man, then a woman, one man left; asian: the same with the sexes exchanged
ENDS = {"a": (10, 1), "b": (20, 1), "c": (30, 0), "d": (10, 1), "e": (20, 1), "f": (30, 0)}
SEXES = {"a": "male", "b": "female", "c": "male", "d": "female", "e": "male", "f": "female"}
RACES = {"a": "white", "b": "white", "c": "white", "d": "asian", "e": "asian", "f": "asian"}


def results(
    races: dict[str, str | None] = RACES, ends: dict[str, tuple[float, int]] = ENDS, **more: object
) -> dict[str, pl.DataFrame]:
    plan = analysis(
        "cox_univariate",
        factors=(contrast("sex", "male", "female"),),
        **{"subgroups": ("race",), **more},
    )
    tables = marts(
        population_members=members(all=list(ends)),
        covariate_intervals=followed("OS", ends),
        subject_factors=rows(
            "subject_factors",
            *((subject, "sex", level, None) for subject, level in SEXES.items()),
            *((subject, "race", level, None) for subject, level in races.items()),
        ),
    )
    return compute_results(study(plan), tables)


def test_each_subgroup_has_a_model_of_its_own():
    effects = results()["subgroup_effect"]
    # x / (2x + 1) / (x + 1) is largest where 2x^2 = 1
    assert effects.select("subgroup", "level", "n", "n_event", "hr", "status").rows() == [
        ("race", "white", 3, 2, pytest.approx(1 / math.sqrt(2)), "ok"),
        ("race", "asian", 3, 2, pytest.approx(math.sqrt(2)), "ok"),
        ("race", "other", 0, 0, None, "not estimable: no subjects"),
    ]
    assert effects.select("factor", "numerator", "denominator").unique().rows() == [
        ("sex", "male", "female")
    ]


def test_the_interaction_within_strata_is_the_gain_of_the_separate_models():
    test = results(stratified_by=("race",))["subgroup_interaction"].row(0, named=True)
    # together the likelihood is largest at x = 1, where it is 1/6 in either; apart 3 - 2 sqrt(2)
    gain = 2 * math.log(3 - 2 * math.sqrt(2)) - 2 * math.log(1 / 6)
    assert test["lr_statistic"] == pytest.approx(2 * gain, rel=1e-10)
    assert (test["n"], test["n_event"], test["n_missing"], test["df"]) == (6, 4, 0, 1)
    assert test["status"] == "ok"
    assert test["lr_p"] == pytest.approx(math.erfc(math.sqrt(gain)), rel=1e-10)


def test_without_strata_the_levels_have_terms_of_their_own():
    """Exchanging the sexes and the races gives the same data, so the P value is symmetric too."""
    test = results()["subgroup_interaction"].row(0, named=True)
    exchanged = {
        subject: "asian" if race == "white" else "white" for subject, race in RACES.items()
    }
    other = results(races=exchanged)["subgroup_interaction"].row(0, named=True)
    assert (test["df"], test["status"]) == (1, "ok")
    assert other["lr_statistic"] == pytest.approx(test["lr_statistic"], rel=1e-10)


def test_a_subject_of_unknown_level_is_in_no_subgroup():
    found = results(races={**RACES, "c": None})
    assert found["subgroup_effect"]["n"].to_list() == [2, 3, 0]
    assert found["subgroup_interaction"].select("n", "n_missing").rows() == [(5, 1)]
    assert found["cox_model"]["n"].to_list() == [6]


def test_one_level_alone_has_no_interaction():
    one = dict.fromkeys(RACES, "white")
    test = results(races=one)["subgroup_interaction"].row(0, named=True)
    assert (test["lr_statistic"], test["df"], test["lr_p"]) == (None, None, None)
    assert test["status"] == "not estimable: fewer than two levels"


def test_a_subgroup_of_one_sex_has_no_effect_and_no_interaction():
    races = {"a": "white", "b": "white", "c": "white", "d": "white", "e": "asian", "f": "white"}
    found = results(races=races)
    assert found["subgroup_effect"]["status"].to_list()[1].startswith("not estimable: ")
    assert found["subgroup_interaction"]["status"].to_list() == [
        "not estimable: the covariate is a linear combination of those before it: sex x race asian"
    ]


def test_nobody_has_a_status():
    found = results(ends={"a": (10, 0)})
    assert found["subgroup_interaction"]["status"].to_list() == ["not estimable: no events"]


def test_an_analysis_without_subgroups_has_none():
    found = results(subgroups=())
    assert found["subgroup_effect"].is_empty()
    assert found["subgroup_interaction"].is_empty()
