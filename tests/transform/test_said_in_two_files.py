"""What Python and dbt hold of one fact, each in its own file, is the same."""

import re

import yaml
from project import PROJECT

from analytics.study.declared_facts import MOST_LEVELS
from analytics.study.facts import BUILT_IN_FACTS
from analytics.study.specification import Parameters
from analytics.transform.dbt_run import variables_of

PROJECT_FILE = PROJECT / "dbt_project/dbt_project.yml"
CLOCKS = PROJECT / "expectations/time_to_event.yml"
DECLARED_FACTS = PROJECT / "dbt_project/models/facts/int_declared_facts.sql"


def test_the_defaults_of_dbt_are_those_of_the_study() -> None:
    variables = yaml.safe_load(PROJECT_FILE.read_text(encoding="utf-8"))["vars"]
    assert variables == variables_of(Parameters().model_dump(mode="json"))


def test_facts_are_dated_in_as_many_steps_as_a_study_may_use() -> None:
    text = DECLARED_FACTS.read_text(encoding="utf-8")
    steps = re.findall(r"{% set levels = range\((\d+), (\d+)\) %}", text)
    assert [tuple(map(int, step)) for step in steps] == [(1, MOST_LEVELS + 1)]


def test_a_clock_may_start_before_the_first_dose_at_the_facts_settled_by_it() -> None:
    early = [name for name, fact in BUILT_IN_FACTS.items() if "first_dose" in fact.known_by]
    listed = ", ".join(f"'{name}'" for name in early)
    assert f"facts.fact not in ({listed})" in CLOCKS.read_text(encoding="utf-8")
