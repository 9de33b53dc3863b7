"""The covariates of a Cox model on a scale that suits fitting and judging them."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.cox_data import CoxData
from analytics.methods.risk_sets import BLOCK_ROWS, RiskSets, risk_sets
from analytics.methods.risk_totals import over_events

DEPENDENT = 1e-8
NEARLY_DEPENDENT = 1e-3


@dataclass(frozen=True)
class ScaledRows:
    """`x`: the covariates of `sets.row`, centred, each less what those before it tell of it.

    So a polynomial, or a covariate that almost repeats another, is fitted as well as any. What is
    left of a covariate is divided by two standard deviations, a two-valued first one by its
    difference, so a coefficient is that of a yes/no factor. The centred covariates are x times
    `basis` (p x p, upper triangular). `own_part` (p): the share of a covariate's standard deviation
    that those before it do not tell; 0 for a linear combination of them, whose x is 0, as is that
    of one that does not vary (`varies`).
    `observed`: the weight of each set's events, and their weighted x ((1 + p) x sets).
    """

    x: FloatArray
    basis: FloatArray
    varies: IntArray
    own_part: FloatArray
    sets: RiskSets
    observed: FloatArray

    @property
    def first_dependent(self) -> int | None:
        """The first covariate that is a linear combination of those before it."""
        dependent = (self.own_part == 0) & (self.varies == 1)
        return int(np.argmax(dependent)) if dependent.any() else None

    def scaled(self, coefficients: FloatArray) -> FloatArray:
        """Coefficients of the covariates as given (p) turned into those of `x`."""
        return np.asarray(self.basis @ coefficients, dtype=np.float64)

    def as_given(self, coefficients: FloatArray) -> FloatArray:
        """Coefficients of `x` (p, or p x k) turned into those of the covariates as given."""
        return _solved(self.basis, coefficients)

    def covariance_as_given(self, covariance: FloatArray) -> FloatArray:
        """A covariance of coefficients of `x` (p x p) turned into that of those as given."""
        turned = _solved(self.basis, _solved(self.basis, covariance).T)
        return np.asarray((turned + turned.T) / 2, dtype=np.float64)

    def covariance_scaled(self, covariance: FloatArray) -> FloatArray:
        """The inverse of `covariance_as_given`."""
        turned = self.basis @ covariance @ self.basis.T
        return np.asarray((turned + turned.T) / 2, dtype=np.float64)


def scaled_rows(data: CoxData) -> ScaledRows:
    """The rows at risk at some event, scaled; `x` is column by column in memory."""
    sets = risk_sets(data)
    x = _columns(data.covariates, sets.row)
    count = sets.count.astype(np.float64)
    scale = np.array([_centred_and_divided(column, count) for column in x.T], dtype=np.float64)
    basis, own_part = _made_independent(x, count)
    return ScaledRows(
        x=x,
        basis=basis * scale,
        varies=np.asarray(scale > 0, dtype=np.int64),
        own_part=own_part,
        sets=sets,
        observed=over_events(sets, x, sets.weight),
    )


def _solved(basis: FloatArray, right: FloatArray) -> FloatArray:
    if len(basis) == 0:
        return right
    solved = solve_triangular(basis, right)
    return np.asarray(solved, dtype=np.float64)


def _made_independent(x: FloatArray, count: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Take off each column what those before it tell, in place; the basis and the own parts.

    Gram and Schmidt, twice, which is orthogonal to rounding; the sums are NumPy's own, whatever
    the number of threads. The first column stays as it is.
    """
    p = x.shape[1]
    basis, own_part = np.eye(p), np.ones(p)
    square, n = np.zeros(p), count.sum()
    for j in range(p):
        column = x[:, j]
        before = square[j] = _product(column, column, count)
        if before == 0:
            own_part[j] = 0.0
            continue
        for _ in range(2):
            for i in np.flatnonzero(square[:j] > 0):
                share = _product(x[:, i], column, count) / square[i]
                column -= share * x[:, i]
                basis[i, j] += share
        square[j] = _product(column, column, count)
        own_part[j] = np.sqrt(square[j] / before)
        if own_part[j] < DEPENDENT:
            own_part[j] = square[j] = 0.0
            column[:] = 0
        elif np.flatnonzero(square[:j] > 0).size:
            length = np.sqrt(4 * square[j] / n)
            column /= length
            square[j] /= length**2
            basis[j, j] = length
    return basis, own_part


def _columns(covariates: FloatArray, row: IntArray) -> FloatArray:
    """These rows of the covariates, turned by blocks to lie column by column."""
    by_row = np.ascontiguousarray(covariates, dtype=np.float64)
    n, p = len(row), by_row.shape[1]
    columns = np.empty((n, p), order="F")
    room = np.empty((min(n, BLOCK_ROWS), p))
    for start in range(0, n, BLOCK_ROWS):
        wanted = row[start : start + BLOCK_ROWS]
        block = room[: len(wanted)]
        # every row exists, so nothing is clipped; the default mode would fill a copy of `out`
        np.take(by_row, wanted, axis=0, out=block, mode="clip")
        columns[start : start + BLOCK_ROWS] = block
    return columns


def _product(one: FloatArray, other: FloatArray, count: FloatArray) -> float:
    """The sum of the products of two columns, each row as often as it counts."""
    return float(np.einsum("i,i,i->", one, other, count))


def _centred_and_divided(column: FloatArray, count: FloatArray) -> float:
    """Bring a column to its scale in place; the scale."""
    if len(column) == 0:
        return 0.0
    low, high = float(column.min()), float(column.max())
    is_extreme = (column == low) | (column == high)
    n = count.sum()
    column -= np.einsum("i,i->", column, count) / n
    deviation = float(np.sqrt(_product(column, column, count) / n))
    scale = high - low if is_extreme.all() else 2 * deviation
    if not (scale > 0 and high > low):
        column[:] = 0
        return 0.0
    column /= scale
    return scale
