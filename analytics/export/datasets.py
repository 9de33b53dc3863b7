"""A dataset as CDISC means it: rows under variables that have a label, a type and a source."""

from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

Kind = Literal["text", "flag", "integer", "number", "date"]
DTYPES: Final[dict[Kind, type[pl.DataType]]] = {
    "text": pl.String,
    "flag": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "date": pl.Date,
}


@dataclass(frozen=True)
class Variable:
    """A column: name, label, kind, and the column of the release it comes from.

    A flag is text: `Y`, `N`, or missing where the answer is not known. `source` is
    `schema.table.column`, or `Assigned`; `predecessor` the variable of another dataset whose value
    it is, unchanged; `codes` the name of the list of its values; `method` how it is derived, where
    the description of its source does not say it.
    """

    name: str
    label: str
    kind: Kind
    source: str
    unit: str | None = None
    predecessor: str | None = None
    codes: str | None = None
    method: str | None = None


@dataclass(frozen=True)
class Dataset:
    """Rows under their variables, sorted by the keys, which identify a row."""

    name: str
    label: str
    keys: tuple[str, ...]
    variables: tuple[Variable, ...]
    rows: pl.DataFrame


@dataclass(frozen=True)
class Origin:
    """What every exported file says of itself: the study, the release, when it was published.

    `published` is the moment in ISO 8601, taken from the log of runs: exporting one release
    twice gives the same bytes.
    """

    study_id: str
    title: str
    release_id: str
    published: str
    version: str
    synthetic_note: str | None

    def label(self, text: str) -> str:
        """A dataset's label, which says so when the data are synthetic."""
        return f"SYNTHETIC DATA: {text}" if self.synthetic_note else text


def dataset(
    name: str,
    label: str,
    keys: tuple[str, ...],
    variables: tuple[Variable, ...],
    rows: pl.DataFrame,
) -> Dataset:
    """The dataset with its columns in the order and of the types of its variables, sorted."""
    typed = rows.select(pl.col(item.name).cast(DTYPES[item.kind]) for item in variables)
    return Dataset(name, label, keys, variables, typed.sort(keys, nulls_last=True))
