"""The log-rank test of two or more groups, with or without strata.

lifelines computes the ordinary test on weighted counts. It supports neither strata nor delayed
entry; for those the same observed-minus-expected sums are computed here (the two agree to 1e-12
where both apply; see the tests).
"""

from collections.abc import Mapping, Sequence
from types import FunctionType

import numpy as np
import polars as pl

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.chi_square import TestResult, chi_square_test, no_test, quadratic_form
from analytics.methods.counts import RiskTable, risk_table


def log_rank_test(counts_by_group: Mapping[str, pl.DataFrame]) -> TestResult:
    """Whether the hazard of the event is the same in every group; df is groups less one.

    A competing event leaves the risk set like a censoring, so this compares cause-specific hazards.
    Groups in which no event was expected are left out. Status without two groups, without events,
    and when no event day has two groups at risk and a survivor, as when all have the event at once.
    Reference: Mantel, Cancer Chemother Rep 1966;50:163.
    """
    return stratified_log_rank_test({"all": counts_by_group})


def stratified_log_rank_test(
    counts_by_stratum: Mapping[str, Mapping[str, pl.DataFrame]],
) -> TestResult:
    """The log-rank test with the sums taken within each stratum and added up.

    `counts_by_stratum`: stratum -> group -> counts.
    """
    tables = [
        {group: risk_table(counts) for group, counts in groups.items()}
        for groups in counts_by_stratum.values()
    ]
    groups = sorted({group for stratum in tables for group in stratum})
    if sum(int(table.n_event.sum()) for stratum in tables for table in stratum.values()) == 0:
        return no_test(statuses.NO_EVENTS)
    excess, covariance, compared = _sums(tables, groups)
    if len(compared) < 2:
        return no_test(statuses.ONE_GROUP)
    statistic = quadratic_form(excess[:-1], covariance[:-1, :-1])
    if statistic is None:
        return no_test(statuses.NO_COMPARISON)
    if len(tables) == 1 and not any(table.has_delayed_entry for table in tables[0].values()):
        return _lifelines_test({group: tables[0][group] for group in compared})
    return chi_square_test(statistic, len(compared) - 1)


def n_informative_strata(counts_by_stratum: Mapping[str, Mapping[str, pl.DataFrame]]) -> int:
    """How many strata carry information on the groups; the others add 0 to every sum.

    Such a stratum has a day with an event on which two groups are at risk and a subject survives.
    `counts_by_stratum`: stratum -> group -> counts.
    """
    strata = (list(map(risk_table, groups.values())) for groups in counts_by_stratum.values())
    return sum(is_informative(tables) for tables in strata)


def observed_minus_expected(
    tables: Sequence[RiskTable],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Per group of one stratum: events less expected, their covariance, and the expected events.

    On each day with d events among n at risk the groups' shares are hypergeometric:
    E = d n_g / n and Var = d (n - d) / (n - 1) (diag(p) - p p') with p = n_g / n.
    """
    d_group, n_group = on_event_days(tables)
    d, n = d_group.sum(axis=1), n_group.sum(axis=1)
    share = n_group / n[:, None]
    spread = np.divide(d * (n - d), n - 1, out=np.zeros_like(d), where=n > 1)
    expected = np.sum(d[:, None] * share, axis=0)
    spread_share = spread[:, None] * share
    covariance = np.diag(spread_share.sum(axis=0)) - np.einsum("ij,ik->jk", spread_share, share)
    return d_group.sum(axis=0) - expected, covariance, expected


def _sums(
    tables: Sequence[Mapping[str, RiskTable]], groups: Sequence[str]
) -> tuple[FloatArray, FloatArray, list[str]]:
    """Sums over strata for the groups in which some event was expected, and those groups.

    A group with expected events only in strata without information stays, and makes the covariance
    singular: it cannot be compared.
    """
    excess, expected = np.zeros(len(groups)), np.zeros(len(groups))
    covariance = np.zeros((len(groups), len(groups)))
    for stratum in tables:
        at = np.array([groups.index(group) for group in stratum], dtype=np.int64)
        if len(at) == 0 or sum(int(table.n_event.sum()) for table in stratum.values()) == 0:
            continue
        more, spread, hoped = observed_minus_expected(list(stratum.values()))
        expected[at] += hoped
        if is_informative(list(stratum.values())):  # else the sums are 0, but for rounding
            excess[at] += more
            covariance[np.ix_(at, at)] += spread
    kept = np.flatnonzero(expected > 0)
    return excess[kept], covariance[np.ix_(kept, kept)], [groups[int(i)] for i in kept]


def is_informative(tables: Sequence[RiskTable]) -> bool:
    if not tables:
        return False
    d_group, n_group = on_event_days(tables)
    two_groups = (n_group > 0).sum(axis=1) > 1
    return bool((two_groups & (d_group.sum(axis=1) < n_group.sum(axis=1))).any())


def on_event_days(tables: Sequence[RiskTable]) -> tuple[FloatArray, FloatArray]:
    """Events and subjects at risk (days with an event x groups)."""
    days = np.unique(np.concatenate([table.time[table.n_event > 0] for table in tables]))
    d_group = np.column_stack([_events_on(table, days) for table in tables])
    n_group = np.column_stack([_at_risk_on(table, days) for table in tables])
    return d_group.astype(np.float64), n_group.astype(np.float64)


def _events_on(table: RiskTable, days: FloatArray) -> IntArray:
    row = np.searchsorted(table.time, days).clip(max=len(table.time) - 1)
    return np.where(table.time[row] == days, table.n_event[row], 0)


def _at_risk_on(table: RiskTable, days: FloatArray) -> IntArray:
    return np.append(table.n_risk, 0)[np.searchsorted(table.time, days)]


def _lifelines_test(tables: Mapping[str, RiskTable]) -> TestResult:
    """What `multivariate_logrank_test` says, from its table of events: the counts are one.

    The test itself would make spells of patients from the counts, and the counts from those again.
    """
    import pandas as pd  # noqa: PLC0415  (takes seconds to import)
    from lifelines import statistics  # noqa: PLC0415  (slow to import)

    left = [table.n_event + table.n_competing + table.n_censored for table in tables.values()]
    exits = [n > 0 for n in left]
    at = [table.time[exit_] for table, exit_ in zip(tables.values(), exits, strict=True)]
    days = np.unique(np.concatenate(at))
    removed, observed = np.zeros((2, len(tables), len(days)))
    for group, (table, n) in enumerate(zip(tables.values(), left, strict=True)):
        row, exit_ = np.searchsorted(days, at[group]), exits[group]
        removed[group, row], observed[group, row] = n[exit_], table.n_event[exit_]
    frames = [pd.DataFrame(numbers[:-1].T, index=days) for numbers in (removed, observed)]
    for frame, numbers in zip(frames, (removed, observed), strict=True):
        frame[len(tables) - 1] = numbers[-1]  # apart in memory, as in lifelines, to the last bit
    counted = (np.arange(len(tables)), *frames, None)
    test = statistics.multivariate_logrank_test
    on_counts = FunctionType(
        test.__code__,
        {**vars(statistics), "group_survival_table_from_events": lambda *_, **__: counted},
        argdefs=test.__defaults__,
    )
    nobody = np.zeros(1)  # stands for the rows that the table was not made from
    with np.errstate():  # lifelines may change NumPy's warnings for the whole process
        result = on_counts(nobody, nobody, nobody)
    return chi_square_test(float(result.test_statistic), len(tables) - 1)
