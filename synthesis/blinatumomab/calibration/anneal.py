"""The search: simulated annealing over the days and the flags that are hard to fit.

A step changes one or two patients, refuses what cannot have happened, recomputes the blocks that
the change touches, and gives up as soon as they cost more than the step may.
"""

# ruff: noqa: NPY002, PLR0911, PLR0912, PLR0913, PLR0915, PLR0917
# Compiled code draws from the random stream of numba, seeded by anneal; its state is arguments.

import numpy as np
from numba import njit

from .arrays import FloatArray, IntArray, ShortArray
from .columns import (
    ALL_DAYS,
    DIED,
    DIED_IN_REMISSION,
    ECOG_KNOWN,
    END_KIND,
    EVALUABLE,
    FOLLOWED,
    FREE,
    HOLD,
    IN_REMISSION_TRANSPLANTS,
    MRD_RESPONSE,
    N_ROWS,
    NEVER,
    PATIENTS,
    RACE,
    RELAPSED,
    REMISSION,
    REMISSION_END,
    RESPONDERS,
    SURVIVAL,
    SURVIVOR,
    T411,
    TRANSPLANT,
)
from .cost import cost_of_block, cost_of_realism
from .outcomes import (
    N_BLOCKS,
    N_VALUES,
    OS,
    RFS,
    compute_block,
    count_tables,
    empty_tables,
    touched_blocks,
)
from .rules import is_possible, keep_linked_days

FEWEST_DEATHS, MOST_DEATHS = 204, 214
MRD_RESPONSES_WITHOUT_REMISSION = (4, 6)
NO_PARTNER, NOT_APPLIED = -1, -2

# How often each kind of move is tried.
MOVES = {
    "swap race": 13,
    "swap t(4;11)": 6,
    "swap ECOG known": 2,
    "swap evaluable": 4,
    "swap MRD response": 5,
    "shift MRD response": 6,
    "turn death": 3,
    "shift survival": 18,
    "shift end of remission": 16,
    "shift transplant": 8,
    "shift remission": 4,
    "swap survival": 10,
    "swap durations of remission": 7,
    "spread two with t(4;11)": 3,
}


SPREAD = len(MOVES) - 1


def cumulative_chances(moves: dict[str, int]) -> np.ndarray:
    """The chances of the moves as the search draws them."""
    weights = np.array(list(moves.values()), float)
    return np.cumsum(weights / weights.sum())


@njit(cache=True)
def anneal(
    s: IntArray,
    goals: FloatArray,
    weights: FloatArray,
    transplant_weight: float,
    active: int,
    chances: FloatArray,
    steps: int,
    hot: float,
    cold: float,
    seed: int,
) -> tuple[IntArray, float]:
    """Return the best skeleton found from s, and its cost. The same seed, the same result.

    active: the blocks that count, as bits; a step that touches none of them is not taken.
    """
    np.random.seed(seed)
    values, new_values = np.zeros(N_VALUES), np.zeros(N_VALUES)
    starts = np.zeros((N_BLOCKS, 2))
    block_costs, new_costs = np.zeros(N_BLOCKS), np.zeros(N_BLOCKS)
    tables = empty_tables()
    count_tables(1 << OS | 1 << RFS, s, tables)
    new_tables = tables.copy()
    for block in range(N_BLOCKS):
        if not active >> block & 1:
            continue
        compute_block(block, s, tables, values, starts)
        block_costs[block] = cost_of_block(block, values, goals, weights)
    realism = cost_of_realism(s, transplant_weight)
    current = block_costs.sum() + realism
    best, best_s = current, s.copy()
    before_i, before_j = np.zeros(N_ROWS, np.int64), np.zeros(N_ROWS, np.int64)
    for step in range(steps):
        temperature = hot * (cold / hot) ** (step / steps)
        move = np.searchsorted(chances, np.random.random(), side="right")
        i, j = _pair_with_t411(s) if move == SPREAD else _pair()
        before_i[:] = s[:, i]
        before_j[:] = s[:, j]
        changed = _apply(move, s, i, j)
        if changed == NOT_APPLIED:
            continue
        paired = changed == j
        bits = 0
        allowed = current - temperature * np.log(1.0 - np.random.random())
        accepted = is_possible(s, i) and (not paired or is_possible(s, j))
        if accepted:
            bits = touched_blocks(s, i, before_i)
            if paired:
                bits |= touched_blocks(s, j, before_j)
            bits &= active
            accepted = bits != 0
        if accepted:
            new_realism = cost_of_realism(s, transplant_weight)
            total = new_realism
            for block in range(N_BLOCKS):
                if not bits >> block & 1:
                    total += block_costs[block]
            new_values[:] = values
            new_costs[:] = block_costs
            if total <= allowed:
                count_tables(bits, s, new_tables)
            for block in range(N_BLOCKS):
                if total > allowed:
                    accepted = False
                    break
                if bits >> block & 1:
                    compute_block(block, s, new_tables, new_values, starts)
                    new_costs[block] = cost_of_block(block, new_values, goals, weights)
                    total += new_costs[block]
            accepted = accepted and total <= allowed
        if accepted:
            current, realism = total, new_realism
            values[:] = new_values
            block_costs[:] = new_costs
            _copy_tables(bits, new_tables, tables)
            if current < best - 1e-12:
                best = current
                best_s[:] = s
        else:
            s[:, i] = before_i
            if paired:
                s[:, j] = before_j
            _copy_tables(bits, tables, new_tables)
    return best_s, best


