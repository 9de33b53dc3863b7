"""The keys that the database does not hold: dbt notices a repeated row in every such table."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
from project import PROJECT

LONG_MARTS = {
    *("censoring", "covariate_intervals", "entry_times", "factor_changes"),
    *("population_conditions", "population_members", "responses", "source_dates"),
    "subject_factors",
}


def outcomes_of_key_tests(warehouse: Path, work: Path) -> dict[str, str]:
    """What dbt's `checks` say of each model whose rows have a key."""
    project = PROJECT / "dbt_project"
    subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "test", "--select", "test_name:checks"),
            *("--project-dir", project, "--profiles-dir", project, "--no-partial-parse"),
            *("--target-path", work / "target", "--log-path", work / "logs"),
        ],
        env={**os.environ, "PLATEAU_WAREHOUSE": str(warehouse), "DO_NOT_TRACK": "1"},
        capture_output=True,
        check=False,
    )
    nodes = json.loads((work / "target/manifest.json").read_text())["nodes"]
    results = json.loads((work / "target/run_results.json").read_text())["results"]
    return {
        nodes[result["unique_id"]]["attached_node"].split(".")[-1]: result["status"]
        for result in results
        if nodes[result["unique_id"]]["test_metadata"]["kwargs"].get("one_row_per")
    }


def test_a_repeated_row_is_noticed_wherever_the_database_takes_it(
    default_release: Path, tmp_path: Path
) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(default_release / "warehouse.duckdb", warehouse)
    repeated = set()
    with duckdb.connect(str(warehouse)) as connection:
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables() where not has_primary_key "
            "and schema_name in ('intermediate', 'marts')"
        ).fetchall():
            name = f"{schema}.{table}"
            if connection.execute(
                f"insert into {name} select * from {name} limit 1 returning 1"
            ).fetchall():
                repeated.add(table)
    outcomes = outcomes_of_key_tests(warehouse, tmp_path)
    assert repeated >= LONG_MARTS
    assert outcomes.keys() >= LONG_MARTS | {"int_staged_records", "int_dated_facts"}
    assert {model for model in outcomes.keys() & repeated if outcomes[model] != "fail"} == set()
