"""The covariates of a Cox model on a scale that suits fitting and judging them."""

from dataclasses import dataclass

import numpy as np

from analytics.methods.arrays import FloatArray
from analytics.methods.cox_data import CoxData, RiskSets, risk_sets


@dataclass(frozen=True)
class ScaledRows:
    """`x`: the covariates of `sets.row`, centred, divided by `scale` (one number per covariate).

    A two-valued covariate is divided by its difference, any other by two standard deviations, so a
    coefficient is that of a yes/no factor either way. One that does not vary has scale 0 and is 0.
    """

    x: FloatArray
    scale: FloatArray
    sets: RiskSets


def scaled_rows(data: CoxData) -> ScaledRows:
    """The rows at risk at some event, scaled."""
    sets = risk_sets(data)
    x = np.asfortranarray(data.covariates[sets.row])
    if len(x) == 0:
        return ScaledRows(x, np.zeros(x.shape[1]), sets)
    scale = np.array([_spread(column) for column in x.T], dtype=np.float64)
    divisor = np.where(scale > 0, scale, 1.0)
    return ScaledRows(np.where(scale > 0, (x - x.mean(axis=0)) / divisor, 0.0), scale, sets)


def _spread(column: FloatArray) -> float:
    low, high = float(column.min()), float(column.max())
    if bool(((column == low) | (column == high)).all()):
        return high - low
    return 2 * float(column.std())
