"""Gray's test of equal cumulative incidence in two or more groups, with or without strata.

The log-rank test of an event compares its hazard among those still free of both events. This one
compares the hazard of the subdistribution, in which a subject with the competing event never leaves
the risk set, so it says whether the incidence curves themselves differ.
Reference: Gray, Ann Stat 1988;16:1141, with weight 1 (rho = 0); in R cmprsk::cuminc.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.chi_square import TestResult, chi_square_test, no_test, quadratic_form
from analytics.methods.competing_risks import EventType, events_of_type
from analytics.methods.counts import RiskTable, risk_table


def gray_test(counts_by_group: Mapping[str, pl.DataFrame], *, event: EventType) -> TestResult:
    """Whether the incidence of this type of event is the same in every group; df is groups less 1.

    Censorings are taken after the events of their day. Groups in which no event was expected are
    left out. Status without two groups, without events of the type, or with delayed entry, for
    which the test is not defined.
    """
    return stratified_gray_test({"all": counts_by_group}, event=event)


def stratified_gray_test(
    counts_by_stratum: Mapping[str, Mapping[str, pl.DataFrame]], *, event: EventType
) -> TestResult:
    """Gray's test with the scores and their variances taken within each stratum and added up.

    `counts_by_stratum`: stratum -> group -> counts.
    """
    strata = [
        {group: risk_table(counts) for group, counts in groups.items()}
        for groups in counts_by_stratum.values()
    ]
    tables = [table for stratum in strata for table in stratum.values()]
    if any(table.has_delayed_entry for table in tables):
        return no_test(statuses.DELAYED_ENTRY)
    if sum(int(events_of_type(table, event).sum()) for table in tables) == 0:
        return no_test(statuses.NO_EVENTS)
    score, covariance, n_compared = _sums(strata, event)
    statistic = quadratic_form(score[:-1], covariance[:-1, :-1])
    if n_compared < 2:
        return no_test(statuses.ONE_GROUP)
    if statistic is None:
        return no_test(statuses.NO_COMPARISON)
    return chi_square_test(statistic, n_compared - 1)


def n_informative_strata(
    counts_by_stratum: Mapping[str, Mapping[str, pl.DataFrame]], *, event: EventType
) -> int:
    """How many strata carry information on the groups: their scores vary.

    The scores of a stratum are 0, with variance 0, when never two of its groups are at risk at an
    event of the type. `counts_by_stratum`: stratum -> group -> counts.
    """
    strata = [list(map(risk_table, groups.values())) for groups in counts_by_stratum.values()]
    return sum(bool(observed_minus_expected(tables, event)[1].any()) for tables in strata if tables)


@dataclass(frozen=True)
class _Days:
    """One stratum on its days with any event, days x groups.

    `own` and `other`: the events tested and the competing ones; `survival_before` and `survival`:
    from both, just before and after the day; `incidence_before`: of the events tested.
    """

    n_risk: FloatArray
    own: FloatArray
    other: FloatArray
    survival_before: FloatArray
    survival: FloatArray
    incidence_before: FloatArray


def observed_minus_expected(
    tables: Sequence[RiskTable], event: EventType
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Per group of one stratum: events less expected, their covariance, and the expected events.

    A group counts h = n / S(t-) at risk, as if censoring were all that made its numbers fall; at
    risk of the subdistribution are h (1 - F(t-)) = R. On a day with d events in all groups
    E = d R_g / sum R, and the common incidence rises by d / sum h.
    """
    days = _days(tables, event)
    at_risk = _ratio(days.n_risk, days.survival_before)
    free = at_risk * (1 - days.incidence_before)
    d = days.own.sum(axis=1)
    expected = _ratio(d[:, None] * free, free.sum(axis=1)[:, None]).sum(axis=0)
    common = _ratio(d, at_risk.sum(axis=1))
    return days.own.sum(axis=0) - expected, _covariance(days, at_risk, common), expected


