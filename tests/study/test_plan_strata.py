"""The strata of an analysis: which factors form them, for whom, and from when they are known."""

from pathlib import Path

import pytest
from small_study import refusal, with_plan, write_study

from analytics.study import load_study

CURVE = """
[[analyses]]
id = "curve"
label = "Survival by sex"
method = "kaplan_meier"
endpoint = "OS"
population = "all"
strata = "sex"
stratified_by = ["blasts"]
"""
UNIVARIATE = """
[[analyses]]
id = "uni"
label = "Factors"
method = "cox_univariate"
endpoint = "OS"
population = "all"
stratified_by = ["sex", "blasts"]
factors = [{ factor = "hsct", numerator = ["yes"] }]
"""
STEPWISE = """
[[analyses]]
id = "step"
label = "Selection"
method = "cox_stepwise"
endpoint = "OS"
population = "all"
candidates_from = "uni"
"""
# prior transplant, a baseline factor, as known only to those with an MRD result
ASSESSED = (
    "mrd,MRD responder",
    "prior,Prior HSCT,baseline,categorical,fact,,,,,,,,,prior_hsct,mrd_evaluated,9,\n"
    "mrd,MRD responder",
)
ASSESSED_LEVELS = ("mrd,yes", "prior,yes,Yes,1,,,,,\nprior,no,No,2,,,,,\nmrd,yes")


def test_groups_are_compared_in_strata_of_other_factors(tmp_path: Path) -> None:
    curve = load_study(with_plan(tmp_path, CURVE)).analysis("curve")
    assert (curve.strata, curve.stratified_by) == ("sex", ("blasts",))


def test_groups_that_change_may_be_compared_in_strata(tmp_path: Path) -> None:
    moving = 'time_dependent_strata = "hsct"\nlandmark_days = 120'
    plan = CURVE.replace('strata = "sex"', moving)
    curve = load_study(with_plan(tmp_path, plan)).analysis("curve")
    assert (curve.time_dependent_strata, curve.stratified_by) == (True, ("blasts",))


def test_subgroups_may_be_the_strata_or_others(tmp_path: Path) -> None:
    plan = UNIVARIATE.replace('stratified_by = ["sex", "blasts"]', 'stratified_by = ["sex"]')
    study = load_study(with_plan(tmp_path, plan + 'subgroups = ["sex", "blasts"]\n'))
    assert study.analysis("uni").subgroups == ("sex", "blasts")


def test_a_selection_has_the_strata_of_its_candidates(tmp_path: Path) -> None:
    study = load_study(with_plan(tmp_path, UNIVARIATE + STEPWISE))
    assert study.analysis("step").stratified_by == ("sex", "blasts")


def test_a_curve_without_strata_has_none(tmp_path: Path) -> None:
    plan = CURVE.replace('stratified_by = ["blasts"]\n', "")
    assert load_study(with_plan(tmp_path, plan)).analysis("curve").stratified_by == ()


@pytest.mark.parametrize(
    ("plan", "where"),
    [
        (CURVE.replace("blasts", "prior"), "analysis 'curve'"),
        (UNIVARIATE.replace("blasts", "prior"), "analysis 'uni' factor 'hsct'"),
        (
            UNIVARIATE + 'subgroups = ["prior"]\n',
            "analysis 'uni' factor 'hsct'",
        ),
    ],
)
def test_strata_known_only_to_the_assessed_wait_for_the_assessment(
    tmp_path: Path, plan: str, where: str
) -> None:
    write_study(tmp_path, factors_csv=ASSESSED, factor_levels_csv=ASSESSED_LEVELS)
    (tmp_path / "plan.toml").write_text(plan, encoding="utf-8")
    assert refusal(tmp_path) == (
        f"plan.toml {where}: factor 'prior' (known only to those with 'mrd_evaluated') is known "
        "only after the origin of OS ('first_dose'), which causes immortal time bias; name "
        'entry_facts = ["mrd_evaluated"] for delayed entry, or give a reason in as_published.'
    )
