"""What several rooms test on: the default study, built once by the command itself."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
STUDY = PROJECT / "studies/blinatumomab"
MYELOID = PROJECT / "studies/myeloid"

Plateau = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def plateau() -> Plateau:
    """Run the command `plateau` in a process of its own."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "analytics", *map(str, arguments)],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def default_releases(plateau: Plateau, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of releases after the default study was built; not to be changed."""
    releases = tmp_path_factory.mktemp("releases")
    result = plateau("build", STUDY, "--releases", releases, "--threads", "2")
    assert result.returncode == 0, result.stderr
    return releases


@pytest.fixture(scope="session")
def default_release(default_releases: Path) -> Path:
    """The published release of the default study; not to be changed."""
    return default_releases / "blinatumomab/current"


@pytest.fixture(scope="session")
def myeloid_releases(plateau: Plateau, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of releases after the second study was built; not to be changed."""
    releases = tmp_path_factory.mktemp("releases")
    result = plateau("build", MYELOID, "--releases", releases, "--threads", "2")
    assert result.returncode == 0, result.stderr
    return releases


@pytest.fixture
def study_copy(tmp_path: Path) -> Path:
    """A copy of the default study that a test may damage."""
    copy = tmp_path / "study"
    shutil.copytree(STUDY, copy, ignore=shutil.ignore_patterns("synthesis", "__pycache__"))
    return copy
