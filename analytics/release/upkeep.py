"""Leading `current` back to an earlier release, and removing the oldest ones."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from analytics.errors import UsageError
from analytics.release.choice import PREVIOUS, release_of
from analytics.release.folders import StudyReleases
from analytics.release.history import Release, current_release, published_releases, release_at
from analytics.release.log import PRUNED, ROLLED_BACK, append_run, current_since


def roll_back(releases: StudyReleases, name: str = PREVIOUS) -> Release:
    """Lead `current` to another release that is still there; by default to the one before.

    Raises UsageError when there is no such release or it is current already, BusyError while
    another run works on the releases.
    """
    with releases.one_builder():
        before = current_release(releases)
        chosen = release_at(release_of(releases, name).resolve())
        if before is not None and chosen.release_id == before.release_id:
            raise UsageError(
                f"Release {chosen.release_id} of study '{releases.study_id}' is already "
                "current; name another release."
            )
        append_run(
            releases.log,
            ROLLED_BACK,
            release=chosen.release_id,
            before=before.release_id if before else None,
        )
        releases.point_current(chosen.folder.name)
    return chosen


@dataclass(frozen=True)
class Retention:
    """Which releases stay besides the current one; what neither number keeps is removed.

    `last` is how many of those published last, `days` how long a release stays after another one
    took its place, in days. None does not ask for anything; if both are None, nothing is removed.
    """

    last: int | None = None
    days: int | None = None

    def __bool__(self) -> bool:
        """Whether anything is to be removed at all."""
        return self.last is not None or self.days is not None


KEEP_ALL: Final = Retention()


def prune(releases: StudyReleases, retention: Retention, now: datetime | None = None) -> list[str]:
    """Remove the releases that need not stay, and never the current one; the removed ids.

    The caller holds the build lock. What a removed release said in its headline stays in the
    history of the later ones. `now` is the moment that ages count to.
    """
    kept = _kept(releases, retention, now or datetime.now(UTC))
    removed = [
        release.release_id
        for release in published_releases(releases)
        if release.release_id not in kept
    ]
    for release_id in removed:
        releases.remove(release_id)
    return removed


def _kept(releases: StudyReleases, retention: Retention, now: datetime) -> set[str]:
    """The ids of the releases that stay. Where the log cannot tell an age, all of them do."""
    published = [release.release_id for release in published_releases(releases)]
    current = current_release(releases)
    kept = {current.release_id} if current else set()
    if retention.last is not None:
        kept.update(published[-retention.last :])
    if retention.days is not None:
        lately = current_since(releases.log, now - timedelta(days=retention.days))
        kept.update(published if lately is None else lately)
    return kept if retention else set(published)


def prune_now(releases: StudyReleases, retention: Retention) -> list[str]:
    """Prune as a run of its own, logged; the removed ids. Raises BusyError like a rollback."""
    with releases.one_builder():
        removed = prune(releases, retention)
        append_run(releases.log, PRUNED, pruned=removed)
    return removed
