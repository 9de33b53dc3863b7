"""The page of the input contract is what the specification says, and the SQL says the same."""

import re
from typing import Any

import pytest
from jinja2 import Environment
from project import PROJECT, Plateau

from analytics.study.domains import DOMAINS
from analytics.study.record_rules import POLICIES, RECORD_RULES

LAYOUT = PROJECT / "dbt_project/macros/record_layout.sql"
STAGING = PROJECT / "dbt_project/models/staging"


def record_layout() -> dict[str, dict[str, Any]]:
    """What the macro hands to the models, by domain."""
    returned: list[list[dict[str, Any]]] = []
    template = Environment(extensions=["jinja2.ext.do"]).from_string(
        LAYOUT.read_text(encoding="utf-8") + "{{ record_layout() }}",
        globals={"return": returned.append},
    )
    template.render()
    return {entry["domain"]: entry for entry in returned[0]}


def test_the_page_is_the_one_that_the_specification_writes(plateau: Plateau) -> None:
    """Else: plateau contract > docs/input-contract.md."""
    page = (PROJECT / "docs/input-contract.md").read_text(encoding="utf-8")
    assert plateau("contract").stdout == page


def test_the_page_has_every_variable_and_every_rule() -> None:
    page = (PROJECT / "docs/input-contract.md").read_text(encoding="utf-8")
    for domain in DOMAINS.values():
        section = page.split(f"\n## {domain.code}\n")[1].split("\n## ")[0]
        for variable in domain.variables:
            assert f"| {variable.name} | {variable.need} |" in section
    assert all(f"| `{rule}` |" in page for rule in RECORD_RULES)


@pytest.mark.parametrize("code", DOMAINS)
def test_the_models_ask_of_a_record_what_the_specification_says(code: str) -> None:
    """Its keys, its date, its number, its result."""
    layout = record_layout()[code]
    variables = {variable.name: variable for variable in DOMAINS[code].variables}
    asked = {name.upper() for name in layout["required"]}
    if layout.get("date_needed"):
        asked.add(layout["dtc"].upper())
    if layout.get("number_needed"):
        asked.add(layout["number"].upper())
    if layout.get("result_needed") and "QVAL" in variables:
        asked.add("QVAL")
    needed = {name for name, one in variables.items() if one.need in ("file", "record")}
    assert asked == needed
    results = {name for name, one in variables.items() if one.need == "result"}
    answers = {name.upper() for name in (*layout.get("wording", ()), layout.get("number", ""))}
    assert results == (answers - {"QVAL", ""} if layout.get("result_needed") and results else set())
    assert {variables[name.upper()].kind for name in [layout.get("dtc")] if name} <= {"date"}


@pytest.mark.parametrize("code", DOMAINS)
def test_staging_reads_the_variables_of_the_specification(code: str) -> None:
    model = (STAGING / f"stg_sdtm__{code.lower()}.sql").read_text(encoding="utf-8")
    read = re.findall(
        r"(?:given|number|number_from_zero|whole_number|date_columns)\('(\w+)'", model
    )
    assert {name.upper() for name in read} == {one.name for one in DOMAINS[code].variables}


def test_every_rule_has_a_default_that_a_study_may_choose() -> None:
    for rule in RECORD_RULES.values():
        assert rule.policy in rule.policies
        assert set(rule.policies) <= set(POLICIES)
