"""The gate asks by SQL, and whatever cannot be asked has failed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from analytics.errors import BuildError
from expectations.gate import GateWorker, critical_failures, refusal
from expectations.outcome import Outcome
from expectations.runner import run_gate
from expectations.suite import load_suites

pytestmark = pytest.mark.integration  # runs Great Expectations

CHECKS = """
gate: marts
schema: marts
table: visits
expectations:
  - {id: NULL-DATE, type: expect_column_values_to_not_be_null, kwargs: {column: day},
     severity: critical, description: Every visit has a day.}
  - {id: UNIQUE, type: expect_compound_columns_to_be_unique, kwargs: {column_list: [usubjid, day]},
     severity: critical, description: A day has one visit.}
  - {id: RANGE-LOW, type: expect_column_values_to_be_between, kwargs:
     {column: blasts, min_value: 0}, severity: critical, description: No blast count is negative.}
  - {id: RANGE-HIGH, type: expect_column_values_to_be_between, kwargs:
     {column: blasts, max_value: 100}, severity: warning, description: Blasts are a percentage.}
  - id: SQL
    type: unexpected_rows_expectation
    kwargs:
      unexpected_rows_query: |
        with visits as (select * from {batch})
        select usubjid, blasts from visits where regexp_matches(usubjid, '^B{{1}}$')
    severity: critical
    description: Nobody is called B.
  - id: SQL-ALIAS
    type: unexpected_rows_expectation
    kwargs: {unexpected_rows_query: "select a.usubjid from {batch} as a where a.blasts > 6"}
    severity: info
    description: The table can be given a name.
    finding: "{n} [patient|patients] [has|have] more than 6 % of blasts."
  - {id: NO-COLUMN, type: expect_column_values_to_not_be_null, kwargs: {column: nowhere},
     severity: info, description: There is no such column.}
  - {id: NO-TYPE, type: expect_wonders, kwargs: {}, severity: info,
     description: There is no such type.}
  - {id: NO-ARGUMENT, type: expect_column_values_to_be_in_set, kwargs: {colum: day},
     severity: info, description: There is no such argument.}
  - {id: NO-SQL, type: unexpected_rows_expectation,
     kwargs: {unexpected_rows_query: select nowhere from {batch}},
     severity: info, description: The query is wrong.}
"""
ELSEWHERE = """
gate: marts
schema: marts
table: visits
expectations:
  - id: OTHER-FILE
    type: unexpected_rows_expectation
    kwargs:
      unexpected_rows_query: "select content from read_text('/etc/hostname'), {batch}"
    severity: critical
    description: A suite reads no other file.
  - id: UNLOCKED
    type: unexpected_rows_expectation
    kwargs: {unexpected_rows_query: "set enable_external_access = true -- {batch}"}
    severity: critical
    description: A suite opens nothing.
"""
MEMORY = """
gate: marts
schema: marts
table: visits
expectations:
  - id: MEMORY
    type: unexpected_rows_expectation
    kwargs:
      unexpected_rows_query: |
        select usubjid from {batch} where current_setting('memory_limit') <> '256.0 MiB'
    severity: critical
    description: A check takes no more memory than is given.
"""
MANY = """
gate: marts
schema: marts
table: visits
expectations:
  - {id: VALUES, type: expect_column_values_to_be_between, kwargs:
     {column: blasts, min_value: 0}, severity: info, description: No blast count is negative.}
  - {id: MOSTLY, type: expect_column_values_to_be_between, kwargs:
     {column: blasts, min_value: -1990, mostly: 0.5}, severity: info, description: Most are not.}
  - {id: PAIRS, type: expect_compound_columns_to_be_unique, kwargs: {column_list: [usubjid, day]},
     severity: info, description: A day has one visit.}
  - {id: TEXTS, type: expect_column_values_to_be_in_set, kwargs:
     {column: usubjid, value_set: ["12:of 30 %"]}, severity: info, description: A list of one.}
  - id: ROWS
    type: unexpected_rows_expectation
    kwargs: {unexpected_rows_query: "select usubjid, blasts from {batch}; "}
    severity: info
    description: There is no visit.
