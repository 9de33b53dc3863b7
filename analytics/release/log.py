"""The log of runs: one JSON line each, only ever appended, the only place with times of day."""

import fcntl
import json
import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from analytics import __version__
from analytics.errors import BuildError, BusyError, PlateauError
from analytics.release.digests import bytes_digest
from analytics.release.folders import user_name

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

_ALWAYS: Final = ("at", "event")
_BLOCK: Final = 65536


class RunLine:
    """The line of one run: its facts as they come in, written once."""

    def __init__(self, log: Path) -> None:
        """A line of that log, with nothing in it."""
        self.facts: dict[str, Any] = {}
        self.is_written = False
        self._log = log

    def update(self, **facts: object) -> None:
        """Add facts; `event` says how the run ended."""
        self.facts.update(facts)

    def write(self) -> None:
        """Append the line now. What a publication promises is in the log before it happens."""
        append_run(self._log, **self.facts)
        self.is_written = True


def append_run(log: Path, event: str, **facts: object) -> None:
    """Append a run; each line holds the digest of the one before, so that a lost line shows.

    Two runs that end at once append one after the other. A line that a crash cut short is
    ended first, so that it takes no other with it. Returns after the line is on the disk. A refusal
    may name patients, so the log is its owner's alone. Raises OSError when it cannot be written.
    """
    with os.fdopen(_opened(log), "rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last, is_whole = _last_line(file)
        entry = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "event": event,
            **facts,
            "version": __version__,
            "user": user_name(),
            "host": platform.node(),
            "previous": bytes_digest(last) if last else None,
        }
        line = json.dumps(entry, ensure_ascii=False).encode("utf-8", errors="backslashreplace")
        file.seek(0, os.SEEK_END)
        file.write((b"" if is_whole else b"\n") + line + b"\n")
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def logged(log: Path) -> Iterator[RunLine]:
    """Log the run inside in one line: what it fills in, or how it failed.

    A run that fills in no event and does not fail leaves its line to another part of itself. A run
    that fails after its line was written adds a second one that withdraws it. Nothing is logged
    before the study has a folder of releases. A failure to log, as on a full disk, does not hide
    why the run failed.
    """
    line = RunLine(log)
    try:
        yield line
    except BaseException as error:
        event = INTERRUPTED
        if isinstance(error, Exception):
            event = BUSY if isinstance(error, BusyError) else FAILED
            line.update(message=error.in_full if isinstance(error, PlateauError) else str(error))
        if line.is_written:
            line.update(withdraws=line.facts["event"])
        if log.parent.is_dir():
            with suppress(OSError):
                append_run(log, **{**line.facts, "event": event})
        raise
    if "event" in line.facts and not line.is_written:
        line.write()


def check_writable(log: Path) -> None:
    """Refuse at once what a log that cannot be written would refuse after the work.

    Raises BuildError.
    """
    try:
        os.close(_opened(log))
    except OSError as error:
        raise BuildError(
            f"{log} cannot be written ({error.strerror}), and no run goes without its line; "
            "nothing was published. Check its owner and permissions."
        ) from error


def read_runs(log: Path) -> list[dict[str, Any]]:
    """The runs, oldest first; a line that a crash cut short, or that is no run, is left out."""
    lines = log.read_bytes().split(b"\n") if log.exists() else []
    return [run for run in map(run_of, lines) if run is not None]


def runs_from_the_end(log: Path) -> Iterator[dict[str, Any]]:
    """The runs, newest first, read as far back as they are asked for."""
    if not log.exists():
        return
    with log.open("rb") as file:
        yield from (run for line in _lines_from_the_end(file) if (run := run_of(line)) is not None)


def run_of(line: bytes) -> dict[str, Any] | None:
    """The run that a line of the log tells; None for what is no whole line of a log."""
    try:
        run = json.loads(line)
    except (ValueError, RecursionError):
        return None
    is_run = isinstance(run, dict) and all(isinstance(run.get(key), str) for key in _ALWAYS)
    return run if is_run and _is_time(run["at"]) else None


def _opened(log: Path) -> int:
    """The log open for appending, made for its owner alone where it is not there."""
    return os.open(log, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)


def _written_lines(log: Path) -> list[bytes]:
    return [line for line in log.read_bytes().split(b"\n") if line] if log.exists() else []


def _is_time(text: str) -> bool:
    with suppress(ValueError):
        return datetime.fromisoformat(text).tzinfo is not None
    return False


def _last_line(file: BinaryIO) -> tuple[bytes, bool]:
    """The last line without its end, and whether it has one; an empty file is whole."""
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        return b"", True
    file.seek(size - 1)
    is_whole = file.read(1) == b"\n"
    return next((line for line in _lines_from_the_end(file) if line), b""), is_whole


def _lines_from_the_end(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file without their ends, last first, block by block."""
    position, rest = file.seek(0, os.SEEK_END), b""
    while position > 0:
        size = min(_BLOCK, position)
        position -= size
        file.seek(position)
        rest, *lines = (file.read(size) + rest).split(b"\n")
        yield from reversed(lines)
    yield rest


def log_state(log: Path) -> dict[str, Any]:
    """How many lines the log has, and the digest of the last one: what a manifest keeps of it."""
    lines = _written_lines(log)
    return {"lines": len(lines), "last": bytes_digest(lines[-1]) if lines else None}


def log_findings(log: Path, states: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """A sentence for each place where the log is not what was written.

    `states` holds what the manifest of each release keeps of the log. A line that was changed,
    removed, added or moved breaks the chain of digests at the next line; what was cut off at the
    end shows where a manifest knows it. The last lines are known by the digest that `verify`
    prints.
    """
    lines = _written_lines(log)
    for number, (before, line) in enumerate(zip([None, *lines], lines, strict=False), start=1):
        run = run_of(line)
        if run is None:
            if number == len(lines):
                yield f"Line {number} of {log.name} is cut short."
            continue
        expected = None if before is None else bytes_digest(before)
        if run.get("previous") != expected:
            place = "is not the first" if number == 1 else f"does not follow line {number - 1}"
            yield f"Line {number} of {log.name} {place}: lines before it were altered or removed."
    for release_id, state in states.items():
        n = state["lines"]
        if n > len(lines):
            yield (
                f"{log.name} had {n} {'line' if n == 1 else 'lines'} when release {release_id} was "
                f"built, and has {len(lines)} now."
            )
        elif n and bytes_digest(lines[n - 1]) != state["last"]:
            yield f"Line {n} of {log.name} is not what it was when release {release_id} was built."


def rollback_stands(log: Path) -> bool:
    """Whether somebody led `current` back, and nothing has been published since."""
    for run in _not_withdrawn(runs_from_the_end(log)):
        if run["event"] in (PUBLISHED, ROLLED_BACK):
            return bool(run["event"] == ROLLED_BACK)
    return False


def published_at(runs: list[dict[str, Any]], release_id: str) -> str | None:
    """When the release was last published, in ISO 8601; None when the runs do not tell."""
    for run in _not_withdrawn(reversed(runs)):
        if run["event"] == PUBLISHED and run.get("release") == release_id:
            return str(run["at"])
    return None


def _not_withdrawn(runs: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The runs, newest first, less those whose failure the line after them tells."""
    is_withdrawn = False
    for run in runs:
        if not is_withdrawn:
            yield run
        is_withdrawn = "withdraws" in run
