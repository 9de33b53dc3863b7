"""Events per time at risk, with exact Poisson limits."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import gammaincinv

from analytics.methods import statuses
from analytics.methods.competing_risks import EventType, events_of_type
from analytics.methods.counts import risk_table


@dataclass(frozen=True)
class IncidenceRate:
    """Events, days at risk and events per day with limits; None unless `status` is 'ok'."""

    n_event: int
    days_at_risk: float
    estimate: float | None
    ci_lower: float | None
    ci_upper: float | None
    status: str = statuses.OK


def incidence_rate(
    counts: pl.DataFrame,
    *,
    after: float,
    until: float | None,
    conf_level: float,
    event: EventType = "event",
) -> IncidenceRate:
    """The rate after a day and up to another (None: to the end); day 0 is of the first interval.

    Where the hazard is constant between the two days this is its estimate of greatest likelihood.
    The limits are the exact ones of a Poisson count: quantiles of the gamma distributions with d
    and d + 1, 0 below when d is 0. Not estimable: nobody at risk in between.
    Reference: Garwood, Biometrika 1936;28:437.
    """
    if not 0 < conf_level < 1:
        raise ValueError(f"The confidence level is {conf_level}, but must lie between 0 and 1.")
    if after < 0 or (until is not None and until <= after):
        raise ValueError(f"An interval cannot run from day {after:g} to day {until}.")
    table = risk_table(counts)
    end = np.inf if until is None else until
    inside = (table.time > after) & (table.time <= end)
    if after == 0:
        inside |= table.time == 0
    d = int(events_of_type(table, event)[inside].sum())
    followed = np.cumsum(
        table.n_entry - table.n_event - table.n_competing - table.n_censored
    ).astype(np.float64)
    day = np.clip(table.time, after, end)
    days = float(np.sum(followed[:-1] * np.diff(day)))
    if days == 0:
        return IncidenceRate(d, 0.0, None, None, None, statuses.not_estimable(statuses.NO_TIME))
    tail = (1 - conf_level) / 2
    lower = float(gammaincinv(d, tail)) if d else 0.0
    upper = float(gammaincinv(d + 1, 1 - tail))
    return IncidenceRate(d, days, d / days, lower / days, upper / days)
