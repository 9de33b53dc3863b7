"""Parametric models of a Kaplan-Meier analysis: how well they fit, and what they extrapolate."""

from collections.abc import Mapping
from math import ceil, log
from typing import Any, Final

import polars as pl

from analytics.methods.parametric import (
    Fitted,
    fit_parametric,
    parameter_estimates,
    parametric_mean,
    parametric_survival,
)
from analytics.methods.parametric_models import MODELS
from analytics.methods.statuses import INFINITE_MEAN, OK, not_estimable
from analytics.results.clock import in_days, in_months
from analytics.study.specification import Analysis, Parameters

Row = dict[str, Any]

PARAMETRIC_TABLES: Final = ("parametric_fit", "parametric_parameter", "parametric_survival")


def parametric_rows(
    counts: pl.DataFrame, row: Row, analysis: Analysis, parameters: Parameters
) -> dict[str, list[Row]]:
    """The rows of each of `PARAMETRIC_TABLES`, model by model; none without models.

    Times are in months. A model that does not fit keeps its rows with a status. Survival is given
    at the months asked for and at every whole month up to the last of them, for the curve.
    """
    rows: dict[str, list[Row]] = {name: [] for name in PARAMETRIC_TABLES}
    if analysis.parametric is None:
        return rows
    last = float(counts["time"].to_numpy().max())
    asked = analysis.parametric.months
    grid = sorted({*asked, *map(float, range(ceil(asked[-1]) + 1))})
    grid = [month for month in grid if month <= asked[-1]]
    days = in_days(grid, parameters)
    for name in analysis.parametric.models:
        fitted = fit_parametric(counts, name)
        labels = {**row, "model": name}
        rows["parametric_fit"].append(
            {**labels, "last_months": in_months(last, parameters), **_fit(fitted, row, parameters)}
        )
        rows["parametric_parameter"] += [
            {**labels, **found} for found in _parameters(fitted, name, parameters)
        ]
        rows["parametric_survival"] += [
            {
                **labels,
                **found,
                "time_months": month,
                "is_asked": month in asked,
                "is_extrapolated": day > last,
            }
            for month, day, found in zip(
                grid, days, _survival(fitted, days, parameters), strict=True
            )
        ]
    return rows


def _fit(fitted: Fitted | str, row: Mapping[str, Any], parameters: Parameters) -> Row:
    if isinstance(fitted, str):
        return {"status": fitted, "mean_status": fitted}
    k = len(fitted.model.parameters)
    log_likelihood = fitted.log_likelihood + row["n_event"] * log(parameters.days_per_month)
    mean = parametric_mean(fitted)
    return {
        "n_parameters": k,
        "log_likelihood": log_likelihood,
        "aic": 2 * k - 2 * log_likelihood,
        "bic": k * log(row["n"]) - 2 * log_likelihood,
        "mean_months": in_months(mean, parameters),
        "mean_status": OK if mean is not None else not_estimable(INFINITE_MEAN),
        "status": OK,
    }


def _parameters(fitted: Fitted | str, name: Any, parameters: Parameters) -> list[Row]:
    if isinstance(fitted, str):
        return [
            {"parameter": parameter.name, "status": fitted} for parameter in MODELS[name].parameters
        ]
    found = parameter_estimates(
        fitted, unit=parameters.days_per_month, conf_level=parameters.conf_level
    )
    return [{**found_row, "status": OK} for found_row in found.to_dicts()]


def _survival(fitted: Fitted | str, days: list[float], parameters: Parameters) -> list[Row]:
    if isinstance(fitted, str):
        return [{"status": fitted}] * len(days)
    found = parametric_survival(
        fitted, days, conf_level=parameters.conf_level, ci_transform=parameters.ci_transform
    )
    return [
        {
            **point,
            "restricted_mean_months": in_months(point["restricted_mean"], parameters),
            "status": OK,
        }
        for point in found.to_dicts()
    ]
