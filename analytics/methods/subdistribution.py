"""The partial likelihood of a subdistribution hazard, its score and information.

A subject with the competing event never leaves the risk set: from that day T on it counts with
weight G(t-) / G(T-), where G is the Kaplan-Meier estimate of not yet being censored. The weight is
a number of the subject times a number of the day, so two running sums over time, one backwards for
those still followed and one forwards for the others, give every risk set.
Reference: Fine and Gray, J Am Stat Assoc 1999;94:496.
"""

from dataclasses import dataclass

import numpy as np

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.partial_likelihood import gram


@dataclass(frozen=True)
class SubdistributionSets:
    """Who is at risk at each of the m event days, and how much each counts.

    Rows (n): `n_before`, the event days up to and with the row's own time, in which it counts 1;
    `tail`, 1 / G(T-) for a competing event and 0 for the others; `group`, its censoring group.
    `time` and `n_tied` (m): the event days and their events. `followed` (groups x m): G(t-) on
    them. `event_row`: the rows with the event; `event_set`: their event days.
    """

    time: FloatArray
    n_tied: IntArray
    n_before: IntArray
    tail: FloatArray
    group: IntArray
    followed: FloatArray
    event_row: IntArray
    event_set: IntArray


@dataclass(frozen=True)
class SubdistributionSums:
    """What the risk sets add up to at one value of the coefficients.

    Rows: `x` and `risk` exp(x'b). Event days: `hazard`, events per risk, and `mean`, the weighted
    mean of the covariates (m x p). Tied events share one denominator, as Breslow has it.
    """

    sets: SubdistributionSets
    x: FloatArray
    risk: FloatArray
    hazard: FloatArray
    mean: FloatArray
    log_likelihood: float

    @property
    def score(self) -> FloatArray:
        """The events' covariates less their means in the risk sets, added up."""
        sets = self.sets
        return np.asarray((self.x[sets.event_row] - self.mean[sets.event_set]).sum(axis=0))

    @property
    def information(self) -> FloatArray:
        """Minus the second derivatives of the log-likelihood (p x p)."""
        exposure = self.risk * over_sets(self.sets, self.hazard[:, None])[:, 0]
        return gram(self.x, exposure) - gram(self.mean, self.sets.n_tied.astype(np.float64))


def subdistribution_sets(
    time: FloatArray, event_code: IntArray, group: IntArray
) -> SubdistributionSets:
    """The risk sets of subjects with a time, a code (0 censored, 1 event, 2 competing), a group.

    `group` numbers the censoring groups from 0. Times are compared exactly.
    """
    event_row = np.flatnonzero(event_code == 1).astype(np.int64)
    days, event_set, n_tied = np.unique(time[event_row], return_inverse=True, return_counts=True)
    n_groups = int(group.max()) + 1 if len(group) else 0
    before = np.ones(len(time))
    followed = np.zeros((n_groups, len(days)))
    for one in range(n_groups):
        inside = group == one
        censored = event_code[inside] == 0
        before[inside] = uncensored_before(time[inside], censored, time[inside])
        followed[one] = uncensored_before(time[inside], censored, days)
    return SubdistributionSets(
        time=days,
        n_tied=n_tied.astype(np.int64),
        n_before=np.searchsorted(days, time, "right").astype(np.int64),
        tail=np.where(event_code == 2, 1 / before, 0.0),
        group=group,
        followed=followed,
        event_row=event_row,
        event_set=event_set.astype(np.int64),
    )


def uncensored_before(time: FloatArray, censored: IntArray, at: FloatArray) -> FloatArray:
    """The probability G(t-) of not being censored before each day `at`, by Kaplan-Meier.

    All who are followed up to a day are at risk of its censorings, those with an event on it
    included, as in R's cmprsk::crr. Past the last time it is 0: nobody is followed any longer.
    """
    days, n_leaving = np.unique(time, return_counts=True)
    n_risk = len(time) - np.cumsum(n_leaving) + n_leaving
    n_censored = np.bincount(np.searchsorted(days, time), weights=censored, minlength=len(days))
    after = np.concatenate([[1.0], np.cumprod(1 - n_censored / n_risk)])
    return np.where(at > days[-1], 0.0, after[np.searchsorted(days, at)])


def subdistribution_sums(
    sets: SubdistributionSets, x: FloatArray, log_shr: FloatArray
) -> SubdistributionSums:
    """The sums at these coefficients; `x` (n x p) holds the covariates, best centred."""
    linear = np.einsum("ij,j->i", x, log_shr, optimize=False)
    linear = linear - linear.max() if len(linear) else linear
    risk = np.exp(linear)
    s0 = over_rows(sets, risk[:, None])[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = sets.n_tied / s0
        mean = over_rows(sets, risk[:, None] * x) / s0[:, None]
        log_likelihood = np.sum(linear[sets.event_row]) - np.sum(sets.n_tied * np.log(s0))
    return SubdistributionSums(sets, x, risk, hazard, mean, float(log_likelihood))


def over_rows(sets: SubdistributionSets, values: FloatArray) -> FloatArray:
    """On each event day the weighted sum of the rows' values (n x q): m x q."""
    n_sets = len(sets.time)
    total = _running_back(_totals(sets.n_before, values, n_sets + 1))[1:]
    for group, followed in enumerate(sets.followed):
        tailed = values * np.where(sets.group == group, sets.tail, 0.0)[:, None]
        joined = np.cumsum(_totals(sets.n_before, tailed, n_sets + 1), axis=0)[:-1]
        total = total + followed[:, None] * joined
    return total


def over_sets(sets: SubdistributionSets, values: FloatArray) -> FloatArray:
    """For each row the sum over the event days of its weight times the day's values (m x q)."""
    start = np.zeros((1, values.shape[1]))
    total = np.cumsum(np.vstack([start, values]), axis=0)[sets.n_before]
    for group, followed in enumerate(sets.followed):
        remaining = _running_back(np.vstack([followed[:, None] * values, start]))
        tail = np.where(sets.group == group, sets.tail, 0.0)
        total = total + tail[:, None] * remaining[sets.n_before]
    return total


def _running_back(values: FloatArray) -> FloatArray:
    return np.cumsum(values[::-1], axis=0)[::-1]


def _totals(index: IntArray, values: FloatArray, length: int) -> FloatArray:
    out = np.empty((length, values.shape[1]))
    for column, row_values in enumerate(values.T):
        out[:, column] = np.bincount(index, weights=row_values, minlength=length)
    return out
