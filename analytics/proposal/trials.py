"""The trials of a package, and what their own files say of each: its id and its cut-off."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Final

import duckdb

from analytics.ingest.archive import member_names
from analytics.ingest.errors import IngestError, shown
from analytics.ingest.files import Package, packages
from analytics.ingest.formats import FORMATS
from analytics.ingest.source_file import SourceFile
from analytics.study.adam_datasets import ADSL
from analytics.study.errors import StudyError
from analytics.study.keys import Table
from analytics.study.specification import StudySpecification, Trial
from analytics.study.trial_files import read_file_format

TRIAL_SUMMARY: Final = "TS"
_ARCHIVE: Final = ".zip"
_DEMOGRAPHICS: Final = "DM"
_UNKNOWN_CUTOFF: Final = date(2030, 12, 31)


@dataclass(frozen=True)
class FoundTrial:
    """A trial of a package: what is read of it, and the cut-off and title that its TS states."""

    trial: Trial
    place: Path
    package: Package
    stated_cutoff: date | None
    stated_title: str | None = None


def find_trials(
    spec: StudySpecification, sources: Sequence[Path], encoding: str | None, work: Path
) -> list[FoundTrial]:
    """The trials of all sources in their order, each named by the STUDYID of its DM.

    Errors: no such folder or .zip, a package that cannot be read, a DM of no study or of
    several, one study in two places.
    """
    file_format = read_file_format(Table("--encoding", {"encoding": encoding} if encoding else {}))
    places = [place for source in sources for place in trial_places(source)]
    trials = tuple(
        Trial(
            trial_id=place.name,
            label=place.name,
            path=place.as_posix(),
            cutoff=_UNKNOWN_CUTOFF,
            display_order=order,
            file_format=file_format,
        )
        for order, place in enumerate(places, start=1)
    )
    found = packages(
        spec.model_copy(update={"trials": trials}), work, also=frozenset({TRIAL_SUMMARY})
    )
    if refusals := [sentence for package in found for sentence in package.refusals]:
        raise IngestError(*refusals)
    named = [
        _named(trial, place, package)
        for trial, place, package in zip(trials, places, found, strict=True)
    ]
    check_twice(named)
    return named


def trial_places(source: Path) -> list[Path]:
    """The folders or archives of a source that hold a trial each: itself, unless it has several.

    Several DM files below a folder, or archives in it, are several trials; where there is no DM,
    several ADSL.
    """
    if source.is_file() and source.suffix.lower() == _ARCHIVE:
        return [source]
    if not source.is_dir():
        raise StudyError(f"There is no folder or .zip {source}; name a package of SDTM files.")
    marks = sorted(_marks(source, ADSL if is_adam(source) else _DEMOGRAPHICS))
    if not any(mark.suffix.lower() == _ARCHIVE for mark in marks) and len(marks) < 2:
        return [source]
    common = Path(os.path.commonpath([mark.parent for mark in marks]))
    roots = dict.fromkeys(common / mark.relative_to(common).parts[0] for mark in marks)
    is_split = all(root.is_dir() or root.suffix.lower() == _ARCHIVE for root in roots)
    return list(roots) if is_split else [source]


def is_adam(source: Path) -> bool:
    """Whether a folder or .zip holds ADSL and no DM."""
    names = (
        member_names(source, source.name)
        if source.is_file() and source.suffix.lower() == _ARCHIVE
        else [path.name for path in source.rglob("*") if path.is_file()]
    )
    stems = {
        PurePosixPath(name).stem.upper()
        for name in names
        if PurePosixPath(name).suffix.lower() in FORMATS
    }
    return ADSL in stems and _DEMOGRAPHICS not in stems


def _marks(folder: Path, dataset: str) -> Iterator[Path]:
    """What tells a trial: its file of this dataset, or an archive."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(place) / name
            suffix = path.suffix.lower()
            is_dataset = suffix in FORMATS and path.stem.upper() == dataset
            if not name.startswith(".") and (is_dataset or suffix == _ARCHIVE):
                yield path


