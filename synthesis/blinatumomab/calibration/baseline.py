"""The covariates known at the start of treatment: exact counts, then swaps between patients.

The days of the skeleton stay as they are. A covariate is drawn with the counts of Table 1 and
its values change places among patients until the printed hazard ratios of OS and RFS come out.
"""

# ruff: noqa: NPY002, PLR0913, PLR0917
# Compiled code draws from the random stream of numba, seeded by its caller.

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.random import Generator

from .arrays import FloatArray, IntArray
from .columns import (
    DIED,
    ECOG_KNOWN,
    END_KIND,
    EVALUABLE,
    FOLLOWED,
    LAST_DAY,
    MRD_RESPONSE,
    NEVER,
    PATIENTS,
    REMISSION,
    REMISSION_END,
    RESPONDERS,
    SURVIVAL,
)
from .cost import Target, tightened_goals
from .outcomes import FIRST_VALUE, N_VALUES, OS_BY_REMISSION_AND_MRD, compute_all
from .statistics import Z_95, count_event_days, cox_covariate, entry_score

MALES, PRIOR_TRANSPLANTS, PRIMARY_REFRACTORY, TWO_OR_MORE_RELAPSES = 160, 88, 25, 88
FIRST_SALVAGES = (74, 72, 76, 70, 78, 66)  # not printed: the first count that fits is taken
YOUNGEST, MEDIAN_AGE, OLDEST = 18, 38, 79
ECOG_COUNTS = {0: 90, 1: 129, 2: 38}
BLASTS_UNKNOWN = 4
BLASTS_MEAN, BLASTS_SD = 66.7, 31.1
# Lowest and highest central blasts and number of patients per class of Table 1; and the shape of a
# beta distribution in it. With these shapes mean and SD come out almost by themselves, so that no
# value is heaped at the edge of a class.
BLAST_CLASSES = (
    (1, 5, 6, (1.0, 1.0)),
    (6, 9, 10, (1.0, 1.0)),
    (10, 49, 61, (1.25, 1.53)),
    (50, 100, 178, (2.3, 0.92)),
)
LARGEST_ENTRY_SCORE = 1.8  # |z| of ECOG beside CR/CRh and MRD response: not selected

SWAPS, HOT, COLD = 150_000, 1.0, 0.01
DESELECTING_SWAPS = 60_000
ATTEMPTS = 20


Fit = Callable[[str, np.ndarray, np.ndarray], np.ndarray]


class CalibrationError(RuntimeError):
    """The search ended without what it must reach; the message is one sentence."""


@dataclass(frozen=True)
class Times:
    """Times and events of OS and RFS, with the patients by falling time."""

    survival: np.ndarray
    died: np.ndarray
    by_survival: np.ndarray
    duration: np.ndarray
    ended: np.ndarray
    by_duration: np.ndarray


def times_of(s: np.ndarray) -> Times:
    duration = s[REMISSION_END, :RESPONDERS] - s[REMISSION, :RESPONDERS]
    ended = (s[END_KIND, :RESPONDERS] != FOLLOWED).astype(np.int64)
    return Times(
        s[SURVIVAL].copy(),
        s[DIED].copy(),
        np.argsort(-s[SURVIVAL], kind="stable"),
        duration,
        ended,
        np.argsort(-duration, kind="stable"),
    )


@dataclass(frozen=True)
class Baseline:
    """One array per covariate, one value per patient; -1 where it is not known."""

    male: np.ndarray
    prior_transplant: np.ndarray
    primary_refractory: np.ndarray
    prior_relapses: np.ndarray
    first_salvage: np.ndarray
    age: np.ndarray
    blasts: np.ndarray
    ecog: np.ndarray


def fit_baseline(s: np.ndarray, targets: tuple[Target, ...], rng: Generator) -> Baseline:
    """All baseline covariates of a skeleton."""
    times, everybody = times_of(s), np.ones(PATIENTS, bool)

    def goals_of(name: str, inside: float = 0.8) -> np.ndarray:
        goals = np.vstack([_goals(targets, f"{curve}_by_{name}") for curve in ("os", "rfs")])
        goals[:, 1] *= inside
        return goals

    def fit(name: str, values: np.ndarray, movable: np.ndarray, inside: float = 0.8) -> np.ndarray:
        goals = goals_of(name, inside)
        for _ in range(ATTEMPTS):
            fitted, cost = _swap(values, values >= 0, movable, times, goals, rng)
            if cost == 0.0:
                return fitted
        raise CalibrationError(f"No arrangement of {name} gives the printed ratios.")

    male = fit("sex", _flags(rng, everybody, MALES), everybody)
    prior_transplant = fit("prior_transplant", _flags(rng, everybody, PRIOR_TRANSPLANTS), everybody)
    remitted_before = prior_transplant == 0  # who was never in remission had no transplant
    refractory = fit(
        "primary_refractory", _flags(rng, remitted_before, PRIMARY_REFRACTORY), remitted_before
    )
    multiple = _flags(rng, refractory == 0, TWO_OR_MORE_RELAPSES)
    salvage = _fit_salvage(fit, multiple == 0, rng)
    age = fit("age", _ages(rng), everybody)
    blasts = fit("central_marrow_blasts", _blasts(rng), everybody, inside=0.97)
    ecog_0 = _fit_ecog(fit, s, goals_of("ecog_0"), times, rng)
    return Baseline(
        male,
        prior_transplant,
        refractory,
        np.where(refractory == 1, 0, 1 + multiple),
        salvage,
        age,
        blasts,
        _ecog(ecog_0, rng),
    )


