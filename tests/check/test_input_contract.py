"""The page of the input contract is what the specification says, and the SQL says the same."""

import re
from typing import Any

import pytest
from jinja2 import Environment
from project import PROJECT, Plateau

from analytics.study.domains import DOMAINS
from analytics.study.domains.record_layout import layout_lines, record_layout
from analytics.study.record_rules import POLICIES, RECORD_RULES

LAYOUT = PROJECT / "dbt_project/macros/record_layout.sql"
LAYOUTS = {entry["domain"]: entry for entry in record_layout()}
STAGING = PROJECT / "dbt_project/models/staging"


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


def test_the_macro_is_the_one_that_the_catalogue_writes() -> None:
    """Else: make domains."""
    assert LAYOUT.read_text(encoding="utf-8").splitlines() == list(layout_lines())


def test_dbt_reads_from_the_macro_what_the_catalogue_says() -> None:
    returned: list[list[dict[str, Any]]] = []
    template = Environment().from_string(
        LAYOUT.read_text(encoding="utf-8") + "{{ record_layout() }}",
        globals={"return": returned.append},
    )
    template.render()
    assert returned == [record_layout()]


def test_how_a_finding_answers() -> None:
    """The standard result before the collected one; names of codes and reasons are no content."""
    assert LAYOUTS["RS"] == {
        "domain": "RS",
        "required": ["studyid", "usubjid", "rsseq", "rstestcd"],
        "domain_given": "domain",
        "seq": "rsseq",
        "testcd": "rstestcd",
        "category": "rscat",
        "evaluator": "rseval",
        "method": "rsmethod",
        "stat": "rsstat",
        "accepted_flag": "rsacptfl",
        "number": "rsstresn",
        "visitnum": "visitnum",
        "dtc": "rsdtc",
        "text": ["rsstresc", "rsorres"],
        "date_needed": True,
        "result_needed": True,
        "vocabulary": "closed",
        "repeats": True,
    }


def test_how_an_event_a_qualifier_and_a_dose_answer() -> None:
    assert LAYOUTS["MH"]["text"] == ["mhdecod", "mhterm"]
    assert LAYOUTS["MH"]["specimen"] == "mhscat"
    assert "date_needed" not in LAYOUTS["MH"]
    assert LAYOUTS["SUPP"]["required"] == ["studyid", "usubjid", "rdomain", "qnam"]
    assert LAYOUTS["SUPP"]["result_needed"]
    assert "result_needed" not in LAYOUTS["EX"]


@pytest.mark.parametrize("code", DOMAINS)
def test_the_models_ask_of_a_record_what_the_contract_says(code: str) -> None:
    """A variable that a record needs is a key, its date or its result."""
    layout = LAYOUTS[code]
    asked = {name.upper() for name in layout["required"]}
    if "date_needed" in layout:
        asked.add(layout["dtc"].upper())
    needed = {one.name for one in DOMAINS[code].variables if one.need in ("file", "record")}
    assert needed - asked == ({"QVAL"} if code == "SUPP" else set())
    assert asked <= needed


@pytest.mark.parametrize("code", DOMAINS)
def test_no_question_has_two_answers(code: str) -> None:
    answers = [
        one.answers for one in DOMAINS[code].variables if one.answers not in (None, "subject")
    ]
    assert len(answers) == len(set(answers))


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
