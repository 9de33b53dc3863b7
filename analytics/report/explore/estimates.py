"""The answers of the page: curves, medians, rates and tests, by the methods of the results."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import polars as pl

from analytics.methods.chi_square import TestResult
from analytics.methods.competing_risks import cumulative_incidence_at
from analytics.methods.counts import counts_from_times
from analytics.methods.gray import gray_test
from analytics.methods.kaplan_meier import survival_at
from analytics.methods.log_rank import log_rank_test
from analytics.methods.statuses import MEDIAN_NOT_REACHED, NO_EVENTS
from analytics.report.formats import decimal, p_phrase, percent, percent_interval, with_interval
from analytics.results.clock import in_days, in_months
from analytics.results.curves import (
    curve_rows,
    rate_rows,
    summary_rows,
    survival_estimator,
)
from analytics.results.incidences import EVENTS, incidence_estimator
from analytics.results.known_curves import KnownCurve, known_curve
from analytics.results.strata import n_subjects, n_with
from analytics.study.codes import UNKNOWN_LEVEL
from analytics.study.specification import Analysis, Parameters

_DIGITS: Final = 10
_YEARS: Final = (12.0, 24.0, 36.0, 48.0, 60.0)
_SHORT: Final = (3.0, 6.0)
_NUMBERS: Final = ("estimate", "ci_lower", "ci_upper")
UNKNOWN: Final = UNKNOWN_LEVEL
NOT_TESTED: Final = "Unknown (not tested)"
_PLAIN: Final = Analysis(analysis_id="asked", label="Asked", method="kaplan_meier")


def counts_of(groups: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The counts of groups by label, of their exit_day and event_code."""
    return {
        label: counts_from_times(rows["exit_day"], rows["event_code"])
        for label, rows in groups.items()
    }


def answer(
    counts: Mapping[str, pl.DataFrame], parameters: Parameters, *, competing: bool
) -> dict[str, Any]:
    """The curves of the groups, label -> counts, as the page reads them."""
    last = max((one["time"].to_list()[-1] for one in counts.values()), default=0.0)
    last_month = in_months(last, parameters) or 0.0
    months = [month for month in _YEARS if month <= last_month] or [
        month for month in _SHORT if month <= last_month
    ]
    make = _incidences if competing else _survival
    known = {label: one for label, one in counts.items() if label != UNKNOWN}
    return {
        "kind": "incidence" if competing else "survival",
        "months": months,
        "groups": [
            make(NOT_TESTED if label == UNKNOWN else label, one, months, parameters)
            for label, one in counts.items()
        ],
        "tests": _tests(known, competing=competing) if len(counts) > 1 else [],
    }


def split(
    subjects: pl.DataFrame, levels: pl.DataFrame | None, labels: Mapping[str, str]
) -> dict[str, pl.DataFrame]:
    """Label -> subjects, in the order of the levels; `unknown` last, who has no level.

    `levels`: usubjid and level; None is one group. Levels that nobody has are left out.
    """
    if levels is None:
        return {"All": subjects}
    joined = subjects.join(levels, on="usubjid", how="left", maintain_order="left")
    groups = {label: joined.filter(pl.col("level") == level) for level, label in labels.items()}
    groups[UNKNOWN] = joined.filter(
        pl.col("level").is_null() | ~pl.col("level").is_in(list(labels))
    )
    return {label: rows for label, rows in groups.items() if not rows.is_empty()}


def _survival(
    label: str, counts: pl.DataFrame, months: Sequence[float], parameters: Parameters
) -> dict[str, Any]:
    curve = known_curve(counts, survival_estimator(parameters), parameters)
    (summary,) = summary_rows(curve, {}, parameters)
    rates = survival_at(curve.shown, in_days(months, parameters))
    return {
        **_group(label, counts, parameters),
        "median": _median(summary),
        "rates": _rates(rates, curve, months, parameters),
        **_columns(curve, "", parameters),
    }


