"""The Cox partial likelihood, its score and information, by sums over the risk sets.

No sorting of rows and no loop over them: each row adds its risk exp(x'b) to the last risk set it is
in and takes it off before the first, and sums running backwards in time give every risk set. With d
tied events Efron's method uses the denominators S0 - (l / d) D0, l = 0 .. d - 1, where D0 is the
risk of the tied events themselves; Breslow's uses S0 each time. Case weights multiply the risks and
the events' own terms; the d denominators of a tie then count with the mean weight of its events, as
in R's coxph. So a weight of 2 is the row twice by Breslow's method, and by Efron's without ties.
References: Cox, J R Stat Soc B 1972;34:187; Efron, J Am Stat Assoc 1977;72:557;
Breslow, Biometrics 1974;30:89.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.cox_data import RiskSets

Ties = Literal["efron", "breslow"]


@dataclass(frozen=True)
class RiskSums:
    """What the risk sets add up to at one value of the coefficients.

    Rows: `x` (the covariates of the rows at risk) and `risk`, case weight included. Risk sets: `s1`
    and `d1`, the risk-weighted covariates of those at risk and of the tied events. Events: `share`
    l / d, `denominator` S0 - share D0, and `tied_weight`, the mean case weight of the set's events.
    The log-likelihood does not depend on the centring of the risks.
    """

    sets: RiskSets
    x: FloatArray
    risk: FloatArray
    s1: FloatArray
    d1: FloatArray
    share: FloatArray
    tied_weight: FloatArray
    denominator: FloatArray
    log_likelihood: float


def risk_sums(sets: RiskSets, x: FloatArray, log_hr: FloatArray, *, ties: Ties) -> RiskSums:
    """The sums at these coefficients; `x` holds the covariates of `sets.row`, best centred."""
    if ties not in ("efron", "breslow"):
        raise ValueError(f"The ties method '{ties}' is not known; use efron or breslow.")
    linear = np.einsum("ij,j->i", x, log_hr, optimize=False)
    linear = linear - linear.max() if len(linear) else linear
    risk = sets.weight * np.exp(linear)
    event_weight, event_risk = sets.weight[sets.event_row], risk[sets.event_row]
    s0 = _sum_at_risk(sets, risk)
    d0 = _totals(sets.event_set, event_risk, len(sets.time))
    share = sets.tie / sets.n_tied[sets.event_set] if ties == "efron" else np.zeros(len(sets.tie))
    denominator = s0[sets.event_set] - share * d0[sets.event_set]
    tied_weight = _totals(sets.event_set, event_weight, len(sets.time)) / sets.n_tied
    tied_weight = tied_weight[sets.event_set]
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = event_weight * linear[sets.event_row]
        log_likelihood = float(np.sum(terms) - np.sum(tied_weight * np.log(denominator)))
    return RiskSums(
        sets=sets,
        x=x,
        risk=risk,
        s1=_columns(x, lambda column: _sum_at_risk(sets, risk * column), len(sets.time)),
        d1=_by_set(sets.event_set, event_risk[:, None] * x[sets.event_row], len(sets.time)),
        share=share,
        tied_weight=tied_weight,
        denominator=denominator,
        log_likelihood=log_likelihood,
    )


def score_by_set(sums: RiskSums) -> FloatArray:
    """Per risk set the events' covariates less their expectations (sets x p)."""
    sets, n_sets = sums.sets, len(sums.sets.time)
    event_weight = sets.weight[sets.event_row]
    observed = _by_set(sets.event_set, event_weight[:, None] * sums.x[sets.event_row], n_sets)
    at_risk = _sum_over_events(sums, sums.tied_weight / sums.denominator)
    tied = _sum_over_events(sums, sums.tied_weight * sums.share / sums.denominator)
    return observed - (at_risk[:, None] * sums.s1 - tied[:, None] * sums.d1)


def information(sums: RiskSums, set_weight: FloatArray | None = None) -> FloatArray:
    """Minus the second derivative of the log-likelihood (p x p), each risk set times its weight.

    The risk-weighted outer products over sets and rows are one sum over rows, since a row is in
    consecutive sets; what remains is of rank one per event.
    """
    sets = sums.sets
    weight = np.ones(len(sets.time)) if set_weight is None else set_weight
    event_weight = sums.tied_weight * weight[sets.event_set]
    hazard = _sum_over_events(sums, sums.tied_weight / sums.denominator)
    each = np.cumsum(np.append(0.0, weight * hazard))
    tied = weight * _sum_over_events(sums, sums.tied_weight * sums.share / sums.denominator)
    row_weight = sums.risk * (each[sets.last + 1] - each[sets.first])
    row_weight[sets.event_row] -= sums.risk[sets.event_row] * tied[sets.event_set]
    return gram(sums.x, row_weight) - gram(means_at_risk(sums), event_weight)


