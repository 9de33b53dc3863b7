"""The average of the curves of several trials, each with the share of subjects that it has.

A curve of the pooled subjects also mixes the censoring of the trials: beyond the follow-up of one
it is that of the others. The average of the trials' own curves is not, and ends where the first of
them does. It is the directly standardised curve. Reference: Makuch, J Chronic Dis 1982;35:437.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from analytics.methods.arrays import frame_without_nan
from analytics.methods.curves import column
from analytics.methods.intervals import CiTransform, confidence_limits


def averaged(
    values: Sequence[pl.DataFrame],
    weights: Sequence[float],
    *,
    conf_level: float,
    ci_transform: CiTransform,
) -> pl.DataFrame:
    """Probabilities of several independent curves on the same days, averaged by the weights.

    `values`: of each curve a frame with time, estimate and std_error. The result has these and
    ci_lower, ci_upper, n_risk (summed). The error is sqrt(sum w^2 se^2) with the weights adding up
    to 1; what is unknown of a curve is unknown of the average.
    Raises ValueError without curves, for other days, or for weights not above 0.
    """
    if not values or len(values) != len(weights) or min(weights) <= 0:
        raise ValueError("An average needs curves, and for each of them a weight above 0.")
    time = column(values[0], "time")
    if any(not np.array_equal(column(one, "time"), time) for one in values):
        raise ValueError("The curves are not read on the same days.")
    share = np.asarray(weights, dtype=np.float64) / sum(weights)
    estimate = np.column_stack([column(one, "estimate") for one in values]) @ share
    error = np.column_stack([column(one, "std_error") for one in values])
    std_error = np.sqrt(error**2 @ share**2)
    lower, upper = confidence_limits(
        estimate, std_error, conf_level=conf_level, ci_transform=ci_transform
    )
    return frame_without_nan(
        {
            "time": time,
            "estimate": estimate,
            "std_error": std_error,
            "ci_lower": lower,
            "ci_upper": upper,
            "n_risk": np.sum([one["n_risk"].to_numpy() for one in values], axis=0),
        }
    )