def _incidences(
    label: str, counts: pl.DataFrame, months: Sequence[float], parameters: Parameters
) -> dict[str, Any]:
    found: dict[str, Any] = _group(label, counts, parameters)
    found["competing"] = n_with(counts, "competing")
    for event in EVENTS:
        estimator = incidence_estimator(event, parameters)
        curve = known_curve(counts, estimator, parameters, event=event)
        rates = cumulative_incidence_at(curve.shown, in_days(months, parameters))
        own = "" if event == "event" else "competing_"
        found[f"{own}rates"] = _rates(rates, curve, months, parameters)
        found |= _columns(curve, own, parameters)
    return found


def _group(label: str, counts: pl.DataFrame, parameters: Parameters) -> dict[str, Any]:
    """The name of a group, its sizes, and what happens on each of its days."""
    ordered = counts.sort("time")
    leaving = ordered.select(pl.sum_horizontal("n_event", "n_competing", "n_censored")).to_series()
    n = n_subjects(counts)
    at_risk = n - leaving.cum_sum().shift(1, fill_value=0)
    return {
        "label": label,
        "n": n,
        "events": n_with(counts, "event"),
        "month": shortened(in_months(day, parameters) for day in ordered["time"]),
        "risk": at_risk.to_list(),
        "n_event": ordered["n_event"].to_list(),
        "n_competing": ordered["n_competing"].to_list(),
        "n_censored": ordered["n_censored"].to_list(),
    }


def _columns(curve: KnownCurve, prefix: str, parameters: Parameters) -> dict[str, list[Any]]:
    """The estimates of a curve in percent, null where it has a status instead."""
    rows = list(curve_rows(curve, {}, parameters))
    return {
        f"{prefix}{name}": shortened(None if row[name] is None else 100 * row[name] for row in rows)
        for name in _NUMBERS
    }


def _rates(
    rates: pl.DataFrame, curve: KnownCurve, months: Sequence[float], parameters: Parameters
) -> list[str]:
    analysis = _PLAIN.model_copy(update={"landmarks_months": tuple(months)})
    return [_rate(row) for row in rate_rows(rates, curve, {}, analysis, parameters)]


def shortened(values: Iterable[float | None]) -> list[float | int | None]:
    """The numbers to ten digits, whole ones without a point: a page has many of them."""
    return [_short(value) for value in values]


def _short(value: float | None) -> float | int | None:
    if value is None:
        return None
    rounded = float(f"{value:.{_DIGITS}g}")
    return int(rounded) if rounded.is_integer() else rounded


def _median(row: Mapping[str, Any]) -> str:
    median, lower, upper = (
        row.get(f"median_{name}") for name in ("months", "ci_lower", "ci_upper")
    )
    if median is None and lower is None:
        reached = row["status"].endswith((MEDIAN_NOT_REACHED, NO_EVENTS))
        return "not reached" if reached else "-"
    return with_interval(median, lower, upper)


def _rate(row: Mapping[str, Any]) -> str:
    """A rate in percent with its limits, such as 23.4% (18.3-28.9)."""
    if row["estimate"] is None:
        return "-"
    shown = percent(100 * row["estimate"])
    if row["ci_lower"] is None or row["ci_upper"] is None:
        return shown
    return f"{shown} ({percent_interval(100 * row['ci_lower'], 100 * row['ci_upper'])})"


def _tests(counts: Mapping[str, pl.DataFrame], *, competing: bool) -> list[dict[str, str]]:
    if not competing:
        return [_test("Log-rank test", log_rank_test(counts))]
    return [
        _test(f"Gray's test, {words}", gray_test(counts, event=event))
        for event, words in zip(EVENTS, ("event", "competing event"), strict=True)
    ]


def _test(name: str, test: TestResult) -> dict[str, str]:
    if test.statistic is None:
        return {"test": name, "result": test.status}
    statistic = decimal(test.statistic, 2)
    return {
        "test": name,
        "result": f"{p_phrase(test.p_value)} (chi-square {statistic}, {test.df} df)",
    }
