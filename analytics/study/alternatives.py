"""`alternative_to`: a result of the plan that is another choice for a result of the plan."""

from collections.abc import Sequence

from analytics.study.errors import StudyError
from analytics.study.specification import CURVE_METHODS, Analysis
from analytics.study.wording import choices, nearest


def model_id(analysis_id: str, model: str) -> str:
    """How the plan names one model of an analysis: analysis/model."""
    return f"{analysis_id}/{model}"


def check_alternatives(analyses: Sequence[Analysis]) -> None:
    """An alternative is a curve or a model of the same method, and not the result itself.

    Both curves are one line, as strata have no counterparts. Raises StudyError naming what
    the plan holds.
    """
    for analysis in analyses:
        _check_curve(analysis, analyses)
        _check_models(analysis, analyses)


def _check_curve(analysis: Analysis, analyses: Sequence[Analysis]) -> None:
    if analysis.alternative_to is None:
        return
    where = f"plan.toml analysis '{analysis.analysis_id}'"
    if analysis.strata is not None:
        raise StudyError(
            f"{where}: an alternative is one line and cannot be stratified; remove alternative_to "
            "or strata."
        )
    curves = [
        other.analysis_id
        for other in analyses
        if other.method in CURVE_METHODS
        and other.method == analysis.method
        and other.strata is None
        and other is not analysis
    ]
    _check(where, analysis.alternative_to, curves, f"unstratified {analysis.method} analysis")


def _check_models(analysis: Analysis, analyses: Sequence[Analysis]) -> None:
    models = [
        model_id(other.analysis_id, contrast.model)
        for other in analyses
        if other.method == analysis.method
        for contrast in other.factors
    ]
    for contrast in analysis.factors:
        if contrast.alternative_to is None:
            continue
        own = model_id(analysis.analysis_id, contrast.model)
        others = [model for model in models if model != own]
        where = f"plan.toml analysis '{analysis.analysis_id}' factor '{contrast.factor}'"
        _check(where, contrast.alternative_to, others, f"analysis/model of {analysis.method}")


def _check(where: str, name: str, known: Sequence[str], noun: str) -> None:
    if name not in known:
        raise StudyError(
            f"{where}: alternative_to '{name}' is not another {noun}{nearest(name, known)}; "
            f"use {choices(known)}."
        )
