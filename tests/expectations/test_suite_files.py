"""Suites are read without Great Expectations, and each mistake in one is a sentence."""

from pathlib import Path

import pytest

from analytics.chapters import place_of
from expectations.suite import SUITES, SuiteError, load_suites, parse_suite

FINDING = "    finding: '{n} [subject|subjects] [appears|appear] twice.'\n"
SUITE = """
gate: marts
schema: marts
table: subjects
expectations:
  - id: A-01
    severity: critical
    description: Every subject
      appears once.
    type: expect_column_values_to_be_unique
    kwargs: {column: usubjid}
"""


def written(folder: Path, text: str, name: str = "subjects.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def sentence(folder: Path, text: str) -> str:
    path = written(folder, text)
    with pytest.raises(SuiteError) as error:
        parse_suite(path)
    return str(error.value).replace(f"{folder}/", "")


def test_a_suite_is_read_with_its_description_on_one_line(tmp_path: Path) -> None:
    suite = parse_suite(written(tmp_path, SUITE))
    assert (suite.name, suite.gate, suite.schema) == ("marts.subjects", "marts", "marts")
    (check,) = suite.expectations
    assert check.description == "Every subject appears once."
    assert check.kwargs == {"column": "usubjid"}


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    assert sentence(tmp_path, SUITE.replace("    severity: critical\n", "")) == (
        "subjects.yml, expectation 1 lacks the key 'severity'; add it."
    )


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    assert sentence(tmp_path, SUITE + "    mostly: 0.9\n") == (
        "subjects.yml, expectation 1 has the unknown key 'mostly'; "
        "the keys are id, type, kwargs, severity, description, finding."
    )


def test_an_unknown_severity_is_named(tmp_path: Path) -> None:
    assert sentence(tmp_path, SUITE.replace("critical", "fatal")) == (
        "subjects.yml, expectation 'A-01': severity 'fatal' is not one of critical, warning, info."
    )


def test_an_unknown_gate_is_named(tmp_path: Path) -> None:
    assert sentence(tmp_path, SUITE.replace("gate: marts", "gate: raw")) == (
        "subjects.yml: gate 'raw' is not one of marts, results."
    )


def test_a_query_must_read_its_own_table(tmp_path: Path) -> None:
    text = SUITE.replace("expect_column_values_to_be_unique", "unexpected_rows_expectation")
    query = "{unexpected_rows_query: select 1 as x}"
    assert sentence(tmp_path, text.replace("{column: usubjid}", query)) == (
        "subjects.yml, expectation 'A-01': the query must read its own table as {batch} "
        "and double every other brace."
    )


def test_a_single_brace_in_a_query_is_refused(tmp_path: Path) -> None:
    text = SUITE.replace("expect_column_values_to_be_unique", "unexpected_rows_expectation")
    query = "{unexpected_rows_query: \"select '{' from {batch}\"}"
    assert "double" in sentence(tmp_path, text.replace("{column: usubjid}", query))


def test_broken_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    assert sentence(tmp_path, "gate: [marts\nschema: x\n") == (
        "subjects.yml is not YAML at line 2; correct its indentation or quotes."
    )


def test_a_suite_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "subjects.yml").write_bytes("gate: R\xfcckfall".encode("latin-1"))
    with pytest.raises(SuiteError) as error:
        load_suites([tmp_path])
    assert str(error.value) == (f"{tmp_path / 'subjects.yml'} is not UTF-8 text; save it as UTF-8.")


def test_a_check_id_belongs_to_one_expectation(tmp_path: Path) -> None:
    written(tmp_path, SUITE)
    written(tmp_path, SUITE, "responses.yml")
    with pytest.raises(SuiteError) as error:
        load_suites([tmp_path])
    assert str(error.value) == (
        "Check id 'A-01' is used 2 times (suites marts.responses, marts.subjects); "
        "give each expectation an id of its own."
    )


def test_a_finding_is_worded_for_one_for_several_and_without_a_count(tmp_path: Path) -> None:
    (check,) = parse_suite(written(tmp_path, SUITE + FINDING)).expectations
    assert check.found(1) == "1 subject appears twice."
    assert check.found(14) == "14 subjects appear twice."
    assert check.found(None) == 'The check "Every subject appears once." does not hold.'


def test_a_finding_without_a_number_is_said_as_it_is(tmp_path: Path) -> None:
    text = SUITE + "    finding: Some subjects appear twice.\n"
    (check,) = parse_suite(written(tmp_path, text)).expectations
    assert check.found(1) == check.found(None) == "Some subjects appear twice."


def test_a_check_without_a_finding_is_worded_from_its_description(tmp_path: Path) -> None:
    (check,) = parse_suite(written(tmp_path, SUITE)).expectations
    assert check.found(1) == '1 row does not meet the check "Every subject appears once."'
    assert check.found(3) == '3 rows do not meet the check "Every subject appears once."'


@pytest.mark.parametrize(
    "finding", ["[A subject|Subjects] twice.", "{n} of {m} rows.", "{n} [row|rows", "{n} [rows]."]
)
def test_a_finding_that_cannot_be_worded_is_refused(tmp_path: Path, finding: str) -> None:
    assert sentence(tmp_path, SUITE + f"    finding: '{finding}'\n") == (
        "subjects.yml, expectation 'A-01': a finding gives the number as {n}, and singular and "
        "plural as [one|several]; other braces and brackets have no meaning."
    )


def test_every_shipped_check_that_may_fail_in_a_release_has_a_finding() -> None:
    studies = sorted((SUITES.parent / "studies").glob("*/expectations"))
    for suites in [load_suites([SUITES]), *(load_suites([folder]) for folder in studies)]:
        for suite in suites:
            for check in suite.expectations:
                assert check.severity == "critical" or check.finding, check.check_id


def test_a_folder_without_suites_holds_none(tmp_path: Path) -> None:
    assert load_suites([tmp_path / "absent"]) == ()


def test_every_shipped_suite_can_be_read() -> None:
    suites = load_suites([SUITES])
    names = {(suite.schema, suite.table) for suite in suites}
    assert ("marts", "time_to_event") in names
    assert ("results", "survival_curve") in names
    assert {path.stem for path in SUITES.glob("*.yml")} == {suite.table for suite in suites}


def test_suites_stand_in_the_order_of_the_chapters_and_results_come_last() -> None:
    tables = [suite.table for suite in load_suites([SUITES])]
    assert tables == sorted(tables, key=lambda table: (place_of(table), table))
    assert tables[:3] == ["responses", "hsct_timing", "mrd_status"]
    last_mart = tables.index("rejected_record")
    assert {suite.schema for suite in load_suites([SUITES])[last_mart + 1 :]} == {"results"}
