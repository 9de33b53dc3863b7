"""Whether a release looks whole at a glance: its manifest, and the size of each of its files.

A glance takes milliseconds, so that every refresh and status takes it. It finds what is gone, cut,
replaced by a link or of another format; `plateau verify` reads every byte.
"""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analytics.errors import BuildError
from analytics.release.digests import file_digest
from analytics.release.folders import MANIFEST, MANIFEST_DIGEST
from analytics.release.manifest import check_format, stated_digest


def visible_damage(release: Path) -> tuple[str, ...]:
    """What is visibly wrong with a release, a clause each; none of a release that looks whole.

    Raises NewerFormatError for a release that a later version of Plateau wrote.
    """
    try:
        manifest = json.loads((release / MANIFEST).read_bytes())
        stated = stated_digest(release)
        found = file_digest(release / MANIFEST)
    except FileNotFoundError as error:
        return (f"{Path(error.filename).name} is missing",)
    except (OSError, ValueError, RecursionError):
        return (f"{MANIFEST} or {MANIFEST_DIGEST} cannot be read",)
    try:
        check_format(release / MANIFEST, manifest)
    except BuildError:
        return (f"{MANIFEST} is no manifest",)
    if stated != found:
        return (f"{MANIFEST} was altered",)
    return tuple(_wrong_files(release, manifest))


def _wrong_files(release: Path, manifest: dict[str, Any]) -> Iterator[str]:
    sizes = manifest.get("sizes", {})
    for name in manifest.get("files", {}):
        path = release / name
        try:
            found = path.lstat()
        except OSError:
            yield f"{name} is missing"
            continue
        if not stat.S_ISREG(found.st_mode):
            yield f"{name} is not a file of its own"
        elif name in sizes and found.st_size != sizes[name]:
            yield f"{name} has {found.st_size:,} bytes instead of {sizes[name]:,}"
