"""Whether the release of a study stands as it is: decided by digests alone, without heavy imports.

A scheduled refresh asks this first and mostly has to do nothing else. The parameters need no
look of their own: they follow from study.toml and the code.
"""

import tomllib
from pathlib import Path
from typing import Any

from analytics.errors import BuildError
from analytics.project_files import LOCK, ROOT
from analytics.release.digests import code_digest, file_digest, input_digests
from analytics.release.folders import StudyReleases
from analytics.release.history import Release, current_release, published_releases
from analytics.release.log import HELD, UP_TO_DATE, logged, rollback_stands
from analytics.release.manifest import read_manifest
from analytics.release.packages import deviations
from analytics.release.signing import SIGNATURE
from analytics.release.soundness import visible_damage
from analytics.release.upkeep import KEEP_ALL, Retention, prune


def standing_release(
    folder: Path, root: Path, retention: Retention = KEEP_ALL, *, signed: bool = False
) -> tuple[str, Release] | None:
    """UP_TO_DATE or HELD with the current release, when a refresh has nothing to build.

    None when there is something to build, or something is wrong that a build will report. The run
    is logged, and old releases are pruned, only when the release stands. With `signed` a release
    without a signature does not. Raises BusyError while another run works on the releases.
    """
    study = _study_table(folder)
    if study is None:
        return None
    releases = StudyReleases(root, study["study_id"])
    if current_release(releases) is None:
        return None
    trials = [folder / trial["path"] for trial in study["trials"]]
    found = {
        "inputs": input_digests(folder, trials),
        "code": code_digest(ROOT),
        "lock": file_digest(LOCK),
        "packages": deviations(),
    }
    with logged(releases.log) as line, releases.one_builder():
        release_id = _release_made_from(found, releases)
        event = event_of(releases, release_id) if release_id else None
        current = current_release(releases)
        if event is None or current is None:
            return None
        damage = visible_damage(current.folder)
        if damage and event == HELD:
            raise BuildError(
                f"Release {current.release_id}, to which a rollback leads, is damaged "
                f"({'; '.join(damage)}); roll back to another release, or run `plateau build` to "
                "publish the study as it is now."
            )
        is_unsigned = signed and not (current.folder / SIGNATURE).is_file()
        if damage or (is_unsigned and event == UP_TO_DATE):
            return None  # the build tells of it, and builds the release again
        line.update(event=event, release=release_id)
        if retention:
            line.update(pruned=prune(releases, retention))
    return event, current


def event_of(releases: StudyReleases, release_id: str) -> str | None:
    """What a refresh makes of a release that is there: it is current, or a rollback holds it.

    None when it has to be made current.
    """
    if releases.is_current(release_id):
        return UP_TO_DATE
    return HELD if rollback_stands(releases.log) else None


def _release_made_from(found: dict[str, Any], releases: StudyReleases) -> str | None:
    """The published release that was made from exactly these files; the last one is likeliest."""
    for release in reversed(published_releases(releases)):
        manifest = read_manifest(release.folder)
        if all(manifest.get(key) == digests for key, digests in found.items()):
            return release.release_id
    return None


def _study_table(folder: Path) -> dict[str, Any] | None:
    """study.toml as it stands; None when it is not even the outline of a study."""
    try:
        study = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
        named = isinstance(study["study_id"], str) and all(
            isinstance(trial["path"], str) for trial in study["trials"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return study if named else None
