"""The log of runs: one JSON line each, only ever appended, the only place with times of day."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from analytics.errors import BusyError
from analytics.release.digests import text_digest

PUBLISHED: Final = "published"
UP_TO_DATE: Final = "up to date"
HELD: Final = "held"
FAILED: Final = "failed"
INTERRUPTED: Final = "interrupted"
BUSY: Final = "busy"
ROLLED_BACK: Final = "rolled back"
PRUNED: Final = "pruned"
EVENTS: Final[dict[str, str]] = {
    PUBLISHED: "a release was built, or made current again",
    UP_TO_DATE: "nothing had changed",
    HELD: "nothing had changed since a rollback, which stands",
    FAILED: "nothing was published; `message` says why",
    INTERRUPTED: "the run was stopped; nothing was published",
    BUSY: "another run was at work; this one did nothing",
    ROLLED_BACK: "`current` was led to the release, away from the release `before`",
    PRUNED: "the releases in `pruned` were removed",
}
"""What a line of the log can tell."""


def append_run(log: Path, event: str, **facts: object) -> None:
    """Append a run; each line holds the digest of the one before, so a lost line shows.

    Two runs that end at once append one after the other. A line that a crash cut short is
    ended first, so that it takes no other with it. A refusal may name patients, so the log
    is its owner's alone.
    """
    log.touch(mode=0o600)
    with log.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        text = file.read()
        lines = text.splitlines()
        entry = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "event": event,
            **facts,
            "previous": text_digest(lines[-1]) if lines else None,
        }
        end = "" if not text or text.endswith("\n") else "\n"
        file.write(f"{end}{json.dumps(entry, ensure_ascii=False)}\n")


@contextmanager
def logged(log: Path) -> Iterator[dict[str, Any]]:
    """Log the run inside in one line: what it fills in, or how it failed.

    A run that fills in no event and does not fail leaves its line to another part of itself.
    Nothing is logged before the study has a folder of releases. A failure to log, as on a full
    disk, does not hide why the run failed.
    """
    line: dict[str, Any] = {}
    try:
        yield line
    except BaseException as error:
        event = INTERRUPTED
        if isinstance(error, Exception):
            event = BUSY if isinstance(error, BusyError) else FAILED
            line["message"] = str(error)
        if log.parent.is_dir():
            with suppress(OSError):
                append_run(log, **{**line, "event": event})
        raise
    if "event" in line:
        append_run(log, **line)


def read_runs(log: Path) -> list[dict[str, Any]]:
    """The runs, oldest first; a line cut short by a crash is left out."""
    runs = []
    for line in log.read_text(encoding="utf-8").splitlines() if log.exists() else []:
        try:
            runs.append(json.loads(line))
        except ValueError:
            continue
    return runs


def rollback_stands(log: Path) -> bool:
    """Whether somebody led `current` back, and nothing has been published since."""
    for run in reversed(read_runs(log)):
        if run.get("event") in (PUBLISHED, ROLLED_BACK):
            return bool(run["event"] == ROLLED_BACK)
    return False


def published_at(runs: list[dict[str, Any]], release_id: str) -> str | None:
    """When the release was last published, in ISO 8601; None when the runs do not tell."""
    times = [
        str(run["at"])
        for run in runs
        if run["event"] == "published" and run.get("release") == release_id
    ]
    return times[-1] if times else None
