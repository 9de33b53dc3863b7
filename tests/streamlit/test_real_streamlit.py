"""The page as Streamlit runs it, and its server: every tile, the release and what is current."""

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import duckdb
import pytest
from project import PROJECT

from analytics.dashboard.specification import read_specification
from analytics.release.folders import BI, StudyReleases
from analytics.streamlit.places import numbers_below
from analytics.streamlit.plain import plain

CHARTS = read_specification().charts
CALLED = re.compile(r"\*\*(.+)\*\*")


@pytest.fixture(scope="module")
def python() -> Path:
    """The Python in which Streamlit is installed."""
    bin_folder = os.environ.get("PLATEAU_STREAMLIT")
    if bin_folder is None:
        pytest.skip("No Streamlit is set up; `make test-streamlit` sets one up and runs this.")
    return Path(bin_folder).absolute() / "python"


@pytest.fixture(scope="module")
def study(default_releases: Path, tmp_path_factory: pytest.TempPathFactory) -> StudyReleases:
    """The default study in a folder of its own: nothing but what the page may read."""
    (published,) = default_releases.glob("*/current")
    study = StudyReleases(tmp_path_factory.mktemp("shown"), published.parent.name)
    release_id = published.resolve().name
    study.release(release_id).mkdir(parents=True)
    shutil.copy(published / BI, study.release(release_id) / BI)
    shutil.copy(published.parent / "log.jsonl", study.log)
    study.point_current(release_id)
    return study


def shown(python: Path, study: StudyReleases, *choices: str) -> dict[str, Any]:
    """What the page shows after these choices."""
    script = PROJECT / "tests/streamlit/shown_page.py"
    result = subprocess.run(
        [python, script, study.root, _without_releases(study), *choices],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    page: dict[str, Any] = json.loads(result.stdout)
    return page


def _without_releases(study: StudyReleases) -> Path:
    return study.root / "nothing"


@pytest.fixture(scope="module")
def page(python: Path, study: StudyReleases) -> dict[str, Any]:
    return shown(python, study)


def test_every_tile_is_on_the_page(page: dict[str, Any]) -> None:
    assert page["errors"] == []
    below = {CHARTS[name]["title"] for name in numbers_below(read_specification()).values()}
    titles = {found[1] for text in page["texts"] if (found := CALLED.fullmatch(text))}
    titles |= set(page["numbers"]) | (below & set(page["captions"]))
    assert titles == {chart["title"] for chart in CHARTS.values()}
    kinds = [chart["shows"] for chart in CHARTS.values()]
    assert len(page["tables"]) == kinds.count("list") + kinds.count("cross_table") - len(below)
    assert len(page["drawings"]) == kinds.count("curves") + kinds.count("forest") + len(below)
    assert all(table["data"] for table in page["tables"])


def test_the_page_says_what_it_is_of(page: dict[str, Any], study: StudyReleases) -> None:
    with duckdb.connect(str(study.current / BI), read_only=True) as connection:
        ((title, note, cutoffs),) = connection.execute(
            "select title, synthetic_note, data_cutoffs from about"
        ).fetchall()
    published = json.loads(study.log.read_text().splitlines()[0])["at"][:10]
    release_id = study.current.resolve().name
    source = f"Data cut-off: {cutoffs} · release {release_id} · published {published}"
    assert page["title"] == [plain(title)]
    assert page["notices"] == [plain(note)]
    assert page["captions"][0] == plain(source)


def test_a_choice_reaches_the_tiles_and_another_release_is_shown_by_the_next_visit(
    python: Path, study: StudyReleases, page: dict[str, Any]
) -> None:
    first = study.current.resolve().name
    study.release("second").mkdir()
    shutil.copy(study.current / BI, study.release("second") / BI)
    with duckdb.connect(str(study.release("second") / BI)) as connection:
        connection.execute("update about set n_analyses = n_analyses + 1, is_synthetic = false")
        connection.execute("update about set synthetic_note = null")
    study.point_current("second")
    try:
        second = shown(python, study, "Stratified by=Trial")
    finally:
        study.point_current(first)
    assert int(second["numbers"]["Analyses"]) == int(page["numbers"]["Analyses"]) + 1
    assert second["notices"] == []
    assert "release second" in second["captions"][0]
    assert "published" not in second["captions"][0]  # the log does not tell
    assert page["numbers"]["Median"] != second["numbers"]["Median"] == "\N{EN DASH}"
    assert page["numbers"]["Patients"] == second["numbers"]["Patients"]


def test_nothing_published_is_one_sentence(page: dict[str, Any], study: StudyReleases) -> None:
    assert page["errors_of_nothing"] == [
        f"Nothing is published in {_without_releases(study)}; run `plateau build` first."
    ]


def test_the_server_answers_this_machine_alone(python: Path, study: StudyReleases) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [python, "-m", "analytics.streamlit", "--releases", study.root, "--port", str(port)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert _healthy(f"http://127.0.0.1:{port}/_stcore/health")
    finally:
        server.terminate()
        said, _ = server.communicate(timeout=30)
    assert f"http://127.0.0.1:{port}" in said
    assert "External URL" not in said


def _healthy(address: str) -> bool:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return bool(answer.read() == b"ok")
        except OSError:
            time.sleep(0.2)
    return False
