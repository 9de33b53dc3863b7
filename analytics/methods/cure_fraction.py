"""The mixture cure model: a fraction never has the event, the others' times are Weibull.

S(t) = c + (1 - c) exp(-(t / scale)^shape), fitted on weighted counts: lifelines finds the maximum
of the likelihood to about six digits, Newton's steps make it exact. The fraction is where the
model's curve levels off, so it is only as sure as the follow-up is long: with censoring before the
plateau another latency gives another fraction.
Reference: Boag, J R Stat Soc B 1949;11:15; Farewell, Biometrics 1982;38:1041.
"""

import warnings
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
from scipy.special import expit

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray
from analytics.methods.counts import RiskTable, curve_status, risk_table, weighted_spells
from analytics.methods.cure_likelihood import Spells, cure_likelihood
from analytics.methods.intervals import normal_quantile
from analytics.methods.newton import inverse, likelihood_at, maximised

ORIGIN_DAY_STOP = 0.5
AT_BOUND = 1e-4


@dataclass(frozen=True)
class MixtureCure:
    """The cured fraction with its limits, and the Weibull of the others (scale in days).

    `std_error` is of the fraction; all None unless `status` is 'ok'.
    """

    status: str
    cure_fraction: float | None = None
    std_error: float | None = None
    ci_lower: float | None = None
    ci_upper: float | None = None
    scale: float | None = None
    shape: float | None = None
    log_likelihood: float | None = None


def mixture_cure(counts: pl.DataFrame, *, conf_level: float) -> MixtureCure:
    """The maximum likelihood fit, with the limits symmetric on the logit of the fraction.

    The error is that of the inverse observed information; on the logit it is se / (c (1 - c)) by
    the delta method. An event or a censoring on day 0 counts at 0.5, as in a Cox model. Late
    entries are left-truncated. Not estimable: fewer than two days with events, which leave the
    Weibull no shape; a fraction at its bound of 0 (below 1e-4), where no interval of this kind
    exists; no convergence.
    Raises ValueError for counts with a competing event.
    """
    table = risk_table(counts)
    if table.n_competing.any():
        raise ValueError(
            "The cure model does not allow competing events, since they are not censorings."
        )
    if (status := curve_status(counts)) != statuses.OK:
        return MixtureCure(status)
    if np.count_nonzero(table.n_event) < 2:
        return MixtureCure(statuses.not_estimable(statuses.NO_VARIATION_IN_TIME))
    return _fitted(table, conf_level)


def _fitted(table: RiskTable, conf_level: float) -> MixtureCure:
    spells, unit = _spells(table)
    start = _lifelines_coefficients(spells)
    if start is None:
        return MixtureCure(statuses.not_estimable(statuses.NO_CONVERGENCE))
    if expit(start[0]) < AT_BOUND:
        return MixtureCure(statuses.not_estimable(statuses.CURE_AT_BOUND))
    likelihood = partial(cure_likelihood, spells=spells)
    maximum = maximised(likelihood, likelihood_at(likelihood, start))
    found = likelihood(maximum.point.coefficients)
    covariance = inverse(found.information)
    if covariance is None or not maximum.converged:
        return MixtureCure(statuses.not_estimable(statuses.NO_CONVERGENCE))
    logit, log_scale, log_shape = (float(value) for value in maximum.point.coefficients)
    fraction = float(expit(logit))
    if fraction < AT_BOUND:
        return MixtureCure(statuses.not_estimable(statuses.CURE_AT_BOUND))
    logit_error = float(np.sqrt(covariance[0, 0]))
    width = normal_quantile(conf_level) * logit_error
    n_events = float(table.n_event.sum())
    return MixtureCure(
        status=statuses.OK,
        cure_fraction=fraction,
        std_error=fraction * (1 - fraction) * logit_error,
        ci_lower=float(expit(logit - width)),
        ci_upper=float(expit(logit + width)),
        scale=float(np.exp(log_scale)) * unit,
        shape=float(np.exp(log_shape)),
        log_likelihood=found.log_likelihood - n_events * float(np.log(unit)),
    )


def _spells(table: RiskTable) -> tuple[Spells, float]:
    """The spells of the counts, in a unit of days that is their mean, and the unit.

    Near 1 an optimiser's steps suit all three coefficients.
    """
    entry, leave, observed, weight = weighted_spells(table)
    leave = np.where(leave == 0, ORIGIN_DAY_STOP, leave)
    unit = float(np.average(leave, weights=weight))
    return Spells(entry / unit, leave / unit, observed == 1, weight), unit


def _lifelines_coefficients(spells: Spells) -> FloatArray | None:
    """Where lifelines' optimiser ends, about six digits from the maximum; None without success."""
    from lifelines import MixtureCureFitter, WeibullFitter  # noqa: PLC0415  (slow to import)
    from lifelines.exceptions import ConvergenceError  # noqa: PLC0415

    model = MixtureCureFitter(WeibullFitter())
    try:
        with np.errstate(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own errors are not used
            model.fit(
                spells.leave,
                spells.observed,
                entry=spells.entry,
                weights=spells.weight,
                fit_options={"gtol": 1e-10},
            )
    except ConvergenceError:
        return None
    fraction, scale, shape = (float(value) for value in model._fitted_parameters_)
    fraction = min(max(fraction, 1e-12), 1 - 1e-12)  # the logit of a bound is infinite
    return np.log([fraction / (1 - fraction), scale, shape])
