"""What Python and dbt hold of one fact, each in its own file, is the same."""

import re

import yaml
from project import PROJECT

from analytics.study.declared_facts import MOST_LEVELS
from analytics.study.specification import Parameters

PROJECT_FILE = PROJECT / "dbt_project/dbt_project.yml"
DECLARED_FACTS = PROJECT / "dbt_project/models/facts/int_declared_facts.sql"


def test_the_defaults_of_dbt_are_those_of_the_study() -> None:
    variables = yaml.safe_load(PROJECT_FILE.read_text(encoding="utf-8"))["vars"]
    assert variables == Parameters().model_dump(mode="json")


def test_facts_are_dated_in_as_many_steps_as_a_study_may_use() -> None:
    text = DECLARED_FACTS.read_text(encoding="utf-8")
    steps = re.findall(r"{% set levels = range\((\d+), (\d+)\) %}", text)
    assert [tuple(map(int, step)) for step in steps] == [(1, MOST_LEVELS + 1)]
