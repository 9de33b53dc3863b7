"""The log of runs: one JSON line each, only ever appended, the only place with times of day.

    log-000001.jsonl, log-000002.jsonl ...    full, put aside in this order
    log.jsonl                                 the one that grows

The chain of digests goes on from file to file: together they are one log.
"""

import fcntl
import json
import os
import platform
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

from analytics import __version__
from analytics.errors import BuildError, BusyError, PlateauError
from analytics.release.digests import bytes_digest
from analytics.release.folders import user_name
from analytics.signals import last_step, told_to_end

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

LARGEST: Final = 1_000_000
"""Bytes after which a file of the log is put aside: some 1,500 runs."""

_ALWAYS: Final = ("at", "event")
_BLOCK: Final = 65536
_PUT_ASIDE: Final = re.compile(r"log-(\d{6,})\.jsonl")


class RunLine:
    """The line of one run: its facts as they come in, written once."""

    def __init__(self, log: Path) -> None:
        """A line of that log, with nothing in it."""
        self.facts: dict[str, Any] = {}
        self.is_written = False
        self.log = log

    def update(self, **facts: object) -> None:
        """Add facts; `event` says how the run ended."""
        self.facts.update(facts)

    def write(self) -> None:
        """Append the line now. What a publication promises is in the log before it happens."""
        append_run(self.log, **self.facts)
        self.is_written = True


def append_run(log: Path, event: str, **facts: object) -> None:
    """Append a run; each line holds the digest of the one before, so that a lost line shows.

    Two runs that end at once append one after the other. A line that a crash cut short is
    ended first, so that it takes no other with it. Returns after the line is on the disk. A refusal
    may name patients, so the log is its owner's alone. Raises OSError when it cannot be written.
    """
    with _held(log) as file:
        last, is_whole = _last_line(file)
        if not last:
            last = _last_line_put_aside(log)
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
        with last_step(partial(_log_interrupted, line)):
            yield line
    except BaseException as error:
        event = INTERRUPTED
        if isinstance(error, Exception) and not told_to_end():
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


def _log_interrupted(line: RunLine) -> None:
    """What a run that cannot unwind leaves behind."""
    if not line.is_written and line.log.parent.is_dir():
        append_run(line.log, **{**line.facts, "event": INTERRUPTED})


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
    return [run for line in written_lines(log) if (run := run_of(line.content)) is not None]


def runs_from_the_end(log: Path) -> Iterator[dict[str, Any]]:
    """The runs, newest first, read as far back as they are asked for."""
    with _read(log) as files:
        for file in reversed(files):
            for line in _lines_from_the_end(file):
                if (run := run_of(line)) is not None:
                    yield run


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


def log_files(log: Path) -> list[Path]:
    """The files of the log that are there, oldest first."""
    numbers = {
        path: int(found[1])
        for path in log.parent.glob("log-*.jsonl")
        if (found := _PUT_ASIDE.fullmatch(path.name)) and path.is_file()
    }
    return [*sorted(numbers, key=lambda path: numbers[path]), *([log] if log.is_file() else [])]


