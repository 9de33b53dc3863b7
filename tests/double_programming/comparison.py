"""The numbers of two programs side by side: one row per number, and a verdict.

A number is named by its result table, its row's key as `name=value;name=value`, and its column.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Final

import duckdb
import polars as pl

from analytics.errors import PlateauError
from analytics.warehouse import quoted

TOLERANCE: Final = 1e-8
SAME: Final = "same"
DIFFERENT: Final = "different"
MISSING_IN_R: Final = "missing in R"
MISSING_IN_RESULTS: Final = "missing in results"

NAME: Final = ("result_table", "result_key", "result_column")
_TEXTS: Final = dict.fromkeys(NAME, pl.String)
_NUMBERS: Final = frozenset({"DOUBLE", "BIGINT", "INTEGER", "BOOLEAN"})

# A number that is 0 but for rounding has no relative precision; up to this size it is compared
# absolutely.
_FLOOR: Final = 1e-12
# Twice the difference of two log-likelihoods of about a thousand, each good to about 1e-12.
_FLOOR_OF_LR: Final = 1e-10


class QcError(PlateauError):
    """The comparison could not be made."""

    exit_code: ClassVar[int] = 4


def numbers_of(
    connection: duckdb.DuckDBPyConnection, table: str, key: Sequence[str], left_out: Iterable[str]
) -> pl.DataFrame:
    """Every number of a result table by its name, booleans as 0 and 1: the column is `ours`.

    The columns of the key name the row and are no numbers of it.
    """
    types = connection.sql(f"describe results.{quoted(table)}").fetchall()
    unread = {*key, *left_out}
    columns = [name for name, kind, *_ in types if kind in _NUMBERS and name not in unread]
    rows = [
        (table, key_text(row, key), column, None if row[column] is None else float(row[column]))
        for row in connection.sql(f"select * from results.{quoted(table)}").pl().rows(named=True)
        for column in columns
    ]
    return pl.DataFrame(rows, schema={**_TEXTS, "ours": pl.Float64}, orient="row")


def key_text(row: Mapping[str, object], key: Sequence[str]) -> str:
    """The key as text: numbers with up to 15 digits, NULL as nothing."""
    return ";".join(f"{name}={_cell(row[name])}" for name in key)


def compare(ours: pl.DataFrame, independent: pl.DataFrame) -> pl.DataFrame:
    """Every number that either program has: its name, both values, their difference, a verdict.

    `ours` and `independent` have the three columns of a name and a value named as they are. The
    relative difference is |a - b| / max(|a|, |b|), NULL unless both are numbers. The verdict is
    `same` when it is at most the table's tolerance, when |a - b| is at most the floor of the
    column, and when both are NULL. Raises QcError when a program gives a number twice.
    """
    _refuse_repeated(ours, "results")
    _refuse_repeated(independent, "R")
    both = ours.with_columns(is_ours=True).join(
        independent.with_columns(is_independent=True), on=NAME, how="full", coalesce=True
    )
    a, b = pl.col("ours"), pl.col("independent")
    larger = pl.max_horizontal(a.abs(), b.abs())
    difference = (a - b).abs()
    is_same = (difference <= TOLERANCE * larger) | (difference <= _floor())
    verdict = (
        pl.when(pl.col("is_independent").is_null())
        .then(pl.lit(MISSING_IN_R))
        .when(pl.col("is_ours").is_null())
        .then(pl.lit(MISSING_IN_RESULTS))
        .when(is_same.fill_null(value=False) | (a.is_null() & b.is_null()))
        .then(pl.lit(SAME))
        .otherwise(pl.lit(DIFFERENT))
    )
    return both.select(
        *NAME,
        a,
        b,
        relative_difference=pl.when(difference == 0).then(0.0).otherwise(difference / larger),
        verdict=verdict,
    ).sort(NAME)


def _refuse_repeated(numbers: pl.DataFrame, program: str) -> None:
    repeated = numbers.filter(numbers.select(NAME).is_duplicated()).select(NAME)
    if not repeated.is_empty():
        raise QcError(f"{program} gives '{' '.join(repeated.row(0))}' more than once.")


def _floor() -> pl.Expr:
    """The absolute difference that counts as none; a P value, a tail area, has no floor."""
    column = pl.col("result_column")
    return (
        pl.when(column == "lr_statistic")
        .then(_FLOOR_OF_LR)
        .when((column == "p_value") | column.str.ends_with("_p"))
        .then(0.0)
        .otherwise(_FLOOR)
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
