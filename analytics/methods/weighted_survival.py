"""Kaplan-Meier of patients with weights that are not numbers of patients."""

import numpy as np
import polars as pl

from analytics.methods.arrays import FloatArray, IntArray, frame_without_nan
from analytics.methods.checked import event_codes, known_days
from analytics.methods.intervals import CiTransform, confidence_limits


def weighted_survival_curve(
    time: FloatArray,
    event: IntArray,
    weight: FloatArray,
    *,
    conf_level: float,
    ci_transform: CiTransform,
) -> pl.DataFrame:
    """The weighted product limit, from day 0 with a row per day on which anyone leaves.

    Columns as those of `kaplan_meier_curve`; n_risk, n_event and n_censored count patients,
    whatever their weights. The error is that of the infinitesimal jackknife: the root of the sum
    over the patients of the squared weight times the derivative of S by it, since weighted counts
    are no numbers of patients, for which Greenwood's formula would hold. Null where S is 0. Raises
    ValueError for a weight that is not above 0.
    Reference: Therneau and Grambsch, Modeling Survival Data, 2000, 7.2; Efron, Biometrika
    1981;68:589.
    """
    time = known_days(time, "Time")
    event_codes(event, (0, 1), "An event is neither 0 nor 1.")
    if not (np.isfinite(weight) & (weight > 0)).all():
        raise ValueError("A weight is not a number above 0; leave patients of no weight out.")
    days = np.unique(np.append(time, 0.0))
    at_risk = time[:, None] >= days
    has_event = (time[:, None] == days) & (event == 1)[:, None]
    d, n = weight @ has_event, weight @ at_risk
    d_count, n_count = has_event.sum(axis=0), at_risk.sum(axis=0)
    is_last = d_count == n_count  # all weights of the day, whatever their sums round to
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(is_last & (n_count > 0), 0.0, 1 - d / n)
        survival = np.cumprod(left, dtype=np.float64)
        steps = (at_risk.astype(np.float64) - has_event) / (n - d) - at_risk / n
        influence = np.cumsum(np.where(d_count > 0, steps, 0.0), axis=1) * survival
        error = np.sqrt(((weight[:, None] * influence) ** 2).sum(axis=0))
    error = np.where(survival > 0, error, np.nan)
    lower, upper = confidence_limits(
        survival, error, conf_level=conf_level, ci_transform=ci_transform
    )
    if survival[0] == 1:
        lower[0] = upper[0] = 1.0
    return frame_without_nan(
        {
            "time": days,
            "n_risk": n_count,
            "n_event": d_count,
            "n_censored": (time[:, None] == days).sum(axis=0) - d_count,
            "estimate": survival,
            "std_error": error,
            "ci_lower": lower,
            "ci_upper": upper,
        }
    )
