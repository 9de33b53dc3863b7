"""Where the project's parts are, and the command as the tests call it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).parent.parent
STUDY = PROJECT / "studies/blinatumomab"
MYELOID = PROJECT / "studies/myeloid"
NSCLC = PROJECT / "studies/nsclc"

Plateau = Callable[..., "subprocess.CompletedProcess[str]"]


def published_note(releases: Path) -> str:
    """What an output made on demand says of the only release of a folder: its id and day."""
    (current,) = releases.glob("*/current")
    release_id = current.resolve().name
    lines = (current.parent / "log.jsonl").read_text(encoding="utf-8").splitlines()
    (at,) = {
        run["at"]
        for run in map(json.loads, lines)
        if (run["event"], run.get("release")) == ("published", release_id)
    }
    return f"Release {release_id}, published {at[:10]}."
