"""What the history of a study may tell: no difference between two releases that is a small count.

Counts add up in each release, and so do their differences: what all patients gained less what one
arm gained is what the other arm gained. Every sum of multiples of a number is such a multiple, zero
or large. So of the earlier releases those counts are shown whose differences from the last release
have a common divisor of at least the smallest cell; most of all those that did not change.
"""

from collections import defaultdict
from collections.abc import Mapping
from math import gcd
from typing import Any, Final

import polars as pl

Line = tuple[Any, ...]
HISTORY: Final = {"release_order", "analysis_id", "number", "n_event_previous"}
_LINE: Final = ("analysis_id", "number", "model", "factor", "contrast", "event", "time_months")
_PREVIOUS: Final = {
    "n_event_previous": "n_event",
    "n_risk_previous": "n_risk",
    "value_previous": "value",
}


def is_history(frame: pl.DataFrame) -> bool:
    """Whether a table tells the numbers of several releases."""
    return set(frame.columns) >= HISTORY


def small_differences(
    frame: pl.DataFrame, bounds: Mapping[str, int], hidden: Mapping[str, set[int]]
) -> dict[str, list[int]]:
    """The rows of earlier releases whose count is not shown, by column.

    `bounds`: column -> the smallest count that is shown; the largest of them is the smallest
    difference. `hidden`: column -> rows that are hidden anyway; what is hidden of the last release,
    or is not in it, is hidden of all. The latest releases and the first lines are shown first.
    """
    ordered = frame.with_row_index("place").sort("release_order", descending=True)
    rows = ordered.to_dicts()
    columns = [column for column in bounds if column not in _PREVIOUS]
    last: dict[Line, int] = {}
    found: dict[str, list[int]] = defaultdict(list)
    divisor = 0
    for row in rows:
        for column in columns:
            value, line = row[column], _line_of(row, column)
            if value is None:
                continue
            is_hidden = row["place"] in hidden.get(column, set()) or 0 < value < bounds[column]
            if row["release_order"] == rows[0]["release_order"]:
                if not is_hidden:
                    last[line] = value
                continue
            if is_hidden or line not in last:
                found[column].append(row["place"])
                continue
            shared = gcd(divisor, value - last[line])
            if 0 < shared < max(bounds.values()):
                found[column].append(row["place"])
            else:
                divisor = shared
    return found


def _line_of(row: Mapping[str, Any], column: str) -> Line:
    return (column, *(row[name] for name in _LINE if column != "n_subjects"))


def without_hidden_previous(frame: pl.DataFrame) -> pl.DataFrame:
    """The table without what an earlier release hides, where a later one compares itself."""
    earlier = frame.select(
        pl.col("release_id").alias("previous_release_id"),
        *(pl.col(name).cast(frame.schema[name]) for name in _LINE),
        *(pl.col(name).is_null().alias(f"no {name}") for name in _PREVIOUS.values()),
    )
    key = ["previous_release_id", *_LINE]
    joined = frame.join(earlier, on=key, how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(
        *(
            pl.when(~pl.col(f"no {name}").fill_null(False)).then(column).alias(column)
            for column, name in _PREVIOUS.items()
        ),
        pl.when(~pl.col("no value").fill_null(False)).then("difference").alias("difference"),
    ).select(frame.columns)
