"""Kaplan-Meier analyses: curves, medians, rates at landmarks, follow-up and log-rank tests."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl

from analytics.methods.counts import curve_status
from analytics.methods.follow_up import follow_up
from analytics.methods.kaplan_meier import kaplan_meier_curve, median_survival, survival_at
from analytics.methods.log_rank import log_rank_test
from analytics.methods.statuses import NO_EVENTS, OK, not_estimable
from analytics.results.frames import frame_of_rows
from analytics.results.statuses import BEYOND, MEDIAN_NOT_REACHED, NOBODY_CENSORED
from analytics.results.strata import UNKNOWN, n_subjects, n_with
from analytics.study.specification import Analysis, Parameters

Row = dict[str, Any]
Rows = Iterator[Row]

NO_NUMBERS: Final[Row] = dict.fromkeys(("estimate", "std_error", "ci_lower", "ci_upper"))
_TABLES: Final = ("survival_curve", "survival_summary", "survival_rate", "follow_up")


def survival_frames(
    analysis: Analysis, strata: Mapping[str, pl.DataFrame], parameters: Parameters
) -> dict[str, pl.DataFrame]:
    """The tables of one Kaplan-Meier analysis, by name, from the risk counts of its strata.

    A stratum of nobody, or of one subject, keeps its rows with a status and no estimate. A
    stratified analysis is tested by the log-rank test over the strata that are known.
    """
    rows: dict[str, list[Row]] = {name: [] for name in _TABLES}
    for stratum, counts in strata.items():
        labels = {"analysis_id": analysis.analysis_id, "stratum": stratum}
        row = {**labels, "n": n_subjects(counts), "n_event": n_with(counts, "event")}
        status = curve_status(counts)
        curve = kaplan_meier_curve(
            counts, conf_level=parameters.conf_level, ci_transform=parameters.ci_transform
        )
        rows["survival_curve"] += curve_rows(curve, labels, status, parameters)
        rows["survival_summary"] += _summary(curve, row, status, parameters)
        rates = survival_at(curve, landmark_days(analysis, parameters))
        rows["survival_rate"] += rate_rows(rates, row, status, analysis)
        rows["follow_up"] += _follow_up(counts, row, parameters)
    tests = _log_rank(analysis, strata) if analysis.strata else ()
    return {name: frame_of_rows(name, table) for name, table in rows.items()} | {
        "group_test": frame_of_rows("group_test", tests)
    }


def curve_rows(curve: pl.DataFrame, labels: Row, status: str, parameters: Parameters) -> Rows:
    """The rows of a curve of `analytics.methods`, in days and months."""
    status = _status_of_probability(status)
    numbers = {} if status == OK else NO_NUMBERS
    for day in curve.iter_rows(named=True):
        yield {
            **labels,
            **day,
            **numbers,
            "time_days": day["time"],
            "time_months": _months(day["time"], parameters),
            "status": status,
        }


def rate_rows(rates: pl.DataFrame, row: Row, status: str, analysis: Analysis) -> Rows:
    """The rows of the rates at the analysis's landmarks, in its order."""
    status = _status_of_probability(status)
    numbers = {} if status == OK else NO_NUMBERS
    for months, rate in zip(analysis.landmarks_months, rates.iter_rows(named=True), strict=True):
        beyond = status == OK and rate["estimate"] is None
        yield {
            **rate,
            **row,
            **numbers,
            "time_months": months,
            "status": not_estimable(BEYOND) if beyond else status,
        }


def landmark_days(analysis: Analysis, parameters: Parameters) -> list[float]:
    """The analysis's landmarks in days."""
    return [months * parameters.days_per_month for months in analysis.landmarks_months]


def _status_of_probability(status: str) -> str:
    """A probability without events is known: survival is 1, the incidence 0."""
    return OK if status == not_estimable(NO_EVENTS) else status


def _summary(curve: pl.DataFrame, row: Row, status: str, parameters: Parameters) -> Rows:
    """The median in months; NULL, with a status, when survival never falls below one half."""
    if status != OK:
        yield {**row, "status": status}
        return
    median = median_survival(curve)
    yield {
        **row,
        "median_months": _months(median.median, parameters),
        "median_ci_lower": _months(median.ci_lower, parameters),
        "median_ci_upper": _months(median.ci_upper, parameters),
        "status": OK if median.median is not None else not_estimable(MEDIAN_NOT_REACHED),
    }


def _follow_up(counts: pl.DataFrame, row: Row, parameters: Parameters) -> Rows:
    n_censored = int(counts["n_censored"].sum())
    for found in follow_up(counts).iter_rows(named=True):
        months = _months(found["time"], parameters)
        reason = MEDIAN_NOT_REACHED if n_censored else NOBODY_CENSORED
        status = OK if months is not None else not_estimable(reason)
        no_subjects = curve_status(counts) if row["n"] == 0 else status
        yield {**row, **found, "months": months, "status": no_subjects}


def _log_rank(analysis: Analysis, strata: Mapping[str, pl.DataFrame]) -> Rows:
    """The log-rank test of the strata that are known and have subjects."""
    groups = {
        stratum: counts
        for stratum, counts in strata.items()
        if stratum != UNKNOWN and n_subjects(counts)
    }
    test = log_rank_test(groups)
    yield {
        "analysis_id": analysis.analysis_id,
        "test": "log_rank",
        "event": "event",
        "n": sum(n_subjects(counts) for counts in groups.values()),
        "n_event": sum(n_with(counts, "event") for counts in groups.values()),
        "statistic": test.statistic,
        "df": test.df or None,
        "p_value": test.p_value,
        "status": test.status,
    }


def _months(days: float | None, parameters: Parameters) -> float | None:
    return None if days is None else days / parameters.days_per_month
