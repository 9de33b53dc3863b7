"""Mixture cure models, as plan.toml asks for them."""

from pathlib import Path

import pytest
from small_study import refusal, with_plan, write_study

from analytics.study import load_study
from analytics.study.specification import ModelFactor

CURE = """
[[analyses]]
id = "cure"
label = "Cure"
method = "mixture_cure"
endpoint = "OS"
population = "all"
latency = "log_normal"
factors = [
    { factor = "blasts", reference = "low" },
    { factor = "age", per = 10 },
]
latency_factors = [
    { factor = "age", per = 10 },
]
"""


def test_factors_of_both_parts(tmp_path: Path) -> None:
    cure = load_study(with_plan(tmp_path, CURE)).analysis("cure")
    assert cure.latency == "log_normal"
    assert cure.model_factors == (
        ModelFactor(factor="blasts", reference="low"),
        ModelFactor(factor="age", per=10),
    )
    assert cure.latency_factors == (ModelFactor(factor="age", per=10),)


def test_a_model_may_have_no_factors(tmp_path: Path) -> None:
    plan = CURE[: CURE.index("factors = [")]
    cure = load_study(with_plan(tmp_path, plan)).analysis("cure")
    assert (cure.model_factors, cure.latency_factors) == ((), ())


def test_a_population_that_forms_later_has_a_sibling(tmp_path: Path) -> None:
    plan = CURE.replace('population = "all"', 'population = "responders"')
    assert "immortal time bias" in refusal(with_plan(tmp_path, plan))
    study = load_study(with_plan(tmp_path, plan + 'as_published = "So printed."\n'))
    assert study.analysis("cure__delayed_entry").entry_facts == ("first_remission",)


def test_a_competing_event_is_refused(tmp_path: Path) -> None:
    alive = "OS,alive,"
    folder = write_study(
        tmp_path,
        endpoint_rules_csv=(alive, f"OS,relapse,competing,relapse,2,Relapse,,\n{alive}"),
    )
    (folder / "plan.toml").write_text(CURE, encoding="utf-8")
    assert refusal(folder) == (
        "plan.toml analysis 'cure': endpoint OS has a competing event, after which nobody can be "
        "told to be cured; choose an endpoint without one."
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"log_normal"', '"lognormal"', "unknown latency 'lognormal' (did you mean 'log_normal'?)"),
        ('latency = "log_normal"\n', "", "key 'latency' is missing; give it a value."),
        ('reference = "low"', 'reference = "none"', "factor 'blasts': unknown blasts level 'none'"),
        (
            'latency_factors = [\n    { factor = "age", per = 10 },',
            'latency_factors = [\n    { factor = "age", per = 5 },',
            "latency factor 'age': factors has this factor coded in another way; write it alike in "
            "both.",
        ),
        (
            '{ factor = "blasts", reference = "low" }',
            '{ factor = "hsct", reference = "no" }',
            "factor 'hsct': this factor is post-baseline, but who is cured is settled at the "
            "origin; use a baseline factor.",
        ),
        ("latency_factors", 'ties = "exact"\nlatency_factors', "unknown key 'ties'"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in CURE
    text = refusal(with_plan(tmp_path, CURE.replace(old, new, 1)))
    assert sentence in text
    assert text.startswith("plan.toml analysis 'cure'")
