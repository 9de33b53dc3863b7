"""The unit tests of the dbt models: every clinical rule of the SQL, on typed rows."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from project import PROJECT


def test_every_unit_test_of_the_models_passes(default_release: Path, tmp_path: Path) -> None:
    """Run them beside a built warehouse, where dbt looks up the columns of their inputs."""
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(default_release / "warehouse.duckdb", warehouse)
    project = PROJECT / "dbt_project"
    result = subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "test", "--select", "test_type:unit"),
            *("--project-dir", project, "--profiles-dir", project, "--no-partial-parse"),
            *("--target-path", tmp_path / "target", "--log-path", tmp_path / "logs"),
        ],
        env={**os.environ, "PLATEAU_WAREHOUSE": str(warehouse), "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    outcomes = json.loads((tmp_path / "target/run_results.json").read_text())["results"]
    failed = [outcome["unique_id"] for outcome in outcomes if outcome["status"] != "pass"]
    assert failed == [], result.stdout
    assert len(outcomes) > 50
