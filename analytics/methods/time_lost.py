"""Restricted mean time lost: the mean time after an event of one type, up to a horizon.

It is the area under the cumulative incidence. With two types of event the restricted mean time
without either and the two times lost add up to the horizon.
Reference: Andersen, Stat Med 2013;32:5278.
"""

import numpy as np
import polars as pl

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray
from analytics.methods.competing_risks import EventType, events_of_type, incidence, survival_before
from analytics.methods.counts import curve_status, risk_table
from analytics.methods.intervals import normal_quantile
from analytics.methods.restricted_mean import RestrictedMean


def restricted_mean_time_lost(
    counts: pl.DataFrame, *, event: EventType, horizon: float, conf_level: float
) -> RestrictedMean:
    """The mean days lost to events of this type by the horizon, with a Wald interval.

    The variance is the delta method's on the daily proportions: on day s an own event moves the
    area by S(s-)(h - s) - B, another event by -B, with B the integral of F(t) - F(s) from s to h
    over the share without an event on s. When all enter on day 0 this is the infinitesimal
    jackknife of R's survfit. Not estimable: a horizon beyond the last observation while some are
    without an event; fewer than two subjects; no event of this type by then; no spread.
    """
    if not horizon > 0:
        raise ValueError(f"The horizon is {horizon:g} days, but must lie after the origin.")
    table = risk_table(counts)
    caused = events_of_type(table, event)
    status = curve_status(counts, event=event)
    before = survival_before(table)
    all_gone = before[-1] == 0 or (
        table.n_event[-1] + table.n_competing[-1] == table.n_risk[-1] > 0
    )
    by_then = table.time <= horizon
    if status == statuses.OK and horizon > table.time[-1] and not all_gone:
        status = statuses.not_estimable(statuses.PAST_LAST_OBSERVATION)
    if status == statuses.OK and not caused[by_then].any():
        status = statuses.not_estimable(statuses.NO_EVENTS)
    if status != statuses.OK:
        return RestrictedMean(None, None, None, None, status)
    curve = incidence(table, caused)
    width = np.diff(np.append(np.minimum(table.time, horizon), horizon))
    lost = float(curve @ width)
    n, own = table.n_risk.astype(np.float64), caused.astype(np.float64)
    every = (table.n_event + table.n_competing).astype(np.float64)
    left = horizon - np.minimum(table.time, horizon)
    later = np.cumsum((curve * width)[::-1])[::-1] - curve * left
    moved_by_other = _ratio(later, 1 - _ratio(every, n))
    moved_by_own = before * left - moved_by_other
    own_share, other_share = _ratio(own, n), _ratio(every - own, n)
    variance = (
        moved_by_own**2 * own_share * (1 - own_share)
        + moved_by_other**2 * other_share * (1 - other_share)
        + 2 * moved_by_own * moved_by_other * own_share * other_share
    )
    std_error = float(np.sqrt(np.sum(_ratio(variance, n)[by_then])))
    if std_error == 0:
        return RestrictedMean(None, None, None, None, statuses.not_estimable(statuses.NO_SPREAD))
    reach = normal_quantile(conf_level) * std_error
    return RestrictedMean(lost, std_error, lost - reach, lost + reach)


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """The quotient, 0 where the denominator is 0."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator != 0)
