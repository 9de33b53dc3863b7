"""`plateau export adam`: the datasets, their variables and a word about them, in one folder."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from analytics.export.adam import adam_datasets
from analytics.export.dataset_json import write_dataset_json
from analytics.export.datasets import Dataset, Origin
from analytics.export.errors import ExportCallError
from analytics.export.files import new_files
from analytics.export.source import Release
from analytics.export.study_variables import StudyVariable
from analytics.export.xpt import write_xpt
from analytics.study.adam_names import FILE as NAMES
from analytics.study.adam_names import LABEL_LENGTH

FORMATS: Final = ("xpt", "json")
VARIABLES: Final = "variables.csv"
README: Final = "README.txt"


def write_adam(
    release: Release, target: Path, releases: Path, formats: Sequence[str] = FORMATS
) -> tuple[Dataset, ...]:
    """Write ADSL, ADRS, ADTTE and ADTTEINT into the target; the datasets.

    The rows are patients', so every file is its owner's alone (mode 0600). All files are
    there in the end, or none was touched. Raises ExportCallError for an unknown format or a
    target among the releases, ExportError for what a format cannot hold.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        raise ExportCallError(
            f"Format '{', '.join(unknown)}' is not one of {', '.join(FORMATS)} or both."
        )
    with release.opened() as connection:
        exported = adam_datasets(connection, release.origin)
    datasets = exported.datasets
    with new_files(target, releases, private=True) as folder:
        for item in datasets:
            if "xpt" in formats:
                write_xpt(item, release.origin, folder / f"{item.name.lower()}.xpt")
            if "json" in formats:
                write_dataset_json(item, release.origin, folder / f"{item.name.lower()}.json")
        _write_variables(datasets, folder / VARIABLES)
        _write_names(exported.names, folder / NAMES)
        (folder / README).write_text(_words(datasets, release.origin), encoding="utf-8")
    return datasets


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


def _words(datasets: Sequence[Dataset], origin: Origin) -> str:
    note = f"{origin.synthetic_note}\n\n" if origin.synthetic_note else ""
    sizes = "".join(
        f"{item.name:<9} {item.rows.height:>7} rows  {len(item.variables):>3} variables  "
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
        f"{NAMES} names the variables of factors, populations and facts: a study that reads these "
        "files as a\ntrial of the kind adam takes it as it is.\n"
    )
