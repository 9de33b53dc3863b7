"""Kaplan-Meier analyses: curves, medians, rates at landmarks, follow-up and log-rank tests."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import polars as pl

from analytics.methods.counts import curve_status
from analytics.methods.follow_up import REVERSE_MEDIAN, follow_up, reverse_span
from analytics.methods.kaplan_meier import kaplan_meier_curve, median_survival, survival_at
from analytics.methods.log_rank import n_informative_strata
from analytics.methods.statuses import OK, TOO_FEW_AT_RISK, not_estimable
from analytics.results.clock import in_days, in_months
from analytics.results.frames import frame_of_rows
from analytics.results.group_tests import Compared, group_test_row, tests_between
from analytics.results.known_curves import TOO_FEW, Estimator, KnownCurve, known_curve
from analytics.results.long_term import (
    conditional_survival_rows,
    incidence_rate_rows,
    quantile_rows,
    smoothed_hazard_rows,
)
from analytics.results.parametric_fits import PARAMETRIC_TABLES, parametric_rows
from analytics.results.plateaus import cure_fraction_rows, plateau_rows
from analytics.results.restricted_means import restricted_mean_rows
from analytics.results.statuses import (
    BEYOND,
    MEDIAN_NOT_REACHED,
    MOVING,
    NOBODY_CENSORED,
)
from analytics.results.strata import n_subjects, n_with
from analytics.results.survival_differences import (
    median_difference_rows,
    restricted_mean_difference_rows,
    survival_difference_rows,
    two_groups,
)
from analytics.study.specification import Analysis, Parameters

Row = dict[str, Any]
Rows = Iterator[Row]

NO_NUMBERS: Final[Row] = dict.fromkeys(("estimate", "std_error", "ci_lower", "ci_upper"))
_TABLES: Final = (
    "survival_curve",
    "survival_summary",
    "survival_rate",
    "survival_quantile",
    "conditional_survival",
    "incidence_rate",
    "smoothed_hazard",
    "follow_up",
    "restricted_mean",
    "survival_difference",
    "median_difference",
    "restricted_mean_difference",
    "plateau",
    "cure_fraction",
    *PARAMETRIC_TABLES,
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
    differences of their rates, medians and restricted means.
    """
    rows: dict[str, list[Row]] = {name: [] for name in _TABLES}
    estimator = survival_estimator(parameters)
    for stratum, counts in strata.items():
        labels = {"analysis_id": analysis.analysis_id, "stratum": stratum}
        row = {**labels, "n": n_subjects(counts), "n_event": n_with(counts, "event")}
        curve = known_curve(counts, estimator, parameters)
        rows["survival_curve"] += curve_rows(curve, labels, parameters)
        rows["survival_summary"] += summary_rows(curve, row, parameters)
        rates = survival_at(curve.shown, in_days(analysis.landmarks_months, parameters))
        rows["survival_rate"] += rate_rows(rates, curve, row, analysis, parameters)
        rows["survival_quantile"] += quantile_rows(curve, row, analysis, parameters)
        rows["conditional_survival"] += conditional_survival_rows(
            counts, curve, row, analysis, parameters
        )
        rows["incidence_rate"] += incidence_rate_rows(counts, "event", row, analysis, parameters)
        rows["smoothed_hazard"] += smoothed_hazard_rows(counts, curve, row, analysis, parameters)
        for name, found in parametric_rows(counts, row, analysis, parameters).items():
            rows[name] += found
        rows["follow_up"] += follow_up_rows(analysis, counts, row, parameters)
        rows["restricted_mean"] += restricted_mean_rows(curve, row, analysis, parameters)
        rows["plateau"] += plateau_rows(curve, row, analysis, parameters)
        rows["cure_fraction"] += cure_fraction_rows(counts, row, analysis, parameters)
    pair = two_groups(strata, estimator, parameters)
    rows["survival_difference"] += survival_difference_rows(pair, analysis, parameters)
    rows["median_difference"] += median_difference_rows(pair, analysis, parameters)
    rows["restricted_mean_difference"] += restricted_mean_difference_rows(
        pair, analysis, parameters
    )
    rows["group_test"] += _tests(analysis, compared, tuple(strata))
    return {name: frame_of_rows(name, table) for name, table in rows.items()}


def survival_estimator(parameters: Parameters) -> Estimator:
    """The Kaplan-Meier curve of counts under the conventions of the study."""
    return partial(
        kaplan_meier_curve,
        conf_level=parameters.conf_level,
        ci_transform=parameters.ci_transform,
    )


def curve_rows(curve: KnownCurve, labels: Row, parameters: Parameters) -> Rows:
    """The rows of a curve, in days and months; no numbers where too few are at risk."""
    from_months = curve.from_months(parameters)
    for day in curve.shown.iter_rows(named=True):
        status = curve.status_at(day["time"])
        yield {
            **labels,
            **day,
            **({} if status == OK else NO_NUMBERS),
            "conditional_from_months": from_months,
            "time_days": day["time"],
            "time_months": in_months(day["time"], parameters),
            "status": status,
        }


def rate_rows(
    rates: pl.DataFrame, curve: KnownCurve, row: Row, analysis: Analysis, parameters: Parameters
) -> Rows:
    """The rows of the rates at the analysis's landmarks, in its order."""
    from_months = curve.from_months(parameters)
    for months, rate in zip(analysis.landmarks_months, rates.iter_rows(named=True), strict=True):
        status = curve.status_at(rate["time"])
        beyond = status == OK and rate["estimate"] is None
        yield {
            **rate,
            **row,
            **({} if status == OK else NO_NUMBERS),
            "time_months": months,
            "conditional_from_months": from_months,
            "status": not_estimable(BEYOND) if beyond else status,
        }


def summary_rows(curve: KnownCurve, row: Row, parameters: Parameters) -> Rows:
    """The median in months; NULL, with a status, when survival never falls below one half."""
    row = {**row, "conditional_from_months": curve.from_months(parameters)}
    if curve.status != OK:
        yield {**row, "status": curve.status}
        return
    median = median_survival(curve.shown)
    unreached = TOO_FEW if curve.ends_early else not_estimable(MEDIAN_NOT_REACHED)
    yield {
        **row,
        "median_months": in_months(median.median, parameters),
        "median_ci_lower": in_months(median.ci_lower, parameters),
        "median_ci_upper": in_months(median.ci_upper, parameters),
        "status": OK if median.median is not None else unreached,
    }


def follow_up_rows(
    analysis: Analysis, counts: pl.DataFrame, row: Row, parameters: Parameters
) -> Rows:
    """The follow-up in months; who moves to another stratum is still followed, only not here."""
    n_censored = int(counts["n_censored"].sum())
    smallest = parameters.smallest_risk_set
    span = reverse_span(counts, smallest)
    for found in follow_up(counts, smallest_risk_set=smallest).iter_rows(named=True):
        if analysis.time_dependent_strata:
            yield {**row, **found, "status": not_estimable(MOVING)}
            continue
        months = in_months(found["time"], parameters)
        reason = MEDIAN_NOT_REACHED if n_censored else NOBODY_CENSORED
        if found["statistic"] == REVERSE_MEDIAN and (span is None or span.end is not None):
            reason = TOO_FEW_AT_RISK
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
