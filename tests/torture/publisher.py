"""Publishes prepared releases on request, each in a child process that may be killed.

Started once, because importing the pipeline takes seconds. Requests and answers are JSON lines.
A request names the releases folder, the release that is prepared (a folder to be linked), a
number that makes the release's id, and `kill_at`:
the file operation (opening, renaming, removing ... as Python's audit hooks tell them) before
which the child kills itself; null lets it live; and `exchange`: whether the disk can let two
folders change names in one step. The child runs `plateau build` as a user does,
except that what comes before the publish step is replaced by the prepared files.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from project import STUDY

from analytics.build import pipeline
from analytics.cli import app
from analytics.release import folders
from analytics.release.digests import Fingerprint
from analytics.release.history import next_place
from analytics.release.history_tables import Lineage
from analytics.study import load_study

FILE_OPERATIONS = frozenset(
    {
        *("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink", "os.link"),
        *("os.chmod", "os.scandir", "shutil.rmtree", "shutil.copytree", "shutil.copyfile"),
    }
)


def fingerprint_of(number: int) -> Fingerprint:
    """What identifies the release of that number."""
    return Fingerprint({"study.toml": str(number)}, "code", "lock", "parameters")


def main() -> None:
    """Serve requests until the input ends; what all of them would read is read once."""
    study = load_study(STUDY)
    pipeline.load_study = lambda _: study
    pipeline.load_suites = pipeline.load_published = lambda _: []
    pipeline.unused_files = lambda _: ()
    pipeline.lineage = lambda releases, name: Lineage(next_place(releases, name), None, None)
    for line in sys.stdin:
        print(json.dumps(served(json.loads(line))), flush=True)


def served(request: dict[str, Any]) -> dict[str, Any]:
    """Publish in a child; its exit code (minus the signal that ended it), operations, stderr."""
    with tempfile.TemporaryDirectory() as folder:
        stderr, count = Path(folder) / "stderr", Path(folder) / "count"
        child = os.fork()
        if child == 0:
            os.dup2(os.open(stderr, os.O_CREAT | os.O_WRONLY), 2)
            os.dup2(2, 1)
            publish(request, count)
        status = os.waitpid(child, 0)[1]
        return {
            "code": os.waitstatus_to_exitcode(status),
            "operations": int(count.read_text()) if count.exists() else None,
            "stderr": stderr.read_text(),
        }


def publish(request: dict[str, Any], count: Path) -> None:
    """Run the command in this process, and end it."""
    operations = 0

    def fill(walk: Any) -> list[Any]:
        nonlocal operations
        copy_prepared(Path(request["prepared"]), walk.folder)
        operations = 1  # what is before the publish step is not counted
        return []

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal operations
        if operations and event in FILE_OPERATIONS:
            if operations == request["kill_at"]:
                os.kill(os.getpid(), signal.SIGKILL)
            operations += 1

    pipeline._fill = fill
    if not request["exchange"]:
        folders.exchange = lambda *_: False
    pipeline.fingerprint_of = lambda *_: fingerprint_of(request["number"])
    sys.addaudithook(watch)
    code = 0
    try:
        app(["build", str(STUDY), "--releases", request["releases"], "--force"])
    except SystemExit as end:
        code = int(end.code or 0)
    total, operations = operations, 0
    count.write_text(str(total))
    os._exit(code)


def copy_prepared(release: Path, building: Path) -> None:
    """Link the files of a published release into the building folder, without its manifest."""
    shutil.copytree(
        release,
        building,
        copy_function=os.link,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("manifest.*"),
    )


if __name__ == "__main__":
    main()
