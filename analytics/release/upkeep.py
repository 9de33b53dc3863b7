"""Leading `current` back to an earlier release, and removing the oldest ones."""

from analytics.errors import UsageError
from analytics.release.choice import PREVIOUS, release_of
from analytics.release.folders import StudyReleases
from analytics.release.history import Release, current_release, published_releases, release_at
from analytics.release.log import PRUNED, ROLLED_BACK, append_run


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


def prune(releases: StudyReleases, keep_last: int) -> list[str]:
    """Remove all but the releases published last, and never the current one; the removed ids.

    The caller holds the build lock. What a removed release said in its headline stays in the
    history of the later ones.
    """
    current = current_release(releases)
    removed = [
        release.release_id
        for release in published_releases(releases)[:-keep_last]
        if current is None or release.release_id != current.release_id
    ]
    for release_id in removed:
        releases.remove(release_id)
    return removed


def prune_now(releases: StudyReleases, keep_last: int) -> list[str]:
    """Prune as a run of its own, logged; the removed ids. Raises BusyError like a rollback."""
    with releases.one_builder():
        removed = prune(releases, keep_last)
        append_run(releases.log, PRUNED, pruned=removed)
    return removed
