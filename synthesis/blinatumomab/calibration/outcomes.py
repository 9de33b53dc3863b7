"""Every printed outcome number that depends on the skeleton, block by block.

A block is a group of numbers that are computed together: one curve or one Cox model. The search
recomputes a block only where a change touches it, and in the order of the block numbers.
"""

# ruff: noqa: PLR0911, PLR0912, PLR0913, PLR0917
# Compiled code: a block is a branch, and its state is arguments.

import numpy as np
from numba import njit

from .arrays import FloatArray, IntArray, ShortArray
from .columns import (
    DIED,
    ECOG_KNOWN,
    END_KIND,
    EVALUABLE,
    IN_REMISSION_TRANSPLANTS,
    LAST_DAY,
    MRD_RESPONSE,
    NEVER,
    PATIENTS,
    RACE,
    REMISSION,
    REMISSION_END,
    RESPONDERS,
    SURVIVAL,
    T411,
    TRANSPLANT,
    UNKNOWN,
    WHITE,
)
from .statistics import (
    MAX_EVENT_DAYS,
    Z_95,
    count_event_days,
    cox_one_factor,
    cox_two_factors,
    entry_score,
    incidence_of_relapse,
    risk_sets,
    survival_curve,
)

BLOCKS = (
    "rfs_by_race_and_t411",
    "rfs_by_t411",
    "rfs_by_race",
    "os",
    "rfs",
    "os_from_transplant",
    "os_by_remission_and_mrd",
    "os_by_t411",
    "os_by_transplant",
    "os_by_remission",
    "os_by_mrd",
    "rfs_by_mrd",
    "rfs_by_transplant",
    "os_by_race",
    "rfs_entry_of_mrd",
)
(
    RFS_BY_RACE_AND_T411,
    RFS_BY_T411,
    RFS_BY_RACE,
    OS,
    RFS,
    OS_FROM_TRANSPLANT,
    OS_BY_REMISSION_AND_MRD,
    OS_BY_T411,
    OS_BY_TRANSPLANT,
    OS_BY_REMISSION,
    OS_BY_MRD,
    RFS_BY_MRD,
    RFS_BY_TRANSPLANT,
    OS_BY_RACE,
    RFS_ENTRY_OF_MRD,
) = range(len(BLOCKS))
N_BLOCKS = len(BLOCKS)

# Blocks as bits: those that the responders alone decide, and all.
REMISSION_BLOCKS = sum(1 << block for block, name in enumerate(BLOCKS) if name.startswith("rfs"))
EVERY_BLOCK = (1 << N_BLOCKS) - 1

RFS_MODELS = (RFS_BY_T411, RFS_BY_RACE, RFS_BY_MRD, RFS_BY_TRANSPLANT)  # of one factor

# Where the numbers of a block start in the vector of values, and where the last block ends.
FIRST_VALUE = np.array([0, 6, 9, 12, 21, 33, 37, 43, 46, 49, 52, 55, 58, 61, 64, 65])
# The last value is not printed: |z| of MRD response as a third factor beside race and t(4;11).
# It must be too small for the stepwise selection to take MRD response in.
N_VALUES = 65

EVERYBODY = np.ones(PATIENTS, np.int64)
NOBODY = np.full(PATIENTS, NEVER)


@njit(cache=True)
def empty_tables() -> ShortArray:
    """Room for the event days of OS and of RFS; see count_tables."""
    return np.zeros((2, LAST_DAY), np.int16)


@njit(cache=True)
def count_tables(bits: int, s: IntArray, tables: ShortArray) -> None:
    """Recount the event days where the touched blocks say that they can have changed."""
    if bits >> OS & 1:
        count_event_days(s[SURVIVAL], s[DIED], PATIENTS, tables[0])
    if bits >> RFS & 1:
        times, kinds = _remissions(s)
        count_event_days(times, kinds, RESPONDERS, tables[1])


@njit(cache=True)
def compute_block(
    block: int, s: IntArray, tables: ShortArray, values: FloatArray, starts: FloatArray
) -> None:
    """Write the numbers of one block. starts keeps the last coefficients, two per block."""
    first = FIRST_VALUE[block]
    if block == OS:
        _curve_values(s[SURVIVAL], s[DIED], PATIENTS, tables[0], 4, values[first : first + 9])
    elif block == RFS:
        times, kinds = _remissions(s)
        ended = np.minimum(kinds, 1)
        _curve_values(times, ended, RESPONDERS, tables[1], 3, values[first : first + 8])
        incidence = np.zeros(4)
        incidence_of_relapse(times, kinds, RESPONDERS, tables[1], incidence)
        values[first + 8 : first + 12] = 100.0 * incidence
    elif block == OS_FROM_TRANSPLANT:
        n = IN_REMISSION_TRANSPLANTS
        rates, median, follow_up = np.zeros(4), np.zeros(3), np.zeros(2)
        times, days_by = s[SURVIVAL, :n] - s[TRANSPLANT, :n], np.zeros(LAST_DAY, np.int16)
        count_event_days(times, s[DIED, :n], n, days_by)
        survival_curve(times, s[DIED, :n], n, days_by, rates, median, follow_up)
        values[first] = 100.0 * rates[1]
        values[first + 1 : first + 4] = median
    elif block == RFS_ENTRY_OF_MRD:
        values[first] = _entry_score_of_mrd(s, tables, starts)
    else:
        _cox_values(block, s, tables, values, first, starts)