def means_at_risk(sums: RiskSums) -> FloatArray:
    """Per event the risk-weighted mean of the covariates at its denominator (events x p)."""
    sets = sums.sets
    mean = sums.s1[sets.event_set] - sums.share[:, None] * sums.d1[sets.event_set]
    return mean / sums.denominator[:, None]


def score_residuals(sums: RiskSums) -> FloatArray:
    """Each row's part in the score, not times its case weight (rows of `sets.row` x p).

    Its covariates less the mean at its event, less its hazard times their distance to the means
    over all risk sets it is in; weighted by the cases they add up to the score. A tied event counts
    at the mean over its tie's denominators, in each of which its own risk has the share 1 - l / d.
    Reference: Therneau, Grambsch and Fleming, Biometrika 1990;77:147.
    """
    sets, n_sets = sums.sets, len(sums.sets.time)
    mean = means_at_risk(sums)
    hazard = (sums.tied_weight / sums.denominator)[:, None]
    share = sums.share[:, None]
    before = [
        _before_each_set(_by_set(sets.event_set, part, n_sets)) for part in (hazard, hazard * mean)
    ]
    each, each_mean = (total[sets.last + 1] - total[sets.first] for total in before)
    risk = (sums.risk / sets.weight)[:, None]
    residual = -risk * (each * sums.x - each_mean)
    tied = _by_set(sets.event_set, hazard * share, n_sets)[sets.event_set]
    tied_mean = _by_set(sets.event_set, hazard * share * mean, n_sets)[sets.event_set]
    centre = _by_set(sets.event_set, mean, n_sets)[sets.event_set]
    event = sets.event_row
    residual[event] += risk[event] * (tied * sums.x[event] - tied_mean)
    residual[event] += sums.x[event] - centre / sets.n_tied[sets.event_set][:, None]
    return residual


def gram(rows: FloatArray, weight: FloatArray) -> FloatArray:
    """The weighted sum of outer products, not by BLAS: its last bits may depend on the threads."""
    p = rows.shape[1]
    gram = np.empty((p, p))
    for j in range(p):
        weighted = weight * rows[:, j]
        for k in range(j + 1):
            gram[j, k] = gram[k, j] = np.einsum("i,i->", weighted, rows[:, k])
    return gram


def _before_each_set(values: FloatArray) -> FloatArray:
    """The running sums of the sets' values before each set, and after the last."""
    return np.vstack([np.zeros(values.shape[1]), np.cumsum(values, axis=0)])


def _sum_over_events(sums: RiskSums, values: FloatArray) -> FloatArray:
    return _totals(sums.sets.event_set, values, len(sums.sets.time))


def _sum_at_risk(sets: RiskSets, values: FloatArray) -> FloatArray:
    """Sums of the rows' values over each risk set, running backwards so that few are few."""
    n_sets = len(sets.time)
    change = _totals(sets.last, values, n_sets)
    late = sets.first > sets.bounds[:-1][np.searchsorted(sets.bounds, sets.first, "right") - 1]
    change -= _totals(sets.first[late] - 1, values[late], n_sets)
    for start, stop in zip(sets.bounds[:-1], sets.bounds[1:], strict=True):
        change[start:stop] = np.cumsum(change[start:stop][::-1])[::-1]
    return change


def _by_set(event_set: IntArray, values: FloatArray, n_sets: int) -> FloatArray:
    return _columns(values, lambda column: _totals(event_set, column, n_sets), n_sets)


def _totals(index: IntArray, values: FloatArray, length: int) -> FloatArray:
    return np.bincount(index, weights=values, minlength=length).astype(np.float64)


def _columns(
    values: FloatArray, summed: Callable[[FloatArray], FloatArray], n_sets: int
) -> FloatArray:
    """The sums of every column (sets x p)."""
    out = np.empty((n_sets, values.shape[1]))
    for j in range(values.shape[1]):
        out[:, j] = summed(values[:, j])
    return out
