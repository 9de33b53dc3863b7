"""Where the subjects of a course are from day to day: mean and covariance.

The product of I + dA(u) over the days u of moves, dA(u) with the share of those in a state before u
who go to another on that day, and Greenwood's variance of it.
Reference: Andersen, Borgan, Gill and Keiding, Statistical Models Based on Counting Processes, 1993,
IV.4.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.state_course import StateCourse

Sums = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Moment:
    """The probabilities of the states after a day, and the time spent in each: mean, covariance."""

    mean: FloatArray
    covariance: FloatArray


def at_the_start(course: StateCourse) -> Moment:
    """The shares of the states at the origin, which are estimated as those of a multinomial."""
    size = len(course.states)
    total = int(course.initial.sum())
    share = course.initial / total if total else np.full(size, np.nan)
    covariance = np.zeros((2 * size, 2 * size))
    if total:
        covariance[:size, :size] = (np.diag(share) - np.outer(share, share)) / total
    return Moment(np.concatenate([share, np.zeros(size)]), covariance)


def certain(course: StateCourse, state: str) -> Moment:
    """All are in one state, as a condition and not as an estimate."""
    size = len(course.states)
    mean = np.zeros(2 * size)
    mean[course.states.index(state)] = 1
    return Moment(mean, np.zeros((2 * size, 2 * size)))


def moments(
    course: StateCourse, *, start: Moment, after: float | None, horizon: float | None
) -> list[Moment]:
    """`start`, then a moment for each day after `after` (None: all, day 0 included).

    With a horizon up to it, with a last moment at the horizon itself. Both the probabilities p and
    the times L = integral of p move linearly: p by I + dA on a day of moves, L by p times the days
    between. What a day adds to the covariance is that of the shares dA.
    """
    now, found = after or 0.0, [start]
    for i, day in enumerate(course.time):
        if after is not None and day <= after:
            continue
        if horizon is not None and day > horizon:
            break
        found.append(_moved(_waited(found[-1], day - now), course.moves[i], course.n_risk[i]))
        now = float(day)
    if horizon is not None:
        found.append(_waited(found[-1], horizon - now))
    return found


def sum_matrix(course: StateCourse, sums: Sums) -> FloatArray:
    """A row for each state, then one for each sum: 1 for the states that count in it."""
    rows = [[float(state in members) for state in course.states] for members in sums.values()]
    return np.concatenate(
        [np.eye(len(course.states)), np.reshape(rows, (len(rows), len(course.states)))]
    )


def summed(
    matrix: FloatArray, mean: FloatArray, covariance: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Estimates and standard errors of the rows of `sum_matrix`; no error for all or nothing."""
    is_certain = ((1 - matrix) @ mean == 0) | (matrix @ mean == 0)
    variances = np.einsum("ij,jk,ik->i", matrix, covariance, matrix)
    return matrix @ mean, np.where(is_certain, 0.0, np.sqrt(np.maximum(variances, 0.0)))


def _waited(moment: Moment, days: float) -> Moment:
    size = len(moment.mean) // 2
    step = np.eye(2 * size)
    step[size:, :size] = days * np.eye(size)
    return Moment(step @ moment.mean, step @ moment.covariance @ step.T)


def _moved(moment: Moment, moves: IntArray, n_risk: IntArray) -> Moment:
    size = len(n_risk)
    step = np.eye(2 * size)
    noise = np.zeros((2 * size, 2 * size))
    for origin in np.flatnonzero(moves.sum(axis=1)):
        numbers = moves[origin].copy()
        numbers[origin] = n_risk[origin] - numbers.sum()
        share = numbers / n_risk[origin]
        step[:size, origin] = share
        spread = np.diag(share) - np.outer(share, share)
        noise[:size, :size] += moment.mean[origin] ** 2 * spread / n_risk[origin]
    return Moment(step @ moment.mean, step @ moment.covariance @ step.T + noise)
