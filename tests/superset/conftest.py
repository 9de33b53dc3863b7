"""A real Superset with the bundle of a published study, where its environment is set up."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from expected import Row, Where
from served_study import FIRST, SECOND, Served
from superset_client import Superset
from superset_server import running_superset

from analytics.release.folders import BI, WAREHOUSE, StudyReleases
from analytics.superset.bundle import write_bundle


@pytest.fixture(scope="session")
def served(default_releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The default study in two releases, the first one current, imported in a fresh Superset.

    The second release differs from the first in one number, the subjects analysed.
    """
    bin_folder = os.environ.get("PLATEAU_SUPERSET")
    if bin_folder is None:
        pytest.skip("No Superset is set up; `make test-superset` sets one up and runs this.")
    (published,) = default_releases.glob("*/current")
    study = StudyReleases(tmp_path_factory.mktemp("served"), published.parent.name)
    for name in (FIRST, SECOND):
        study.release(name).mkdir(parents=True)
        shutil.copy(published / BI, study.release(name) / BI)
    with duckdb.connect(str(study.release(SECOND) / BI)) as connection:
        connection.execute("update about set n_analyses = n_analyses + 1")
    study.point_current(FIRST)
    archive = study.folder / "bundle.zip"
    write_bundle(study.current, study.study_id, archive)
    folder = tmp_path_factory.mktemp("superset")
    with running_superset(Path(bin_folder).absolute(), folder) as (address, password):
        superset = Superset(address, password)
        bundle = archive.read_bytes()
        superset.upload("/api/v1/dashboard/import/", "formData", bundle)
        yield Served(study, published / WAREHOUSE, bundle, superset)


@pytest.fixture(scope="session")
def charts(served: Served) -> dict[str, int]:
    """The number of each chart by its title."""
    return {chart["slice_name"]: chart["id"] for chart in served.superset.everything("chart")}


@pytest.fixture(scope="session")
def ask(served: Served, charts: dict[str, int]) -> Any:
    """Ask a chart for its data, as filtered; its rows."""
    contexts: dict[int, Any] = {}

    def data(name: str, where: Where | None = None) -> list[Row]:
        number = charts[name]
        if number not in contexts:
            chart = served.superset.get(f"/api/v1/chart/{number}")["result"]
            contexts[number] = json.loads(chart["query_context"])
        context = json.loads(json.dumps(contexts[number]))
        for column, value in (where or {}).items():
            context["queries"][0]["filters"].append({"col": column, "op": "IN", "val": [value]})
        (answer,) = served.superset.post("/api/v1/chart/data", context)["result"]
        assert answer["error"] is None
        assert answer["status"] == "success"
        assert answer["rejected_filters"] == []
        rows: list[Row] = answer["data"]
        assert answer["rowcount"] == len(rows)
        return rows

    return data
