"""`alternative_to` names a result of the plan of the same kind, or is refused in one sentence."""

from pathlib import Path

import pytest
from small_study import refusal, with_plan

from analytics.study import load_study

OS = """
[[analyses]]
id = "os"
label = "Overall survival"
method = "kaplan_meier"
endpoint = "OS"
population = "all"
"""
MEN = OS.replace('"os"', '"men"').replace('"all"', '"men"')
MODELS = """
[[analyses]]
id = "cox"
label = "Factors"
method = "cox_univariate"
endpoint = "OS"
population = "all"
"""
SEX = 'factor = "sex", numerator = ["male"]'


def test_curve_names_the_curve_that_it_is_another_choice_for(tmp_path: Path) -> None:
    # the alternative may come first
    study = load_study(with_plan(tmp_path, MEN + 'alternative_to = "os"\n' + OS))
    assert (study.analysis("men").alternative_to, study.analysis("os").alternative_to) == (
        "os",
        None,
    )


def test_model_names_the_analysis_and_the_model(tmp_path: Path) -> None:
    other = f'{{ {SEX}, model = "men", population = "men", alternative_to = "cox/sex" }}'
    study = load_study(with_plan(tmp_path, MODELS + f"factors = [{{ {SEX} }}, {other}]\n"))
    sex, men = study.analysis("cox").factors
    assert (sex.alternative_to, men.alternative_to) == (None, "cox/sex")


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        (
            MEN + 'alternative_to = "oss"\n' + OS,
            "plan.toml analysis 'men': alternative_to 'oss' is not another unstratified "
            "kaplan_meier "
            "analysis (did you mean 'os'?); use os.",
        ),
        (
            OS + 'alternative_to = "os"\n',
            "plan.toml analysis 'os': alternative_to 'os' is not another unstratified kaplan_meier "
            "analysis; use nothing, as none is defined.",
        ),
        (
            MEN + 'alternative_to = "os"\n' + OS.replace("kaplan_meier", "cumulative_incidence"),
            "plan.toml analysis 'men': alternative_to 'os' is not another unstratified "
            "kaplan_meier "
            "analysis; use nothing, as none is defined.",
        ),
        (
            MEN + 'alternative_to = "os"\n' + OS + 'strata = "sex"\n',
            "plan.toml analysis 'men': alternative_to 'os' is not another unstratified "
            "kaplan_meier "
            "analysis; use nothing, as none is defined.",
        ),
        (
            OS + MEN + 'strata = "blasts"\nalternative_to = "os"\n',
            "plan.toml analysis 'men': an alternative is one line and cannot be stratified; remove "
            "alternative_to or strata.",
        ),
        (
            MODELS + f'factors = [{{ {SEX}, alternative_to = "cox/sex" }}]\n',
            "plan.toml analysis 'cox' factor 'sex': alternative_to 'cox/sex' is not another "
            "analysis/model of cox_univariate; use nothing, as none is defined.",
        ),
        (
            MODELS + 'alternative_to = "cox/sex"\n' + f"factors = [{{ {SEX} }}]\n",
            "plan.toml analysis 'cox': unknown key 'alternative_to'",
        ),
    ],
)
def test_alternative_to_what_the_plan_has_not_is_refused(
    tmp_path: Path, plan: str, sentence: str
) -> None:
    assert refusal(with_plan(tmp_path, plan)).startswith(sentence)
