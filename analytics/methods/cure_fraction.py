"""The mixture cure model: a fraction never has the event, the others' times are Weibull.

S(t) = c + (1 - c) exp(-(t / scale)^shape), fitted by lifelines on weighted counts. The fraction is
where the model's curve levels off, so it is only as sure as the follow-up is long: with censoring
before the plateau another latency gives another fraction.
Reference: Boag, J R Stat Soc B 1949;11:15; Farewell, Biometrics 1982;38:1041.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.methods import statuses
from analytics.methods.counts import RiskTable, curve_status, risk_table, weighted_spells
from analytics.methods.intervals import normal_quantile
from analytics.methods.newton import inverse

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

    The error is lifelines' (inverse observed information of fraction, scale and shape); on the
    logit it is se / (c (1 - c)) by the delta method. An event or a censoring on day 0 counts at
    0.5, as in a Cox model. Late entries are left-truncated. Not estimable: fewer than two days
    with events, which leave the Weibull no shape; a fraction at its bound of 0 (below 1e-4), where
    no interval of this kind exists; no convergence.
    Raises ValueError for counts with a competing event.
    """
    table = risk_table(counts)
    if table.n_competing.any():
        raise ValueError("The cure model takes no competing events, since they are not censorings.")
    if (status := curve_status(counts)) != statuses.OK:
        return MixtureCure(status)
    if np.count_nonzero(table.n_event) < 2:
        return MixtureCure(statuses.not_estimable(statuses.NO_VARIATION_IN_TIME))
    return _fitted(table, conf_level)


def _fitted(table: RiskTable, conf_level: float) -> MixtureCure:
    from lifelines import MixtureCureFitter, WeibullFitter  # noqa: PLC0415  (slow to import)
    from lifelines.exceptions import ConvergenceError  # noqa: PLC0415

    entry, leave, observed, weight = weighted_spells(table)
    leave = np.where(leave == 0, ORIGIN_DAY_STOP, leave)
    unit = float(np.average(leave, weights=weight))  # near 1 the optimiser's steps suit all three
    model = MixtureCureFitter(WeibullFitter())
    try:
        with np.errstate(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a singular information is told by the status
            model.fit(
                leave / unit,
                observed,
                entry=entry / unit,
                weights=weight,
                fit_options={"gtol": 1e-10},
            )
    except ConvergenceError:
        return MixtureCure(statuses.not_estimable(statuses.NO_CONVERGENCE))
    fraction, scale, shape = (float(value) for value in model._fitted_parameters_)
    if fraction < AT_BOUND:
        return MixtureCure(statuses.not_estimable(statuses.CURE_AT_BOUND))
    covariance = inverse(np.asarray(model._hessian_, dtype=np.float64))
    if covariance is None:
        return MixtureCure(statuses.not_estimable(statuses.NO_CONVERGENCE))
    std_error = float(np.sqrt(covariance[0, 0]))
    logit = float(np.log(fraction / (1 - fraction)))
    width = normal_quantile(conf_level) * std_error / (fraction * (1 - fraction))
    lower, upper = (1 / (1 + np.exp(-(logit + shift))) for shift in (-width, width))
    n_events = float(table.n_event.sum())
    return MixtureCure(
        status=statuses.OK,
        cure_fraction=fraction,
        std_error=std_error,
        ci_lower=float(lower),
        ci_upper=float(upper),
        scale=scale * unit,
        shape=shape,
        log_likelihood=float(model.log_likelihood_) - n_events * float(np.log(unit)),
    )