@njit(cache=True)
def _curve_values(
    times: IntArray, died: IntArray, n: int, days_by: ShortArray, n_rates: int, values: FloatArray
) -> None:
    rates, median, follow_up = np.zeros(4), np.zeros(3), np.zeros(2)
    survival_curve(times, died, n, days_by, rates, median, follow_up)
    values[:n_rates] = 100.0 * rates[:n_rates]
    values[n_rates : n_rates + 3] = median
    values[n_rates + 3 : n_rates + 5] = follow_up


@njit(cache=True)
def _remissions(s: IntArray) -> tuple[IntArray, IntArray]:
    """Days from remission to its end, and how it ended, of the responders."""
    times = s[REMISSION_END, :RESPONDERS] - s[REMISSION, :RESPONDERS]
    return times, s[END_KIND, :RESPONDERS]


@njit(cache=True)
def _since_remission(s: IntArray, row: int) -> IntArray:
    """Days from remission to an event that counts from day 0 if it came before."""
    days = np.empty(RESPONDERS, np.int64)
    for i in range(RESPONDERS):
        days[i] = NEVER if s[row, i] == NEVER else max(0, s[row, i] - s[REMISSION, i])
    return days


@njit(cache=True)
def _race_known_and_evaluable(s: IntArray) -> IntArray:
    return np.where(s[RACE, :RESPONDERS] == UNKNOWN, 0, s[EVALUABLE, :RESPONDERS])


@njit(cache=True)
def _entry_score_of_mrd(s: IntArray, tables: ShortArray, starts: FloatArray) -> float:
    """|z| of MRD response beside race and t(4;11), whose model has been fitted before."""
    n = RESPONDERS
    times, kinds = _remissions(s)
    return entry_score(
        times,
        np.minimum(kinds, 1),
        _always_if(s[RACE, :n], WHITE),
        _always_if(s[T411, :n], 1),
        _since_remission(s, MRD_RESPONSE),
        _race_known_and_evaluable(s),
        n,
        tables[1],
        starts[RFS_BY_RACE_AND_T411, 0],
        starts[RFS_BY_RACE_AND_T411, 1],
    )


@njit(cache=True)
def _always_if(flags: IntArray, value: int) -> IntArray:
    """Day 0 for those whose flag has the value, else NEVER: a factor that does not change."""
    return np.where(flags == value, 0, NEVER)


@njit(cache=True)
def _cox_values(
    block: int, s: IntArray, tables: ShortArray, values: FloatArray, first: int, starts: FloatArray
) -> None:
    sets, deaths = np.empty((MAX_EVENT_DAYS, 4)), np.empty(MAX_EVENT_DAYS)
    if block in (OS_BY_REMISSION_AND_MRD, RFS_BY_RACE_AND_T411):
        if block == OS_BY_REMISSION_AND_MRD:
            days_by = tables[0]
            times, died, n = s[SURVIVAL], s[DIED], PATIENTS
            on_a, on_b = s[REMISSION], s[MRD_RESPONSE]
            used = s[EVALUABLE] * s[ECOG_KNOWN]
        else:
            days_by = tables[1]
            n = RESPONDERS
            times, kinds = _remissions(s)
            died = np.minimum(kinds, 1)
            on_a, on_b = _always_if(s[RACE, :n], WHITE), _always_if(s[T411, :n], 1)
            used = _race_known_and_evaluable(s)
        k, deaths_a, deaths_b = risk_sets(times, died, on_a, on_b, used, n, days_by, sets, deaths)
        beta_a, beta_b, se_a, se_b = cox_two_factors(
            sets, deaths, k, deaths_a, deaths_b, starts[block, 0], starts[block, 1]
        )
        starts[block, 0], starts[block, 1] = beta_a, beta_b
        _hazard_ratio(beta_a, se_a, values, first)
        _hazard_ratio(beta_b, se_b, values, first + 3)
        return
    times, died, on, used, n = _one_factor(block, s)
    days_by = tables[1] if block in RFS_MODELS else tables[0]
    k, deaths_a, _ = risk_sets(times, died, on, NOBODY, used, n, days_by, sets, deaths)
    beta, se = cox_one_factor(sets, deaths, k, deaths_a, starts[block, 0])
    starts[block, 0] = beta
    _hazard_ratio(beta, se, values, first)