def _goals(targets: tuple[Target, ...], block: str) -> np.ndarray:
    """Centre and half-width of ratio and limits; blasts for OS must also not be significant."""
    triple = np.array([(t.value, t.half_width) for t in targets if t.block == block])
    if block == "os_by_central_marrow_blasts":
        lowest = triple[1, 0] - triple[1, 1]
        triple[1] = (lowest + 1.0) / 2, (1.0 - lowest) / 2
    return tightened_goals(triple)


def _flags(rng: Generator, among: np.ndarray, count: int) -> np.ndarray:
    values = np.zeros(PATIENTS)
    values[rng.choice(np.flatnonzero(among), count, replace=False)] = 1
    return values


def _ages(rng: Generator) -> np.ndarray:
    half = PATIENTS // 2
    younger = rng.integers(YOUNGEST, MEDIAN_AGE, half)
    older = rng.integers(MEDIAN_AGE, OLDEST + 1, half)
    ages = np.concatenate(([YOUNGEST, OLDEST], younger[1:], [MEDIAN_AGE], older[1:]))
    return rng.permutation(ages.astype(float))


def _blasts(rng: Generator) -> np.ndarray:
    """Percentages in the classes of Table 1, moved by points until mean and SD print right."""
    counts = [count for _, _, count, _ in BLAST_CLASSES]
    low = np.repeat([first for first, *_ in BLAST_CLASSES], counts)
    high = np.repeat([last for _, last, *_ in BLAST_CLASSES], counts)
    shares = np.concatenate([rng.beta(*shape, count) for *_, count, shape in BLAST_CLASSES])
    values = np.floor(low + shares * (high + 1 - low))
    while _moments_off(values) > 0:
        i = rng.integers(len(values))
        changed = values.copy()
        changed[i] += rng.integers(-6, 7)
        possible = low[i] <= changed[i] <= high[i]
        if possible and _moments_off(changed) <= _moments_off(values):
            values = changed
    return rng.permutation(np.concatenate((values, np.full(BLASTS_UNKNOWN, -1.0))))


def _moments_off(values: np.ndarray) -> float:
    off_mean: float = max(0.0, abs(values.mean() - BLASTS_MEAN) - 0.04)
    off_sd: float = max(0.0, abs(values.std(ddof=1) - BLASTS_SD) - 0.04)
    return off_mean + off_sd


def _fit_salvage(fit: Fit, movable: np.ndarray, rng: Generator) -> np.ndarray:
    for count in FIRST_SALVAGES:
        try:
            return fit("first_salvage", _flags(rng, movable, count), movable)
        except CalibrationError:
            continue
    raise CalibrationError("No number of first salvages gives the printed ratios.")


def _fit_ecog(
    fit: Fit, s: np.ndarray, goals: np.ndarray, times: Times, rng: Generator
) -> np.ndarray:
    """ECOG 0 or not, -1 unknown; and not selected beside CR/CRh and MRD response."""
    known = s[ECOG_KNOWN] == 1
    values = compute_all(s, np.zeros(N_VALUES))
    first = FIRST_VALUE[OS_BY_REMISSION_AND_MRD]
    betas = np.log(values[first : first + 6 : 3])
    for _ in range(ATTEMPTS):
        ecog_0 = fit("ecog_0", np.where(known, _flags(rng, known, ECOG_COUNTS[0]), -1.0), known)
        seed = int(rng.integers(2**31))
        score = _deselect(
            ecog_0,
            s,
            betas,
            times.duration,
            times.ended,
            times.by_survival,
            times.by_duration,
            goals,
            seed,
        )
        if score <= LARGEST_ENTRY_SCORE:
            return ecog_0
    raise CalibrationError("ECOG is selected beside CR/CRh and MRD response each time.")


def _ecog(ecog_0: np.ndarray, rng: Generator) -> np.ndarray:
    grades = np.where(ecog_0 == 1, 0, -1)
    above = rng.permutation(np.flatnonzero(ecog_0 == 0))
    grades[above[: ECOG_COUNTS[1]]] = 1
    grades[above[ECOG_COUNTS[1] :]] = 2
    return grades


