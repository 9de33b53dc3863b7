"""What the history of a study may tell: no difference between two releases that is a small count.

Of an earlier release a count is shown if it is that of every later release that shows it, or
differs from each of them by at least the smallest cell.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import polars as pl

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
    """The rows whose count is not shown, by column.

    `bounds`: column -> the smallest difference that is shown. `hidden`: column -> rows that are
    hidden anyway; what is hidden of the last release is hidden of all.
    """
    rows = frame.with_row_index("place").sort("release_order", descending=True).to_dicts()
    last = rows[0]["release_order"] if rows else None
    found: dict[str, list[int]] = defaultdict(list)
    for column, bound in bounds.items():
        if column in _PREVIOUS:
            continue
        shown: dict[tuple[object, ...], set[int]] = defaultdict(set)
        gone: set[tuple[object, ...]] = set()
        for row in rows:
            line = () if column == "n_subjects" else tuple(row[name] for name in _LINE)
            if row[column] is None:
                continue
            is_small = 0 < row[column] < bound
            is_hidden = is_small or row["place"] in hidden.get(column, set())
            if row["release_order"] == last and is_hidden:
                gone.add(line)
            differences = {abs(row[column] - value) for value in shown[line]}
            if line in gone or any(0 < one < bound for one in differences):
                found[column].append(row["place"])
            elif not is_hidden:
                shown[line].add(row[column])
    return found


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
