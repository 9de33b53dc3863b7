"""The whole way: marts in DuckDB, a study folder, schema `results`."""

from dataclasses import fields
from pathlib import Path

import duckdb
import pytest
from small_marts import analysis, counts, marts, study

from analytics.results import RESULT_TABLES, write_results
from analytics.results.marts import Marts
from analytics.warehouse import table_digest

DEAD = counts("os", "all", (0, 2, 0, 0, 0), (60, 0, 1, 0, 0), (150, 0, 1, 0, 0))
CONCORDANCE = """\
published_id,quantity,kind,table,filters,column,transform,note
SV.MEDIAN,value,computed,survival_summary,analysis_id=os;stratum=all,median_months,none,
"""


@pytest.fixture
def warehouse():
    connection = duckdb.connect()
    connection.execute("create schema marts")
    tables = marts(risk_counts=DEAD)
    for field in fields(Marts):
        connection.register("mart", getattr(tables, field.name).to_arrow())
        connection.execute(f"create table marts.{field.name} as select * from mart")
        connection.unregister("mart")
    yield connection
    connection.close()


def digests(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return {name: table_digest(connection, "results", name) for name in RESULT_TABLES}


def test_reported_values_fill_the_concordance_and_change_nothing_else(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
):
    plan = study(analysis("kaplan_meier", landmarks_months=(3,))).model_copy(
        update={"folder": tmp_path}
    )
    write_results(plan, warehouse)
    without = digests(warehouse)

    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "survival.csv").write_text("id,value\nSV.MEDIAN,3.5\n")
    (tmp_path / "published" / "concordance.csv").write_text(CONCORDANCE)
    write_results(plan, warehouse)
    changed = {name for name, digest in digests(warehouse).items() if digest != without[name]}

    assert changed == {"published_concordance"}
    rows = warehouse.execute(
        "select published, computed_as_printed, matches from results.published_concordance"
    ).fetchall()
    assert rows == [("3.5", "3.5", True)]
