"""The numbers people quote: medians, rates and hazard ratios with limits, each by its place."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

import polars as pl

from analytics.results.selected_models import SELECTED
from analytics.study.specification import CURVE_METHODS, Analysis, StudySpecification

Frames = Mapping[str, pl.DataFrame]
Quantities = Mapping[str, tuple[str, ...]]
"""Result table -> its columns that are quoted."""

_LIMITS: Final = ("ci_lower", "ci_upper")
_MEDIAN_LIMITS: Final = ("median_ci_lower", "median_ci_upper")
CURVE_NUMBERS: Final[Quantities] = {
    "survival_summary": ("median_months", *_MEDIAN_LIMITS),
    "survival_rate": ("estimate", *_LIMITS),
    "cumulative_incidence_rate": ("estimate", *_LIMITS),
}
CURVE_LIMITS: Final[Quantities] = {
    "survival_summary": _MEDIAN_LIMITS,
    "survival_rate": _LIMITS,
    "cumulative_incidence_rate": _LIMITS,
}
MODEL_NUMBERS: Final[Quantities] = {"cox_term": ("hr", *_LIMITS, "p_value")}


class Source(NamedTuple):
    """A curve of the plan, or one model of a Cox analysis."""

    analysis_id: str
    model: str | None = None


class Place(NamedTuple):
    """Where a number stands: the key of its row in schema `results`, and its column."""

    result_table: str
    analysis_id: str
    model: str | None
    factor: str | None
    event: str | None
    time_months: float | None
    quantity: str


class Number(NamedTuple):
    """A number of the results; NULL with the status that says why."""

    value: float | None
    status: str


Numbers = dict[Place, Number]


def headline_curves(study: StudySpecification) -> tuple[Analysis, ...]:
    """The curves that the plan marks as headline, without their delayed-entry siblings."""
    return tuple(
        analysis
        for analysis in study.analyses
        if analysis.method in CURVE_METHODS
        and analysis.headline
        and analysis.delayed_entry_of is None
    )


def shown_curves(study: StudySpecification) -> tuple[Analysis, ...]:
    """The headline curves, in the order of the plan; without marks, every unstratified curve."""
    unstratified = tuple(
        analysis
        for analysis in study.analyses
        if analysis.method in CURVE_METHODS
        and analysis.strata is None
        and analysis.delayed_entry_of is None
    )
    return headline_curves(study) or unstratified


def headline_models(study: StudySpecification) -> tuple[Source, ...]:
    """The Cox models that stand for themselves, the selected ones included.

    A stratified model, a delayed-entry sibling and an alternative stand beside another one.
    """
    univariate = [
        Source(analysis.analysis_id, contrast.model)
        for analysis in study.analyses
        if analysis.method == "cox_univariate" and not analysis.stratified_by
        for contrast in analysis.factors
        if contrast.delayed_entry_of is None and contrast.alternative_to is None
    ]
    selected = [
        Source(analysis.analysis_id, SELECTED)
        for analysis in study.analyses
        if analysis.method == "cox_stepwise"
        and not analysis.stratified_by
        and analysis.delayed_entry_of is None
    ]
    return (*univariate, *selected)


def numbers_of(frames: Frames, sources: Collection[Source], quantities: Quantities) -> Numbers:
    """The numbers of these curves and models by place, in the order of the tables.

    `quantities` names the result tables to look in and the columns to take.
    """
    return {
        Place(
            table,
            row["analysis_id"],
            row.get("model"),
            row.get("factor"),
            row.get("event"),
            row.get("time_months"),
            column,
        ): Number(row[column], row["status"])
        for table, columns in quantities.items()
        for row in frames[table].iter_rows(named=True)
        if (row["analysis_id"], row.get("model")) in sources
        for column in columns
    }