"""
ABSENT = """
gate: marts
schema: marts
table: absent
expectations:
  - {id: NO-TABLE, type: expect_column_values_to_not_be_null, kwargs: {column: day},
     severity: critical, description: There is no such table.}
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.visits as select * from (values "
            "('A', date '2012-01-01', 5::double), ('A', date '2012-01-02', 7.0), ('B', null, -1.0)"
            ") as t(usubjid, day, blasts)"
        )
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "suites"
    path.mkdir()
    text = CHECKS.replace("select nowhere from {batch}", '"select nowhere from {batch}"')
    (path / "visits.yml").write_text(text, encoding="utf-8")
    (path / "absent.yml").write_text(ABSENT, encoding="utf-8")
    return path


@pytest.fixture
def outcomes(database: Path, folder: Path) -> dict[str, Outcome]:
    found = run_gate(database, "marts", load_suites([folder]))
    return {outcome.check_id: outcome for outcome in found}


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GateWorker]:
    with GateWorker(tmp_path_factory.mktemp("worker") / "gate.log") as started:
        yield started


def answer_of(worker: GateWorker, database: Path, folder: Path) -> list[Outcome]:
    worker.ask(database, "marts", [folder])
    return worker.answer()


def test_each_expectation_has_one_outcome(outcomes: dict[str, Outcome]) -> None:
    assert len(outcomes) == CHECKS.count("id:") + ABSENT.count("id:")


def test_a_failed_check_is_a_sentence_of_its_own_or_the_general_one(
    outcomes: dict[str, Outcome],
) -> None:
    assert outcomes["SQL-ALIAS"].finding == "1 patient has more than 6 % of blasts."
    assert outcomes["SQL"].finding == '1 row does not meet the check "Nobody is called B."'
    assert outcomes["NO-TYPE"].finding == ('The check "There is no such type." could not be run.')
    assert outcomes["UNIQUE"].finding is None


def test_checks_keep_the_limit_of_memory(
    database: Path, tmp_path: Path, worker: GateWorker
) -> None:
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites/memory.yml").write_text(MEMORY)
    worker.ask(database, "marts", [tmp_path / "suites"], "256MiB")
    (found,) = worker.answer()
    assert (found.success, found.error) == (True, None)


def test_a_missing_value_is_counted(outcomes: dict[str, Outcome]) -> None:
    assert (outcomes["NULL-DATE"].success, outcomes["NULL-DATE"].n_unexpected) == (False, 1)


