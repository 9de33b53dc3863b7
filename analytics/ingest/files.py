"""Which files of a trial's folder hold which SDTM domain."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analytics.ingest.errors import IngestError
from analytics.study.domains import DOMAIN_VARIABLES
from analytics.study.specification import StudySpecification, Trial

REQUIRED_DOMAINS: Final = ("DM", "EX")
_FORMATS: Final = (".csv", ".parquet")


@dataclass(frozen=True)
class SourceFile:
    """One file: `name` is its path relative to the study folder, as every message names it."""

    trial_id: str
    domain: str
    path: Path
    name: str


def source_files(spec: StudySpecification) -> list[SourceFile]:
    """Every data file of every trial: trials in study order, files by name.

    The stem of a file is its domain, in any case; `supp*` is SUPP. Hidden files and notes
    (README, *.md) are passed over. Errors: a trial's folder missing, a file of unknown format or
    domain, two files for one domain (SUPP aside), no DM or no EX.
    """
    return [file for trial in spec.trials for file in _trial_files(spec.folder, trial)]


def _trial_files(study: Path, trial: Trial) -> list[SourceFile]:
    folder = study / trial.path
    if not folder.is_dir():
        raise IngestError(
            f"study.toml names the folder {trial.path} for trial {trial.trial_id}, but it is not "
            "there; put the trial's files into it or correct path."
        )
    files = [
        _source_file(study, trial, path)
        for path in sorted(folder.iterdir(), key=lambda path: (path.name.lower(), path.name))
        if not _is_note(path)
    ]
    _check_domains(trial, files)
    return files


def _is_note(path: Path) -> bool:
    name = path.name.lower()
    return name.startswith((".", "readme")) or name.endswith(".md")


def _source_file(study: Path, trial: Trial, path: Path) -> SourceFile:
    name = path.relative_to(study).as_posix()
    if not path.is_file() or path.suffix.lower() not in _FORMATS:
        raise IngestError(
            f"{name} is neither a CSV nor a Parquet file; convert it to one of them or move it "
            "out of the trial's folder."
        )
    stem = path.stem.upper()
    domain = "SUPP" if stem.startswith("SUPP") else stem
    if domain not in DOMAIN_VARIABLES:
        known = ", ".join(name.lower() for name in DOMAIN_VARIABLES if name != "SUPP")
        raise IngestError(
            f"{name} is named for no domain Plateau reads; name it {known} or supp--, or move it "
            "out of the trial's folder."
        )
    return SourceFile(trial_id=trial.trial_id, domain=domain, path=path, name=name)


def _check_domains(trial: Trial, files: list[SourceFile]) -> None:
    seen: dict[str, str] = {}
    for file in files:
        key = file.path.stem.upper()
        if key in seen:
            raise IngestError(
                f"{seen[key]} and {file.name} both hold {key} of trial {trial.trial_id}; keep one "
                "of them."
            )
        seen[key] = file.name
    for domain in REQUIRED_DOMAINS:
        if domain not in seen:
            raise IngestError(
                f"{trial.path} has no {domain} file, which every trial needs; add "
                f"{domain.lower()}.csv or {domain.lower()}.parquet."
            )
