"""Restricted mean survival times of a Kaplan-Meier analysis."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from analytics.methods.restricted_mean import restricted_mean
from analytics.results.clock import in_days, in_months
from analytics.study.specification import Analysis, Parameters

Row = dict[str, Any]


def restricted_mean_rows(
    curve: pl.DataFrame, row: Row, analysis: Analysis, parameters: Parameters
) -> Iterator[Row]:
    """The mean in months to each horizon of the analysis, of a curve in days.

    NULL with a status where the horizon is beyond the last observation.
    """
    horizons = in_days(analysis.restricted_mean_months, parameters)
    for months, days in zip(analysis.restricted_mean_months, horizons, strict=True):
        mean = restricted_mean(curve, horizon=days, conf_level=parameters.conf_level)
        yield {
            **row,
            "horizon_months": months,
            "restricted_mean_months": in_months(mean.estimate, parameters),
            "std_error": in_months(mean.std_error, parameters),
            "ci_lower": in_months(mean.ci_lower, parameters),
            "ci_upper": in_months(mean.ci_upper, parameters),
            "status": mean.status,
        }
