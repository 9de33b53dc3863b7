"""Restricted mean survival time: the mean time without the event, up to a horizon.

It is the area under the Kaplan-Meier curve to the horizon, and needs no proportional hazards.
References: Irwin, J Hyg 1949;47:188; Uno et al., J Clin Oncol 2014;32:2380.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import ndtr

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray
from analytics.methods.checked import known_day
from analytics.methods.curves import column
from analytics.methods.intervals import normal_quantile


@dataclass(frozen=True)
class RestrictedMean:
    """The mean and its limits in days; all None unless `status` is 'ok'."""

    estimate: float | None
    std_error: float | None
    ci_lower: float | None
    ci_upper: float | None
    status: str = statuses.OK


@dataclass(frozen=True)
class RestrictedMeanContrast:
    """A difference in days, or a ratio; all None unless `status` is 'ok'."""

    estimate: float | None
    ci_lower: float | None
    ci_upper: float | None
    p_value: float | None
    status: str = statuses.OK


def restricted_mean(curve: pl.DataFrame, *, horizon: float, conf_level: float) -> RestrictedMean:
    """The restricted mean of a `kaplan_meier_curve`, with a Wald interval on its own scale.

    The variance is Greenwood's: the sum over event days up to the horizon of A^2 d / (n (n - d)),
    A the area under the curve from that day to the horizon; no factor m / (m - 1) is applied. This
    is R's survfit with rmean, and survRM2. Not estimable: a horizon beyond the last observation
    while S is above 0, since the curve is not known there; one subject; no events by the horizon;
    no spread of the restricted times.
    """
    known_day(horizon, "The horizon")
    if not horizon > 0:
        raise ValueError(f"The horizon is {horizon:g} days, but must lie after the origin.")
    reason = _reason_without_mean(curve, horizon)
    if reason is not None:
        return RestrictedMean(None, None, None, None, statuses.not_estimable(reason))
    time, survival = column(curve, "time"), column(curve, "estimate")
    area = survival * np.diff(np.append(np.minimum(time, horizon), horizon))
    later = np.cumsum(area[::-1])[::-1]
    std_error = float(np.sqrt(np.sum(later**2 * _greenwood_steps(curve))))
    if std_error == 0:
        return RestrictedMean(None, None, None, None, statuses.not_estimable(statuses.NO_SPREAD))
    mean, width = float(later[0]), normal_quantile(conf_level) * std_error
    return RestrictedMean(mean, std_error, mean - width, mean + width)


def restricted_mean_difference(
    one: RestrictedMean, other: RestrictedMean, *, conf_level: float
) -> RestrictedMeanContrast:
    """One mean less the other, of independent groups and the same horizon; Wald throughout."""
    if (means := _numbers(one, other)) is None:
        return _no_contrast(one, other)
    mean, std_error = means
    difference = float(mean[0] - mean[1])
    error = float(np.hypot(*std_error))
    width = normal_quantile(conf_level) * error
    return RestrictedMeanContrast(
        difference, difference - width, difference + width, _p_value(difference / error)
    )


def restricted_mean_ratio(
    one: RestrictedMean, other: RestrictedMean, *, conf_level: float
) -> RestrictedMeanContrast:
    """One mean over the other, of independent groups and the same horizon; Wald on the log."""
    if (means := _numbers(one, other)) is None:
        return _no_contrast(one, other)
    mean, std_error = means
    log_ratio = float(np.log(mean[0] / mean[1]))
    error = float(np.hypot(*(std_error / mean)))
    width = normal_quantile(conf_level) * error
    ratio, lower, upper = (float(np.exp(log_ratio + shift)) for shift in (0, -width, width))
    return RestrictedMeanContrast(ratio, lower, upper, _p_value(log_ratio / error))


def _reason_without_mean(curve: pl.DataFrame, horizon: float) -> str | None:
    n_subjects = int((curve["n_event"] + curve["n_censored"]).sum())
    if n_subjects == 0:
        return statuses.NO_SUBJECTS
    if n_subjects == 1:
        return statuses.ONE_SUBJECT
    if horizon > curve["time"][-1] and curve["estimate"][-1] > 0:
        return statuses.PAST_LAST_OBSERVATION
    if curve.filter(pl.col("time") <= horizon)["n_event"].sum() == 0:
        return statuses.NO_EVENTS
    return None


def _greenwood_steps(curve: pl.DataFrame) -> FloatArray:
    """d / (n (n - d)) of each day, 0 where everyone at risk has the event: nothing is left then."""
    d, n = column(curve, "n_event"), column(curve, "n_risk")
    return np.divide(d, n * (n - d), out=np.zeros_like(d), where=n > d)


def _numbers(one: RestrictedMean, other: RestrictedMean) -> tuple[FloatArray, FloatArray] | None:
    """The two means and their errors; None when either is not estimable."""
    if one.status != statuses.OK or other.status != statuses.OK:
        return None
    mean, std_error = ((one.estimate, other.estimate), (one.std_error, other.std_error))
    return np.array(mean, dtype=np.float64), np.array(std_error, dtype=np.float64)


def _no_contrast(one: RestrictedMean, other: RestrictedMean) -> RestrictedMeanContrast:
    status = one.status if one.status != statuses.OK else other.status
    return RestrictedMeanContrast(None, None, None, None, status)


def _p_value(z: float) -> float:
    return float(2 * ndtr(-abs(z)))
