"""Releases that an earlier version of Plateau wrote, and that lack what this one reads.

Most commands read them all the same. Where one needs a table or a column that did not exist yet,
it says so with both versions.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final

import duckdb

from analytics import __version__
from analytics.errors import PlateauError, first_line
from analytics.project_files import ROOT
from analytics.release.digests import code_digest
from analytics.release.manifest import read_manifest

_LACKS: Final = (duckdb.CatalogException, duckdb.BinderException, KeyError)
_LAST_UNNAMED: Final = "0.2.0"
"""The last version whose manifests do not name it."""


class OlderReleaseError(PlateauError):
    """The release lacks what this version of Plateau reads."""

    exit_code: ClassVar[int] = 4


def writer_of(manifest: dict[str, Any]) -> str:
    """Which Plateau wrote the release, as a sentence names it."""
    version = manifest.get("environment", {}).get("plateau")
    if version is None:
        return f"Plateau {_LAST_UNNAMED} or an earlier version"
    return f"another state of Plateau {version}" if version == __version__ else f"Plateau {version}"


def refuse_older(release: Path, error: Exception) -> None:
    """Raise OlderReleaseError for an error that comes of the release's age; else do nothing."""
    manifest = read_manifest(release)
    code = manifest.get("code")
    if isinstance(error, _LACKS) and code is not None and code != code_digest(ROOT):
        raise OlderReleaseError(
            f"Release {manifest['release_id']} was written by {writer_of(manifest)} and lacks what "
            f"Plateau {__version__} reads here ({first_line(error)}); build the study again, or "
            "use the version that wrote it."
        ) from error


@contextmanager
def as_this_version_reads(*releases: Path) -> Iterator[None]:
    """Read releases that may be too old for it. Raises OlderReleaseError."""
    try:
        yield
    except _LACKS as error:
        for release in releases:
            refuse_older(release, error)
        raise
