"""Differences between the two groups of a Kaplan-Meier analysis: of rates, of restricted means."""

from collections.abc import Iterator, Sequence
from typing import Any

from analytics.methods.restricted_mean import RestrictedMean, restricted_mean_difference
from analytics.methods.statuses import OK, not_estimable
from analytics.methods.survival_difference import (
    SurvivalDifference,
    no_survival_difference,
    survival_difference,
)
from analytics.results.statuses import MOVING
from analytics.results.strata import UNKNOWN
from analytics.study.specification import Analysis, Parameters

Row = dict[str, Any]


def survival_difference_rows(
    rates: Sequence[Row], analysis: Analysis, parameters: Parameters
) -> Iterator[Row]:
    """A row per landmark of an analysis with two groups: the first rate less the second.

    `rates`: the rows of `survival_rate`, group by group in the order of the levels. The subjects of
    unknown group are no group. Groups between which subjects move are not independent.
    """
    for rate, reference in _pairs(rates):
        difference = _difference(rate, reference, analysis, parameters)
        yield {
            **_of_both(rate, reference, ("n", "n_event", "n_risk")),
            "analysis_id": analysis.analysis_id,
            "time_months": rate["time_months"],
            "difference": difference.estimate,
            "std_error": difference.std_error,
            "ci_lower": difference.ci_lower,
            "ci_upper": difference.ci_upper,
            "statistic": difference.statistic,
            "p_value": difference.p_value,
            "status": difference.status,
        }


def restricted_mean_difference_rows(means: Sequence[Row], parameters: Parameters) -> Iterator[Row]:
    """A row per horizon of an analysis with two groups: the first mean less the second, in months.

    `means`: the rows of `restricted_mean`, group by group in the order of the levels.
    """
    for mean, reference in _pairs(means):
        difference = restricted_mean_difference(
            _mean(mean), _mean(reference), conf_level=parameters.conf_level
        )
        yield {
            **_of_both(mean, reference, ("n", "n_event")),
            "analysis_id": mean["analysis_id"],
            "horizon_months": mean["horizon_months"],
            "difference": difference.estimate,
            "ci_lower": difference.ci_lower,
            "ci_upper": difference.ci_upper,
            "p_value": difference.p_value,
            "status": difference.status,
        }


def _pairs(rows: Sequence[Row]) -> list[tuple[Row, Row]]:
    """The rows of the first group, each with that of the second; none unless there are two."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row["stratum"] != UNKNOWN:
            groups.setdefault(row["stratum"], []).append(row)
    if len(groups) != 2:
        return []
    return list(zip(*groups.values(), strict=True))


def _of_both(row: Row, reference: Row, counts: Sequence[str]) -> Row:
    """The names of both groups, and their counts."""
    return {
        "stratum": row["stratum"],
        "reference_stratum": reference["stratum"],
        **{count: row[count] for count in counts},
        **{f"{count}_reference": reference[count] for count in counts},
    }


def _difference(
    rate: Row, reference: Row, analysis: Analysis, parameters: Parameters
) -> SurvivalDifference:
    if analysis.time_dependent_strata:
        return no_survival_difference(not_estimable(MOVING))
    for row in (rate, reference):
        if row["status"] != OK:
            return no_survival_difference(row["status"])
    return survival_difference(
        (rate["estimate"], reference["estimate"]),
        (rate["std_error"], reference["std_error"]),
        conf_level=parameters.conf_level,
    )


def _mean(row: Row) -> RestrictedMean:
    """The restricted mean of a row, in months."""
    return RestrictedMean(
        row["restricted_mean_months"],
        row["std_error"],
        row["ci_lower"],
        row["ci_upper"],
        row["status"],
    )
