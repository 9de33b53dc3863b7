"""A study built with Spark publishes what DuckDB publishes; a model that differs is named."""

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from model_differences import differences, models_in_order
from project import MYELOID, NSCLC, STUDY

from analytics.build.pipeline import BuildOptions, build
from analytics.study import load_study
from analytics.transform import Transformation
from analytics.transform.spark import SparkOptions
from analytics.transform.spark.store import Store

IN_FULL = bool(os.environ.get("PLATEAU_SPARK"))
CONF = {
    "spark.driver.memory": "3g",
    # short queries: less is compiled than a long one would want
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


def contents(release: Path) -> dict[str, Any]:
    """What the manifest says of the numbers: the digests of tables, and the checks."""
    manifest = json.loads((release / "manifest.json").read_text())
    return {
        name: manifest.get(name) for name in ("release_id", "results", "bi", "checks", "parameters")
    }


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave dbt's tests on Spark to make test-spark EVERY=1: they take a third of the time."""
    if not IN_FULL:

        def run_only(dbt: Transformation, without: Iterable[str] = ()) -> None:
            dbt._invoke(["run", "--exclude", "path:models/bi"])

        monkeypatch.setattr(Transformation, "build_marts", run_only)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A store whose tables stay after the build."""
    monkeypatch.setattr(Store, "_empty", lambda _store, _spark: None)
    return tmp_path / "a store"


@pytest.mark.parametrize(
    ("study", "others"),
    [
        pytest.param(STUDY, "default_releases", id="default"),
        pytest.param(
            MYELOID,
            "myeloid_releases",
            id="myeloid",
            marks=pytest.mark.skipif(not IN_FULL, reason="part of make test-spark EVERY=1"),
        ),
        pytest.param(
            NSCLC,
            "nsclc_releases",
            id="nsclc",
            marks=pytest.mark.skipif(not IN_FULL, reason="part of make test-spark EVERY=1"),
        ),
    ],
)
def test_both_engines_publish_the_same(  # noqa: PLR0913, PLR0917 - fixtures
    study: Path,
    others: str,
    spark_is_here: None,
    short: None,
    kept: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    release = request.getfixturevalue(others) / study.name / "current"
    options = BuildOptions(tmp_path / "releases", spark=SparkOptions(None, CONF, str(kept)))
    built = build(study, options)
    project = Transformation(
        release / "warehouse.duckdb",
        tmp_path / "dbt",
        load_study(study).parameters.model_dump(mode="json"),
        1,
        lambda _node: None,
    )
    project.parse()
    models = models_in_order(project.manifest)
    store = kept / built.release.name
    unlike = differences(release / "warehouse.duckdb", store, models)
    assert [str(difference) for difference in unlike] == []
    assert contents(built.release) == contents(release)
    assert (built.release / "report/report.html").read_bytes() == (
        release / "report/report.html"
    ).read_bytes()
    assert "pyspark" not in sys.modules or _no_java_runs()


def _no_java_runs() -> bool:
    """Whether the build has ended its Java process."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return not any(Path(f"/proc/{child}/comm").read_text().strip() == "java" for child in children)
