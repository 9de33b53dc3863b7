"""The tables of schema bi, read from the file that a release shows to people."""

from pathlib import Path

import polars as pl

from analytics.report.elements import Bi
from analytics.warehouse import connect, quoted


def read_bi(path: Path) -> Bi:
    """Every table of `bi.duckdb` by name, its rows in the order they were written."""
    with connect(path, read_only=True) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() order by table_name"
        ).fetchall()
        return {name: _frame(connection.sql(f"from {quoted(name)}").pl()) for (name,) in names}


def keys_of(path: Path) -> dict[str, tuple[str, ...]]:
    """The columns of the primary key of every table of `bi.duckdb` that has one, by its name."""
    with connect(path, read_only=True) as connection:
        found = connection.execute(
            "select table_name, constraint_column_names from duckdb_constraints() "
            "where constraint_type = 'PRIMARY KEY' order by table_name"
        ).fetchall()
    return {table: tuple(columns) for table, columns in found}


def _frame(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with numbers that Python knows: decimals as floats."""
    decimals = [name for name, kind in frame.schema.items() if kind.is_decimal()]
    return frame.with_columns(pl.col(decimals).cast(pl.Float64)) if decimals else frame