@njit(cache=True)
def _copy_tables(bits: int, source: ShortArray, target: ShortArray) -> None:
    if bits >> OS & 1:
        target[0] = source[0]
    if bits >> RFS & 1:
        target[1] = source[1]


@njit(cache=True)
def _pair() -> tuple[int, int]:
    """Two patients, of the same kind (responder or not) more often than not."""
    i = j = np.random.randint(PATIENTS)
    while j == i:
        if np.random.random() < 0.5:
            j = np.random.randint(PATIENTS)
        elif i < RESPONDERS:
            j = np.random.randint(RESPONDERS)
        else:
            j = RESPONDERS + np.random.randint(PATIENTS - RESPONDERS)
    return i, j


@njit(cache=True)
def _pair_with_t411(s: IntArray) -> tuple[int, int]:
    """Two responders with t(4;11)."""
    carriers = np.flatnonzero(s[T411, :RESPONDERS])
    i = j = np.random.randint(len(carriers))
    while j == i:
        j = np.random.randint(len(carriers))
    return carriers[i], carriers[j]


@njit(cache=True)
def _distance() -> int:
    """A random number of days, mostly few."""
    draw = np.random.random()
    reach = 3 if draw < 0.4 else (15 if draw < 0.76 else 80)
    days = np.random.randint(-reach, reach + 1)
    return days if days != 0 else 1


@njit(cache=True)
def _apply(move: np.intp, s: IntArray, i: int, j: int) -> int:
    """Change patient i, perhaps with j. Return j if it took part, else a negative number.

    Moves are numbered in the order of MOVES.
    """
    if move == 0:
        return _swap_race(s, i, j)
    if move == 1:
        return _swap_t411(s, i, j)
    if move == 2:
        return _swap_ecog_known(s, i, j)
    if move == 3:
        return _swap_evaluable(s, i, j)
    if move == 4:
        return _swap_mrd(s, i, j)
    if move == 5:
        return _shift_mrd(s, i)
    if move == 6:
        return _turn_death(s, i)
    if move == 7:
        return _shift_survival(s, i)
    if move == 8:
        return _shift_remission_end(s, i)
    if move == 9:
        return _shift_transplant(s, i)
    if move == 10:
        return _shift_remission(s, i)
    if move == 11:
        return _swap_survival(s, i, j)
    if move == 12:
        return _swap_durations(s, i, j)
    return _spread(s, i, j)


@njit(cache=True)
def _swap(s: IntArray, row: int, i: int, j: int) -> None:
    s[row, i], s[row, j] = s[row, j], s[row, i]


@njit(cache=True)
def _swap_race(s: IntArray, i: int, j: int) -> int:
    if s[RACE, i] == s[RACE, j]:
        return NOT_APPLIED
    _swap(s, RACE, i, j)
    return j


@njit(cache=True)
def _swap_t411(s: IntArray, i: int, j: int) -> int:
    if s[T411, i] == s[T411, j] or (i < RESPONDERS) != (j < RESPONDERS):
        return NOT_APPLIED
    _swap(s, T411, i, j)
    return j


@njit(cache=True)
def _swap_ecog_known(s: IntArray, i: int, j: int) -> int:
    if s[ECOG_KNOWN, i] == s[ECOG_KNOWN, j]:
        return NOT_APPLIED
    _swap(s, ECOG_KNOWN, i, j)
    return j


@njit(cache=True)
def _swap_evaluable(s: IntArray, i: int, j: int) -> int:
    if s[EVALUABLE, i] == s[EVALUABLE, j]:
        return NOT_APPLIED
    if s[MRD_RESPONSE, i] != NEVER or s[MRD_RESPONSE, j] != NEVER:
        return NOT_APPLIED
    _swap(s, EVALUABLE, i, j)
    return j


@njit(cache=True)
def _turn_death(s: IntArray, i: int) -> int:
    """Let someone live on out of sight, or die; not where remission or transplant decides it."""
    if s[HOLD, i] != FREE or i < IN_REMISSION_TRANSPLANTS:
        return NOT_APPLIED
    if i < RESPONDERS and s[END_KIND, i] != RELAPSED:
        return NOT_APPLIED
    deaths = s[DIED].sum() + 1 - 2 * s[DIED, i]
    if deaths < FEWEST_DEATHS or deaths > MOST_DEATHS:
        return NOT_APPLIED
    s[DIED, i] = 1 - s[DIED, i]
    return NO_PARTNER


