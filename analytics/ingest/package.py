"""What becomes of each file of a package, by its name alone: read, passed over or refused.

A package is laid out as sponsors submit it: any folders, documents and domains of no use here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from analytics.ingest.file_names import (
    SUPP,
    first_stem_of,
    near_domain,
    part_of,
    standard_domain,
    stem_of,
)
from analytics.ingest.formats import FORMATS
from analytics.ingest.unused import DATA, NO_DATA, UnusedFile
from analytics.study.adam_datasets import REQUIRED_DATASETS
from analytics.study.domains import REQUIRED_DOMAINS
from analytics.study.specification import Trial

DEFINE: Final = "define.xml"
_ARCHIVE: Final = ".zip"
# The FDA's folder for datasets in parts, which repeat the whole in the folder above.
_SPLIT: Final = "split"
# Text of any kind has these endings, so that only the name of a dataset makes it data.
_ANY_TEXT: Final = frozenset({".txt", ".json", ".ndjson"})
_OTHER_TABLES: Final = frozenset({".xlsx", ".xls", ".ods", ".gz", ".dta", ".sav", ".rds", ".sas"})


@dataclass(frozen=True)
class SortedNames:
    """The names of a package, as paths inside it: the domain of each that is read, the others."""

    read: dict[str, str]
    unused: tuple[UnusedFile, ...]
    refusals: tuple[str, ...]


def sort_names(trial: Trial, names: Collection[str], used: AbstractSet[str]) -> SortedNames:
    """Decide about every name, in the order of names.

    Refused: an archive inside, a domain that occurs twice or in no readable format, no file
    of a domain that every trial needs, a declared file that is not there.
    """
    ordered = sorted(names, key=lambda name: (name.lower(), name))
    found = {name: domain for name in ordered if (domain := _domain_of(name, used)) is not None}
    repeated = _parts_of_a_whole(found)
    read = {name: domain for name, domain in found.items() if name not in repeated}
    unreadable = [name for name in ordered if _is_unreadable(name, used, read)]
    archives = [name for name in ordered if _suffix(name) == _ARCHIVE]
    unused = tuple(
        _unused(trial, name, used, repeated)
        for name in ordered
        if name not in read and name not in unreadable and name not in archives
    )
    refusals = (
        *(_archive_inside(trial, name) for name in archives),
        *(_no_format(trial, name) for name in unreadable),
        *_twice(trial, read),
        *_missing(trial, {*read.values(), *map(first_stem_of, unreadable)}, unused),
        *_undeclared(trial, ordered),
    )
    return SortedNames(read, unused, refusals)


def shown_name(trial: Trial, name: str) -> str:
    """A file's path as every message tells it: relative to the study folder."""
    return (PurePosixPath(trial.path) / name).as_posix()


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _domain_of(name: str, used: AbstractSet[str]) -> str | None:
    """The used domain of a file in a format that is read."""
    return part_of(stem_of(name), used) if _suffix(name) in FORMATS else None


def _parts_of_a_whole(found: dict[str, str]) -> dict[str, str]:
    """Files in a folder `split` and the whole outside it, which holds their records too."""
    wholes = {
        (domain, stem_of(name)): name
        for name, domain in found.items()
        if not _is_split(name) and (domain == SUPP or stem_of(name) == domain)
    }
    return {
        name: whole
        for name, domain in found.items()
        if _is_split(name)
        for (of, stem), whole in wholes.items()
        if of == domain and stem_of(name).startswith(stem) and stem_of(name) != stem
    }


def _is_split(name: str) -> bool:
    return _SPLIT in PurePosixPath(name.lower()).parts[:-1]


def _is_unreadable(name: str, used: AbstractSet[str], read: dict[str, str]) -> bool:
    """Whether a used domain is there only in another format."""
    stem = first_stem_of(name)
    if _suffix(name) in FORMATS or _suffix(name) == _ARCHIVE or part_of(stem, used) is None:
        return False
    if stem.startswith(SUPP):
        return stem not in {stem_of(other) for other in read}
    return stem in used and stem not in read.values()


def _unused(
    trial: Trial, name: str, used: AbstractSet[str], repeated: dict[str, str]
) -> UnusedFile:
    stem, suffix = stem_of(name), _suffix(name)
    domain = standard_domain(stem)
    is_data = suffix in FORMATS and (suffix not in _ANY_TEXT or domain == stem)
    note = None
    if name in repeated:
        note = f"is a part of {shown_name(trial, repeated[name])}, which is read"
    elif is_data and (near := near_domain(stem, used)):
        note = f"may be meant for {near}; name it {near.lower()}{suffix} if it is"
    elif suffix in _OTHER_TABLES and (near := part_of(first_stem_of(name), used)):
        note = f"may hold {near}, but Plateau does not read its format"
    return UnusedFile(
        trial.trial_id,
        shown_name(trial, name),
        DATA if is_data else NO_DATA,
        domain if is_data else None,
        note,
    )


def _archive_inside(trial: Trial, name: str) -> str:
    return (
        f"{shown_name(trial, name)} is an archive inside the trial; name it as the trial's path "
        "in study.toml, or unpack it."
    )


def _no_format(trial: Trial, name: str) -> str:
    return (
        f"{shown_name(trial, name)} is in a format that Plateau does not read; convert it to "
        "one of "
        f"{', '.join(FORMATS)} or move it out of the trial's folder."
    )


def _twice(trial: Trial, read: dict[str, str]) -> Iterator[str]:
    by_stem: dict[str, list[str]] = defaultdict(list)
    for name in read:
        by_stem[stem_of(name)].append(name)
    for stem, (first, *others) in by_stem.items():
        for other in others:
            yield (
                f"{shown_name(trial, first)} and {shown_name(trial, other)} both hold {stem} of "
                f"trial {trial.trial_id}; keep one of them."
            )


def _missing(trial: Trial, there: AbstractSet[str], unused: Sequence[UnusedFile]) -> Iterator[str]:
    is_adam = trial.kind == "adam"
    every = "every trial of the kind adam" if is_adam else "every trial"
    for domain in REQUIRED_DATASETS if is_adam else REQUIRED_DOMAINS:
        if domain in there:
            continue
        near = [
            file.src_file
            for file in unused
            if (file.what == DATA or _suffix(file.src_file) in _OTHER_TABLES)
            and near_domain(stem_of(file.src_file), {domain})
        ]
        rename = (
            f"if {' or '.join(near)} contains it, name that {domain.lower()}, else " if near else ""
        )
        yield (
            f"{trial.path} has no {domain} file, which {every} needs; {rename}add "
            f"{domain.lower()}.csv or another format of it."
        )


def _undeclared(trial: Trial, names: Sequence[str]) -> Iterator[str]:
    there = {PurePosixPath(name).name for name in names}
    for name in trial.files:
        if name not in there:
            yield (
                f"study.toml declares how {name} of trial {trial.trial_id} is written, but "
                f"{trial.path} does not contain that file; correct the name or remove the entry."
            )
