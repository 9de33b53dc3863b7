"""The two groups of an outcomes table that are compared: which they may be, and in which strata."""

from pathlib import Path

import pytest
from small_study import refusal, with_plan

from analytics.study import load_study

PLAN = """
[[analyses]]
id = "outcomes"
label = "Outcomes"
method = "outcomes_table"
groups = ["all", "men", "evaluable", "survivors"]
{keys}
lines = [{{ outcome = "hsct", level = "any", label = "HSCT", population = "transplanted" }}]
"""
WITHIN = (
    "compared names 'men' and 'all', but every subject of 'men' is one of 'all' too; compare "
    "groups that share no subject."
)
MISTAKES = {
    "one group": (
        'compared = ["men"]',
        "compared is ['men']; name two different groups, the reference last.",
    ),
    "three groups": (
        'compared = ["men", "evaluable", "all"]',
        "compared is ['men', 'evaluable', 'all']; name two different groups, the reference last.",
    ),
    "one group twice": (
        'compared = ["men", "men"]',
        "compared is ['men', 'men']; name two different groups, the reference last.",
    ),
    "population without a column": (
        'compared = ["men", "responders"]',
        "unknown group of this table 'responders'; use all, men, evaluable or survivors.",
    ),
    "part and whole": ('compared = ["men", "all"]', WITHIN),
    "whole and part": ('compared = ["all", "men"]', WITHIN),
    "group of the outcome": (
        'compared = ["survivors", "men"]',
        "compared names 'survivors', which is defined by the outcome OS; such groups are described "
        "but not compared, so remove it.",
    ),
    "strata of no comparison": (
        'stratified_by = ["sex"]',
        "stratified_by is for the comparison of two groups, but there is none; name them as "
        "compared or remove stratified_by.",
    ),
    "continuous strata": (
        'compared = ["evaluable", "men"]\nstratified_by = ["age"]',
        "stratified_by 'age' is continuous and has no levels; use a categorical factor.",
    ),
    "strata that form later": (
        'compared = ["evaluable", "men"]\nstratified_by = ["hsct"]',
        "stratified_by 'hsct' is known only after the origin, but strata are those of the "
        "baseline; choose a baseline factor.",
    ),
}


@pytest.mark.parametrize(("keys", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_comparison_that_cannot_be_is_one_sentence(
    tmp_path: Path, keys: str, sentence: str
) -> None:
    study = with_plan(tmp_path, PLAN.format(keys=keys))
    assert refusal(study) == f"plan.toml analysis 'outcomes': {sentence}"


def test_two_groups_are_compared_in_strata(tmp_path: Path) -> None:
    keys = 'compared = ["evaluable", "men"]\nstratified_by = ["blasts", "sex"]'
    outcomes = load_study(with_plan(tmp_path, PLAN.format(keys=keys))).analysis("outcomes")
    assert (outcomes.compared, outcomes.stratified_by) == (("evaluable", "men"), ("blasts", "sex"))


def test_no_group_is_compared_unless_the_plan_says_so(tmp_path: Path) -> None:
    outcomes = load_study(with_plan(tmp_path, PLAN.format(keys=""))).analysis("outcomes")
    assert (outcomes.compared, outcomes.stratified_by) == ((), ())
