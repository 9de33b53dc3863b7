"""The course through states: how likely each state is, and how long it lasts.

The Aalen-Johansen estimate of a multi-state model: p(t) = p(0) times the product of I + dA(u) over
the days u of transitions, dA(u) with the share of those in a state before u who go to another on
that day. Survival, competing events and illness-death are cases of it. Occupancy needs no Markov
property (Datta and Satten); what is predicted from a state would.
References: Aalen and Johansen, Scand J Stat 1978;5:141; Andersen, Borgan, Gill and Keiding,
Statistical Models Based on Counting Processes, 1993, IV.4; Datta and Satten, Stat Probab Lett
2001;55:403.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import polars as pl

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray, IntArray, frame_without_nan
from analytics.methods.intervals import CiTransform, confidence_limits, normal_quantile
from analytics.methods.state_course import StateCourse
from analytics.methods.state_moments import (
    Moment,
    Sums,
    at_the_start,
    certain,
    moments,
    sum_matrix,
    summed,
)

NO_SUMS: Final[Sums] = MappingProxyType({})


@dataclass(frozen=True)
class StateTime:
    """The mean time in a state up to a horizon, in days; all None unless `status` is 'ok'."""

    state: str
    estimate: float | None
    std_error: float | None
    ci_lower: float | None
    ci_upper: float | None
    status: str = statuses.OK


def state_occupancy(
    course: StateCourse, *, conf_level: float, ci_transform: CiTransform, sums: Sums = NO_SUMS
) -> pl.DataFrame:
    """The probability of each state after each day, from day 0, and that of each sum of states.

    Columns: time, state, n_risk (in the state just before the day), estimate, std_error, ci_lower,
    ci_upper. `sums` names sums and their states; their rows follow those of the states. The
    variance is Greenwood's for the product of matrices, the states of a day drawn from those before
    it; the distribution of the first state is estimated, too. In a model of life and death it is
    Greenwood's formula. Limits by the transform, as for survival; unknown where the probability is
    0 or 1 or has no spread.
    """
    matrix = sum_matrix(course, sums)
    _, *after_days = moments(course, start=at_the_start(course), after=None, horizon=None)
    names = np.array([*course.states, *sums], dtype=np.object_)
    return frame_without_nan(
        {
            "time": np.repeat(course.time, len(names)),
            "state": np.tile(names, len(course.time)),
            "n_risk": (course.n_risk @ matrix.T.astype(np.int64)).ravel(),
            **_probabilities(matrix, after_days, conf_level, ci_transform),
        }
    )


def transition_probabilities(  # noqa: PLR0913 - a start, the times, and how limits are made
    course: StateCourse,
    *,
    start: float,
    times: Sequence[float],
    conf_level: float,
    ci_transform: CiTransform,
    sums: Sums = NO_SUMS,
) -> pl.DataFrame:
    """P(s, t): the probability of each state on day t of those who are in a state after day s.

    `start` is s, `times` the t, none before s. A row for each state that somebody leaves at any
    time, each t, and each state or sum: from_state, to_state, time, n_risk (in `from_state` and
    under observation after day s), estimate, std_error, ci_lower, ci_upper, status. The product of
    I + dA(u) over the days s < u <= t, with the same Greenwood variance as the occupancies; all who
    are in a state on a day count, whatever they were in on day s (Markov). Not estimable: nobody in
    the state after day s, one subject, or a time beyond the last day of observation while somebody
    could still move.
    """
    if any(time < start for time in times):
        raise ValueError(f"A time lies before the start on day {start:g}.")
    matrix = sum_matrix(course, sums)
    n_after = _n_after(course, start)
    names = [*course.states, *sums]
    days = course.time[course.time > start]
    frames = []
    for origin in np.flatnonzero(course.moves.sum(axis=(0, 2))):
        begin = certain(course, course.states[origin])
        after_days = moments(course, start=begin, after=start, horizon=None)
        found = [after_days[np.searchsorted(days, time, side="right")] for time in times]
        numbers = _probabilities(matrix, found, conf_level, ci_transform)
        reasons = [
            _reason(course, int(n_after[origin]), moment, time, statuses.BEYOND)
            for moment, time in zip(found, times, strict=True)
        ]
        status = [statuses.OK if r is None else statuses.not_estimable(r) for r in reasons]
        rows = pl.DataFrame(
            {
                "from_state": course.states[origin],
                "to_state": names * len(times),
                "time": np.repeat(np.asarray(times, dtype=np.float64), len(names)),
                "n_risk": int(n_after[origin]),
                **numbers,
                "status": np.repeat(np.array(status, dtype=np.object_), len(names)),
            },
            schema=_TRANSITION_COLUMNS,
        )
        is_known = pl.col("status") == statuses.OK
        frames.append(rows.with_columns(pl.when(is_known).then(pl.col(*numbers).fill_nan(None))))
    return pl.concat([pl.DataFrame(schema=_TRANSITION_COLUMNS), *frames])


def time_in_states(
    course: StateCourse, *, horizon: float, conf_level: float, sums: Sums = NO_SUMS
) -> tuple[StateTime, ...]:
    """The mean time in each state, and in each sum of states, up to the horizon.

    It is the area under the occupancy, its error that of the same variance as the occupancies',
    the limits are Wald's on the scale of days. The times of the states add up to the horizon. Not
    estimable: nobody, one subject, or a horizon beyond the last day of observation while somebody
    could still move.
    """
    if not horizon > 0:
        raise ValueError(f"The horizon is {horizon:g} days, but must lie after the origin.")
    names = (*course.states, *sums)
    *_, last = moments(course, start=at_the_start(course), after=None, horizon=horizon)
    n = int(course.initial.sum())
    reason = _reason(course, n, last, horizon, statuses.PAST_LAST_OBSERVATION)
    if reason is not None:
        status = statuses.not_estimable(reason)
        return tuple(StateTime(name, None, None, None, None, status) for name in names)
    size = len(course.states)
    means, errors = summed(
        sum_matrix(course, sums), last.mean[size:], last.covariance[size:, size:]
    )
    width = normal_quantile(conf_level) * errors
    return tuple(
        StateTime(name, float(mean), float(error), float(mean - part), float(mean + part))
        for name, mean, error, part in zip(names, means, errors, width, strict=True)
    )


def can_still_move(course: StateCourse) -> bool:
    """Whether a state that somebody has left is possible after the last day."""
    start = at_the_start(course)
    return _can_move(course, moments(course, start=start, after=None, horizon=None)[-1])


_TRANSITION_COLUMNS: Final[dict[str, type[pl.DataType]]] = {
    "from_state": pl.String,
    "to_state": pl.String,
    "time": pl.Float64,
    "n_risk": pl.Int64,
    "estimate": pl.Float64,
    "std_error": pl.Float64,
    "ci_lower": pl.Float64,
    "ci_upper": pl.Float64,
    "status": pl.String,
}


def _probabilities(
    matrix: FloatArray, found: Sequence[Moment], conf_level: float, ci_transform: CiTransform
) -> dict[str, FloatArray]:
    """Estimates, errors and limits, a moment's rows of the matrix after those of the one before."""
    size = matrix.shape[1]
    pairs = [summed(matrix, one.mean[:size], one.covariance[:size, :size]) for one in found]
    estimates = np.minimum(np.ravel([estimate for estimate, _ in pairs]), 1.0)
    errors = np.ravel([error for _, error in pairs])
    inside = (errors > 0) & (estimates > 0) & (estimates < 1)
    lower, upper = confidence_limits(
        np.where(inside, estimates, np.nan),
        np.where(inside, errors, np.nan),
        conf_level=conf_level,
        ci_transform=ci_transform,
    )
    return {"estimate": estimates, "std_error": errors, "ci_lower": lower, "ci_upper": upper}


def _n_after(course: StateCourse, day: float) -> IntArray:
    """How many are in each state, and still observed, after the moves of a day."""
    used = course.time <= day
    moves = course.moves[used].sum(axis=0)
    left = course.left[used].sum(axis=0)
    after: IntArray = course.initial + moves.sum(axis=0) - moves.sum(axis=1) - left
    return after


def _reason(course: StateCourse, n: int, last: Moment, time: float, beyond: str) -> str | None:
    """Why nothing is known at a time; None when it is."""
    if n == 0:
        return statuses.NO_SUBJECTS
    if n == 1:
        return statuses.ONE_SUBJECT
    return beyond if time > course.time[-1] and _can_move(course, last) else None


def _can_move(course: StateCourse, last: Moment) -> bool:
    is_left = course.moves.sum(axis=(0, 2)) > 0
    return bool((last.mean[: len(is_left)][is_left] > 0).any())
