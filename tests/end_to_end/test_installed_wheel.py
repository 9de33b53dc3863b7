"""The command from a wheel, in an environment of its own, works like that of the checkout."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from project import MYELOID, PROJECT

PARTS = ("analytics", "expectations", "dbt_project", "bi")
METADATA = ("pyproject.toml", "README.md", "LICENSE", "requirements.lock", "plateau.py")
# what runs Superset, Streamlit and the linter, but not the command
NOT_INSTALLED = {
    "bi/streamlit/requirements.in",
    "bi/streamlit/requirements.lock",
    "bi/superset/requirements.in",
    "bi/superset/requirements.lock",
    "dbt_project/.sqlfluff",
}
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "target", "logs", ".user.yml")


def run(*command: object, cwd: Path, cache: Path | None = None) -> str:
    """What a command says on stdout, without the checkout on its path; it has to succeed."""
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env={**environment, "XDG_CACHE_HOME": str(cache or cwd)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for part in PARTS
        for path in (folder / part).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that a wheel is made from, apart from what other tests leave in the checkout."""
    folder = tmp_path_factory.mktemp("source")
    for name in PARTS:
        shutil.copytree(PROJECT / name, folder / name, symlinks=True, ignore=LEFT_BEHIND)
    for name in METADATA:
        shutil.copy(PROJECT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def installed(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; the locked packages are read from this one."""
    folder = tmp_path_factory.mktemp("installed")
    build = f"from setuptools.build_meta import build_wheel; build_wheel({str(folder)!r})"
    run(sys.executable, "-c", build, cwd=source)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    venv.create(environment, symlinks=True)
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    python = environment / "bin/python"
    run(*pip, "--python", python, "install", "--no-index", "--no-deps", wheel, cwd=folder)
    # a plain path: the files in there that would lead to the checkout are not run
    packages = sysconfig.get_path("purelib")
    (site_packages(environment) / "locked.pth").write_text(f"{packages}\n")
    return environment


def site_packages(environment: Path) -> Path:
    (folder,) = environment.glob("lib/python*/site-packages")
    return folder


def test_nothing_is_read_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    told = run(
        installed / "bin/python",
        "-c",
        "import analytics.project_files as at, expectations.suite as gate;"
        "print(at.ROOT, at.DBT_PROJECT, at.LOCK, gate.SUITES, at.cache_folder(), sep='\\n')",
        cwd=tmp_path,
    )
    root = site_packages(installed)
    assert told.splitlines() == [
        str(root),
        str(root / "dbt_project"),
        str(root / "analytics/requirements.lock"),
        str(root / "expectations"),
        str(tmp_path / "plateau"),
    ]


def test_the_wheel_holds_every_file_and_no_other(source: Path, installed: Path) -> None:
    expected = files(source)
    assert expected.keys() >= NOT_INSTALLED
    for name in NOT_INSTALLED:
        del expected[name]
    assert files(site_packages(installed)) == expected


def test_a_notebook_imports_it(installed: Path, myeloid_releases: Path, tmp_path: Path) -> None:
    code = (
        "import plateau, sys; print(plateau.__file__, plateau.open(sys.argv[1]).title, sep='\\n')"
    )
    told = run(installed / "bin/python", "-c", code, myeloid_releases.resolve(), cwd=tmp_path)
    place, title = told.splitlines()
    assert Path(place) == site_packages(installed) / "plateau.py"
    assert "myeloid" in title


def test_a_new_study_is_written_and_read(installed: Path, tmp_path: Path) -> None:
    run(installed / "bin/plateau", "init", "my-study", cwd=tmp_path)
    skeleton = PROJECT / "analytics/study/skeleton"
    assert {path.name for path in skeleton.iterdir()} == {
        path.name for path in (tmp_path / "my-study").iterdir()
    }


def test_a_build_gives_the_release_of_the_checkout(
    installed: Path, myeloid_releases: Path, tmp_path: Path
) -> None:
    """The same release id, and the same digest of each table; the installation stays as it was."""
    before = files(site_packages(installed))
    shutil.copytree(MYELOID, tmp_path / "study")
    cache = tmp_path / "cache"
    run(installed / "bin/plateau", "build", "study", cwd=tmp_path, cache=cache)
    ours, theirs = (
        json.loads((releases / "myeloid/current/manifest.json").read_text())
        for releases in (tmp_path / "releases", myeloid_releases)
    )
    told = ("release_id", "code", "lock", "inputs", "results", "bi", "checks")
    assert {key: ours[key] for key in told} == {key: theirs[key] for key in told}
    assert files(site_packages(installed)) == before
    assert [path.suffix for path in cache.glob("plateau/dbt/*")] == [".pickle"]
    run(installed / "bin/plateau", "superset", cwd=tmp_path)
