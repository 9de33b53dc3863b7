"""Every critical check lets the default study pass and notices the damage it is there for."""

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from mutations import FURTHER, MUTATIONS

from expectations.runner import run_gate
from expectations.suite import SUITES, Suite, load_suites

pytestmark = pytest.mark.integration  # imports Great Expectations, damages a built study

STUDY_SUITES = Path(__file__).parents[2] / "studies/blinatumomab/expectations"
ALL = load_suites([SUITES, STUDY_SUITES])
ONE_EACH = {
    check.check_id: replace(suite, expectations=(check,))
    for suite in ALL
    for check in suite.expectations
    if check.severity == "critical"
}


@pytest.fixture(scope="module")
def tables(default_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables the gate reads, without the constraints that would refuse the damage.

    The rows of models stand in an order of their own, so that the first is the same in each build.
    """
    path = tmp_path_factory.mktemp("tables") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{default_release / 'warehouse.duckdb'}' as built (read_only)")
        names = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'built' "
            "and (schema_name in ('raw', 'marts', 'results', 'quality') "
            "or table_name in ('int_record_verdicts', 'int_treatment_cycles', "
            "'int_analysis_subjects')) "
            "and not starts_with(table_name, 'sdtm_')"
        ).fetchall()
        for schema, table in names:
            connection.execute(f"create schema if not exists {schema}")
            order = "" if schema == "results" else "order by all"
            connection.execute(
                f"create table {schema}.{table} as from built.{schema}.{table} {order}"
            )
    return path


def test_every_critical_check_has_a_mutation() -> None:
    assert set(MUTATIONS) == set(ONE_EACH)


def test_there_are_many_checks() -> None:
    assert len(ONE_EACH) > 150


def test_no_critical_check_fails_or_errs_on_the_default_study(tables: Path) -> None:
    outcomes = [outcome for gate in ("marts", "results") for outcome in run_gate(tables, gate, ALL)]
    assert [
        outcome.check_id
        for outcome in outcomes
        if outcome.error or (outcome.severity == "critical" and not outcome.success)
    ] == []


@pytest.mark.parametrize(("check_id", "damage"), [*MUTATIONS.items(), *FURTHER])
def test_the_check_notices_its_mutation(
    check_id: str, damage: str, tables: Path, tmp_path: Path
) -> None:
    suite: Suite = ONE_EACH[check_id]
    damaged = tmp_path / "warehouse.duckdb"
    shutil.copy(tables, damaged)
    with duckdb.connect(str(damaged)) as connection:
        connection.execute(damage)
    (outcome,) = run_gate(damaged, suite.gate, [suite])
    assert (outcome.success, outcome.error) == (False, None)
