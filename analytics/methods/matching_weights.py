"""Weights under which patients have the summaries of others: matching-adjusted comparison.

The method of moments: patient i weighs exp(x_i'b), x_i the values less the summaries to be met,
with b at the minimum of the sum of the weights, where the weighted mean of x is 0.
References: Signorovitch et al., Pharmacoeconomics 2010;28:935; Phillippo et al., NICE DSU Technical
Support Document 18, 2016.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray

_LAST_STEPS: Final = 5
_NEAR: Final = 1e-6  # of a mean that is to be 0, in units of the spread
_MET: Final = 1e-10
_DEPENDENT: Final = 1e-9  # of the spread of a column, where it is one of those before it
_INSIDE: Final = 1e-10  # the least share that every patient can have where all summaries are met


@dataclass(frozen=True)
class MatchingWeights:
    """A weight for each patient, with mean 1; `n_effective` is (sum of w)^2 / sum of w^2.

    `coefficients` are the b, per unit of the values. All None unless `status` is 'ok'.
    """

    status: str
    weight: FloatArray | None = None
    coefficients: FloatArray | None = None
    n_effective: float | None = None


def matching_weights(values: FloatArray, targets: FloatArray) -> MatchingWeights:
    """The weights with which the columns of `values` have the means `targets`.

    `values`: patients x summaries; a proportion is the mean of a column of 0 and 1, a standard
    deviation that of the squares, mean^2 + sd^2. Not estimable: nobody, or targets that no weights
    above 0 meet, as one outside of the range of the values; columns that depend on each other.
    """
    if len(values) == 0:
        return MatchingWeights(statuses.not_estimable(statuses.NO_SUBJECTS))
    away = values - targets
    spread = away.std(axis=0)
    if (spread == 0).any() or not _can_be_met(away / np.where(spread > 0, spread, 1.0)):
        return MatchingWeights(statuses.not_estimable(statuses.SUMMARIES_NOT_MET))
    scaled = away / spread
    axes, triangle = np.linalg.qr(scaled * np.sqrt(1 / len(scaled)))
    if (np.abs(np.diag(triangle)) < _DEPENDENT).any() or len(scaled) < scaled.shape[1]:
        return MatchingWeights(statuses.not_estimable(statuses.DEPENDENT_SUMMARIES))
    found = _minimum(axes * np.sqrt(len(scaled)))
    if found is None:
        return MatchingWeights(statuses.not_estimable(statuses.NO_CONVERGENCE))
    found = np.linalg.solve(triangle, found)
    logs = scaled @ found
    weight = np.exp(logs - logs.max())
    weight /= weight.mean()
    return MatchingWeights(
        statuses.OK, weight, found / spread, float(weight.sum() ** 2 / (weight**2).sum())
    )


def _can_be_met(away: FloatArray) -> bool:
    """Whether weights above 0 exist with which every column has the mean 0: a linear programme.

    It looks for the weights, of sum 1, whose least is largest.
    """
    from scipy.optimize import linprog  # noqa: PLC0415  (takes a while to import)

    n, columns = away.shape
    least = np.column_stack([-np.eye(n), np.ones(n)])  # the least weight is none of them above
    sums = np.vstack([np.column_stack([away.T, np.zeros(columns)]), np.append(np.ones(n), 0.0)])
    found = linprog(
        np.append(np.zeros(n), -1.0),
        A_ub=least,
        b_ub=np.zeros(n),
        A_eq=sums,
        b_eq=np.append(np.zeros(columns), 1.0),
        bounds=(None, None),
    )
    return found.fun is not None and -found.fun > _INSIDE / n


def _minimum(away: FloatArray) -> FloatArray | None:
    """The b with the smallest log of the sum of exp(x'b), which is convex; exact to rounding."""
    from scipy.optimize import minimize  # noqa: PLC0415  (takes a while to import)

    def moments(b: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        logs = away @ b
        share = np.exp(logs - logs.max())
        total = share.sum()
        share /= total
        mean = share @ away
        spread = (away * share[:, None]).T @ away - np.outer(mean, mean)
        return float(np.log(total) + logs.max()), mean, spread

    def value(b: FloatArray) -> float:
        return moments(b)[0]

    def slope(b: FloatArray) -> FloatArray:
        return moments(b)[1]

    def curvature(b: FloatArray) -> FloatArray:
        return moments(b)[2]

    start = np.zeros(away.shape[1])
    found = minimize(value, start, jac=slope, hess=curvature, method="trust-exact", tol=_NEAR)
    b = np.asarray(found.x, dtype=np.float64)
    for _ in range(_LAST_STEPS):  # near the minimum Newton's steps lead to the last digit
        _, mean, spread = moments(b)
        b = b - np.linalg.solve(spread, mean)
    return b if np.abs(moments(b)[1]).max() < _MET else None
