"""Where an export is written: a folder outside the releases, whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analytics.export.errors import ExportCallError

PRIVATE = 0o600


@contextmanager
def new_files(target: Path, releases: Path, *, private: bool) -> Iterator[Path]:
    """A folder to write files into, which are in the target when the block has ended well.

    A file of the same name is replaced; folders inside are made. Private files are their owner's
    alone, and so is a folder that had to be made. Raises ExportCallError for a target among the
    releases, which must not change, or one that is not a folder.
    """
    if target.resolve().is_relative_to(releases.resolve()):
        raise ExportCallError(
            f"{target} is inside the folder of releases {releases}, which must not change; "
            "choose another folder."
        )
    if target.exists() and not target.is_dir():
        raise ExportCallError(f"{target} is a file; name a folder to write into.")
    mode = 0o700 if private else 0o755
    target.mkdir(mode=mode, parents=True, exist_ok=True)
    unfinished = target / f".unfinished-{os.getpid()}"
    unfinished.mkdir(mode=0o700)
    try:
        yield unfinished
        for path in sorted(path for path in unfinished.rglob("*") if path.is_file()):
            if private:
                path.chmod(PRIVATE)
            place = target / path.relative_to(unfinished)
            place.parent.mkdir(mode=mode, exist_ok=True)
            path.replace(place)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
