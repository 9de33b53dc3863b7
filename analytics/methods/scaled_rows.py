"""The covariates of a Cox model on a scale that suits fitting and judging them."""

from dataclasses import dataclass

import numpy as np

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.cox_data import CoxData
from analytics.methods.risk_sets import BLOCK_ROWS, RiskSets, risk_sets
from analytics.methods.risk_totals import over_events


@dataclass(frozen=True)
class ScaledRows:
    """`x`: the covariates of `sets.row`, centred, divided by `scale` (one number per covariate).

    A two-valued covariate is divided by its difference, any other by two standard deviations, so a
    coefficient is that of a yes/no factor either way. One that does not vary has scale 0 and is 0.
    `observed`: the weight of each set's events, and their weighted x ((1 + p) x sets).
    """

    x: FloatArray
    scale: FloatArray
    sets: RiskSets
    observed: FloatArray


def scaled_rows(data: CoxData) -> ScaledRows:
    """The rows at risk at some event, scaled; `x` is column by column in memory."""
    sets = risk_sets(data)
    x = _columns(data.covariates, sets.row)
    scale = np.array([_centred_and_divided(column) for column in x.T], dtype=np.float64)
    return ScaledRows(x, scale, sets, observed=over_events(sets, x, sets.weight))


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


def _centred_and_divided(column: FloatArray) -> float:
    """Bring a column to its scale in place; the scale."""
    if len(column) == 0:
        return 0.0
    low, high = float(column.min()), float(column.max())
    n_extreme = np.count_nonzero(column == low) + np.count_nonzero(column == high)
    column -= column.mean()
    deviation = float(np.sqrt(np.einsum("i,i->", column, column) / len(column)))
    scale = high - low if n_extreme >= len(column) else 2 * deviation
    if not scale > 0:
        column[:] = 0
        return 0.0
    column /= scale
    return scale