def _swap(
    values: np.ndarray,
    known: np.ndarray,
    movable: np.ndarray,
    times: Times,
    goals: np.ndarray,
    rng: Generator,
) -> tuple[np.ndarray, float]:
    """An arrangement of the values among the movable patients, and what it misses."""
    fitted = values.copy()
    cost = _swap_until_fit(
        fitted,
        known.astype(np.int64),
        np.flatnonzero(movable & known),
        times.survival,
        times.died,
        times.by_survival,
        times.duration,
        times.ended,
        times.by_duration,
        goals,
        int(rng.integers(2**31)),
    )
    return fitted, cost


@njit(cache=True)
def _swap_until_fit(
    values: FloatArray,
    known: IntArray,
    movable: IntArray,
    survival: IntArray,
    died: IntArray,
    by_survival: IntArray,
    duration: IntArray,
    ended: IntArray,
    by_duration: IntArray,
    goals: FloatArray,
    seed: int,
) -> float:
    """Anneal by swaps, in place, until nothing is missed; return what the last state costs."""
    np.random.seed(seed)
    np.random.shuffle(movable)
    drawn = values[np.sort(movable)]
    values[movable] = drawn
    current, beta_os, beta_rfs = 1e9, 0.0, 0.0
    for step in range(SWAPS):
        temperature = HOT * (COLD / HOT) ** (step / SWAPS)
        i = movable[np.random.randint(len(movable))]
        j = movable[np.random.randint(len(movable))]
        if values[i] == values[j] and step > 0:
            continue
        values[i], values[j] = values[j], values[i]
        allowed = current - temperature * np.log(1.0 - np.random.random())
        beta_rfs, se = cox_covariate(
            values, known, duration, ended, by_duration, RESPONDERS, beta_rfs
        )
        cost = _cost_of_ratio(beta_rfs, se, goals[3:])
        if cost <= allowed:
            beta_os, se = cox_covariate(
                values, known, survival, died, by_survival, PATIENTS, beta_os
            )
            cost += _cost_of_ratio(beta_os, se, goals[:3])
        if cost <= allowed:
            current = cost
            if current == 0.0:
                break
        else:
            values[i], values[j] = values[j], values[i]
    return current


@njit(cache=True)
def _deselect(
    ecog_0: FloatArray,
    s: IntArray,
    betas: FloatArray,
    duration: IntArray,
    ended: IntArray,
    by_survival: IntArray,
    by_duration: IntArray,
    goals: FloatArray,
    seed: int,
) -> float:
    """Swap, in place, among arrangements that all fit, towards a lower entry score of ECOG."""
    np.random.seed(seed)
    n = PATIENTS
    known, used = s[ECOG_KNOWN], s[EVALUABLE] * s[ECOG_KNOWN]
    movable = np.flatnonzero(known)
    survival, died = s[SURVIVAL], s[DIED]
    days_by = np.zeros(LAST_DAY, np.int16)
    count_event_days(survival, died, n, days_by)
    score = 1e9
    beta_os, beta_rfs = 0.0, 0.0
    for _ in range(DESELECTING_SWAPS):
        i = movable[np.random.randint(len(movable))]
        j = movable[np.random.randint(len(movable))]
        if ecog_0[i] == ecog_0[j] or used[i] + used[j] == 0:
            continue
        ecog_0[i], ecog_0[j] = ecog_0[j], ecog_0[i]
        new_score = 1e10
        beta_rfs, se = cox_covariate(
            ecog_0, known, duration, ended, by_duration, RESPONDERS, beta_rfs
        )
        fits = _cost_of_ratio(beta_rfs, se, goals[3:]) == 0.0
        if fits:
            beta_os, se = cox_covariate(ecog_0, known, survival, died, by_survival, n, beta_os)
            fits = _cost_of_ratio(beta_os, se, goals[:3]) == 0.0
        if fits:
            on_ecog = np.where(ecog_0 == 1.0, 0, NEVER)
            new_score = entry_score(
                survival,
                died,
                s[REMISSION],
                s[MRD_RESPONSE],
                on_ecog,
                used,
                n,
                days_by,
                betas[0],
                betas[1],
            )
        if new_score <= score + 0.05 and fits:
            score = new_score
            if score <= LARGEST_ENTRY_SCORE:
                break
        else:
            ecog_0[i], ecog_0[j] = ecog_0[j], ecog_0[i]
    return score


@njit(cache=True)
def _cost_of_ratio(beta: float, se: float, goals: FloatArray) -> float:
    cost = 0.0
    for k in range(3):
        value = np.exp(beta + (0.0, -Z_95, Z_95)[k] * se)
        excess = abs(value - goals[k, 0]) / goals[k, 1] - 1.0
        if excess > 0:
            cost += np.log1p(excess) + 0.1 * excess
    return cost
