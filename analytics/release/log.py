"""The log of runs: one JSON line each, only ever appended, the only place with times of day."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analytics.release.digests import text_digest


def append_run(log: Path, event: str, **facts: object) -> None:
    """Append a run; each line holds the digest of the one before, so a lost line shows.

    A refusal may name patients, so the log is its owner's alone.
    """
    lines = _lines(log)
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "event": event,
        **facts,
        "previous": text_digest(lines[-1]) if lines else None,
    }
    log.touch(mode=0o600)
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def read_runs(log: Path) -> list[dict[str, Any]]:
    """The runs, oldest first; a line cut short by a crash is left out."""
    runs = []
    for line in _lines(log):
        try:
            runs.append(json.loads(line))
        except ValueError:
            continue
    return runs


def published_at(runs: list[dict[str, Any]], release_id: str) -> str | None:
    """When the release was last published, in ISO 8601; None when the runs do not tell."""
    times = [
        str(run["at"])
        for run in runs
        if run["event"] == "published" and run.get("release") == release_id
    ]
    return times[-1] if times else None


def _lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []
