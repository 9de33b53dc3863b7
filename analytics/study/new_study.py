"""A new study folder: the files of `skeleton/`, which explain every key and load as they are."""

import re
import shutil
from pathlib import Path
from typing import Final

from analytics.study.errors import StudyError
from analytics.study.loading import load_study

SKELETON: Final = Path(__file__).parent / "skeleton"
_STUDY_ID: Final = "your-study"


def write_new_study(folder: Path) -> tuple[Path, ...]:
    """Write the skeleton into a new or empty folder and give the trials' folders, still empty.

    The study is named for the folder. Raises StudyError when the folder is not empty.
    """
    write_skeleton(folder)
    trials = tuple(folder / trial.path for trial in load_study(folder).trials)
    for trial in trials:
        trial.mkdir(parents=True)
    return trials


def write_skeleton(folder: Path) -> None:
    """The skeleton's files under the study's name, without folders for trials."""
    check_new(folder)
    shutil.copytree(SKELETON, folder, dirs_exist_ok=True)
    study_file = folder / "study.toml"
    text = study_file.read_text(encoding="utf-8")
    study_file.write_text(text.replace(_STUDY_ID, study_id_of(folder), 1), encoding="utf-8")


def check_new(folder: Path) -> None:
    """Refuse a folder that is not empty."""
    if folder.exists() and not folder.is_dir():
        raise StudyError(f"{folder} is a file; name a new folder for the study.")
    if folder.is_dir() and any(folder.iterdir()):
        raise StudyError(f"{folder} is not empty and was not changed; name a new folder.")


def study_id_of(folder: Path) -> str:
    """The folder's name as a study id; what no id may hold becomes a hyphen."""
    name = re.sub(r"[^a-z0-9_]+", "-", folder.resolve().name.lower()).strip("-")
    return name if name.strip("_-") else _STUDY_ID
