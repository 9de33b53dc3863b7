"""The course through states: how likely each state is, and how long it lasts.

The Aalen-Johansen estimate of a multi-state model: p(t) = p(0) times the product of I + dA(u) over
the days u of transitions, dA(u) with the share of those in a state before u who go to another on
that day. Survival, competing events and illness-death are cases of it. Occupancy needs no Markov
property (Datta and Satten); what is predicted from a state would.
References: Aalen and Johansen, Scand J Stat 1978;5:141; Andersen, Borgan, Gill and Keiding,
Statistical Models Based on Counting Processes, 1993, IV.4; Datta and Satten, Stat Probab Lett
2001;55:403.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray, IntArray, frame_without_nan
from analytics.methods.intervals import CiTransform, confidence_limits, normal_quantile


@dataclass(frozen=True)
class StateCourse:
    """The moves of a cohort between `states` by day, in order of time, day 0 included.

    `initial` is how many begin in each state. `moves[i, g, h]` of them go from state g to state h
    on day `time[i]`; `left[i, g]` are in g after its moves and are not seen again. `n_risk[i, g]`
    are in g just before that day, on day 0 those that begin there.
    """

    states: tuple[str, ...]
    initial: IntArray
    time: FloatArray
    moves: IntArray
    left: IntArray
    n_risk: IntArray


@dataclass(frozen=True)
class StateTime:
    """The mean time in a state up to a horizon, in days; all None unless `status` is 'ok'."""

    state: str
    estimate: float | None
    std_error: float | None
    ci_lower: float | None
    ci_upper: float | None
    status: str = statuses.OK


def state_course(
    states: tuple[str, ...], initial: dict[str, int], moves: pl.DataFrame
) -> StateCourse:
    """The course of a cohort.

    `moves`: a row per day, state and next state with `time` (days), `from_state`, `to_state` (null:
    seen there for the last time) and `n` subjects. Those on the same day happen at once: who moves
    twice on a day is one move. Raises ValueError for a state that is not named, a move to the same
    state, a time that is unknown or before 0, or more moves out of a state than subjects in it.
    """
    days = moves["time"].cast(pl.Float64).to_numpy()
    if np.isnan(days).any() or (days < 0).any():
        raise ValueError("A time of a move is unknown or before day 0.")
    time = np.unique(np.concatenate([[0.0], days]))
    place = {state: number for number, state in enumerate(states)}
    size = len(states)
    between = np.zeros((len(time), size, size), dtype=np.int64)
    left = np.zeros((len(time), size), dtype=np.int64)
    for day, row in zip(np.searchsorted(time, days), moves.iter_rows(named=True), strict=True):
        origin, target = row["from_state"], row["to_state"]
        unknown = [name for name in (origin, target) if name is not None and name not in place]
        if unknown or origin is None:
            raise ValueError(f"State '{(unknown or [origin])[0]}' is not among the states.")
        if origin == target:
            raise ValueError(f"A move leads from '{origin}' to itself.")
        if target is None:
            left[day, place[origin]] += row["n"]
        else:
            between[day, place[origin], place[target]] += row["n"]
    begin = np.array([initial.get(state, 0) for state in states], dtype=np.int64)
    change = between.sum(axis=1) - between.sum(axis=2) - left
    n_risk = begin + np.cumsum(change, axis=0) - change  # the changes of the days before
    too_many = (between.sum(axis=2) > n_risk) | (n_risk + change < 0)
    if too_many.any():
        day, state = np.argwhere(too_many)[0]
        raise ValueError(
            f"On day {time[day]:g} more subjects leave state '{states[state]}' than are in it."
        )
    return StateCourse(states, begin, time, between, left, n_risk)


def state_occupancy(
    course: StateCourse, *, conf_level: float, ci_transform: CiTransform
) -> pl.DataFrame:
    """The probability of each state after each day, from day 0.

    Columns: time, state, n_risk (in the state just before the day), estimate, std_error, ci_lower,
    ci_upper. The variance is Greenwood's for the product of matrices, the states of a day drawn
    from those before it; the distribution of the first state is estimated, too. In a model of life
    and death it is Greenwood's formula. Limits by the transform, as for survival; unknown where the
    probability is 0 or 1 or has no spread.
    """
    size = len(course.states)
    estimates = np.empty((len(course.time), size))
    errors = np.empty((len(course.time), size))
    for i, moment in enumerate(_moments(course, horizon=None)):
        estimates[i] = moment.mean[:size]
        errors[i] = np.sqrt(np.maximum(np.diag(moment.covariance)[:size], 0.0))
    inside = (errors > 0) & (estimates > 0) & (estimates < 1)
    lower, upper = confidence_limits(
        np.where(inside, estimates, np.nan),
        np.where(inside, errors, np.nan),
        conf_level=conf_level,
        ci_transform=ci_transform,
    )
    return frame_without_nan(
        {
            "time": np.repeat(course.time, size),
            "state": np.tile(np.array(course.states, dtype=np.object_), len(course.time)),
            "n_risk": course.n_risk.ravel(),
            "estimate": estimates.ravel(),
            "std_error": errors.ravel(),
            "ci_lower": lower.ravel(),
            "ci_upper": upper.ravel(),
        }
    )


def time_in_states(
    course: StateCourse, *, horizon: float, conf_level: float
) -> tuple[StateTime, ...]:
    """The mean time in each state up to the horizon: the area under its occupancy.

    The errors are those of the same variance as the occupancies', limits Wald's on the scale of
    days. The times add up to the horizon. Not estimable: nobody, one subject, or a horizon beyond
    the last day of observation while somebody could still move.
    """
    if not horizon > 0:
        raise ValueError(f"The horizon is {horizon:g} days, but must lie after the origin.")
    reason = _reason_without_times(course, horizon)
    if reason is not None:
        status = statuses.not_estimable(reason)
        return tuple(StateTime(state, None, None, None, None, status) for state in course.states)
    size = len(course.states)
    *_, last = _moments(course, horizon=horizon)
    means = last.mean[size:]
    errors = np.sqrt(np.maximum(np.diag(last.covariance)[size:], 0.0))
    width = normal_quantile(conf_level) * errors
    return tuple(
        StateTime(state, float(mean), float(error), float(mean - part), float(mean + part))
        for state, mean, error, part in zip(course.states, means, errors, width, strict=True)
    )


def can_still_move(course: StateCourse) -> bool:
    """Whether a state that somebody has left is possible after the last day."""
    *_, last = _moments(course, horizon=None)
    is_left = course.moves.sum(axis=(0, 2)) > 0
    return bool((last.mean[: len(is_left)][is_left] > 0).any())


@dataclass(frozen=True)
class _Moment:
    """The occupancies after a day, and the time spent in each state so far: mean, covariance."""

    mean: FloatArray
    covariance: FloatArray


def _moments(course: StateCourse, *, horizon: float | None) -> list[_Moment]:
    """After each day up to the horizon; a last one at the horizon itself.

    Both occupancies p and the times L = integral of p move linearly: p by I + dA on a day of moves,
    L by p times the days between. What a day adds to the covariance is that of the shares dA.
    """
    size = len(course.states)
    total = int(course.initial.sum())
    share = course.initial / total if total else np.full(size, np.nan)
    mean = np.concatenate([share, np.zeros(size)])
    covariance = np.zeros((2 * size, 2 * size))
    if total:
        covariance[:size, :size] = (np.diag(share) - np.outer(share, share)) / total
    now, found = 0.0, []
    for i, day in enumerate(course.time):
        if horizon is not None and day > horizon:
            break
        mean, covariance = _waited(mean, covariance, day - now)
        mean, covariance = _moved(mean, covariance, course.moves[i], course.n_risk[i])
        now = float(day)
        found.append(_Moment(mean, covariance))
    if horizon is not None:
        found.append(_Moment(*_waited(mean, covariance, horizon - now)))
    return found


def _waited(mean: FloatArray, covariance: FloatArray, days: float) -> tuple[FloatArray, FloatArray]:
    size = len(mean) // 2
    step = np.eye(2 * size)
    step[size:, :size] = days * np.eye(size)
    return step @ mean, step @ covariance @ step.T


def _moved(
    mean: FloatArray, covariance: FloatArray, moves: IntArray, n_risk: IntArray
) -> tuple[FloatArray, FloatArray]:
    size = len(n_risk)
    step = np.eye(2 * size)
    noise = np.zeros((2 * size, 2 * size))
    for origin in np.flatnonzero(moves.sum(axis=1)):
        share = moves[origin] / n_risk[origin]
        share[origin] = 1 - share.sum()
        step[:size, origin] = share
        spread = np.diag(share) - np.outer(share, share)
        noise[:size, :size] += mean[origin] ** 2 * spread / n_risk[origin]
    return step @ mean, step @ covariance @ step.T + noise


def _reason_without_times(course: StateCourse, horizon: float) -> str | None:
    total = int(course.initial.sum())
    if total == 0:
        return statuses.NO_SUBJECTS
    if total == 1:
        return statuses.ONE_SUBJECT
    if horizon > course.time[-1] and can_still_move(course):
        return statuses.PAST_LAST_OBSERVATION
    return None
