"""What several rooms test on: the default study, built once by the command itself."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from project import MYELOID, NSCLC, PROJECT, STUDY, Plateau
from slow_tests import SLOW_TESTS, SlowTests, function_of

WHOLE = {"plateau", "default_releases", "myeloid_releases", "nsclc_releases"}
"""The fixtures that run the command or build a study, themselves or through others."""
WHOLE_FOLDERS = {
    *(
        "benchmarks",
        "end_to_end",
        "serving",
        "spark",
        "streamlit",
        "superset",
        "synthesis",
        "torture",
    ),
}
"""Where tests build studies of their own, search a cohort, start a server or measure builds."""
MARKS_ITSELF = re.compile(r"^pytestmark = pytest\.mark\.integration\b", re.MULTILINE)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-slow-tests", action="store_true", help="write tests/slow_tests.txt")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.write_slow_tests and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SlowTests())


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import the files of which `make test-unit` runs nothing."""
    if "not integration" not in config.option.markexpr:
        return None
    if collection_path.is_dir():
        return collection_path.name in WHOLE_FOLDERS or None
    if collection_path.suffix != ".py":
        return None
    return bool(MARKS_ITSELF.search(collection_path.read_text(encoding="utf-8"))) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that `make test-unit` leaves out; a file may mark its own as well."""
    slow = set(SLOW_TESTS.read_text(encoding="utf-8").splitlines())
    for item in items:
        folder = item.path.relative_to(PROJECT / "tests").parts[0]
        asked = {*getattr(item, "fixturenames", ()), *_named_by_parameters(item)}
        if folder in WHOLE_FOLDERS or WHOLE & asked:
            item.add_marker(pytest.mark.integration)
        if function_of(item.nodeid) in slow:
            item.add_marker(pytest.mark.slow)


def _named_by_parameters(item: pytest.Item) -> set[str]:
    """Texts among a test's parameters: it may ask for the fixture of that name itself."""
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    return {value for value in parameters.values() if isinstance(value, str)}


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


def built_once(study: Path, plateau: Plateau, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The releases of a study that all test processes share: the first builds, the others wait."""
    run = tmp_path_factory.getbasetemp()
    shared = run.parent if "PYTEST_XDIST_WORKER" in os.environ else run
    if kept := os.environ.get("PLATEAU_TEST_RELEASES"):  # for what runs after the tests
        shared = Path(kept)
        shared.mkdir(parents=True, exist_ok=True)
    releases = shared / f"releases-{study.name}"
    with (shared / f"{study.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (releases / study.name / "current").exists():
            result = plateau("build", study, "--releases", releases, "--threads", "2")
            assert result.returncode == 0, result.stderr
    return releases


@pytest.fixture(scope="session")
def default_releases(plateau: Plateau, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of releases after the default study was built; not to be changed."""
    return built_once(STUDY, plateau, tmp_path_factory)


@pytest.fixture(scope="session")
def default_release(default_releases: Path) -> Path:
    """The published release of the default study; not to be changed."""
    return default_releases / "blinatumomab/current"


@pytest.fixture(scope="session")
def myeloid_releases(plateau: Plateau, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of releases after the second study was built; not to be changed."""
    return built_once(MYELOID, plateau, tmp_path_factory)


@pytest.fixture(scope="session")
def nsclc_releases(plateau: Plateau, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of releases after the third study was built; not to be changed."""
    return built_once(NSCLC, plateau, tmp_path_factory)


@pytest.fixture
def study_copy(tmp_path: Path) -> Path:
    """A copy of the default study that a test may damage."""
    copy = tmp_path / "study"
    shutil.copytree(STUDY, copy)
    return copy
