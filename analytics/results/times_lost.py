"""Restricted mean times lost to each event of a cumulative incidence analysis."""

from collections.abc import Iterator
from typing import Any

from analytics.methods.competing_risks import EventType
from analytics.methods.restricted_mean import RestrictedMean
from analytics.methods.statuses import OK
from analytics.methods.time_lost import restricted_mean_time_lost
from analytics.results.clock import in_days, in_months
from analytics.results.known_curves import KnownCurve
from analytics.study.specification import Analysis, Parameters

Row = dict[str, Any]


def time_lost_rows(
    curve: KnownCurve, event: EventType, row: Row, analysis: Analysis, parameters: Parameters
) -> Iterator[Row]:
    """The mean months lost to the event by each horizon of the analysis."""
    horizons = in_days(analysis.restricted_mean_months, parameters)
    for months, days in zip(analysis.restricted_mean_months, horizons, strict=True):
        lost = _time_lost(curve, event, days, parameters)
        yield {
            **row,
            "event": event,
            "horizon_months": months,
            "time_lost_months": in_months(lost.estimate, parameters),
            "std_error": in_months(lost.std_error, parameters),
            "ci_lower": in_months(lost.ci_lower, parameters),
            "ci_upper": in_months(lost.ci_upper, parameters),
            "conditional_from_months": curve.from_months(parameters),
            "status": lost.status,
        }


def _time_lost(
    curve: KnownCurve, event: EventType, horizon: float, parameters: Parameters
) -> RestrictedMean:
    status = curve.status_at(horizon)
    if status != OK:
        return RestrictedMean(None, None, None, None, status)
    return restricted_mean_time_lost(
        curve.counts, event=event, horizon=horizon, conf_level=parameters.conf_level
    )
