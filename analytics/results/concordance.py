"""The reported values beside the values of this build, each printed with the same digits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from analytics.methods.descriptives import round_half_away
from analytics.methods.statuses import OK
from analytics.results.frames import frame_of_rows
from analytics.study.published import PublishedValue
from analytics.study.specification import Parameters

THIRDS: Final = ("none", "one-third", "two-thirds", "all")
PARAMETER: Final = "parameter"
DERIVED: Final = "derived"  # never printed: arithmetic on printed numbers, shown beside ours


@dataclass(frozen=True)
class Cell:
    """A number of the results, or why there is none."""

    value: float | None
    reason: str | None = None


def concordance_frame(
    published: Sequence[PublishedValue],
    results: Mapping[str, pl.DataFrame],
    parameters: Parameters,
) -> pl.DataFrame:
    """`published_concordance`: one row per reported value, in their order.

    A value that should be in the results and is not keeps its row: it does not match, and
    the note says `not computed: ` and why. `matches` is NULL where the value is not compared. The
    results are read here and never changed.
    """
    tables = {**results, PARAMETER: _parameters(parameters)}
    return frame_of_rows("published_concordance", (_row(value, tables) for value in published))


def find_cell(value: PublishedValue, tables: Mapping[str, pl.DataFrame]) -> Cell:
    """The one cell that the reported value names."""
    frame = tables.get(str(value.table))
    if frame is None:
        return Cell(None, f"there is no result table '{value.table}'")
    wanted = [value.column, *(column for column, _ in value.filters)]
    absent = [column for column in wanted if column not in frame.columns]
    if absent:
        return Cell(None, f"table '{value.table}' has no column '{absent[0]}'")
    rows = frame
    for column, text in value.filters:
        rows = rows.filter(_equals(rows[column], text))
    where = ";".join(f"{column}={text}" for column, text in value.filters)
    if rows.height != 1:
        found = "no row" if rows.is_empty() else f"{rows.height} rows"
        return Cell(None, f"{found} of '{value.table}' with {where}")
    return _number(rows.row(0, named=True), str(value.column))


def as_printed(value: float, transform: str, published: str) -> tuple[float, str]:
    """The value in the printed unit, and its text with the digits of the reported one.

    A claim (`below_<x>`) reads as reported when it holds; a share in words is the nearest
    third.
    """
    if transform.startswith("below_"):
        limit = transform.removeprefix("below_")
        return value, published if value < float(limit) else f"not below {limit}"
    if transform == "nearest_third":
        return value, THIRDS[int(round_half_away(3 * value / 100, 0))]
    printed = 100 * value if transform == "percent" else value
    return printed, round_half_away(printed, len(published.partition(".")[2]))


def _row(value: PublishedValue, tables: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "published_id": value.published_id,
        "quantity": value.quantity,
        "kind": value.kind,
        "source": value.source or None,
        "published": value.published,
        "note": value.note,
    }
    if value.table is None:
        return row
    cell = find_cell(value, tables)
    if cell.value is None:
        note = f"not computed: {cell.reason}"
        return {
            **row,
            "matches": None if value.kind == DERIVED else False,
            "note": f"{note}; {value.note}" if value.note else note,
        }
    computed, text = as_printed(cell.value, str(value.transform), value.published)
    matches = None if value.kind == DERIVED else text == value.published
    return {**row, "computed": computed, "computed_as_printed": text, "matches": matches}


def _equals(cells: pl.Series, text: str) -> pl.Series:
    """Numbers compare as numbers, so that 36 is 36.0."""
    if not cells.dtype.is_numeric():
        return cells == text
    try:
        return cells.cast(pl.Float64) == float(text)
    except ValueError:
        return pl.repeat(False, len(cells), eager=True)


def _number(row: Mapping[str, Any], column: str) -> Cell:
    number, status = row[column], row.get("status", OK)
    if isinstance(number, int | float):
        return Cell(float(number))
    if number is not None:
        return Cell(None, f"'{column}' is not a number")
    return Cell(None, f"'{column}' is unknown" if status == OK else status)


def _parameters(parameters: Parameters) -> pl.DataFrame:
    """The numeric parameters of the study by name."""
    numbers = {
        name: float(value)
        for name, value in parameters.model_dump().items()
        if isinstance(value, int | float)
    }
    return pl.DataFrame(
        {"name": list(numbers), "value": list(numbers.values())},
        schema={"name": pl.String, "value": pl.Float64},
    )
