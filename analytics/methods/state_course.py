"""Who moves between states on which day: what all estimates of a multi-state model are made of."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.methods.arrays import FloatArray, IntArray


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
