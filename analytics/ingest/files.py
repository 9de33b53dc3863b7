"""Which files of a trial hold which SDTM domain."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from analytics.ingest.archive import unpack
from analytics.ingest.errors import IngestError
from analytics.ingest.formats import FORMATS
from analytics.ingest.source_file import SourceFile
from analytics.study.domains import DOMAIN_VARIABLES, REQUIRED_DOMAINS
from analytics.study.specification import FileFormat, StudySpecification, Trial

_SUPP: Final = "SUPP"
_ARCHIVE: Final = ".zip"
# A part of a domain: its code and up to two characters (SDTMIG), or its code, a sign and a name.
_PART: Final = re.compile(r"([A-Z]{2})([A-Z0-9]{1,2}|[_-].+)")


def source_files(spec: StudySpecification, work: Path) -> list[SourceFile]:
    """Every data file of every trial: trials in study order, files by name.

    The stem of a file is its domain, in any case, or a part of it: lb.csv, lbch.xpt and
    lb_central.csv all hold LB; `supp*` is SUPP. Hidden files and notes (README, *.md) are passed
    over. A trial's .zip is unpacked into the folder `work`. Errors: a trial's folder missing, a
    file of unknown format or domain, one that is no plain file or lies elsewhere, a domain in
    two formats, no DM or no EX, a file of [[trials.files]] that is not there.
    """
    return [
        file
        for number, trial in enumerate(spec.trials, start=1)
        for file in _trial_files(spec.folder, trial, work / f"trial-{number}")
    ]


def part_of(stem: str) -> str | None:
    """The domain that a file's stem names, itself or as a part; None for no domain of ours."""
    stem = stem.upper()
    if stem.startswith(_SUPP):
        return _SUPP
    if stem in DOMAIN_VARIABLES:
        return stem
    part = _PART.fullmatch(stem)
    return part[1] if part and part[1] in DOMAIN_VARIABLES else None


def _trial_files(study: Path, trial: Trial, work: Path) -> list[SourceFile]:
    place = study / trial.path
    if place.suffix.lower() == _ARCHIVE and place.is_file():
        work.mkdir(parents=True)
        listed = iter(unpack(place, trial.path, work))
    elif place.is_dir():
        listed = _listed(place)
    else:
        raise IngestError(
            f"study.toml names the folder {trial.path} for trial {trial.trial_id}, but it is not "
            "there; put the trial's files into it or correct path."
        )
    files = [
        _source_file(trial, path, inside)
        for path, inside in sorted(listed, key=lambda pair: (pair[1].lower(), pair[1]))
        if not _is_note(path)
    ]
    _check_domains(trial, files)
    _check_declared(trial, files)
    return files


def _listed(folder: Path) -> Iterator[tuple[Path, str]]:
    return ((path, path.name) for path in folder.iterdir())


def _is_note(path: Path) -> bool:
    name = path.name.lower()
    return name.startswith((".", "readme")) or name.endswith(".md")


def _source_file(trial: Trial, path: Path, inside: str) -> SourceFile:
    name = (Path(trial.path) / inside).as_posix()
    if path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
        raise IngestError(f"{name} is a link out of the trial's folder; put the file itself there.")
    if not path.is_file():
        raise IngestError(
            f"{name} is no plain file; put the trial's files side by side into {trial.path}."
        )
    if path.suffix.lower() == _ARCHIVE:
        raise IngestError(
            f"{name} is an archive inside the trial; name it as the trial's path in study.toml, or "
            "unpack it."
        )
    if path.suffix.lower() not in FORMATS:
        raise IngestError(
            f"{name} is in no format Plateau reads; convert it to one of "
            f"{', '.join(FORMATS)} or move it out of the trial's folder."
        )
    domain = part_of(path.stem)
    if domain is None:
        known = ", ".join(name.lower() for name in DOMAIN_VARIABLES if name != _SUPP)
        raise IngestError(
            f"{name} is named for no domain Plateau reads; name it {known} or supp--, or move it "
            "out of the trial's folder."
        )
    declared = trial.files.get(path.name, FileFormat())
    return SourceFile(
        trial_id=trial.trial_id,
        domain=domain,
        path=path,
        name=name,
        encoding=declared.encoding or trial.file_format.encoding,
        delimiter=declared.delimiter or trial.file_format.delimiter,
    )


def _check_domains(trial: Trial, files: list[SourceFile]) -> None:
    seen: dict[str, str] = {}
    for file in files:
        stem = file.path.stem.upper()
        if stem in seen:
            raise IngestError(
                f"{seen[stem]} and {file.name} both hold {stem} of trial {trial.trial_id}; keep "
                "one of them."
            )
        seen[stem] = file.name
    for domain in REQUIRED_DOMAINS:
        if domain not in {file.domain for file in files}:
            raise IngestError(
                f"{trial.path} has no {domain} file, which every trial needs; add "
                f"{domain.lower()}.csv or another format of it."
            )


def _check_declared(trial: Trial, files: list[SourceFile]) -> None:
    names = {file.path.name for file in files}
    for name in trial.files:
        if name not in names:
            raise IngestError(
                f"study.toml declares how {name} of trial {trial.trial_id} is written, but "
                f"{trial.path} has no such file; correct the name or remove the entry."
            )
