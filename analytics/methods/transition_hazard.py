"""How fast subjects of one state move to another: the Nelson-Aalen cumulative hazard of a move.

References: Nelson, Technometrics 1972;14:945; Aalen, Ann Stat 1978;6:701; Andersen, Borgan, Gill
and Keiding, Statistical Models Based on Counting Processes, 1993, IV.1.
"""

from typing import Final

import numpy as np
import polars as pl

from analytics.methods.arrays import FloatArray, frame_without_nan
from analytics.methods.intervals import CiTransform, normal_quantile
from analytics.methods.state_course import StateCourse

_COLUMNS: Final[dict[str, type[pl.DataType]]] = {
    "from_state": pl.String,
    "to_state": pl.String,
    "time": pl.Float64,
    "n_risk": pl.Int64,
    "n_moved": pl.Int64,
    "estimate": pl.Float64,
    "std_error": pl.Float64,
    "ci_lower": pl.Float64,
    "ci_upper": pl.Float64,
}


def transition_hazards(
    course: StateCourse, *, conf_level: float, ci_transform: CiTransform
) -> pl.DataFrame:
    """The cumulative hazard of each move that somebody makes, after day 0 and each of its days.

    Columns: from_state, to_state, time, n_risk (in `from_state` just before the day), n_moved (on
    the day), estimate, std_error, ci_lower, ci_upper. The estimate is the sum of d / n over the
    days, d of n moving; its variance is the sum of d / n^2. Limits belong to those of exp(-A) by
    the transform: by log-log they are symmetric on the log of A and unknown while A is 0, by log
    and plain symmetric on A and not below 0.
    """
    frames = []
    for origin, target in np.argwhere(course.moves.sum(axis=0) > 0):
        moved = course.moves[:, origin, target]
        shown = (moved > 0) | (course.time == 0)
        d, n = moved[shown], course.n_risk[shown, origin]
        at_risk = np.where(d > 0, n, 1)  # nobody moves where nobody is at risk
        estimate = np.cumsum(d / at_risk)
        error = np.sqrt(np.cumsum(d / at_risk**2))
        lower, upper = _limits(estimate, error, conf_level=conf_level, ci_transform=ci_transform)
        numbers = {
            "time": course.time[shown],
            "n_risk": n,
            "n_moved": d,
            "estimate": estimate,
            "std_error": error,
            "ci_lower": lower,
            "ci_upper": upper,
        }
        names = {"from_state": course.states[origin], "to_state": course.states[target]}
        frames.append(
            frame_without_nan(numbers)
            .with_columns(pl.lit(value).alias(name) for name, value in names.items())
            .select(pl.col(name).cast(dtype) for name, dtype in _COLUMNS.items())
        )
    return pl.concat([pl.DataFrame(schema=_COLUMNS), *frames])


def last_at_risk(course: StateCourse) -> dict[str, float | None]:
    """State -> the last day on which anybody was in it, and observed; None if nobody ever was.

    The hazard of a move out of the state is unknown after it.
    """
    found: dict[str, float | None] = {}
    for place, state in enumerate(course.states):
        days = course.time[course.n_risk[:, place] > 0]
        found[state] = float(days[-1]) if len(days) else None
    return found


def _limits(
    estimate: FloatArray, error: FloatArray, *, conf_level: float, ci_transform: CiTransform
) -> tuple[FloatArray, FloatArray]:
    width = normal_quantile(conf_level) * error
    if ci_transform == "log-log":
        positive = np.where(estimate > 0, estimate, np.nan)
        factor = np.exp(width / positive)
        return positive / factor, positive * factor
    return np.maximum(estimate - width, 0.0), estimate + width