@contextmanager
def _held(log: Path) -> Iterator[BinaryIO]:
    """The file that lines are appended to, locked; a full one is put aside before."""
    while True:
        with os.fdopen(_opened(log), "rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not _is_still(log, file):
                continue  # another run put it aside while this one waited
            if os.fstat(file.fileno()).st_size > LARGEST and _put_aside(log):
                continue
            yield file
            return


def _is_still(log: Path, file: BinaryIO) -> bool:
    """Whether the open file is the one of that name."""
    with suppress(FileNotFoundError):
        return os.path.samestat(log.stat(), os.fstat(file.fileno()))
    return False


def _put_aside(log: Path) -> bool:
    """Give the full file the next number; whether it could be done. If not, it grows on."""
    numbers = [int(path.stem.partition("-")[2]) for path in log_files(log) if path != log]
    try:
        log.rename(log.with_name(f"log-{max(numbers, default=0) + 1:06d}.jsonl"))
    except OSError:
        return False
    return True


@contextmanager
def _read(log: Path) -> Iterator[Sequence[BinaryIO]]:
    """The files of the log, oldest first, open as they are at one moment."""
    while True:
        with ExitStack() as stack:
            names = log_files(log)
            try:
                files = [stack.enter_context(name.open("rb")) for name in names]
            except FileNotFoundError:
                continue  # one was put aside just now
            if log_files(log) == names:
                yield files
                return


@dataclass(frozen=True)
class WrittenLine:
    """A line of the log as it stands: its file, its number there from 1, its bytes."""

    file: str
    number: int
    content: bytes


def written_lines(log: Path) -> list[WrittenLine]:
    """The lines of the log, oldest first, whether or not they tell a run."""
    with _read(log) as files:
        return [
            WrittenLine(Path(file.name).name, number, content)
            for file in files
            for number, content in enumerate(filter(None, file.read().split(b"\n")), start=1)
        ]


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


def _last_line_put_aside(log: Path) -> bytes:
    """The last line of the file that was put aside last; empty where there is none."""
    earlier = [path for path in log_files(log) if path != log]
    if not earlier:
        return b""
    with earlier[-1].open("rb") as file:
        return _last_line(file)[0]


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
    lines = written_lines(log)
    return {"lines": len(lines), "last": bytes_digest(lines[-1].content) if lines else None}


def log_findings(log: Path, states: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """A sentence for each place where the log is not what was written.

    `states` holds what the manifest of each release keeps of the log. A line that was changed,
    removed, added or moved breaks the chain of digests at the next line; what was cut off at the
    end shows where a manifest knows it. The last lines are known by the digest that `verify`
    prints.
    """
    lines = written_lines(log)
    for before, line in zip([None, *lines], lines, strict=False):
        run = run_of(line.content)
        if run is None:
            if line is lines[-1]:
                yield f"Line {line.number} of {line.file} is cut short."
            continue
        if run.get("previous") != (None if before is None else bytes_digest(before.content)):
            yield (
                f"Line {line.number} of {line.file} {_misplaced(line, before)}: lines before it "
                "were altered or removed."
            )
    for release_id, state in states.items():
        n = state["lines"]
        if n > len(lines):
            yield (
                f"{log.name} had {n} {'line' if n == 1 else 'lines'} when release {release_id} was "
                f"built, and has {len(lines)} now."
            )
        elif n and bytes_digest(lines[n - 1].content) != state["last"]:
            yield (
                f"Line {lines[n - 1].number} of {lines[n - 1].file} is not what it was when "
                f"release {release_id} was built."
            )


def _misplaced(line: WrittenLine, before: WrittenLine | None) -> str:
    if before is None:
        return "is not the first"
    return f"does not follow line {before.number}" + (
        "" if before.file == line.file else f" of {before.file}"
    )


def rollback_stands(log: Path) -> bool:
    """Whether somebody led `current` back, and nothing has been published since.

    A run that held still because of the rollback tells it as well as the rollback itself.
    """
    for run in _not_withdrawn(runs_from_the_end(log)):
        if run["event"] in (PUBLISHED, ROLLED_BACK, HELD):
            return bool(run["event"] != PUBLISHED)
    return False


def current_since(log: Path, moment: datetime) -> frozenset[str] | None:
    """The ids of the releases that were current at the moment or later.

    None where the log does not reach back to the moment, so that nobody can tell.
    """
    seen = set()
    for run in _not_withdrawn(runs_from_the_end(log)):
        if run["event"] in (PUBLISHED, ROLLED_BACK):
            seen.add(str(run.get("release")))
            if datetime.fromisoformat(run["at"]) < moment:
                return frozenset(seen)
    return None


def published_at(newest_first: Iterable[dict[str, Any]], release_id: str) -> str | None:
    """When the release was last published, in ISO 8601; None when the runs do not tell."""
    for run in _not_withdrawn(newest_first):
        if run["event"] == PUBLISHED and run.get("release") == release_id:
            return str(run["at"])
    return None


def publication_date(log: Path, release_id: str) -> str | None:
    """The day in UTC on which the release was last published; None where the log does not tell.

    The log is its owner's alone, so that other readers of a release do not learn it.
    """
    try:
        at = published_at(runs_from_the_end(log), release_id)
    except OSError:
        return None
    return at and datetime.fromisoformat(at).astimezone(UTC).date().isoformat()


def _not_withdrawn(runs: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The runs, newest first, less those whose failure the line after them tells."""
    is_withdrawn = False
    for run in runs:
        if not is_withdrawn:
            yield run
        is_withdrawn = "withdraws" in run
