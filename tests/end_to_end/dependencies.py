"""Which published rows hang on which records: found by walking perturbed cohorts through.

`dependencies.csv` names, for each perturbation, the rows of results.published_concordance whose
unrounded value changes: published_id.quantity, with `*` for anything. Whether a median moves is a
matter of the cohort, so the list belongs to one. After another has been made, write the list anew
and read what changed in it:

    python tests/end_to_end/dependencies.py
"""

import csv
import math
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

import duckdb
from perturbations import PERTURBATIONS, Perturbation

from analytics.ingest import load_raw
from analytics.results import write_results
from analytics.study import load_study
from analytics.transform import Transformation
from analytics.warehouse import connect

STUDY: Final = Path(__file__).parent.parent.parent / "studies/blinatumomab"
LIST: Final = Path(__file__).parent / "dependencies.csv"
COLUMNS: Final = ("perturbation", "rows")
WAREHOUSE: Final = "warehouse.duckdb"
# Far above the noise of sums in another order, far below what one patient does.
RELATIVE_TOLERANCE: Final = 1e-9


@dataclass(frozen=True)
class Walk:
    """The warehouse of a perturbed study, and the subjects whose records were changed."""

    warehouse: Path
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class PublishedRow:
    """What a build found for a published value: unrounded, and whether it reads as printed."""

    computed: float | None
    matches: bool | None


def read_dbt_project(folder: Path) -> Transformation:
    """The dbt project, read once for all walks that end in this folder."""
    parameters = load_study(STUDY).parameters.model_dump(mode="json")
    dbt = Transformation(folder / WAREHOUSE, folder / "dbt", parameters, 2, lambda _: None)
    dbt.parse()
    return dbt


def walk(study: Path, name: str, folder: Path, dbt: Transformation) -> Path:
    """From a study's files over the dbt models to its results, without gates; the warehouse.

    The study has the parameters of the default one.
    """
    specification = load_study(study)
    warehouse = folder / WAREHOUSE
    with connect(warehouse) as connection:
        load_raw(specification, connection)
    dbt.build_marts()
    with connect(warehouse) as connection:
        write_results(specification, connection)
    return warehouse.rename(folder / f"{name}.duckdb")


def walk_perturbed(
    perturb: Perturbation, name: str, folder: Path, dbt: Transformation, base: Path
) -> Walk:
    """Perturb a copy of the default study, whose warehouse is `base`, and walk it through."""
    study = folder / name
    shutil.copytree(STUDY, study)
    with duckdb.connect(str(base), read_only=True) as connection:
        subjects = perturb(study, connection)
    return Walk(walk(study, name, folder, dbt), subjects)


def published_rows(warehouse: Path) -> dict[str, PublishedRow]:
    """The rows of results.published_concordance by published_id.quantity."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            "select published_id || '.' || quantity, computed, matches "
            "from results.published_concordance"
        ).fetchall()
    return {name: PublishedRow(computed, matches) for name, computed, matches in found}


def changed_rows(
    before: Mapping[str, PublishedRow], after: Mapping[str, PublishedRow]
) -> frozenset[str]:
    """The rows whose unrounded value is another one, or is there only once."""
    assert before.keys() == after.keys()
    return frozenset(
        name for name in before if not _same(before[name].computed, after[name].computed)
    )


def _same(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is after
    return math.isclose(before, after, rel_tol=RELATIVE_TOLERANCE)


def branches(names: Sequence[str], changed: frozenset[str], depth: int = 1) -> list[str]:
    """The changed names, written `branch.*` where all names of a branch changed."""
    found: list[str] = []
    for branch, members in groupby(sorted(names), lambda name: name.split(".")[:depth]):
        inside = list(members)
        if changed.issuperset(inside):
            found.append(inside[0] if len(inside) == 1 else ".".join([*branch, "*"]))
        elif not changed.isdisjoint(inside):
            found += branches(inside, changed, depth + 1)
    return found


def listed_rows() -> list[tuple[str, str]]:
    """The lines of the list: a perturbation and the rows that change with it."""
    with LIST.open(encoding="utf-8", newline="") as file:
        return [(line["perturbation"], line["rows"]) for line in csv.DictReader(file)]


def write_list() -> None:
    """Walk the default study and every perturbed one, and write what changed."""
    lines: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as name_of_folder:
        folder = Path(name_of_folder)
        dbt = read_dbt_project(folder)
        base = walk(STUDY, "default", folder, dbt)
        before = published_rows(base)
        for name, perturb in PERTURBATIONS.items():
            perturbed = walk_perturbed(perturb, name, folder, dbt, base)
            changed = changed_rows(before, published_rows(perturbed.warehouse))
            lines += [(name, rows) for rows in branches(list(before), changed)]
    with LIST.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(lines)


if __name__ == "__main__":
    write_list()
