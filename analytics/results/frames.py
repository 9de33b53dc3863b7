"""Every result frame leaves the assembly with its table's columns, types and keys."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import polars as pl

from analytics.errors import PlateauError
from analytics.results.schemas import RESULT_TABLES, Table


class ResultsError(PlateauError):
    """A result table that cannot be assembled or written as its schema says."""


def conform(table_name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with exactly the columns and types of the table, in its row order; NaN is NULL.

    Raises ResultsError for a NULL in a required column, a repeated key or an infinite number.
    """
    table = RESULT_TABLES[table_name]
    known = frame.select(
        pl.col(name).cast(dtype).fill_nan(None) if dtype == pl.Float64 else pl.col(name).cast(dtype)
        for name, dtype in table.schema.items()
    )
    _check(table, known)
    return known


def frame_of_rows(table_name: str, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """The table's frame from one mapping per row; a column a row does not name is NULL."""
    schema = RESULT_TABLES[table_name].schema
    records = [{name: row.get(name) for name in schema} for row in rows]
    return conform(table_name, pl.DataFrame(records, schema=schema))


def stack(table_name: str, frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The frames one under another, as the table's frame; none gives an empty table."""
    schema = RESULT_TABLES[table_name].schema
    empty = pl.DataFrame(schema=schema)
    found = [frame for frame in frames if not frame.is_empty()]
    return conform(table_name, pl.concat([empty, *found])) if found else empty


def _check(table: Table, frame: pl.DataFrame) -> None:
    for column in table.columns:
        values = frame[column.name]
        if not column.nullable and values.null_count():
            raise ResultsError(
                f"Result table '{table.name}' has {values.null_count()} rows without "
                f"'{column.name}', which every row must have; see analytics/results/columns.csv."
            )
        if column.dtype == pl.Float64 and np.isinf(values.to_numpy()).any():
            raise ResultsError(
                f"Result table '{table.name}' has an infinite '{column.name}'; "
                "give the row a status instead of the number."
            )
    if frame.height < 2:
        return
    repeated = frame.select(table.key).is_duplicated()
    if repeated.any():
        first = frame.filter(repeated).select(table.key).row(0, named=True)
        raise ResultsError(
            f"Result table '{table.name}' has more than one row for {first}; "
            f"its key is {', '.join(table.key)}."
        )
