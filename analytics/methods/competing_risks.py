"""Cumulative incidence with competing events: Aalen-Johansen from the counts."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import polars as pl

from analytics.methods.arrays import FloatArray, IntArray, frame_without_nan
from analytics.methods.counts import RiskTable, risk_table
from analytics.methods.curves import steps_at, values_at
from analytics.methods.incidence_variance import IncidenceVariance, incidence_error
from analytics.methods.intervals import CiTransform, confidence_limits

EventType = Literal["event", "competing"]


def cumulative_incidence_curve(
    counts: pl.DataFrame,
    *,
    event: EventType,
    variance: IncidenceVariance,
    conf_level: float,
    ci_transform: CiTransform,
) -> pl.DataFrame:
    """The probability of a first event of this type by each day, from day 0.

    Columns: time (days), n_risk, n_event, n_competing, n_censored, estimate, std_error, ci_lower,
    ci_upper. F(t) is the sum over days of S(t-) d / n, where S is the survival from both events, so
    S and the two incidences add up to one. Events of either type precede the day's censorings; the
    two types on one day are one step. The limits are on the incidence itself, by its transform; on
    day 0 without an event they are 0. One minus a Kaplan-Meier of one event is not this number.
    Reference: Aalen and Johansen, Scand J Stat 1978;5:141.
    """
    table = risk_table(counts)
    caused = events_of_type(table, event)
    estimate = incidence(table, caused)
    std_error = incidence_error(table, caused, survival_before(table), estimate, variance=variance)
    lower, upper = confidence_limits(
        estimate, std_error, conf_level=conf_level, ci_transform=ci_transform
    )
    if estimate[0] == 0:
        lower[0] = upper[0] = 0.0
    return frame_without_nan(
        {
            "time": table.time,
            "n_risk": table.n_risk,
            "n_event": table.n_event,
            "n_competing": table.n_competing,
            "n_censored": table.n_censored,
            "estimate": estimate,
            "std_error": std_error,
            "ci_lower": lower,
            "ci_upper": upper,
        }
    )


def cumulative_incidence_at(curve: pl.DataFrame, times: Sequence[float]) -> pl.DataFrame:
    """The incidence at each day, carried forward past the last observation with n_risk = 0.

    Columns: time, estimate, std_error, ci_lower, ci_upper, n_risk (just before that day).
    """
    asked, row, n_risk = steps_at(curve, times)
    return values_at(curve, asked, row, n_risk)


def events_of_type(table: RiskTable, event: EventType) -> IntArray:
    """The day's events of the type asked for."""
    if event not in ("event", "competing"):
        raise ValueError(f"The event type '{event}' is not known; use event or competing.")
    return table.n_event if event == "event" else table.n_competing


def survival_before(table: RiskTable) -> FloatArray:
    """The probability of neither event before each day, S(t-); NaN without subjects."""
    if table.n_entry.sum() == 0:
        return np.full(len(table.time), np.nan)
    failing = (table.n_event + table.n_competing).astype(np.float64)
    return np.concatenate([[1.0], np.cumprod(1 - _per_at_risk(table, failing))[:-1]])


def incidence(table: RiskTable, caused: IntArray) -> FloatArray:
    """The running sum of S(t-) d / n over the days, which rounding does not take beyond 1."""
    parts = survival_before(table) * _per_at_risk(table, caused.astype(np.float64))
    return np.asarray(np.minimum(np.cumsum(parts), 1.0), dtype=np.float64)


def _per_at_risk(table: RiskTable, numbers: FloatArray) -> FloatArray:
    at_risk = table.n_risk.astype(np.float64)
    return np.divide(numbers, at_risk, out=np.zeros_like(numbers), where=at_risk > 0)
