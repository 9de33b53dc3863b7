"""The log only grows, and a lost line shows."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analytics import __version__
from analytics.errors import BusyError, GateError
from analytics.release import log as run_log
from analytics.release.digests import text_digest
from analytics.release.folders import user_name
from analytics.release.log import (
    BUSY,
    EVENTS,
    FAILED,
    HELD,
    INTERRUPTED,
    PUBLISHED,
    ROLLED_BACK,
    UP_TO_DATE,
    append_run,
    current_since,
    log_files,
    log_findings,
    log_state,
    logged,
    publication_date,
    published_at,
    read_runs,
    rollback_stands,
    runs_from_the_end,
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
        line.update(release="a")
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
        ([ROLLED_BACK, HELD, FAILED], True),
        ([ROLLED_BACK, HELD, PUBLISHED], False),
    ],
)
def test_a_rollback_stands_until_something_is_published(
    tmp_path: Path, events: list[str], stands: bool
) -> None:
    log = tmp_path / "log.jsonl"
    for event in events:
        append_run(log, event)
    assert rollback_stands(log) is stands


CUT = (
    pytest.param(
        b'{"at": "2026-11-29T13:26:48+00:00", "message": "Gr\xc3', id="inside a character"
    ),
    pytest.param(b"null", id="null"),
    pytest.param(b"[" * 100_000, id="deep"),
    pytest.param(b'{"event": "failed"}', id="without a time"),
    pytest.param(b'{"at": "yesterday", "event": "failed"}', id="another time"),
    pytest.param(b'{"at": 5, "event": "failed"}', id="a number for a time"),
    pytest.param(b"\x00" * 512, id="zero bytes"),
)


@pytest.mark.parametrize("rest", CUT)
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_damaged_line_takes_no_other_with_it(tmp_path: Path, rest: bytes, end: bytes) -> None:
    log = tmp_path / "log.jsonl"
    append_run(log, ROLLED_BACK, release="a")
    with log.open("ab") as file:
        file.write(rest + end)
    append_run(log, UP_TO_DATE, release="b")
    assert [run["release"] for run in read_runs(log)] == ["a", "b"]
    assert rollback_stands(log)
    assert list(log_findings(log, {})) == []


def test_a_line_says_who_wrote_it_and_with_which_version(tmp_path: Path) -> None:
    append_run(tmp_path / "log.jsonl", UP_TO_DATE)
    (run,) = read_runs(tmp_path / "log.jsonl")
    assert run["version"] == __version__
    assert run["user"] == user_name()
    assert run["host"]


def log_of_three(folder: Path) -> Path:
    log = folder / "log.jsonl"
    for release in "abc":
        append_run(log, PUBLISHED, release=release, checks={"warning": 0})
    return log


def altered(log: Path, how: str) -> None:
    first, second, third = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(
        {
            "edited": first.replace(b'"warning": 0', b'"warning": 9') + second + third,
            "first removed": second + third,
            "middle removed": first + third,
            "moved": second + first + third,
            "added": first + first + second + third,
            "last removed": first + second,
            "emptied": b"",
        }[how]
    )


BROKEN = {
    "edited": [
        "Line 2 of log.jsonl does not follow line 1: lines before it were altered or removed."
    ],
    "first removed": [
        "Line 1 of log.jsonl is not the first: lines before it were altered or removed."
    ],
    "middle removed": [
        "Line 2 of log.jsonl does not follow line 1: lines before it were altered or removed."
    ],
    "last removed": [],
    "emptied": [],
}


@pytest.mark.parametrize("how", [*BROKEN, "moved", "added"])
def test_what_was_altered_breaks_the_chain_or_shows_in_a_manifest(tmp_path: Path, how: str) -> None:
    log = log_of_three(tmp_path)
    state = log_state(log)
    assert state["lines"] == 3
    assert list(log_findings(log, {"d": state})) == []
    altered(log, how)
    if how in BROKEN:
        assert list(log_findings(log, {})) == BROKEN[how]
    n = 3 - how.count("removed") - 3 * how.count("emptied")
    known = list(log_findings(log, {"d": state}))
    assert known != []
    if n < 3:
        assert known[-1] == (f"log.jsonl had 3 lines when release d was built, and has {n} now.")


def test_a_rewritten_last_line_shows_in_the_manifest_of_the_next_release(tmp_path: Path) -> None:
    log = log_of_three(tmp_path)
    state = log_state(log)
    first, second, third = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(first + second + third.replace(b'"c"', b'"x"'))
    assert list(log_findings(log, {})) == []
    assert list(log_findings(log, {"d": state})) == [
        "Line 3 of log.jsonl is not what it was when release d was built."
    ]


def test_a_publication_that_failed_after_its_line_is_withdrawn(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    append_run(log, PUBLISHED, release="a")
    append_run(log, ROLLED_BACK, release="z")
    with pytest.raises(OSError, match="full"), logged(log) as line:
        line.update(event=PUBLISHED, release="a")
        line.write()
        raise OSError("The disk is full.")
    assert [run["event"] for run in read_runs(log)][-2:] == [PUBLISHED, FAILED]
    assert rollback_stands(log)
    assert published_at(reversed(read_runs(log)), "a") == read_runs(log)[0]["at"]


def test_the_day_of_publication_is_the_last_one_in_utc(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    assert publication_date(log, "a") is None
    lines = (
        {"at": "2026-01-31T09:00:00+00:00", "event": PUBLISHED, "release": "a"},
        {"at": "2026-03-01T23:30:00-02:00", "event": PUBLISHED, "release": "a"},
        {"at": "2026-04-01T09:00:00+00:00", "event": PUBLISHED, "release": "b"},
    )
    log.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert publication_date(log, "a") == "2026-03-02"
    assert publication_date(log, "c") is None


@pytest.fixture
def rotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of nine runs in several files."""
    monkeypatch.setattr(run_log, "LARGEST", 500)
    log = tmp_path / "log.jsonl"
    for number in range(9):
        append_run(log, PUBLISHED, release=str(number))
    assert len(log_files(log)) > 2
    return log