def _named(trial: Trial, place: Path, package: Package) -> FoundTrial:
    """The trial under its own id, and its TS apart from the files that are loaded."""
    summaries = [file for file in package.files if file.domain == TRIAL_SUMMARY]
    named = study_id_of_files(trial, place, package, _DEMOGRAPHICS)
    told = [pair for file in reversed(summaries) for pair in _stated(file)]
    days = [_day(value) for parameter, value in told if parameter == "DCUTDTC"]
    return replace(
        named,
        stated_cutoff=max((day for day in days if day is not None), default=None),
        stated_title=dict(told).get("TITLE"),
    )


def study_id_of_files(trial: Trial, place: Path, package: Package, dataset: str) -> FoundTrial:
    """The trial under the STUDYID of its subjects, who stand in `dataset` (DM, ADSL).

    TS is not among the files that are loaded.
    """
    trial_id = _study_id(trial, [file for file in package.files if file.domain == dataset], dataset)
    return FoundTrial(
        trial.model_copy(update={"trial_id": trial_id, "label": trial_id}),
        place,
        replace(
            package,
            files=tuple(
                replace(file, trial_id=trial_id)
                for file in package.files
                if file.domain != TRIAL_SUMMARY
            ),
            unused=tuple(replace(file, src_trial=trial_id) for file in package.unused),
        ),
        None,
    )


def _study_id(trial: Trial, files: Sequence[SourceFile], dataset: str) -> str:
    ids = sorted({studyid for file in files for (studyid,) in _values(file, ("STUDYID",))} - {""})
    if not ids:
        raise IngestError(
            f"{trial.path}: no record of {dataset} has a STUDYID, which names the trial."
        )
    if len(ids) > 1:
        raise IngestError(
            f"{trial.path}: {dataset} contains the trials {shown(', '.join(ids))}; give each trial "
            "a folder or .zip of its own."
        )
    return ids[0]


def _stated(file: SourceFile) -> list[tuple[str, str]]:
    """The parameters of TS with their values; none where TS cannot be read."""
    try:
        pairs = list(_values(file, ("TSPARMCD", "TSVAL")))
    except IngestError:
        return []
    return [(parameter.upper(), value) for parameter, value in pairs if value]


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _values(file: SourceFile, wanted: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The wanted variables of every record, trimmed; nothing where one is not there."""
    names = [variable.name for variable in FORMATS[file.suffix].variables(file)]
    by_name = {name.upper(): place for place, name in enumerate(names)}
    if not by_name.keys() >= set(wanted):
        return
    for batch in FORMATS[file.suffix].batches(file, names):
        columns = [batch.column(by_name[name]).to_pylist() for name in wanted]
        for values in zip(*columns, strict=True):
            yield tuple((value or "").strip() for value in values)


def check_twice(found: Sequence[FoundTrial]) -> None:
    """Refuse one trial in two places."""
    places: dict[str, Path] = {}
    for one in found:
        other = places.setdefault(one.trial.trial_id, one.place)
        if other != one.place:
            raise IngestError(
                f"{other} and {one.place} both contain the trial {one.trial.trial_id}; name "
                "only one of them."
            )


def latest_dates(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[date, str]]:
    """The latest complete date of each trial in raw, and the variable it stands in."""
    columns = connection.execute(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'raw' and starts_with(table_name, 'sdtm_') "
        "and table_name <> 'sdtm_other' "
        "and ends_with(column_name, 'dtc') order by all"
    ).fetchall()
    latest: dict[str, tuple[date, str]] = {}
    for table, column in columns:
        for trial, day in connection.execute(
            f"select src_trial, max(try_cast(left(trim({column}), 10) as date)) "
            f"from raw.{table} where length(trim({column})) >= 10 group by src_trial"
        ).fetchall():
            if day is not None and (trial not in latest or day > latest[trial][0]):
                latest[trial] = (day, f"{table.removeprefix('sdtm_')}.{column}".upper())
    return latest
