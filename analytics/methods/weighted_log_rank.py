"""Tests between groups that weigh early or late events, a trend, pairs, and the best of several.

All take the log-rank sums of a day times a weight: U = sum of w (d_g - d n_g / n), with the
covariance sum of w^2 d (n - d) / (n - 1) (diag(p) - p p'), p = n_g / n. With strata both are added
up over them, and S, d and n are the stratum's own. Delayed entry changes n alone.
References: Fleming and Harrington, Counting Processes and Survival Analysis, 1991, chapter 7;
Tarone and Ware, Biometrika 1977;64:156; Peto and Peto, J R Stat Soc A 1972;135:185.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import polars as pl
from scipy.special import ndtr, roots_legendre

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray
from analytics.methods.chi_square import TestResult, chi_square_test, no_test, quadratic_form
from analytics.methods.counts import RiskTable, risk_table
from analytics.methods.log_rank import is_informative, on_event_days, stratified_log_rank_test

Strata = Mapping[str, Mapping[str, pl.DataFrame]]
# events and subjects at risk of all groups by day -> the weight of each day
Weight = Callable[[FloatArray, FloatArray], FloatArray]

MAX_COMBO: Final = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
_POINTS: Final = 12  # of Gauss and Legendre, on each piece between two kinks
_FURTHEST: Final = 9.0  # standard deviations, beyond which less than 1e-18 lies


@dataclass(frozen=True)
class PairTest:
    """The test of two groups alone, and its P value adjusted for the number of pairs (Holm)."""

    group: str
    reference: str
    test: TestResult
    p_adjusted: float | None


def weight_of(name: str) -> Weight:
    """The weights of a test by its name; ValueError for one that is not known.

    `fleming_harrington(rho,gamma)`: S(t-)^rho (1 - S(t-))^gamma, S the Kaplan-Meier estimate of all
    groups together, as in R's survdiff for gamma = 0. `gehan`: n. `tarone_ware`: the root of n.
    `peto_peto`: the product of 1 - d / (n + 1) up to and with the day; `modified_peto`: that times
    n / (n + 1).
    """
    if (powers := powers_of(name)) is not None:
        return _fleming_harrington(*powers)
    if name not in WEIGHTS:
        raise ValueError(f"The test '{name}' is not known; use {', '.join(WEIGHTS)}.")
    return WEIGHTS[name]


def powers_of(name: str) -> tuple[float, float] | None:
    """rho and gamma of `fleming_harrington(rho,gamma)`; None for another name."""
    found = re.fullmatch(r"fleming_harrington\(\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*\)", name)
    return (float(found[1]), float(found[2])) if found else None


def weighted_log_rank_test(counts_by_stratum: Strata, weight: Weight) -> TestResult:
    """Whether the hazard is the same in every group, days weighted; df is groups less one.

    Status as of the log-rank test; also where every weight is 0.
    """
    sums = _sums(counts_by_stratum, [weight])
    if isinstance(sums, TestResult):
        return sums
    statistic = quadratic_form(sums.excess[0][:-1], sums.covariance[0, 0][:-1, :-1])
    if statistic is None:
        return no_test(statuses.NO_COMPARISON)
    return chi_square_test(statistic, len(sums.groups) - 1)


def trend_test(counts_by_stratum: Strata, order: Sequence[str]) -> TestResult:
    """Whether the hazard rises or falls with the order of the groups: scores 0, 1, 2 ..

    (a' U)^2 / a' V a on 1 degree of freedom, U and V those of the log-rank test. Only the
    differences of the scores matter. Reference: Tarone, Biometrika 1975;62:679.
    """
    sums = _sums(counts_by_stratum, [_ones])
    if isinstance(sums, TestResult):
        return sums
    score = np.array([order.index(group) for group in sums.groups], dtype=np.float64)
    variance = float(score @ sums.covariance[0, 0] @ score)
    scale = float(score**2 @ np.diag(sums.covariance[0, 0]))
    if not variance > 1e-12 * scale:
        return no_test(statuses.NO_COMPARISON)
    return chi_square_test(float(score @ sums.excess[0]) ** 2 / variance, 1)


def pairwise_tests(counts_by_stratum: Strata, order: Sequence[str]) -> list[PairTest]:
    """The log-rank test of each two groups by themselves, with Holm's adjusted P values."""
    pairs = list(combinations(order, 2))
    tests = [
        stratified_log_rank_test(
            {
                stratum: {group: counts for group, counts in groups.items() if group in pair}
                for stratum, groups in counts_by_stratum.items()
            }
        )
        for pair in pairs
    ]
    adjusted = holm([test.p_value for test in tests])
    return [
        PairTest(group, reference, test, p)
        for (group, reference), test, p in zip(pairs, tests, adjusted, strict=True)
    ]


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's adjusted P values; a test without one counts for nothing.

    Reference: Holm, Scand J Stat 1979;6:65.
    """
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, place) in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - rank) * p))
        adjusted[place] = largest
    return adjusted


def max_combo_test(counts_by_stratum: Strata) -> TestResult:
    """The largest |Z| of four Fleming-Harrington tests of two groups, and its P value.

    Weights (0,0), (0,1), (1,0) and (1,1): constant, late, early and middle. The four are jointly
    normal with the correlation of their sums; P is the chance that any |Z| is as large, found by
    numerical integration, good to 1e-10. `statistic` is the largest |Z| and `df` 0: it is no
    chi-square. Reference: Lin et al., Stat Biopharm Res 2020;12:187.
    """
    sums = _sums(counts_by_stratum, [_fleming_harrington(*powers) for powers in MAX_COMBO])
    if isinstance(sums, TestResult):
        return sums
    if len(sums.groups) != 2:
        raise ValueError("The max-combo test compares two groups.")
    covariance = sums.covariance[:, :, 0, 0]
    size = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    kept = size > 1e-6 * size.max(initial=0.0)
    if not kept.any():
        return no_test(statuses.NO_COMPARISON)
    z = sums.excess[kept, 0] / size[kept]
    correlation = covariance[np.ix_(kept, kept)] / np.outer(size[kept], size[kept])
    largest = float(np.abs(z).max())
    return TestResult(largest, 0, 1 - inside_probability(correlation, largest))


def inside_probability(correlation: FloatArray, limit: float) -> float:
    """The chance that standard normals of this correlation, of rank 3 at most, are all in +-limit.

    Along one direction the chance is a difference of normal probabilities; over the other two it
    is integrated by Gauss and Legendre between the places where another limit begins to hold.
    """
    values, vectors = np.linalg.eigh(correlation)
    kept = values > 1e-10 * values[-1]
    if int(kept.sum()) > 3:
        raise ValueError("The correlation has a rank above 3.")
    loads = vectors[:, kept] * np.sqrt(values[kept])
    # the widest direction last, where the chance is exact: along the others it changes slowly
    loads = np.column_stack([np.zeros((len(loads), 3 - loads.shape[1])), loads])
    # |a x + b y + c z| <= limit for each row (a, b, c) of the loads
    return _over_first(loads, limit)


def _over_first(loads: FloatArray, limit: float) -> float:
    """The integral over the first coordinate; the second's kinks move smoothly between its own."""
    return _integrated(
        lambda x: np.array([_over_second(loads[:, 1:], loads[:, 0] * one, limit) for one in x]),
        _kinks_of_first(loads, limit),
    )


def _over_second(loads: FloatArray, shift: FloatArray, limit: float) -> float:
    return _integrated(
        lambda y: _between(loads[:, 1], shift[:, None] + np.outer(loads[:, 0], y), limit),
        _kinks(loads, shift, limit),
    )


def _between(load: FloatArray, shift: FloatArray, limit: float) -> FloatArray:
    """The chance of |shift + load z| <= limit for all rows, by column of shift."""
    free = np.abs(load) < 1e-12
    possible = (np.abs(shift[free]) <= limit).all(axis=0)
    ends = np.sort(
        np.stack([(way * limit - shift[~free]) / load[~free, None] for way in (-1, 1)]), axis=0
    )
    low = ends[0].max(axis=0, initial=-np.inf)
    high = ends[1].min(axis=0, initial=np.inf)
    # in the tail that is shorter, where a difference of probabilities keeps its digits
    upper = low > 0
    chance = np.where(upper, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
    return np.asarray(np.where(possible, np.maximum(chance, 0.0), 0.0), dtype=np.float64)


def _lines(loads: FloatArray, shift: FloatArray, limit: float) -> list[tuple[float, float, float]]:
    """The bounds (slope, load, right side) of b y + c z = +-limit - shift."""
    return [
        (float(b), float(c), float(way * limit - s))
        for (b, c), s in zip(loads, shift, strict=True)
        for way in (-1, 1)
    ]


def _kinks(loads: FloatArray, shift: FloatArray, limit: float) -> FloatArray:
    """Where two bounds of z cross, or one ends, along y."""
    found = []
    lines = _lines(loads, shift, limit)
    for b, c, right in lines:
        if abs(c) < 1e-12 and abs(b) > 1e-12:
            found.append(right / b)
    for (b, c, right), (e, f, other) in combinations(lines, 2):
        crossing = b * f - e * c
        if abs(crossing) > 1e-12:
            found.append((right * f - other * c) / crossing)
    return np.array(found)


def _kinks_of_first(loads: FloatArray, limit: float) -> FloatArray:
    """Where three planes meet along x: there the kinks of y change places."""
    found = []
    planes = [(row, way * limit) for row in loads for way in (-1, 1)]
    for chosen in combinations(planes, 3):
        matrix = np.array([row for row, _ in chosen])
        if abs(np.linalg.det(matrix)) > 1e-9:
            found.append(float(np.linalg.solve(matrix, [right for _, right in chosen])[0]))
    for pair in combinations(planes, 2):  # planes without z meet above each other
        matrix = np.array([row[:2] for row, _ in pair])
        if abs(np.linalg.det(matrix)) > 1e-9:
            found.append(float(np.linalg.solve(matrix, [right for _, right in pair])[0]))
    found += [right / row[0] for row, right in planes if abs(row[0]) > 1e-9]
    return np.array(found)


def _integrated(chance: Callable[[FloatArray], FloatArray], kinks: FloatArray) -> float:
    """The integral of the chance times the normal density."""
    inside = kinks[np.abs(kinks) < _FURTHEST]
    bounds = np.unique(np.concatenate([np.arange(-_FURTHEST, _FURTHEST + 1, 3.0), inside]))
    nodes, weights = roots_legendre(_POINTS)
    middle, half = (bounds[1:] + bounds[:-1]) / 2, np.diff(bounds) / 2
    wide = half > 1e-12
    at = (middle[wide, None] + half[wide, None] * nodes).ravel()
    share = (half[wide, None] * weights).ravel()
    density = np.exp(-(at**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.sum(share * density * chance(at)))


@dataclass(frozen=True)
class _Sums:
    """Per weight the groups' sums (weights x groups), and their covariance over weights.

    `covariance` is weights x weights x groups x groups.
    """

    groups: list[str]
    excess: FloatArray
    covariance: FloatArray


def _sums(counts_by_stratum: Strata, weights: Sequence[Weight]) -> _Sums | TestResult:
    """The sums of the groups in which some event was expected, or why there is no test."""
    strata = [
        {group: risk_table(counts) for group, counts in groups.items()}
        for groups in counts_by_stratum.values()
    ]
    groups = sorted({group for stratum in strata for group in stratum})
    if sum(int(table.n_event.sum()) for stratum in strata for table in stratum.values()) == 0:
        return no_test(statuses.NO_EVENTS)
    n_weights, n_groups = len(weights), len(groups)
    every = np.arange(n_weights)
    excess, expected = np.zeros((n_weights, n_groups)), np.zeros(n_groups)
    covariance = np.zeros((n_weights, n_weights, n_groups, n_groups))
    for stratum in strata:
        tables = list(stratum.values())
        at = np.array([groups.index(group) for group in stratum], dtype=np.int64)
        if sum(int(table.n_event.sum()) for table in tables) == 0:
            continue
        more, spread, hoped = _of_stratum(tables, weights)
        expected[at] += hoped
        if is_informative(tables):
            excess[:, at] += more
            covariance[np.ix_(every, every, at, at)] += spread
    kept = np.flatnonzero(expected > 0)
    if len(kept) < 2:
        return no_test(statuses.ONE_GROUP)
    inside = np.ix_(every, every, kept, kept)
    return _Sums([groups[int(i)] for i in kept], excess[:, kept], covariance[inside])


def _of_stratum(
    tables: Sequence[RiskTable], weights: Sequence[Weight]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    d_group, n_group = on_event_days(tables)
    d, n = d_group.sum(axis=1), n_group.sum(axis=1)
    share = n_group / n[:, None]
    spread = np.divide(d * (n - d), n - 1, out=np.zeros_like(d), where=n > 1)
    w = np.array([weight(d, n) for weight in weights])
    expected = d[:, None] * share
    excess = np.einsum("kt,tg->kg", w, d_group - expected)
    products = np.einsum("kt,lt,t->klt", w, w, spread)
    crossed = np.einsum("klt,tg,th->klgh", products, share, share)
    own = np.einsum("klt,tg->klg", products, share)
    covariance = np.einsum("klg,gh->klgh", own, np.eye(share.shape[1])) - crossed
    return excess, covariance, expected.sum(axis=0)


def _survival_before(d: FloatArray, n: FloatArray) -> FloatArray:
    return np.concatenate([[1.0], np.cumprod(1 - d / n)[:-1]])


def _fleming_harrington(rho: float, gamma: float) -> Weight:
    def weight(d: FloatArray, n: FloatArray) -> FloatArray:
        survival = _survival_before(d, n)
        return np.asarray(survival**rho * (1 - survival) ** gamma, dtype=np.float64)

    return weight


def _ones(_d: FloatArray, n: FloatArray) -> FloatArray:
    return np.ones_like(n)


def _peto_survival(d: FloatArray, n: FloatArray) -> FloatArray:
    return np.asarray(np.cumprod(1 - d / (n + 1)), dtype=np.float64)


WEIGHTS: Final[dict[str, Weight]] = {
    "gehan": lambda _d, n: n,
    "tarone_ware": lambda _d, n: np.asarray(np.sqrt(n), dtype=np.float64),
    "peto_peto": _peto_survival,
    "modified_peto": lambda d, n: _peto_survival(d, n) * n / (n + 1),
}
