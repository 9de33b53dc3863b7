"""`pooled_over`: the factor whose levels are the trials that an analysis pools."""

from pathlib import Path

import pytest
from small_study import refusal, with_plan

from analytics.study import load_study

CURVE = """
[[analyses]]
id = "curve"
label = "Survival"
method = "kaplan_meier"
endpoint = "OS"
population = "all"
pooled_over = "sex"
"""
UNIVARIATE = """
[[analyses]]
id = "uni"
label = "Factors"
method = "cox_univariate"
endpoint = "OS"
population = "all"
pooled_over = "sex"
factors = [{ factor = "blasts", numerator = ["high"] }]
"""
SEVERAL = """
[[analyses]]
id = "several"
label = "Factors together"
method = "cox_multivariable"
endpoint = "OS"
population = "all"
pooled_over = "sex"
factors = [{ factor = "blasts", reference = "low" }]
"""
FINE_GRAY = UNIVARIATE.replace("cox_univariate", "fine_gray")
FINE_GRAY_SEVERAL = SEVERAL.replace("cox_multivariable", "fine_gray_multivariable")


@pytest.mark.parametrize("plan", [CURVE, UNIVARIATE, SEVERAL, FINE_GRAY, FINE_GRAY_SEVERAL])
def test_an_analysis_names_the_factor_of_its_trials(tmp_path: Path, plan: str) -> None:
    (analysis,) = load_study(with_plan(tmp_path, plan)).analyses
    assert analysis.pooled_over == "sex"


def test_the_sibling_of_a_curve_pools_no_trials(tmp_path: Path) -> None:
    plan = CURVE.replace('"all"\n', '"responders"\nas_published = "as printed"\n')
    curve, sibling = load_study(with_plan(tmp_path, plan)).analyses
    assert (curve.pooled_over, sibling.pooled_over) == ("sex", None)
    assert sibling.entry_facts


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (
            CURVE.replace('"sex"', '"age"'),
            "plan.toml analysis 'curve': pooled_over 'age' is continuous and has no levels; use "
            "a categorical factor.",
        ),
        (
            CURVE.replace('"sex"', '"hsct"'),
            "plan.toml analysis 'curve': pooled_over 'hsct' is known only after the origin, but a "
            "patient is of one trial from the origin on; choose a baseline factor.",
        ),
        (
            CURVE + 'strata = "sex"',
            "plan.toml analysis 'curve': factor 'sex' is compared, so that the analysis is not "
            "pooled over it; remove pooled_over or name another factor.",
        ),
        (
            UNIVARIATE.replace("blasts", "sex").replace("high", "male"),
            "plan.toml analysis 'uni': factor 'sex' is compared, so that the analysis is not "
            "pooled over it; remove pooled_over or name another factor.",
        ),
        (
            UNIVARIATE + 'stratified_by = ["sex"]',
            "plan.toml analysis 'uni': factor 'sex' forms the strata, so that the analysis is not "
            "pooled over it; remove pooled_over or name another factor.",
        ),
        (
            CURVE.replace('"all"', '"responders"') + 'entry_facts = ["first_remission"]',
            "plan.toml analysis 'curve': pooled_over compares curves that start on the same day, "
            "but with entry_facts they do not; remove pooled_over or entry_facts.",
        ),
        (
            CURVE + 'time_dependent_strata = "hsct"\nlandmark_days = 90',
            "plan.toml analysis 'curve': pooled_over compares curves that start on the same day, "
            "but with time_dependent_strata they do not; remove pooled_over or "
            "time_dependent_strata.",
        ),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, plan: str, message: str) -> None:
    assert refusal(with_plan(tmp_path, plan)) == message


def test_one_trial_is_not_pooled(tmp_path: Path) -> None:
    study = with_plan(tmp_path, CURVE)
    levels = study / "factor_levels.csv"
    kept = [line for line in levels.read_text().splitlines() if not line.startswith("sex,female")]
    levels.write_text("\n".join(kept) + "\n")
    assert refusal(study) == (
        "plan.toml analysis 'curve': pooled_over 'sex' has one level, and one trial is not pooled; "
        "remove pooled_over."
    )
