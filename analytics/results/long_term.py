"""Long-term questions to a curve: quantiles, survival from later on, rates, smoothed hazards."""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from analytics.methods.competing_risks import EventType
from analytics.methods.conditional_survival import conditional_survival
from analytics.methods.counts import curve_status
from analytics.methods.incidence_rate import incidence_rate
from analytics.methods.kaplan_meier import survival_quantile
from analytics.methods.known_span import counts_given
from analytics.methods.smoothed_hazard import smoothed_hazard
from analytics.methods.statuses import OK, not_estimable
from analytics.results.clock import in_days, in_months
from analytics.results.known_curves import TOO_FEW, KnownCurve
from analytics.results.statuses import BEYOND, QUANTILE_NOT_REACHED, status_of_probability
from analytics.study.specification import Analysis, Parameters

Row = dict[str, Any]
Rows = Iterator[Row]

MONTHS_PER_YEAR = 12


def quantile_rows(curve: KnownCurve, row: Row, analysis: Analysis, parameters: Parameters) -> Rows:
    """The months by which each share of the analysis's quantiles has had the event."""
    unreached = TOO_FEW if curve.ends_early else not_estimable(QUANTILE_NOT_REACHED)
    for probability in analysis.quantiles:
        numbers: Sequence[float | None] = (None, None, None)
        if curve.status == OK:
            numbers = survival_quantile(curve.shown, probability)
        months = [in_months(days, parameters) for days in numbers]
        reached = OK if months[0] is not None else unreached
        yield {
            **row,
            "probability": probability,
            "quantile_months": months[0],
            "quantile_ci_lower": months[1],
            "quantile_ci_upper": months[2],
            "conditional_from_months": curve.from_months(parameters),
            "status": reached if curve.status == OK else curve.status,
        }


def conditional_survival_rows(
    counts: pl.DataFrame, curve: KnownCurve, row: Row, analysis: Analysis, parameters: Parameters
) -> Rows:
    """Survival over further months given each month of the analysis; a row for each pair."""
    asked = analysis.conditional_survival
    if asked is None:
        return
    further = in_days(asked.further_months, parameters)
    for at_months, at in zip(asked.at_months, in_days(asked.at_months, parameters), strict=True):
        given = counts_given(counts, at)
        status = curve.status_at(at)
        if status == OK:
            status = status_of_probability(curve_status(given))
        found = conditional_survival(
            counts,
            at=at,
            further=further,
            conf_level=parameters.conf_level,
            ci_transform=parameters.ci_transform,
        )
        for months, rate in zip(asked.further_months, found.iter_rows(named=True), strict=True):
            here = status if status != OK else curve.status_at(rate["time"])
            if here == OK and rate["estimate"] is None:
                here = not_estimable(BEYOND)
            numbers = {name: rate[name] for name in _NUMBERS} if here == OK else {}
            yield {
                **row,
                **numbers,
                "at_months": at_months,
                "further_months": months,
                "n_given": int(given["n_entry"].sum()),
                "n_risk": rate["n_risk"],
                "status": here,
            }


def incidence_rate_rows(
    counts: pl.DataFrame, event: EventType, row: Row, analysis: Analysis, parameters: Parameters
) -> Rows:
    """Events per patient-year: between the months of the analysis, beyond the last, and in all."""
    months = analysis.incidence_rate_months
    if not months:
        return
    bounds = [(0.0, None), *zip((0.0, *months), (*months, None), strict=True)]
    for start, end in bounds:
        after, until = in_days([start], parameters)[0], end and in_days([end], parameters)[0]
        found = incidence_rate(
            counts, after=after, until=until, conf_level=parameters.conf_level, event=event
        )
        year = MONTHS_PER_YEAR * parameters.days_per_month
        yield {
            **row,
            "event": event,
            "from_months": start,
            "to_months": end,
            "n_event": found.n_event,
            "patient_years": found.days_at_risk / year,
            "rate": _times(found.estimate, year),
            "ci_lower": _times(found.ci_lower, year),
            "ci_upper": _times(found.ci_upper, year),
            "status": found.status,
        }


def smoothed_hazard_rows(
    counts: pl.DataFrame, curve: KnownCurve, row: Row, analysis: Analysis, parameters: Parameters
) -> Rows:
    """The hazard per year every so many months up to the last event."""
    asked = analysis.smoothed_hazard
    if asked is None:
        return
    with_event = counts.filter(pl.col("n_event") > 0)["time"].to_numpy()
    last = float(with_event.max(initial=0)) / parameters.days_per_month
    months = [k * asked.every_months for k in range(int(last / asked.every_months) + 1)]
    bandwidth, *days = in_days([asked.bandwidth_months, *months], parameters)
    year = MONTHS_PER_YEAR * parameters.days_per_month
    status = curve_status(counts)
    if status == OK and curve.span is None:
        status = TOO_FEW
    found = (
        smoothed_hazard(
            counts, days, bandwidth=bandwidth, conf_level=parameters.conf_level, span=curve.span
        ).to_dicts()
        if status == OK and curve.span is not None
        else [{"n_risk": None, "status": status}] * len(days)
    )
    for month, hazard in zip(months, found, strict=True):
        yield {
            **row,
            "time_months": month,
            "bandwidth_months": asked.bandwidth_months,
            "n_risk": hazard["n_risk"],
            "hazard": _times(hazard.get("estimate"), year),
            "std_error": _times(hazard.get("std_error"), year),
            "ci_lower": _times(hazard.get("ci_lower"), year),
            "ci_upper": _times(hazard.get("ci_upper"), year),
            "conditional_from_months": curve.from_months(parameters),
            "status": hazard["status"],
        }


_NUMBERS = ("estimate", "std_error", "ci_lower", "ci_upper")


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
