"""What a skeleton costs: its distance from the printed numbers, and what it asks of belief."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit

from .arrays import FloatArray, IntArray
from .columns import (
    DIED,
    EVALUABLE,
    IN_REMISSION_TRANSPLANTS,
    PATIENTS,
    REMISSION,
    RESPONDERS,
    SURVIVAL,
    TRANSPLANT,
)
from .outcomes import BLOCKS, FIRST_VALUE, N_BLOCKS, N_VALUES, RFS_ENTRY_OF_MRD
from .statistics import DAYS_PER_MONTH

LIMITS = ("hr", "ci_lower", "ci_upper")
INSIDE = 0.9  # share of the room of the last printed digit that costs nothing
UNDEFINED_EXCESS = 200.0
MISSED = 0.4  # what it costs, beside its distance, that a number prints wrong
LARGEST_ENTRY_SCORE = 1.85
HIGHEST_ENTRY_SCORE = 1.9  # still counts as met: stepwise selection enters from 1.96 on


@dataclass(frozen=True)
class Target:
    """One printed number and how far a value may lie from it and still print alike."""

    published_id: str
    quantity: str
    block: str
    value: float
    half_width: float

    def is_met_by(self, value: float) -> bool:
        return abs(value - self.value) < self.half_width


def read_targets(path: Path) -> tuple[Target, ...]:
    """All printed outcome numbers, those of the search first, in the order of the values."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Target(
                row["published_id"],
                row["quantity"],
                row["block"],
                float(row["value"]),
                float(row["half_width"]),
            )
            for row in csv.DictReader(file)
        )


def search_goals(targets: tuple[Target, ...]) -> np.ndarray:
    """Centre and half-width of each value of the search, one row each.

    An interval is symmetric on the log scale, so that hazard ratio and limits bound each other:
    the room of each is cut down to what the other two leave possible.
    """
    goals = np.ones((N_VALUES, 2))
    for block in range(RFS_ENTRY_OF_MRD):
        first = FIRST_VALUE[block]
        for k in range(first, FIRST_VALUE[block + 1]):
            assert targets[k].block == BLOCKS[block], "targets are not in the order of the values"
            goals[k] = targets[k].value, targets[k].half_width
        for k in range(first, FIRST_VALUE[block + 1], 3):
            if targets[k].quantity == "hr":
                goals[k : k + 3] = tightened_goals(goals[k : k + 3])
    return goals


def tightened_goals(triple: np.ndarray) -> np.ndarray:
    """The intersection of three rounding intervals with ratio = sqrt(lower x upper)."""
    low, high = np.log(triple[:, 0] - triple[:, 1]), np.log(triple[:, 0] + triple[:, 1])
    for _ in range(20):
        low[0], high[0] = max(low[0], (low[1] + low[2]) / 2), min(high[0], (high[1] + high[2]) / 2)
        low[1], high[1] = max(low[1], 2 * low[0] - high[2]), min(high[1], 2 * high[0] - low[2])
        low[2], high[2] = max(low[2], 2 * low[0] - high[1]), min(high[2], 2 * high[0] - low[1])
    low, high = np.exp(low), np.exp(high)
    return np.column_stack(((low + high) / 2, (high - low) / 2))


@njit(cache=True)
def cost_of_block(block: int, values: FloatArray, goals: FloatArray, weights: FloatArray) -> float:
    """The weighted excess of a block's numbers over the room that costs nothing."""
    if block == RFS_ENTRY_OF_MRD:
        excess = values[FIRST_VALUE[block]] - LARGEST_ENTRY_SCORE
        return weights[FIRST_VALUE[block]] * (0.3 + 5.0 * excess) if excess > 0 else 0.0
    cost = 0.0
    for k in range(FIRST_VALUE[block], FIRST_VALUE[block + 1]):
        excess = abs(values[k] - goals[k, 0]) / goals[k, 1] - INSIDE
        if values[k] < 0:
            excess = UNDEFINED_EXCESS
        if excess > 0:
            cost += weights[k] * (np.log1p(excess) + 0.15 * excess)
        if excess > 1.0 - INSIDE:
            cost += weights[k] * MISSED
    return cost


# Realism: what is believable without being printed.
ALIVE_AFTER_12_MONTHS = 89
DAYS_TO_TRANSPLANT = 85  # from remission; later ones cost
LATE_TRANSPLANT = 121
MANY_LATE_TRANSPLANTS = 27
VERY_LATE_TRANSPLANT = 300
MANY_SECOND_CYCLE_REMISSIONS = 32
NOT_EVALUABLE_RESPONDERS = (7, 13)


@njit(cache=True)
def cost_of_realism(s: IntArray, transplant_weight: float) -> float:
    """Late transplants, early deaths, ragged months of death, odd shares of marrows."""
    late, delay = 0, 0.0
    for i in range(IN_REMISSION_TRANSPLANTS):
        days = s[TRANSPLANT, i] - s[REMISSION, i]
        delay += max(0, days - DAYS_TO_TRANSPLANT) + 2.0 * max(0, days - VERY_LATE_TRANSPLANT)
        late += days > LATE_TRANSPLANT
    cost = delay / DAYS_PER_MONTH / IN_REMISSION_TRANSPLANTS
    cost += 0.15 * max(0, late - MANY_LATE_TRANSPLANTS)
    cost *= transplant_weight
    second_cycle, not_evaluable = 0, 0
    for i in range(RESPONDERS):
        second_cycle += s[REMISSION, i] > 45
        not_evaluable += 1 - s[EVALUABLE, i]
    cost += 0.08 * max(0, second_cycle - MANY_SECOND_CYCLE_REMISSIONS)
    cost += max(0, NOT_EVALUABLE_RESPONDERS[0] - not_evaluable)
    cost += max(0, not_evaluable - NOT_EVALUABLE_RESPONDERS[1])
    return cost + _cost_of_deaths(s)


@njit(cache=True)
def _cost_of_deaths(s: IntArray) -> float:
    deaths = np.zeros(18, np.int64)
    alive = 0
    for i in range(PATIENTS):
        day = s[SURVIVAL, i]
        alive += day > 365
        if s[DIED, i] == 1 and day < 547:
            deaths[int(day / DAYS_PER_MONTH)] += 1
    cost: float = 0.5 * max(0, ALIVE_AFTER_12_MONTHS - alive)
    cost += 0.15 * max(0, deaths[0] - 24)
    for month in range(17):
        allowed = 6 if month < 6 else 4
        cost += 0.15 * max(0, abs(deaths[month] - deaths[month + 1]) - allowed)
    return cost


def hits(values: np.ndarray, targets: tuple[Target, ...]) -> np.ndarray:
    """Which values of the search print as the paper prints them; last, a small entry score."""
    last = FIRST_VALUE[N_BLOCKS - 1]
    met = np.zeros(N_VALUES, np.bool_)
    met[:last] = [t.is_met_by(v) for t, v in zip(targets, values[:last], strict=False)]
    met[last] = values[last] <= HIGHEST_ENTRY_SCORE
    return met
