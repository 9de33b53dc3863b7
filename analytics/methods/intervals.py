"""Pointwise confidence limits of a probability, by the transform on which they are symmetric."""

from statistics import NormalDist
from typing import Literal

import numpy as np

from analytics.methods.arrays import FloatArray

CiTransform = Literal["log-log", "log", "plain"]


def normal_quantile(conf_level: float) -> float:
    """The two-sided standard normal quantile: 1.959964 at 0.95."""
    if not 0 < conf_level < 1:
        raise ValueError(f"The confidence level is {conf_level}, but must lie between 0 and 1.")
    return NormalDist().inv_cdf(1 - (1 - conf_level) / 2)


def confidence_limits(
    estimate: FloatArray, std_error: FloatArray, *, conf_level: float, ci_transform: CiTransform
) -> tuple[FloatArray, FloatArray]:
    """Lower and upper limits by the delta method on the transformed scale, kept within [0, 1].

    A limit is NaN (unknown) where the standard error is, and where the transform is not defined:
    log at 0, log-log at 0 and 1. So before the first event the log-log interval of a survival of 1
    is unknown, while log and plain give 1 to 1, as R's survfit has it.
    """
    z = normal_quantile(conf_level)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if ci_transform == "plain":
            lower, upper = estimate - z * std_error, estimate + z * std_error
        elif ci_transform == "log":
            positive = np.where(estimate > 0, estimate, np.nan)
            width = z * std_error / positive
            lower, upper = positive * np.exp(-width), positive * np.exp(width)
        elif ci_transform == "log-log":
            inside = np.where((estimate > 0) & (estimate < 1), estimate, np.nan)
            width = z * std_error / (inside * np.log(inside))
            centre = np.log(-np.log(inside))
            lower, upper = np.exp(-np.exp(centre - width)), np.exp(-np.exp(centre + width))
        else:
            raise ValueError(
                f"The interval transform '{ci_transform}' is not known; use log-log, log or plain."
            )
    return np.clip(lower, 0, 1), np.clip(upper, 0, 1)