@njit(cache=True)
def _one_factor(block: int, s: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray, int]:
    """Times, events, the day the factor sets in, and the patients of a model of one factor."""
    n = RESPONDERS
    if block in RFS_MODELS:
        times, kinds = _remissions(s)
        died = np.minimum(kinds, 1)
        if block == RFS_BY_T411:
            return times, died, _always_if(s[T411, :n], 1), EVERYBODY, n
        if block == RFS_BY_RACE:
            known = np.where(s[RACE, :n] == UNKNOWN, 0, 1)
            return times, died, _always_if(s[RACE, :n], WHITE), known, n
        if block == RFS_BY_MRD:
            return times, died, _since_remission(s, MRD_RESPONSE), s[EVALUABLE], n
        on = np.full(n, NEVER)
        m = IN_REMISSION_TRANSPLANTS
        on[:m] = s[TRANSPLANT, :m] - s[REMISSION, :m]
        return times, died, on, EVERYBODY, n
    times, died = s[SURVIVAL], s[DIED]
    if block == OS_BY_TRANSPLANT:
        return times, died, s[TRANSPLANT], EVERYBODY, n
    n = PATIENTS
    if block == OS_BY_T411:
        return times, died, _always_if(s[T411], 1), EVERYBODY, n
    if block == OS_BY_RACE:
        return times, died, _always_if(s[RACE], WHITE), np.where(s[RACE] == UNKNOWN, 0, 1), n
    if block == OS_BY_REMISSION:
        return times, died, s[REMISSION], EVERYBODY, n
    return times, died, s[MRD_RESPONSE], s[EVALUABLE], n


@njit(cache=True)
def _hazard_ratio(beta: float, se: float, values: FloatArray, first: int) -> None:
    values[first] = np.exp(beta)
    values[first + 1] = np.exp(beta - Z_95 * se)
    values[first + 2] = np.exp(beta + Z_95 * se)


@njit(cache=True)
def compute_all(s: IntArray, values: FloatArray) -> FloatArray:
    """All numbers of the skeleton, each model fitted from zero."""
    starts, tables = np.zeros((N_BLOCKS, 2)), empty_tables()
    count_tables(1 << OS | 1 << RFS, s, tables)
    for block in range(N_BLOCKS):
        compute_block(block, s, tables, values, starts)
    return values


@njit(cache=True)
def touched_blocks(s: IntArray, i: int, before: IntArray) -> int:
    """The blocks, as bits, that the change of patient i from `before` can have changed."""
    bits = 0
    responder, evaluable = i < RESPONDERS, s[EVALUABLE, i] == 1 or before[EVALUABLE] == 1
    if s[SURVIVAL, i] != before[SURVIVAL] or s[DIED, i] != before[DIED]:
        bits |= 1 << OS | 1 << OS_BY_REMISSION | 1 << OS_BY_T411 | 1 << OS_BY_RACE
        if evaluable:
            bits |= 1 << OS_BY_MRD | 1 << OS_BY_REMISSION_AND_MRD
        if responder:
            bits |= 1 << OS_BY_TRANSPLANT
        if i < IN_REMISSION_TRANSPLANTS:
            bits |= 1 << OS_FROM_TRANSPLANT
    if s[REMISSION, i] != before[REMISSION]:
        bits |= 1 << OS_BY_REMISSION
        if evaluable:
            bits |= 1 << OS_BY_REMISSION_AND_MRD
    duration = s[REMISSION_END, i] - s[REMISSION, i]
    if responder and duration != before[REMISSION_END] - before[REMISSION]:
        bits |= 1 << RFS | 1 << RFS_BY_TRANSPLANT | 1 << RFS_BY_T411 | 1 << RFS_BY_RACE
        bits |= 1 << RFS_BY_MRD | 1 << RFS_BY_RACE_AND_T411
    if s[TRANSPLANT, i] != before[TRANSPLANT]:
        if responder:
            bits |= 1 << OS_BY_TRANSPLANT
        if i < IN_REMISSION_TRANSPLANTS:
            bits |= 1 << OS_FROM_TRANSPLANT
    if i < IN_REMISSION_TRANSPLANTS and (
        s[TRANSPLANT, i] - s[REMISSION, i] != before[TRANSPLANT] - before[REMISSION]
    ):
        bits |= 1 << RFS_BY_TRANSPLANT
    mrd_changed = s[MRD_RESPONSE, i] != before[MRD_RESPONSE] or s[EVALUABLE, i] != before[EVALUABLE]
    if responder and (mrd_changed or s[REMISSION, i] != before[REMISSION]):
        bits |= 1 << RFS_BY_MRD | 1 << RFS_ENTRY_OF_MRD
        if s[EVALUABLE, i] != before[EVALUABLE]:
            bits |= 1 << RFS_BY_RACE_AND_T411
    if mrd_changed:
        bits |= 1 << OS_BY_MRD | 1 << OS_BY_REMISSION_AND_MRD
    if s[ECOG_KNOWN, i] != before[ECOG_KNOWN]:
        bits |= 1 << OS_BY_REMISSION_AND_MRD
    if s[T411, i] != before[T411]:
        bits |= 1 << OS_BY_T411
        if responder:
            bits |= 1 << RFS_BY_T411 | 1 << RFS_BY_RACE_AND_T411
    if s[RACE, i] != before[RACE]:
        bits |= 1 << OS_BY_RACE
        if responder:
            bits |= 1 << RFS_BY_RACE | 1 << RFS_BY_RACE_AND_T411
    if bits & 1 << RFS_BY_RACE_AND_T411:
        bits |= 1 << RFS_ENTRY_OF_MRD
    return bits