def test_two_checks_of_one_type_on_one_column_both_run(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["RANGE-LOW"].success is False
    assert outcomes["RANGE-LOW"].observed == "[-1.0]"
    assert outcomes["RANGE-HIGH"].success is True


def test_a_check_that_holds_has_no_error(outcomes: dict[str, Outcome]) -> None:
    assert (outcomes["UNIQUE"].success, outcomes["UNIQUE"].error) == (True, None)


def test_unexpected_rows_are_counted_and_shown(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["SQL"].n_unexpected == 1
    assert outcomes["SQL"].observed == '[{"usubjid": "B", "blasts": -1.0}]'


def test_the_rows_shown_are_the_first_of_all_in_whatever_order_they_stand(
    database: Path, tmp_path: Path
) -> None:
    """Great Expectations reads 200 of them."""
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites/many.yml").write_text(MANY)
    suites = load_suites([tmp_path / "suites"])
    found = []
    for order in ("n", "n desc"):
        with duckdb.connect(str(database)) as connection:
            connection.execute(
                "create or replace table marts.visits as select 'P' || n // 2 as usubjid, "
                "date '2012-01-01' as day, -n::double as blasts "
                f"from range(1000, 2000) as t(n) order by {order}"
            )
        found.append(run_gate(database, "marts", suites))
    assert found[0] == found[1]
    values, mostly, pairs, texts, rows = found[0]
    assert (mostly.success, mostly.n_unexpected) == (True, 9)
    assert mostly.observed == "[-1991.0, -1992.0, -1993.0]"
    assert (texts.observed, texts.n_unexpected) == ('["P500", "P500", "P501"]', 1000)
    assert (pairs.observed, pairs.n_unexpected) == (None, 1000)
    assert (values.observed, values.n_unexpected) == ("[-1997.0, -1998.0, -1999.0]", 1000)
    assert str(rows.observed).startswith('[{"usubjid": "P500", "blasts": -1000.0}, ')
    assert rows.n_unexpected == 1000


def test_the_table_can_be_given_a_name(outcomes: dict[str, Outcome]) -> None:
    assert (outcomes["SQL-ALIAS"].n_unexpected, outcomes["SQL-ALIAS"].error) == (1, None)


@pytest.mark.parametrize(
    ("check_id", "word"),
    [
        ("NO-COLUMN", "nowhere"),
        ("NO-TYPE", "ExpectWonders"),
        ("NO-ARGUMENT", "colum"),
        ("NO-SQL", "nowhere"),
        ("NO-TABLE", "absent"),
    ],
)
def test_a_check_that_cannot_be_asked_has_failed(
    outcomes: dict[str, Outcome], check_id: str, word: str
) -> None:
    assert outcomes[check_id].success is False
    assert word in (outcomes[check_id].error or "")


def test_only_the_asked_gate_is_run(database: Path, folder: Path) -> None:
    assert run_gate(database, "results", load_suites([folder])) == []


def test_the_worker_answers_as_the_runner_does(
    worker: GateWorker, database: Path, folder: Path, outcomes: dict[str, Outcome]
) -> None:
    assert answer_of(worker, database, folder) == list(outcomes.values())


def test_only_the_named_suites_are_asked(database: Path, folder: Path, worker: GateWorker) -> None:
    worker.ask(database, "marts", [folder], only=["marts.visits"])
    asked = worker.answer()
    assert {outcome.suite for outcome in asked} == {"marts.visits"}
    assert asked == [o for o in answer_of(worker, database, folder) if o.suite == "marts.visits"]


def test_the_file_can_be_written_again_while_the_worker_waits(
    worker: GateWorker, database: Path, folder: Path
) -> None:
    answer_of(worker, database, folder)
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from marts.visits")
    found = {outcome.check_id: outcome for outcome in answer_of(worker, database, folder)}
    assert found["NULL-DATE"].success


def test_a_suite_the_worker_cannot_read_is_an_error(
    worker: GateWorker, database: Path, folder: Path
) -> None:
    (folder / "visits.yml").write_text("gate: marts\n", encoding="utf-8")
    with pytest.raises(BuildError, match=r"The marts gate could not run: SuiteError: .*'schema'"):
        answer_of(worker, database, folder)


def test_a_dead_worker_is_an_error(database: Path, folder: Path, tmp_path: Path) -> None:
    with GateWorker(tmp_path / "gate.log") as doomed:
        os.kill(doomed.pid, signal.SIGKILL)
        with pytest.raises(BuildError, match="ended with code -9"):
            answer_of(doomed, database, folder)


def test_the_refusal_names_the_first_critical_failure(outcomes: dict[str, Outcome]) -> None:
    found = list(outcomes.values())
    assert [outcome.check_id for outcome in critical_failures(found)] == [
        "NO-TABLE",
        "NULL-DATE",
        "RANGE-LOW",
        "SQL",
    ]
    error = refusal("marts", [outcomes["NULL-DATE"]])
    assert str(error) == (
        "The marts gate refused the data and nothing was published. NULL-DATE of marts.visits: "
        '1 row does not meet the check "Every visit has a day."'
    )
    assert error.details == "Found: [null]."
    assert str(refusal("marts", found)).endswith(
        " 3 more critical checks failed: NULL-DATE, RANGE-LOW, SQL."
    )


def test_a_query_of_a_suite_reads_no_file_but_the_warehouse(database: Path, tmp_path: Path) -> None:
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites/elsewhere.yml").write_text(ELSEWHERE)
    outcomes = run_gate(database, "marts", load_suites([tmp_path / "suites"]))
    assert [outcome.success for outcome in outcomes] == [False, False]
    name = Path("/etc/hostname").read_text().strip()
    for outcome in outcomes:
        assert outcome.error
        assert name not in outcome.error
    assert "disabled by configuration" in str(outcomes[0].error)
