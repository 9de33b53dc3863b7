"""The datasets, their columns and the code lists, as metadata/*.csv says.

The transport files and define.xml are both written from here.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_METADATA: Final = Path(__file__).parent / "metadata"


@dataclass(frozen=True)
class Dataset:
    """A dataset: its label, class, structure and the variables that identify a record."""

    name: str
    label: str
    dataset_class: str
    structure: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A variable of a dataset. `kind` is text, date (ISO 8601 text), integer or float."""

    name: str
    label: str
    kind: str
    role: str
    is_required: bool
    code_list: str | None
    origin: str
    source: str

    @property
    def is_number(self) -> bool:
        return self.kind in ("integer", "float")


@dataclass(frozen=True)
class Term:
    """A value of a code list, its meaning if it is a code, and its NCI code if CDISC defines it."""

    value: str
    meaning: str | None
    nci_code: str | None


@dataclass(frozen=True)
class CodeList:
    """The values that some variables may hold; `nci_code` is None for a list of the sponsor."""

    name: str
    label: str
    nci_code: str | None
    terms: tuple[Term, ...]


def _rows(name: str) -> list[dict[str, str]]:
    with (_METADATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _datasets() -> dict[str, Dataset]:
    return {
        row["dataset"]: Dataset(
            row["dataset"], row["label"], row["class"], row["structure"], tuple(row["keys"].split())
        )
        for row in _rows("datasets.csv")
    }


def _columns() -> dict[str, tuple[Column, ...]]:
    found: dict[str, list[Column]] = defaultdict(list)
    for row in _rows("columns.csv"):
        found[row["dataset"]].append(
            Column(
                name=row["variable"],
                label=row["label"],
                kind=row["type"],
                role=row["role"],
                is_required=row["core"] == "Req",
                code_list=row["codelist"] or None,
                origin=row["origin"],
                source=row["source"],
            )
        )
    return {dataset: tuple(columns) for dataset, columns in found.items()}


def _code_lists() -> dict[str, CodeList]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows("codelists.csv"):
        found[row["codelist"]].append(row)
    return {
        name: CodeList(
            name,
            rows[0]["label"],
            rows[0]["list_code"] or None,
            tuple(
                Term(row["value"], row["meaning"] or None, row["term_code"] or None) for row in rows
            ),
        )
        for name, rows in found.items()
    }


DATASETS: Final[Mapping[str, Dataset]] = _datasets()
COLUMNS: Final[Mapping[str, tuple[Column, ...]]] = _columns()
CODE_LISTS: Final[Mapping[str, CodeList]] = _code_lists()
