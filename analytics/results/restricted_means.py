"""Restricted mean survival times of a Kaplan-Meier analysis."""

from collections.abc import Iterator
from typing import Any

from analytics.methods.restricted_mean import RestrictedMean, restricted_mean
from analytics.methods.statuses import OK
from analytics.results.clock import in_days, in_months
from analytics.results.known_curves import KnownCurve
from analytics.study.specification import Analysis, Parameters

Row = dict[str, Any]


def restricted_mean_rows(
    curve: KnownCurve, row: Row, analysis: Analysis, parameters: Parameters
) -> Iterator[Row]:
    """The mean in months to each horizon of the analysis, of a curve in days.

    NULL with a status where the horizon is beyond the last observation, or where the curve is not
    known there. Of a curve that starts late it is the mean of those without an event by then.
    """
    horizons = in_days(analysis.restricted_mean_months, parameters)
    for months, days in zip(analysis.restricted_mean_months, horizons, strict=True):
        mean = restricted_mean_of(curve, days, parameters)
        yield {
            **row,
            "horizon_months": months,
            "conditional_from_months": curve.from_months(parameters),
            "restricted_mean_months": in_months(mean.estimate, parameters),
            "std_error": in_months(mean.std_error, parameters),
            "ci_lower": in_months(mean.ci_lower, parameters),
            "ci_upper": in_months(mean.ci_upper, parameters),
            "status": mean.status,
        }


def restricted_mean_of(curve: KnownCurve, horizon: float, parameters: Parameters) -> RestrictedMean:
    """The restricted mean of a curve, in days, where the curve is known at the horizon."""
    status = curve.status_at(horizon)
    if status != OK:
        return RestrictedMean(None, None, None, None, status)
    return restricted_mean(curve.given, horizon=horizon, conf_level=parameters.conf_level)
