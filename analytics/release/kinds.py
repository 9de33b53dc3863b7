"""The kind of each column of schema `bi`, which says what the limits of publication do to it.

A column that comes from a written table keeps the kind it has there; `bi_columns.csv` says the
kinds of the others. A name has one kind among numbers, and one among everything else.
"""

from pathlib import Path
from typing import Final

import polars as pl

from analytics.errors import BuildError
from analytics.results.schemas import WRITTEN_TABLES, Kind, read_rows

BI_COLUMNS: Final = {
    row["column"]: Kind(row["kind"])
    for row in read_rows(Path(__file__).with_name("bi_columns.csv"))
}
_KINDS: Final = {
    (column.name, column.dtype.is_numeric()): column.kind
    for table in WRITTEN_TABLES
    for column in table.columns
}


def kind_of(column: str, dtype: pl.DataType) -> Kind:
    """The kind of a column. Raises BuildError for one that has none."""
    kind = _KINDS.get((column, dtype.is_numeric())) or BI_COLUMNS.get(column)
    if kind is None:
        raise BuildError(
            f"Column '{column}' ({dtype}) has no kind, so it is unknown whether it may be "
            "published; add it to analytics/release/bi_columns.csv."
        )
    return kind


def of_kind(frame: pl.DataFrame, *kinds: Kind) -> list[str]:
    """The columns of these kinds, in the frame's order."""
    return [name for name, dtype in frame.schema.items() if kind_of(name, dtype) in kinds]
