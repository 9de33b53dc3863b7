"""Which study and which of its releases is meant: the same words in every command.

A release is `current` (the one that readers open), `previous` (the one published before that), an
id, or the path of a release's folder.
"""

from pathlib import Path
from typing import Final

from analytics.errors import UsageError
from analytics.release.folders import MANIFEST, StudyReleases, published_studies
from analytics.release.history import current_release, published_releases

CURRENT: Final = "current"
PREVIOUS: Final = "previous"


def chosen_study(releases: Path, study_id: str | None) -> StudyReleases:
    """The study of that id, or the only one. Raises UsageError when there is no such choice."""
    published = published_studies(releases)
    names = ", ".join(study.study_id for study in published)
    if not published:
        raise UsageError(f"Nothing is published in {releases}; run `plateau build` first.")
    if study_id is None and len(published) > 1:
        raise UsageError(f"Several studies are published ({names}); choose one with --study.")
    chosen = [study for study in published if study_id in (None, study.study_id)]
    if not chosen:
        raise UsageError(
            f"Study '{study_id}' is not published in {releases}; choose one of {names}."
        )
    return chosen[0]


def chosen_release(releases: Path, study_id: str | None, name: str = CURRENT) -> Path:
    """The folder of a release. A path needs no study. Raises UsageError when there is no such
    release.

    `current` stays the link, so that what is read or written by it follows each publication. The
    release may be damaged; reading it shows how.
    """
    if name not in (CURRENT, PREVIOUS) and (Path(name) / MANIFEST).is_file():
        return Path(name)
    return release_of(chosen_study(releases, study_id), name)


def release_of(study: StudyReleases, name: str) -> Path:
    """The folder of one of the study's releases. Raises UsageError when there is no such
    release."""
    folders = {folder.name: folder for folder in _kept(study)}
    choices = _words(study) | folders
    own = {folder.resolve() for folder in folders.values()}
    if name in choices:
        return choices[name]
    if Path(name).resolve() in own:
        return Path(name)
    raise UsageError(
        f"Release '{name}' is not among the releases of study '{study.study_id}' in "
        f"{study.folder}; choose {', '.join(choices)} or the folder of a release."
    )


def _words(study: StudyReleases) -> dict[str, Path]:
    """What `current` and `previous` mean, as far as there is such a release."""
    current = current_release(study)
    words = {CURRENT: study.current}
    if current is not None:
        order = current.place.release_order
        earlier = [one for one in published_releases(study) if one.place.release_order < order]
        if earlier:
            words[PREVIOUS] = earlier[-1].folder
    return words


def _kept(study: StudyReleases) -> list[Path]:
    """The folders of the releases, in the order of publication, then those with a broken manifest.

    Hidden folders are at work, and a folder of a failed build was kept to be looked at.
    """
    whole = [release.folder for release in published_releases(study)]
    found = [
        path
        for path in sorted(study.folder.iterdir())
        if path.is_dir() and not path.is_symlink() and not path.name.startswith((".", "failed-"))
    ]
    return whole + [path for path in found if path not in whole]
