"""`make model`: one model with its tests, on a copy; the release stays as it is."""

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from project import PROJECT, STUDY

MODEL = "int_relapses"
PROGRAM = PROJECT / "tests/transform/one_model.py"


@pytest.fixture
def releases(default_release: Path, tmp_path: Path) -> Path:
    """A release that a test may damage, of what the program reads; its folder of releases."""
    release = tmp_path / "releases/blinatumomab/current"
    release.mkdir(parents=True)
    for name in ("warehouse.duckdb", "manifest.json"):
        shutil.copy(default_release / name, release)
    return tmp_path / "releases"


def build(model: str, releases: Path) -> "subprocess.CompletedProcess[str]":
    arguments = (model, STUDY, "--releases", releases, "--work", releases.parent / "work")
    return subprocess.run(
        [sys.executable, PROGRAM, *arguments], capture_output=True, text=True, check=False
    )


def test_the_model_is_built_and_tested_on_a_copy(releases: Path) -> None:
    """Its rows are removed from the release first: the copy has them again, the release has not."""
    warehouse = releases / "blinatumomab/current/warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        rows = connection.execute(f"from intermediate.{MODEL} order by all").fetchall()
        connection.execute(f"delete from intermediate.{MODEL}")
    result = build(MODEL, releases)
    assert result.returncode == 0, result.stdout
    assert f"unit_test {MODEL}::a_relapse_follows_the_first_remission" in result.stdout
    assert f"checks_{MODEL}" in result.stdout
    for file, expected in ((releases.parent / "work/warehouse.duckdb", rows), (warehouse, [])):
        with duckdb.connect(str(file), read_only=True) as connection:
            found = connection.execute(f"from intermediate.{MODEL} order by all").fetchall()
        assert found == expected
    assert len(rows) > 50


def test_a_test_that_fails_is_told_by_the_exit_code(releases: Path) -> None:
    """A day that is unknown in what the model reads is refused by the model's own test."""
    with duckdb.connect(str(releases / "blinatumomab/current/warehouse.duckdb")) as connection:
        connection.execute("update intermediate.int_first_remissions set usubjid = null")
    result = build("int_first_remissions,resource_type:test", releases)
    assert result.returncode == 1
    assert "FAIL" in result.stdout


def test_a_model_that_is_none_is_a_sentence(releases: Path) -> None:
    result = build("int_relapse", releases)
    assert result.returncode == 1
    assert result.stderr == (
        "make model: No model is called 'int_relapse'; see dbt_project/models.\n"
    )


def test_without_a_release_the_way_to_one_is_told(tmp_path: Path) -> None:
    result = build(MODEL, tmp_path / "releases")
    assert result.returncode == 1
    assert result.stderr == (
        f"make model: There is no {tmp_path}/releases/blinatumomab/current/warehouse.duckdb "
        f"to work on; run `make build STUDY={STUDY}` first.\n"
    )
