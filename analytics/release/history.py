"""The releases of a study in the order they were published.

The order stands in each release's manifest, so that it needs no clock and outlives the log.
A release that is built again keeps its place.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from analytics.errors import BuildError, UsageError
from analytics.release.folders import MANIFEST, WAREHOUSE, StudyReleases
from analytics.release.manifest import read_manifest

HISTORY_TABLES: Final = frozenset({"release_history", "release_changes"})
"""The tables of schema bi that depend on what was published before, not on the inputs alone."""


@dataclass(frozen=True)
class Place:
    """Where a release stands: its number from 1, and the release published before it."""

    release_order: int
    previous: str | None


@dataclass(frozen=True)
class Release:
    """A published release that is still there."""

    release_id: str
    folder: Path
    place: Place

    @property
    def warehouse(self) -> Path:
        """The file with all schemas."""
        return self.folder / WAREHOUSE


def published_releases(releases: StudyReleases) -> list[Release]:
    """The releases that are still there, in the order they were published.

    A folder whose manifest cannot be read does not count as a release.
    """
    found = [
        release
        for path in releases.folder.glob(f"*/{MANIFEST}")
        if not (path.parent.is_symlink() or path.parent.name.startswith("."))
        and (release := _release(path.parent)) is not None
    ]
    return sorted(found, key=lambda release: release.place.release_order)


def current_release(releases: StudyReleases) -> Release | None:
    """The release that `current` leads to; None when there is none."""
    if not (releases.current / MANIFEST).is_file():
        return None
    return _release(releases.current.resolve())


def next_place(releases: StudyReleases, release_id: str) -> Place:
    """The place of a release that is about to be published."""
    known = published_releases(releases)
    for release in known:
        if release.release_id == release_id:
            return release.place
    last = known[-1] if known else None
    return Place(last.place.release_order + 1, last.release_id) if last else Place(1, None)


def release_at(folder: Path) -> Release:
    """The release in that folder. Raises UsageError when the folder holds none."""
    release = _release(folder)
    if release is None:
        raise UsageError(f"{folder} contains no release; name a release or the folder of one.")
    return release


def _release(folder: Path) -> Release | None:
    try:
        manifest: dict[str, Any] = read_manifest(folder)
        place = manifest["history"]
        return Release(
            manifest["release_id"], folder, Place(place["release_order"], place["previous"])
        )
    except (BuildError, KeyError, TypeError):
        return None
