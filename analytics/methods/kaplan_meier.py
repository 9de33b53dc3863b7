"""Kaplan-Meier: the product limit, Greenwood's error, the median and the rate at a day.

The product is computed by lifelines on weighted counts; the numbers at risk, the standard error,
the limits and the median rule are ours, because lifelines always uses log-log limits and takes the
first day with S <= 0.5 as the median, without the midpoint.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import polars as pl

from analytics.methods.arrays import FloatArray, frame_without_nan
from analytics.methods.counts import RiskTable, risk_table
from analytics.methods.curves import column, first_time_below, steps_at, values_at
from analytics.methods.intervals import CiTransform, confidence_limits


@dataclass(frozen=True)
class MedianSurvival:
    """The median and its limits in days; None is 'not reached'."""

    median: float | None
    ci_lower: float | None
    ci_upper: float | None


def kaplan_meier_curve(
    counts: pl.DataFrame, *, conf_level: float, ci_transform: CiTransform
) -> pl.DataFrame:
    """The survival curve from day 0 with a row per day on which anyone leaves or enters.

    Columns: time (days), n_risk, n_event, n_censored, estimate, std_error, ci_lower, ci_upper.
    Those censored on a day are still at risk for that day's events. The error is Greenwood's; where
    S is 0 it and the limits are null, not 0. On day 0 without an event the limits are 1; see
    `confidence_limits` for the days between it and the first event.
    Raises ValueError for counts with a competing event: those need the cumulative incidence.
    Reference: Kaplan and Meier, J Am Stat Assoc 1958;53:457.
    """
    table = risk_table(counts)
    if table.n_competing.any():
        raise ValueError(
            "Kaplan-Meier does not allow competing events, since they are not censorings; use "
            "cumulative_incidence_curve, or make them events of the endpoint."
        )
    survival = product_limit(table)
    std_error = greenwood_error(table, survival)
    lower, upper = confidence_limits(
        survival, std_error, conf_level=conf_level, ci_transform=ci_transform
    )
    if survival[0] == 1:
        lower[0] = upper[0] = 1.0
    return frame_without_nan(
        {
            "time": table.time,
            "n_risk": table.n_risk,
            "n_event": table.n_event,
            "n_censored": table.n_censored,
            "estimate": survival,
            "std_error": std_error,
            "ci_lower": lower,
            "ci_upper": upper,
        }
    )


def greenwood_error(table: RiskTable, survival: FloatArray) -> FloatArray:
    """S sqrt(sum d / (n (n - d))); NaN where S is 0. Greenwood, 1926."""
    d, n = table.n_event.astype(np.float64), table.n_risk.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(d > 0, d / (n * (n - d)), 0.0)
        return np.where(survival > 0, survival * np.sqrt(np.cumsum(step)), np.nan)


def median_survival(curve: pl.DataFrame) -> MedianSurvival:
    """The median and its Brookmeyer-Crowley limits from a curve's own estimates and limits."""
    return MedianSurvival(*survival_quantile(curve, 0.5))


def survival_quantile(
    curve: pl.DataFrame, probability: float
) -> tuple[float | None, float | None, float | None]:
    """The day by which so many have had the event, and its limits; None is 'not reached'.

    The rule of `first_time_below` holds for all three: the interval is every day whose pointwise
    interval holds 1 - probability. Reference: Brookmeyer and Crowley, Biometrics 1982;38:29.
    """
    if not 0 < probability < 1:
        raise ValueError(f"The probability is {probability:g}, but must lie between 0 and 1.")
    time, level = column(curve, "time"), 1 - probability
    found, lower, upper = (
        first_time_below(time, column(curve, name), level)
        for name in ("estimate", "ci_lower", "ci_upper")
    )
    return found, lower, upper


def survival_at(curve: pl.DataFrame, times: Sequence[float]) -> pl.DataFrame:
    """The survival at each day: the step value; null past the last observation unless S is 0.

    Columns: time, estimate, std_error, ci_lower, ci_upper, n_risk (just before that day).
    """
    asked, row, n_risk = steps_at(curve, times)
    past_the_end = (asked > curve["time"][-1]) & (curve["estimate"][-1] != 0)
    return values_at(curve, asked, np.where(past_the_end, -1, row), n_risk)


def product_limit(table: RiskTable) -> FloatArray:
    """S after each day of the table, by lifelines; NaN without subjects.

    Where nobody is left before later entries the product starts anew: each unbroken stretch of
    observation is estimated by itself and the products are multiplied.
    """
    if table.n_entry.sum() == 0:
        return np.full(len(table.time), np.nan)
    exits = table.n_event + table.n_competing + table.n_censored
    nobody_left = np.flatnonzero(np.cumsum(table.n_entry - exits) == 0)
    starts = np.concatenate([[0], nobody_left + 1])
    survival, level = np.ones(len(table.time)), 1.0
    for start, stop in zip(starts, np.append(starts[1:], len(table.time)), strict=True):
        if start < stop:
            survival[start:stop] = level * _lifelines_survival(_rows(table, start, stop))
            level = survival[stop - 1]
    return survival


def _rows(table: RiskTable, start: int, stop: int) -> RiskTable:
    return RiskTable(*(getattr(table, field.name)[start:stop] for field in fields(RiskTable)))


def _lifelines_survival(stretch: RiskTable) -> FloatArray:
    """What `KaplanMeierFitter.fit` estimates, from its table of events: the counts are one.

    The fit itself would make spells of patients from the counts, and the counts from those again.
    """
    import pandas as pd  # noqa: PLC0415  (takes seconds to import)
    from lifelines import KaplanMeierFitter  # noqa: PLC0415
    from lifelines.utils import _additive_estimate  # noqa: PLC0415

    if stretch.n_entry.sum() == 0:
        return np.ones(len(stretch.time))
    at_risk = stretch.n_risk + stretch.n_entry  # with those who enter on the day, as lifelines does
    at_risk[0] = stretch.n_entry[0]
    events = pd.DataFrame(
        {
            "observed": stretch.n_event,
            "entrance": stretch.n_entry,
            "at_risk": at_risk,
        },
        index=stretch.time,
    )
    fitter = KaplanMeierFitter()
    with np.errstate():  # lifelines switches NumPy's warnings off for the whole process
        log_survival, _ = _additive_estimate(
            events, stretch.time, fitter._additive_f, fitter._additive_var, False
        )
        return np.exp(np.asarray(log_survival.to_numpy(), dtype=np.float64))
