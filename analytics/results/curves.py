"""Kaplan-Meier analyses: curves, medians, rates at landmarks, follow-up and log-rank tests."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from analytics.methods.counts import curve_status
from analytics.methods.follow_up import follow_up
from analytics.methods.kaplan_meier import kaplan_meier_curve, median_survival, survival_at
from analytics.methods.log_rank import n_informative_strata
from analytics.methods.statuses import OK, not_estimable
from analytics.results.clock import in_days, in_months
from analytics.results.frames import frame_of_rows
from analytics.results.group_tests import Compared, group_test_row, tests_between
from analytics.results.plateaus import cure_fraction_rows, plateau_rows
from analytics.results.restricted_means import restricted_mean_rows
from analytics.results.statuses import (
    BEYOND,
    MEDIAN_NOT_REACHED,
    MOVING,
    NOBODY_CENSORED,
    status_of_probability,
)
from analytics.results.strata import n_subjects, n_with
from analytics.results.survival_differences import (
    restricted_mean_difference_rows,
    survival_difference_rows,
)
from analytics.study.specification import Analysis, Parameters

Row = dict[str, Any]
Rows = Iterator[Row]

NO_NUMBERS: Final[Row] = dict.fromkeys(("estimate", "std_error", "ci_lower", "ci_upper"))
_TABLES: Final = (
    "survival_curve",
    "survival_summary",
    "survival_rate",
    "follow_up",
    "restricted_mean",
    "survival_difference",
    "restricted_mean_difference",
    "plateau",
    "cure_fraction",
    "group_test",
)


def survival_frames(
    analysis: Analysis,
    strata: Mapping[str, pl.DataFrame],
    compared: Compared | None,
    parameters: Parameters,
) -> dict[str, pl.DataFrame]:
    """The tables of one Kaplan-Meier analysis, by name, from the risk counts of its strata.

    A stratum of nobody, or of one subject, keeps its rows with a status and no estimate. Strata
    are `compared` by the tests of the plan; the log-rank test is the test of Mantel and Byar when
    subjects move between them, and then no stratum has a follow-up. Two strata also have the
    differences of their rates and restricted means.
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
        rates = survival_at(curve, in_days(analysis.landmarks_months, parameters))
        rows["survival_rate"] += rate_rows(rates, row, status, analysis)
        rows["follow_up"] += _follow_up(analysis, counts, row, parameters)
        rows["restricted_mean"] += restricted_mean_rows(curve, row, analysis, parameters)
        rows["plateau"] += plateau_rows(curve, row, status, analysis, parameters)
        rows["cure_fraction"] += cure_fraction_rows(counts, row, analysis, parameters)
    rows["survival_difference"] += survival_difference_rows(
        rows["survival_rate"], analysis, parameters
    )
    rows["restricted_mean_difference"] += restricted_mean_difference_rows(
        rows["restricted_mean"], parameters
    )
    rows["group_test"] += _tests(analysis, compared, tuple(strata))
    return {name: frame_of_rows(name, table) for name, table in rows.items()}


def curve_rows(curve: pl.DataFrame, labels: Row, status: str, parameters: Parameters) -> Rows:
    """The rows of a curve of `analytics.methods`, in days and months."""
    status = status_of_probability(status)
    numbers = {} if status == OK else NO_NUMBERS
    for day in curve.iter_rows(named=True):
        yield {
            **labels,
            **day,
            **numbers,
            "time_days": day["time"],
            "time_months": in_months(day["time"], parameters),
            "status": status,
        }


def rate_rows(rates: pl.DataFrame, row: Row, status: str, analysis: Analysis) -> Rows:
    """The rows of the rates at the analysis's landmarks, in its order."""
    status = status_of_probability(status)
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


def _summary(curve: pl.DataFrame, row: Row, status: str, parameters: Parameters) -> Rows:
    """The median in months; NULL, with a status, when survival never falls below one half."""
    if status != OK:
        yield {**row, "status": status}
        return
    median = median_survival(curve)
    yield {
        **row,
        "median_months": in_months(median.median, parameters),
        "median_ci_lower": in_months(median.ci_lower, parameters),
        "median_ci_upper": in_months(median.ci_upper, parameters),
        "status": OK if median.median is not None else not_estimable(MEDIAN_NOT_REACHED),
    }


def _follow_up(analysis: Analysis, counts: pl.DataFrame, row: Row, parameters: Parameters) -> Rows:
    """The follow-up in months; who moves to another stratum is still followed, only not here."""
    n_censored = int(counts["n_censored"].sum())
    for found in follow_up(counts).iter_rows(named=True):
        if analysis.time_dependent_strata:
            yield {**row, **found, "status": not_estimable(MOVING)}
            continue
        months = in_months(found["time"], parameters)
        reason = MEDIAN_NOT_REACHED if n_censored else NOBODY_CENSORED
        status = OK if months is not None else not_estimable(reason)
        no_subjects = curve_status(counts) if row["n"] == 0 else status
        yield {**row, **found, "months": months, "status": no_subjects}


def _tests(analysis: Analysis, compared: Compared | None, groups: Sequence[str]) -> Rows:
    """The tests of the groups compared, in strata or not; none without groups."""
    if compared is None:
        return
    n_informative = n_informative_strata(compared.strata)
    for one in tests_between(analysis, compared, groups):
        labels = {"test": one.name, "event": "event"}
        row = group_test_row(analysis, labels, one.compared, one.test, n_informative)
        yield row | {"p_adjusted": one.p_adjusted}
