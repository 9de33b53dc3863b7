"""Reading a step curve: the value held at a day, and the day a level is crossed."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from analytics.methods.arrays import FloatArray, IntArray, frame_without_nan
from analytics.methods.checked import known_numbers

LEVEL_TOLERANCE = 1e-8


def first_time_below(time: FloatArray, values: FloatArray, level: float = 0.5) -> float | None:
    """The first time a falling step curve is below the level; None when it never is.

    Where the curve equals the level, within 1e-8, on a whole step, it is the midpoint from the
    start of that step to the next fall: times 1, 2, 3, 4, all events, have the median 2.5. A curve
    that ends on the level without falling below it gives None. Unknown values do not count.
    """
    known = ~np.isnan(values)
    time, values = time[known], values[known]
    below = np.flatnonzero(values < level - LEVEL_TOLERANCE)
    if len(below) == 0:
        return None
    fall = int(below[0])
    on_level = np.flatnonzero(np.abs(values[:fall] - level) <= LEVEL_TOLERANCE)
    if len(on_level) > 0:
        return float((time[on_level[0]] + time[fall]) / 2)
    return float(time[fall])


def column(curve: pl.DataFrame, name: str) -> FloatArray:
    """A column as an array, null as NaN."""
    return curve[name].cast(pl.Float64).to_numpy()


def steps_at(curve: pl.DataFrame, times: Sequence[float]) -> tuple[FloatArray, IntArray, IntArray]:
    """The times asked for, the row that holds at each (-1 before the first), and n_risk before it.

    `n_risk` at t is that of the first row on or after t, and 0 past the last row: curves have a row
    for each day on which anyone enters or leaves.
    """
    asked = known_numbers(times, "Time asked for")
    time = column(curve, "time")
    row = np.searchsorted(time, asked, side="right").astype(np.int64) - 1
    n_risk = np.append(curve["n_risk"].to_numpy(), 0)[np.searchsorted(time, asked, side="left")]
    return asked, row, n_risk.astype(np.int64)


def values_at(
    curve: pl.DataFrame, asked: FloatArray, row: IntArray, n_risk: IntArray
) -> pl.DataFrame:
    """The estimate, its error and limits in the given rows; unknown where the row is -1."""
    held = {
        name: np.where(row >= 0, column(curve, name)[row], np.nan)
        for name in ("estimate", "std_error", "ci_lower", "ci_upper")
    }
    return frame_without_nan({"time": asked, **held, "n_risk": n_risk})
