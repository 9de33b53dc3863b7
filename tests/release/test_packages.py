"""What is installed is part of what a release was made from, and is written down with it."""

import json
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analytics import __version__
from analytics.cli import app
from analytics.project_files import LOCK
from analytics.release import packages
from analytics.release.digests import Fingerprint
from analytics.release.packages import deviations, installed_packages, locked_versions

LOCKED = """\
alpha==1.2 \\
    --hash=sha256:00
beta==1.0 ; python_version < "3" \\
    --hash=sha256:01
beta==2.0 ; python_version >= "3" \\
    --hash=sha256:02
Gamma_Ray==3.0+local
"""


def test_the_packages_are_those_that_are_needed_and_no_tools() -> None:
    found = installed_packages()
    assert found.keys() >= {"plateau", "duckdb", "dbt-core", "polars", "numpy", "lifelines"}
    assert found.keys().isdisjoint({"pytest", "ruff", "mypy", "uv", "pip"})
    duckdb = found["duckdb"]
    assert duckdb is not None
    assert duckdb.version == version("duckdb")
    plateau = found["plateau"]
    assert plateau is not None and "duckdb" in plateau.needs


def test_this_environment_is_as_locked() -> None:
    assert deviations() == {}


def test_a_lock_names_the_versions_for_this_machine() -> None:
    assert locked_versions(LOCKED) == {"alpha": "1.2", "beta": "2.0", "gamma-ray": "3.0+local"}


def test_what_is_installed_otherwise_is_named(tmp_path: Path) -> None:
    text = LOCK.read_text(encoding="utf-8")
    installed = version("polars")
    (tmp_path / "lock").write_text(
        text.replace(f"polars=={installed} ", "polars==0.1 ").replace("\nduckdb==", "\nother==")
    )
    assert deviations(tmp_path / "lock") == {
        "duckdb": f"{version('duckdb')} (locked: none)",
        "polars": f"{installed} (locked: 0.1)",
    }


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    described = packages._description

    def without_polars(name: str) -> object:
        return None if name == "polars" else described(name)

    monkeypatch.setattr(packages, "_description", without_polars)
    assert deviations() == {"polars": f"not installed (locked: {version('polars')})"}


def test_other_packages_are_another_release() -> None:
    parts = ({"study.toml": "aa"}, "code", "lock", "parameters")
    as_locked = Fingerprint(*parts)
    other = Fingerprint(*parts, {"polars": "0.1 (locked: 2.1.0)"})
    assert as_locked.release_id == Fingerprint(*parts, {}).release_id != other.release_id


def test_the_bill_of_materials_is_whole_and_always_the_same() -> None:
    texts = [CliRunner().invoke(app, ["sbom"]).stdout for _ in range(2)]
    assert texts[0] == texts[1]
    bill = json.loads(texts[0])
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert "serialNumber" not in bill and "timestamp" not in bill["metadata"]
    project = bill["metadata"]["component"]
    assert (project["name"], project["version"]) == ("plateau", __version__)
    assert project["licenses"] == [{"license": {"name": "Apache-2.0"}}]
    references = [component["bom-ref"] for component in bill["components"]]
    assert f"pkg:pypi/duckdb@{version('duckdb')}" in references
    assert len(set(references)) == len(references) == len(installed_packages())  # Python for us
    known = {*references, project["bom-ref"]}
    for dependency in bill["dependencies"]:
        assert dependency["ref"] in known
        assert known.issuperset(dependency["dependsOn"])
    assert len(bill["dependencies"]) == len(references)