def _covariance(days: _Days, at_risk: FloatArray, common: FloatArray) -> FloatArray:
    """The covariance of the scores (groups x groups), by the influence of each group's events.

    An event tested in group k on day t changes score i by a_ik + (1 - q_k) C_ik, a competing one by
    q_k C_ik, where a_ik = h_i (1{i = k} - h_k / sum h), q_k = (1 - F(t)) / S_k(t) with F the common
    incidence, and C_ik sums a_ik dF / (1 - F(t-)) over the later days. The squares add up over the
    days with the events' variances: dF / h_k for those tested, d / h_k^2 for the competing ones,
    each less the correction for ties.
    """
    incidence = np.cumsum(common)
    hazard = _ratio(common, 1 - (incidence - common))
    ratio = _ratio(np.broadcast_to(1 - incidence[:, None], at_risk.shape), days.survival)
    own_variance = _ratio(common[:, None] * _own_ties(days, at_risk), at_risk)
    other_variance = np.where(
        days.survival > 0, _ratio(days.other * _other_ties(days), at_risk**2), 0.0
    )
    share = _ratio(at_risk, at_risk.sum(axis=1)[:, None])
    n_groups = at_risk.shape[1]
    covariance = np.zeros((n_groups, n_groups))
    for k in range(n_groups):
        change = at_risk * ((np.arange(n_groups) == k) - share[:, [k]])
        later = _sums_over_later_days(change * hazard[:, None])
        own = change + (1 - ratio[:, [k]]) * later
        other = ratio[:, [k]] * later
        covariance += np.einsum("t,ti,tj->ij", own_variance[:, k], own, own)
        covariance += np.einsum("t,ti,tj->ij", other_variance[:, k], other, other)
    return covariance


def _own_ties(days: _Days, at_risk: FloatArray) -> FloatArray:
    """1 - (d - 1) / (n - 1) with d the day's events of all groups and n = S_k(t-) sum h."""
    d = np.broadcast_to(days.own.sum(axis=1)[:, None], at_risk.shape)
    n = days.survival_before * at_risk.sum(axis=1)[:, None]
    return 1 - np.where(d > 1, _ratio(d - 1, n - 1), 0.0)


def _other_ties(days: _Days) -> FloatArray:
    """1 - (d - 1) / (n - 1) with the group's own numbers."""
    return 1 - np.where(days.other > 1, _ratio(days.other - 1, days.n_risk - 1), 0.0)


def _sums(
    strata: Sequence[Mapping[str, RiskTable]], event: EventType
) -> tuple[FloatArray, FloatArray, int]:
    """Scores and covariance, added over strata, of the groups in which some event was expected."""
    groups = sorted({group for stratum in strata for group in stratum})
    score, expected = np.zeros(len(groups)), np.zeros(len(groups))
    covariance = np.zeros((len(groups), len(groups)))
    for stratum in strata:
        at = np.array([groups.index(group) for group in stratum], dtype=np.int64)
        if len(at) == 0:
            continue
        more, spread, hoped = observed_minus_expected(list(stratum.values()), event)
        score[at] += more
        expected[at] += hoped
        covariance[np.ix_(at, at)] += spread
    kept = np.flatnonzero(expected > 0)
    return score[kept], covariance[np.ix_(kept, kept)], len(kept)


def _days(tables: Sequence[RiskTable], event: EventType) -> _Days:
    days = np.unique(
        np.concatenate([table.time[table.n_event + table.n_competing > 0] for table in tables])
    )
    n_risk = np.column_stack(
        [np.append(table.n_risk, 0)[np.searchsorted(table.time, days)] for table in tables]
    ).astype(np.float64)
    own = _on(days, tables, [events_of_type(table, event) for table in tables])
    every = _on(days, tables, [table.n_event + table.n_competing for table in tables])
    survival: FloatArray = np.cumprod(1 - _ratio(every, n_risk), axis=0, dtype=np.float64)
    survival_before = np.vstack([np.ones_like(survival[:1]), survival[:-1]])
    rise = survival_before * _ratio(own, n_risk)
    return _Days(
        n_risk=n_risk,
        own=own,
        other=every - own,
        survival_before=survival_before,
        survival=survival,
        incidence_before=np.cumsum(rise, axis=0) - rise,
    )


def _on(days: FloatArray, tables: Sequence[RiskTable], numbers: Sequence[IntArray]) -> FloatArray:
    """The numbers of each table on these days (days x tables); 0 on a day that it does not have."""
    out = np.zeros((len(days), len(tables)))
    for column, (table, values) in enumerate(zip(tables, numbers, strict=True)):
        known = np.isin(table.time, days)
        out[np.searchsorted(days, table.time[known]), column] = values[known]
    return out


def _sums_over_later_days(values: FloatArray) -> FloatArray:
    return np.cumsum(values[::-1], axis=0)[::-1] - values


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """The quotient, 0 where the denominator is 0: a group without subjects any more."""
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    return np.divide(numerator, denominator, out=np.zeros(numerator.shape), where=denominator != 0)
