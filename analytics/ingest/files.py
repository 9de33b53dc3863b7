"""The package of each trial: a folder or a .zip, its files by what becomes of them."""

import os
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from analytics.ingest.archive import member_names, unpack
from analytics.ingest.definition import Definition, definition_of
from analytics.ingest.errors import IngestError
from analytics.ingest.package import DEFINE, SortedNames, shown_name, sort_names
from analytics.ingest.source_file import SourceFile
from analytics.ingest.unused import NO_DATA, UnusedFile
from analytics.study.specification import FileFormat, StudySpecification, Trial
from analytics.study.used_domains import read_of, used_domains
from analytics.text_table import printable

_ARCHIVE: Final = ".zip"


@dataclass(frozen=True)
class Package:
    """What a trial's folder or archive holds; `refusals` are the sentences it is refused with."""

    files: tuple[SourceFile, ...] = ()
    unused: tuple[UnusedFile, ...] = ()
    refusals: tuple[str, ...] = ()
    definition: Definition = field(default_factory=Definition)


def packages(
    spec: StudySpecification, work: Path, *, also: AbstractSet[str] = frozenset()
) -> list[Package]:
    """The package of every trial in study order, its files by name.

    The stem of a file is its domain, in any case, or a part of it: lb.csv, lbch.xpt and
    lb_central.csv all hold LB; `supp*` is SUPP. Folders inside are gone through; hidden files and
    notes (README, *.md) are passed over. What is read of a .zip is unpacked into the folder
    `work`. `also` are domains that are read although the study has no use for them. Of a trial of
    kind adam only its ADaM datasets are read.
    """
    used = used_domains(spec) | also
    return [
        _package(spec.folder, trial, read_of(trial, used), work / f"trial-{number}")
        for number, trial in enumerate(spec.trials, start=1)
    ]


def _package(study: Path, trial: Trial, used: AbstractSet[str], work: Path) -> Package:
    place = study / trial.path
    try:
        if _leads_out(study, place):
            return Package(
                refusals=(
                    f"{trial.path}, named for trial {trial.trial_id}, is a link to a place outside "
                    "the study folder; put the trial's files themselves there.",
                )
            )
        if place.suffix.lower() == _ARCHIVE and place.is_file():
            return _archive(place, trial, used, work)
        if place.is_dir():
            return _folder(place, trial, used)
    except IngestError as error:
        return Package(refusals=error.sentences)
    return Package(
        refusals=(
            f"study.toml names the folder {trial.path} for trial {trial.trial_id}, but it does "
            "not exist; put the trial's files into it or correct path.",
        )
    )


def _leads_out(study: Path, place: Path) -> bool:
    """Whether a link inside the study folder leads a trial's path to a place outside.

    A proposal for a package (`plateau init --from`) reads it where it lies.
    """
    inside = Path(os.path.normpath(place)).is_relative_to(os.path.normpath(study))
    try:
        return inside and not place.resolve().is_relative_to(study.resolve())
    except (OSError, RuntimeError):
        return False


def _folder(place: Path, trial: Trial, used: AbstractSet[str]) -> Package:
    names = [name for name in _names_in(place) if not _is_note(name)]
    refusals = {name: why for name in names if (why := _no_file(place, trial, name))}
    sorted_names = sort_names(trial, [name for name in names if name not in refusals], used)
    places = {name: place / name for name in names}
    return _filled(trial, sorted_names, places, tuple(refusals.values()))


def _archive(place: Path, trial: Trial, used: AbstractSet[str], work: Path) -> Package:
    names = [name for name in member_names(place, trial.path) if not _is_note(name)]
    sorted_names = sort_names(trial, names, used)
    wanted = {*sorted_names.read, *(name for name in names if _is_define(name))}
    work.mkdir(parents=True)
    return _filled(trial, sorted_names, unpack(place, trial.path, wanted, work))


def _filled(
    trial: Trial, names: SortedNames, places: dict[str, Path], refusals: tuple[str, ...] = ()
) -> Package:
    """The package whose files lie at these places, by their names inside it."""
    defines = {
        shown_name(trial, name): path for name, path in sorted(places.items()) if _is_define(name)
    }
    definition, broken = definition_of(defines.items())
    unused = tuple(
        UnusedFile(file.src_trial, file.src_file, NO_DATA, note=broken[file.src_file])
        if file.src_file in broken
        else file
        for file in names.unused
    )
    files = tuple(
        _source_file(trial, name, domain, places[name]) for name, domain in names.read.items()
    )
    return Package(files, unused, (*refusals, *names.refusals), definition)


def _names_in(folder: Path) -> Iterator[str]:
    """Every file below, and every link to a folder, as a path inside; hidden ones are left out."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in sorted((*files, *links)):
            yield (Path(place) / name).relative_to(folder).as_posix()


def _is_note(name: str) -> bool:
    name = PurePosixPath(name).name.lower()
    return name.startswith((".", "readme")) or name.endswith(".md")


def _is_define(name: str) -> bool:
    return PurePosixPath(name).name.lower() == DEFINE


def _no_file(place: Path, trial: Trial, name: str) -> str | None:
    """Why a name in the folder cannot be read as a file of it."""
    path, what = place / name, shown_name(trial, name)
    if not name.isprintable():
        fact = "the name has a control character or is not UTF-8"
        return f"{_written_out(what)}: {fact}; rename the file."
    if path.is_symlink() and not _leads_somewhere(path):
        return f"{what} is a link that leads to itself; put the file itself there."
    if path.is_symlink() and not path.resolve().is_relative_to(place.resolve()):
        return f"{what} is a link to a place outside the trial's folder; put the file itself there."
    if path.is_symlink() and path.is_dir():
        return f"{what} is a link to a folder of the trial; the folder is read, so remove it."
    if not path.is_file():
        return f"{what} is not a regular file; put the file itself there or remove it."
    return None


def _written_out(name: str) -> str:
    """A name on one line that UTF-8 can write."""
    return printable(name).replace("\n", "\\n").replace("\t", "\\t")


def _leads_somewhere(link: Path) -> bool:
    try:
        link.resolve()
    except (OSError, RuntimeError):  # RuntimeError: the link leads to itself
        return False
    return True


def _source_file(trial: Trial, name: str, domain: str, path: Path) -> SourceFile:
    declared = trial.files.get(PurePosixPath(name).name, FileFormat())
    return SourceFile(
        trial_id=trial.trial_id,
        domain=domain,
        path=path,
        name=shown_name(trial, name),
        encoding=declared.encoding or trial.file_format.encoding,
        delimiter=declared.delimiter or trial.file_format.delimiter,
    )
