"""Two groups of a Kaplan-Meier analysis: differences and ratios of rates, medians, means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from analytics.methods.kaplan_meier import survival_at
from analytics.methods.known_span import KnownSpan, known_span
from analytics.methods.median_difference import median_difference, no_median_difference
from analytics.methods.restricted_mean import restricted_mean_difference, restricted_mean_ratio
from analytics.methods.statuses import OK, not_estimable
from analytics.methods.survival_difference import (
    SurvivalDifference,
    SurvivalRatio,
    no_survival_difference,
    survival_difference,
    survival_ratio,
)
from analytics.results.clock import in_days, in_months
from analytics.results.known_curves import Estimator, KnownCurve, curve_from
from analytics.results.restricted_means import restricted_mean_of
from analytics.results.statuses import BEYOND, MOVING
from analytics.results.strata import UNKNOWN, n_subjects, n_with
from analytics.study.specification import Analysis, Parameters

Row = dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """The two groups of an analysis: their curves, known from the same day, and their counts."""

    names: tuple[str, str]
    curves: tuple[KnownCurve, KnownCurve]
    counts: tuple[pl.DataFrame, pl.DataFrame]

    def row(self, parameters: Parameters) -> Row:
        """The names of both groups, their subjects and events, and when their curves start."""
        return {
            "stratum": self.names[0],
            "reference_stratum": self.names[1],
            **{
                name: count
                for suffix, counts in zip(("", "_reference"), self.counts, strict=True)
                for name, count in (
                    (f"n{suffix}", n_subjects(counts)),
                    (f"n_event{suffix}", n_with(counts, "event")),
                )
            },
            "conditional_from_months": self.curves[0].from_months(parameters),
        }


def two_groups(
    strata: Mapping[str, pl.DataFrame], estimator: Estimator, parameters: Parameters
) -> Pair | None:
    """The groups of an analysis that has exactly two, the unknown apart, in the order of levels.

    Where subjects enter late both curves start on the later of their days, so that what is compared
    is conditional on the same.
    """
    known = [(name, counts) for name, counts in strata.items() if name != UNKNOWN]
    if len(known) != 2:
        return None
    (name, counts), (other_name, other) = known
    spans = [
        known_span(group, smallest_risk_set=parameters.smallest_risk_set)
        for group in (counts, other)
    ]
    both = _both(*spans)
    one, two = (
        curve_from(group, estimator, span if both is None else both)
        for group, span in zip((counts, other), spans, strict=True)
    )
    return Pair((name, other_name), (one, two), (counts, other))


def survival_difference_rows(
    pair: Pair | None, analysis: Analysis, parameters: Parameters
) -> Iterator[Row]:
    """A row per landmark of an analysis with two groups: the first rate beside the second.

    Groups between which subjects move are not independent.
    """
    if pair is None:
        return
    days = in_days(analysis.landmarks_months, parameters)
    rates = [survival_at(curve.shown, days).to_dicts() for curve in pair.curves]
    for months, rate, reference in zip(analysis.landmarks_months, *rates, strict=True):
        difference, ratio = _compared(pair, rate, reference, analysis, parameters)
        yield {
            **pair.row(parameters),
            "analysis_id": analysis.analysis_id,
            "time_months": months,
            "n_risk": rate["n_risk"],
            "n_risk_reference": reference["n_risk"],
            "difference": difference.estimate,
            "std_error": difference.std_error,
            "ci_lower": difference.ci_lower,
            "ci_upper": difference.ci_upper,
            "statistic": difference.statistic,
            "p_value": difference.p_value,
            "ratio": ratio.estimate,
            "ratio_ci_lower": ratio.ci_lower,
            "ratio_ci_upper": ratio.ci_upper,
            "status": difference.status,
        }


def median_difference_rows(
    pair: Pair | None, analysis: Analysis, parameters: Parameters
) -> Iterator[Row]:
    """One row for an analysis with two groups: the first median beside the second."""
    if pair is None:
        return
    status = not_estimable(MOVING) if analysis.time_dependent_strata else OK
    for curve in pair.curves:
        if status == OK:
            status = curve.status
    found = no_median_difference(status)
    if status == OK:
        first, second = (curve.shown for curve in pair.curves)
        found = median_difference(first, second, conf_level=parameters.conf_level)
    yield {
        **pair.row(parameters),
        "analysis_id": analysis.analysis_id,
        "difference": in_months(found.difference, parameters),
        "ci_lower": in_months(found.ci_lower, parameters),
        "ci_upper": in_months(found.ci_upper, parameters),
        "ratio": found.ratio,
        "ratio_ci_lower": found.ratio_ci_lower,
        "ratio_ci_upper": found.ratio_ci_upper,
        "statistic": found.statistic,
        "p_value": found.p_value,
        "status": found.status,
    }


def restricted_mean_difference_rows(
    pair: Pair | None, analysis: Analysis, parameters: Parameters
) -> Iterator[Row]:
    """A row per horizon of an analysis with two groups: the first mean beside the second."""
    if pair is None:
        return
    horizons = in_days(analysis.restricted_mean_months, parameters)
    for months, days in zip(analysis.restricted_mean_months, horizons, strict=True):
        one, other = (restricted_mean_of(curve, days, parameters) for curve in pair.curves)
        difference = restricted_mean_difference(one, other, conf_level=parameters.conf_level)
        ratio = restricted_mean_ratio(one, other, conf_level=parameters.conf_level)
        yield {
            **pair.row(parameters),
            "analysis_id": analysis.analysis_id,
            "horizon_months": months,
            "difference": in_months(difference.estimate, parameters),
            "ci_lower": in_months(difference.ci_lower, parameters),
            "ci_upper": in_months(difference.ci_upper, parameters),
            "p_value": difference.p_value,
            "ratio": ratio.estimate,
            "ratio_ci_lower": ratio.ci_lower,
            "ratio_ci_upper": ratio.ci_upper,
            "ratio_p_value": ratio.p_value,
            "status": difference.status,
        }


def _both(one: KnownSpan | None, other: KnownSpan | None) -> KnownSpan | None:
    """The days on which both curves are known; None where one never is."""
    if one is None or other is None:
        return None
    ends = [span.end for span in (one, other) if span.end is not None]
    return KnownSpan(max(one.start, other.start), min(ends) if ends else None)


def _compared(
    pair: Pair, rate: Row, reference: Row, analysis: Analysis, parameters: Parameters
) -> tuple[SurvivalDifference, SurvivalRatio]:
    status = OK
    if analysis.time_dependent_strata:
        status = not_estimable(MOVING)
    for curve, found in zip(pair.curves, (rate, reference), strict=True):
        if status == OK:
            status = curve.status_at(found["time"])
        if status == OK and found["estimate"] is None:
            status = not_estimable(BEYOND)
    if status != OK:
        return no_survival_difference(status), SurvivalRatio(None, None, None, status)
    survival = (rate["estimate"], reference["estimate"])
    std_error = (rate["std_error"], reference["std_error"])
    level = parameters.conf_level
    return (
        survival_difference(survival, std_error, conf_level=level),
        survival_ratio(survival, std_error, conf_level=level),
    )
