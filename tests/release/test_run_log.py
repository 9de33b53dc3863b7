"""The log only grows, and a lost line shows."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from analytics.errors import BusyError, GateError
from analytics.release.digests import text_digest
from analytics.release.log import (
    BUSY,
    EVENTS,
    FAILED,
    INTERRUPTED,
    PUBLISHED,
    ROLLED_BACK,
    UP_TO_DATE,
    append_run,
    logged,
    read_runs,
    rollback_stands,
)


def test_runs_are_read_in_the_order_they_were_told(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    append_run(log, "failed", release="a", message="No.")
    append_run(log, "published", release="b")
    runs = read_runs(log)
    assert [(run["event"], run["release"]) for run in runs] == [("failed", "a"), ("published", "b")]


def test_each_line_holds_the_digest_of_the_one_before(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    for release in ("a", "b"):
        append_run(log, "published", release=release)
    first, second = log.read_text().splitlines()
    assert json.loads(first)["previous"] is None
    assert json.loads(second)["previous"] == text_digest(first)


def test_a_line_cut_short_by_a_crash_is_passed_over(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    append_run(log, "published", release="a")
    with log.open("a") as file:
        file.write('{"at": "2026-')
    assert [run["release"] for run in read_runs(log)] == ["a"]


def test_there_may_be_no_log_yet(tmp_path: Path) -> None:
    assert read_runs(tmp_path / "log.jsonl") == []


def test_only_its_owner_reads_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    append_run(log, "failed", message="1 unexpected, e.g. SYN-206-001.")
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_run_after_a_crash_keeps_its_own_line(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"at": "2026-')
    append_run(log, "published", release="a")
    append_run(log, "published", release="b")
    assert [run["release"] for run in read_runs(log)] == ["a", "b"]


def test_runs_that_end_at_once_each_leave_a_whole_line(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    code = (
        "import sys; from pathlib import Path; from analytics.release.log import append_run\n"
        "for number in range(25): append_run(Path(sys.argv[1]), 'failed', number=number)"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, str(log)]) for _ in range(4)]
    assert [run.wait() for run in runs] == [0] * 4
    lines = log.read_text().splitlines()
    assert len(lines) == 100
    earlier = [None, *map(text_digest, lines)]
    assert [run["previous"] for run in read_runs(log)] == earlier[:-1]


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (GateError("No."), FAILED),
        (BusyError("Later."), BUSY),
        (KeyboardInterrupt(), INTERRUPTED),
        (SystemExit(143), INTERRUPTED),
    ],
)
def test_however_a_run_ends_it_is_one_line(
    tmp_path: Path, error: BaseException, event: str
) -> None:
    log = tmp_path / "log.jsonl"
    with pytest.raises(type(error)), logged(log) as line:
        line["release"] = "a"
        raise error
    (run,) = read_runs(log)
    assert (run["event"], run["release"]) == (event, "a")
    assert run.get("message") == (str(error) if isinstance(error, Exception) else None)
    assert event in EVENTS


def test_a_run_that_ends_well_is_one_line(tmp_path: Path) -> None:
    with logged(tmp_path / "log.jsonl") as line:
        line.update(event=UP_TO_DATE, release="a")
    (run,) = read_runs(tmp_path / "log.jsonl")
    assert (run["event"], run["release"]) == (UP_TO_DATE, "a")


def test_a_mistake_before_anything_was_built_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(GateError), logged(tmp_path / "absent/log.jsonl"):
        raise GateError
    assert not (tmp_path / "absent").exists()


@pytest.mark.parametrize(
    ("events", "stands"),
    [
        ([], False),
        ([PUBLISHED], False),
        ([PUBLISHED, ROLLED_BACK], True),
        ([PUBLISHED, ROLLED_BACK, UP_TO_DATE, FAILED], True),
        ([ROLLED_BACK, PUBLISHED], False),
    ],
)
def test_a_rollback_stands_until_something_is_published(
    tmp_path: Path, events: list[str], stands: bool
) -> None:
    log = tmp_path / "log.jsonl"
    for event in events:
        append_run(log, event)
    assert rollback_stands(log) is stands
