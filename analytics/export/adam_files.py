"""`plateau export adam`: the datasets, their definition, and what is needed to read them back."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from analytics.export.adam import adam_datasets
from analytics.export.dataset_json import write_dataset_json
from analytics.export.datasets import Dataset, Origin
from analytics.export.define import Define, definition_of
from analytics.export.define_xml import FILE as DEFINE
from analytics.export.define_xml import write_define
from analytics.export.errors import ExportCallError, ExportError
from analytics.export.files import new_files
from analytics.export.source import Release
from analytics.export.study_variables import StudyVariable
from analytics.export.xpt import write_xpt
from analytics.plural import plural
from analytics.study.adam_events import FILE as EVENTS
from analytics.study.adam_names import FILE as NAMES
from analytics.study.adam_names import LABEL_LENGTH

FORMATS: Final = ("xpt", "json")
VARIABLES: Final = "variables.csv"
README: Final = "README.txt"
_COMPETING: Final = 2


@dataclass(frozen=True)
class _Part:
    """What is written into one folder: the datasets of all trials, or of one."""

    folder: str
    datasets: tuple[Dataset, ...]
    define: Define


def write_adam(
    release: Release,
    target: Path,
    releases: Path,
    formats: Sequence[str] = FORMATS,
    *,
    by_trial: bool = False,
) -> tuple[Dataset, ...]:
    """Write ADSL, ADRS, ADTTE and ADTTEINT and their define.xml into the target; the datasets.

    With `by_trial` each trial has a folder of its own, by its trial_id. The rows are patients', so
    every file is its owner's alone (mode 0600). All files are there in the end, or none was
    touched. Raises ExportCallError for an unknown format or a target among the releases,
    ExportError for what a format or the name of a folder cannot hold.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        raise ExportCallError(
            f"Format '{', '.join(unknown)}' is not one of {', '.join(FORMATS)} or both."
        )
    with release.opened() as connection:
        exported = adam_datasets(connection, release.origin)
        datasets = exported.datasets
        parts = [
            _Part(
                "" if trial is None else _folder(trial),
                own,
                definition_of(connection, own, release.origin, trial),
            )
            for trial in _trials(datasets, by_trial=by_trial)
            for own in [_of_trial(datasets, trial)]
        ]
    with new_files(target, releases, private=True) as folder:
        for part in parts:
            _write_part(part, folder / part.folder, formats, release.origin)
        _write_variables(datasets, folder / VARIABLES)
        _write_names(exported.names, folder / NAMES)
        _write_events(datasets, folder / EVENTS)
        (folder / README).write_text(_words(datasets, release.origin), encoding="utf-8")
    return datasets


def _write_part(part: _Part, folder: Path, formats: Sequence[str], origin: Origin) -> None:
    folder.mkdir(exist_ok=True)
    for item in part.datasets:
        if "xpt" in formats:
            write_xpt(item, origin, folder / f"{item.name.lower()}.xpt")
        if "json" in formats:
            write_dataset_json(item, origin, folder / f"{item.name.lower()}.json")
    write_define(part.define, "xpt" if "xpt" in formats else "json", folder / DEFINE)


def _trials(datasets: Sequence[Dataset], *, by_trial: bool) -> list[str] | list[None]:
    """The trials of which there are subjects; None: all of them together."""
    if not by_trial:
        return [None]
    adsl = next(item for item in datasets if item.name == "ADSL")
    return list(adsl.rows["STUDYID"].unique().sort())


def _of_trial(datasets: Sequence[Dataset], trial: str | None) -> tuple[Dataset, ...]:
    """The datasets with the rows of one trial; None: of all."""
    if trial is None:
        return tuple(datasets)
    return tuple(
        replace(item, rows=item.rows.filter(pl.col("STUDYID") == trial)) for item in datasets
    )


def _folder(trial: str) -> str:
    """The trial's folder. Raises ExportError where its id is not the name of one."""
    if Path(trial).name != trial or trial.startswith(".") or "\\" in trial:
        raise ExportError(
            f"Trial '{trial}' cannot be the name of a folder; export it without --by-trial."
        )
    return trial


def _write_variables(datasets: Sequence[Dataset], path: Path) -> None:
    """One line per variable: its label in full, its type, and the column it comes from."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["dataset", "variable", "label", "type", "unit", "key", "source"])
        for item in datasets:
            for variable in item.variables:
                key = item.keys.index(variable.name) + 1 if variable.name in item.keys else ""
                lines.writerow(
                    [
                        item.name,
                        variable.name,
                        variable.label,
                        variable.kind,
                        variable.unit or "",
                        key,
                        variable.source,
                    ]
                )


def _write_names(names: Sequence[StudyVariable], path: Path) -> None:
    """The variables of the study's own, as a study that reads the datasets names them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["kind", "name", "variable", "label"])
        for item in names:
            label = item.label if len(item.label.encode()) <= LABEL_LENGTH else ""
            lines.writerow([item.kind, item.name, item.variable, label])


def _write_events(datasets: Iterable[Dataset], path: Path) -> None:
    """The competing events, as a study that reads the datasets names them."""
    adtte = next(item for item in datasets if item.name == "ADTTE")
    competing = adtte.rows.filter(pl.col("CNSR") == _COMPETING)["PARAMCD"].unique().sort()
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["paramcd", "cnsr", "evntdesc", "role"])
        lines.writerows([paramcd, _COMPETING, "", "competing"] for paramcd in competing)


def _words(datasets: Sequence[Dataset], origin: Origin) -> str:
    note = f"{origin.synthetic_note}\n\n" if origin.synthetic_note else ""
    sizes = "".join(
        f"{item.name:<9} {item.rows.height:>7} {plural(item.rows.height, 'row'):<4}  "
        f"{len(item.variables):>3} variables  "
        f"{item.label}\n"
        for item in datasets
    )
    return (
        f"{origin.title}\n\n{note}"
        f"Study {origin.study_id}, release {origin.release_id}, published {origin.published}.\n"
        "One row per subject or per record of a subject: keep these files as patient data.\n\n"
        f"{sizes}\n"
        f"{VARIABLES} holds every variable's label in full and the column it comes from. A missing "
        "text is blank in\nthe transport files, as SAS has it, and null in the Dataset-JSON "
        "files; flags are Y or N.\n"
        f"{DEFINE} (2.1) says how every variable is derived and which values it may have.\n"
        f"{NAMES} names the variables of factors, populations and facts, {EVENTS} the "
        "competing\nevents: a study that reads these files as trials of the kind adam takes both "
        "as they are.\n"
    )