@njit(cache=True)
def _shift_survival(s: IntArray, i: int) -> int:
    if s[HOLD, i] == ALL_DAYS:
        return NOT_APPLIED
    s[SURVIVAL, i] += _distance()
    keep_linked_days(s, i)
    return NO_PARTNER


@njit(cache=True)
def _shift_remission_end(s: IntArray, i: int) -> int:
    if i >= RESPONDERS or s[HOLD, i] == ALL_DAYS:
        return NOT_APPLIED
    days = _distance()
    linked = s[END_KIND, i] != RELAPSED and s[HOLD, i] == FREE
    s[REMISSION_END, i] += days
    if linked:
        s[SURVIVAL, i] = s[REMISSION_END, i]
    return NO_PARTNER


@njit(cache=True)
def _shift_transplant(s: IntArray, i: int) -> int:
    if s[TRANSPLANT, i] == NEVER:
        return NOT_APPLIED
    s[TRANSPLANT, i] += _distance()
    return NO_PARTNER


@njit(cache=True)
def _shift_remission(s: IntArray, i: int) -> int:
    """By days, or to the other cycle."""
    if i >= RESPONDERS or s[HOLD, i] == ALL_DAYS:
        return NOT_APPLIED
    if np.random.random() < 0.5:
        s[REMISSION, i] += np.random.randint(-3, 4)
    elif np.random.random() < 0.6:
        s[REMISSION, i] = np.random.randint(24, 42)
    else:
        s[REMISSION, i] = np.random.randint(57, 91)
    return NO_PARTNER


@njit(cache=True)
def _swap_survival(s: IntArray, i: int, j: int) -> int:
    if s[SURVIVOR, i] != s[SURVIVOR, j] or s[HOLD, i] != FREE or s[HOLD, j] != FREE:
        return NOT_APPLIED
    if s[DIED, i] != s[DIED, j] and np.random.random() < 0.7:
        return NOT_APPLIED
    _swap(s, SURVIVAL, i, j)
    keep_linked_days(s, i)
    keep_linked_days(s, j)
    return j


@njit(cache=True)
def _swap_mrd(s: IntArray, i: int, j: int) -> int:
    """Exchange MRD response and evaluability; the counts of Table 2 hold."""
    if s[SURVIVOR, i] != s[SURVIVOR, j] or s[MRD_RESPONSE, i] == s[MRD_RESPONSE, j]:
        return NOT_APPLIED
    if (i < RESPONDERS) != (j < RESPONDERS):
        other = i if i >= RESPONDERS else j
        responses = 1 if s[MRD_RESPONSE, other] == NEVER else -1
        for k in range(RESPONDERS, PATIENTS):
            responses += s[MRD_RESPONSE, k] != NEVER
        fewest, most = MRD_RESPONSES_WITHOUT_REMISSION
        if responses < fewest or responses > most:
            return NOT_APPLIED
    _swap(s, MRD_RESPONSE, i, j)
    _swap(s, EVALUABLE, i, j)
    return j


@njit(cache=True)
def _shift_mrd(s: IntArray, i: int) -> int:
    """Move a response by days; or make one without response evaluable or not."""
    if s[MRD_RESPONSE, i] == NEVER:
        s[EVALUABLE, i] = 1 - s[EVALUABLE, i]
    else:
        s[MRD_RESPONSE, i] += np.random.randint(-4, 5)
    return NO_PARTNER


@njit(cache=True)
def _swap_durations(s: IntArray, i: int, j: int) -> int:
    """Exchange the durations of two remissions that ended, whatever ended them."""
    if i >= RESPONDERS or j >= RESPONDERS:
        return NOT_APPLIED
    if s[END_KIND, i] == FOLLOWED or s[END_KIND, j] == FOLLOWED:
        return NOT_APPLIED
    duration_i = s[REMISSION_END, i] - s[REMISSION, i]
    duration_j = s[REMISSION_END, j] - s[REMISSION, j]
    s[REMISSION_END, i] = s[REMISSION, i] + duration_j
    s[REMISSION_END, j] = s[REMISSION, j] + duration_i
    for k in (i, j):
        if s[END_KIND, k] == DIED_IN_REMISSION:
            s[SURVIVAL, k] = s[REMISSION_END, k]
    return j


@njit(cache=True)
def _spread(s: IntArray, i: int, j: int) -> int:
    """Let one remission end earlier and another as much later: their mean stays."""
    days = np.random.randint(1, 13)
    for patient, shift in ((i, days), (j, -days)):
        s[REMISSION_END, patient] += shift
        if s[END_KIND, patient] != RELAPSED:
            s[SURVIVAL, patient] = s[REMISSION_END, patient]
    return j
