"""The variance of Fine and Gray's estimates, which counts that the weights are estimated too.

It is the sandwich inverse(I) (sum of squared influences) inverse(I). A subject's influence on the
score has two parts: its own residual, and, through the Kaplan-Meier estimate of not yet being
censored, what it does to the weights of those with a competing event.
Reference: Fine and Gray, J Am Stat Assoc 1999;94:496, equations 7 and 8.
"""

import numpy as np

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.subdistribution import SubdistributionSums, over_sets


def score_influences(
    sums: SubdistributionSums, time: FloatArray, event_code: IntArray
) -> FloatArray:
    """Each subject's influence on the score (n x p) at the sums' coefficients."""
    influences = _residuals(sums)
    for group in range(len(sums.sets.followed)):
        inside = np.flatnonzero(sums.sets.group == group).astype(np.int64)
        influences[inside] += _censoring_influences(sums, group, inside, time, event_code)
    return influences


def _residuals(sums: SubdistributionSums) -> FloatArray:
    """The integral of w (x - mean) dM: the subject's event less what its risk let expect."""
    sets, hazard = sums.sets, sums.hazard[:, None]
    expected = sums.x * over_sets(sets, hazard) - over_sets(sets, sums.mean * hazard)
    residuals = -sums.risk[:, None] * expected
    residuals[sets.event_row] += sums.x[sets.event_row] - sums.mean[sets.event_set]
    return residuals


def _censoring_influences(
    sums: SubdistributionSums,
    group: int,
    inside: IntArray,
    time: FloatArray,
    event_code: IntArray,
) -> FloatArray:
    """The integral of q(u) / n(u) dM^c(u) for the subjects of one censoring group.

    n(u) is the number followed up to u, and q(u) what the group's subjects with a competing event
    before u are expected to add to the score from u on. Their weights count at the events of every
    group; R's cmprsk::crr takes those of their own, so with several groups its errors differ.
    """
    times, codes = time[inside], event_code[inside]
    days, day_of, n_leaving = np.unique(times, return_inverse=True, return_counts=True)
    n_risk = len(times) - np.cumsum(n_leaving) + n_leaving
    n_censored = np.bincount(day_of, weights=codes == 0, minlength=len(days))
    pull = _pull_of_weights(sums, group, inside, times, days) / n_risk[:, None]
    expected = np.cumsum(pull * (n_censored / n_risk)[:, None], axis=0)
    own = np.where((codes == 0)[:, None], pull[day_of], 0.0)
    return np.asarray(own - expected[day_of], dtype=np.float64)


def _pull_of_weights(
    sums: SubdistributionSums, group: int, inside: IntArray, times: FloatArray, days: FloatArray
) -> FloatArray:
    """q on each of the days (days x p)."""
    sets = sums.sets
    weight = (sets.followed[group] * sums.hazard)[:, None]
    later = np.searchsorted(sets.time, days)
    hazard, mean = (_sums_from(values)[later] for values in (weight, weight * sums.mean))
    tail = (sets.tail * sums.risk)[inside][:, None]
    ordered = np.argsort(times, kind="stable")
    earlier = np.searchsorted(times[ordered], days)
    n, x = (
        np.cumsum(np.vstack([np.zeros((1, values.shape[1])), values[ordered]]), axis=0)[earlier]
        for values in (tail, tail * sums.x[inside])
    )
    return x * hazard - n * mean


def _sums_from(values: FloatArray) -> FloatArray:
    """Sums over the rows from each one on, and 0 past the last."""
    return np.vstack([np.cumsum(values[::-1], axis=0)[::-1], np.zeros((1, values.shape[1]))])