def test_a_full_log_is_put_aside_and_read_as_one(rotated: Path) -> None:
    names = [path.name for path in log_files(rotated)]
    assert names[:2] == ["log-000001.jsonl", "log-000002.jsonl"]
    assert names[-1] == "log.jsonl"
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in log_files(rotated))
    assert [run["release"] for run in read_runs(rotated)] == list("012345678")
    assert [run["release"] for run in runs_from_the_end(rotated)] == list("876543210")
    assert log_state(rotated)["lines"] == 9
    assert list(log_findings(rotated, {"x": log_state(rotated)})) == []


@pytest.mark.parametrize("file", [0, 1, -1])
def test_a_file_that_was_taken_out_of_the_log_shows(rotated: Path, file: int) -> None:
    state = log_state(rotated)
    files = log_files(rotated)
    n_lines = [len(path.read_bytes().splitlines()) for path in files]
    files[file].unlink()
    found = list(log_findings(rotated, {"x": state}))
    assert found[-1] == (
        f"log.jsonl had 9 lines when release x was built, and has {9 - n_lines[file]} now."
    )
    rest = "lines before it were altered or removed."
    first, _, third = (path.name for path in files[:3])
    chain = {
        0: [f"Line 1 of log-000002.jsonl is not the first: {rest}"],
        1: [f"Line 1 of {third} does not follow line {n_lines[0]} of {first}: {rest}"],
    }
    assert found[:-1] == chain.get(file, [])


def test_a_line_altered_in_a_file_put_aside_is_named(rotated: Path) -> None:
    first = log_files(rotated)[0]
    first.write_bytes(first.read_bytes().replace(b'"release": "0"', b'"release": "9"'))
    assert list(log_findings(rotated, {})) == [
        "Line 2 of log-000001.jsonl does not follow line 1: lines before it were altered or "
        "removed."
    ]


def test_a_crash_after_putting_aside_breaks_no_chain(rotated: Path) -> None:
    """The full file has its new name, and the new one is not there yet."""
    n_files = len(log_files(rotated))
    rotated.rename(rotated.with_name(f"log-{n_files:06d}.jsonl"))
    assert [run["release"] for run in read_runs(rotated)] == list("012345678")
    append_run(rotated, FAILED)
    assert list(log_findings(rotated, {})) == []
    assert log_files(rotated)[-1] == rotated


def test_a_log_that_cannot_be_put_aside_grows_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(run_log, "LARGEST", 100)
    monkeypatch.setattr(Path, "rename", refused)
    log = tmp_path / "log.jsonl"
    for _ in range(3):
        append_run(log, FAILED)
    assert len(read_runs(log)) == 3
    assert log_files(log) == [log]


def test_runs_that_end_at_once_each_keep_their_place_over_files(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    code = (
        "import sys; from pathlib import Path; from analytics.release import log\n"
        "log.LARGEST = 2000\n"
        "for number in range(25): log.append_run(Path(sys.argv[1]), 'failed', number=number)"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, str(log)]) for _ in range(4)]
    assert [run.wait() for run in runs] == [0] * 4
    assert len(read_runs(log)) == 100
    assert len(log_files(log)) > 5
    assert list(log_findings(log, {})) == []


def test_a_run_reads_no_more_of_the_log_than_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To add a line, and to know whether a rollback stands."""
    log = tmp_path / "log.jsonl"
    append_run(log, PUBLISHED, release="a")
    with log.open("ab") as file:
        file.write((json.dumps({"at": "x", "event": "y"}) + "\n").encode() * 100_000)
    append_run(log, ROLLED_BACK, release="a")
    n_read = []
    lines_from_the_end = run_log._lines_from_the_end

    def counted(file: object) -> object:
        for line in lines_from_the_end(file):  # type: ignore[arg-type]
            n_read.append(len(line))
            yield line

    monkeypatch.setattr(run_log, "_lines_from_the_end", counted)
    append_run(log, HELD)
    assert rollback_stands(log)
    assert sum(n_read) < 2_000


def test_what_was_current_lately_is_known_as_far_back_as_the_log_goes(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    noon = datetime(2026, 1, 10, 12, tzinfo=UTC)

    def told(day: int, event: str, **facts: object) -> str:
        return json.dumps(
            {"at": (noon - timedelta(days=10 - day)).isoformat(), "event": event, **facts}
        )

    lines = [
        told(1, PUBLISHED, release="a"),
        told(3, PUBLISHED, release="b"),
        told(4, PUBLISHED, release="c"),
        told(4, FAILED, release="c", withdraws=PUBLISHED),
        told(6, ROLLED_BACK, release="a", before="b"),
        told(7, UP_TO_DATE, release="a"),
    ]
    log.write_text("".join(f"{line}\n" for line in lines))
    since = {days: current_since(log, noon - timedelta(days=days)) for days in (1, 5, 8, 10)}
    assert since == {1: {"a"}, 5: {"a", "b"}, 8: {"a", "b"}, 10: None}
