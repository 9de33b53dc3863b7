"""From the plan and the marts to every result table."""

from collections.abc import Callable, Sequence
from typing import Final

import polars as pl

from analytics.results.analyses import analysis_frames
from analytics.results.attrition import attrition_frames
from analytics.results.cox_models import univariate_frames
from analytics.results.cure_models import cure_frames
from analytics.results.curves import survival_frames
from analytics.results.external_controls import external_frames
from analytics.results.fine_gray_models import fine_gray_frames
from analytics.results.frames import ResultsError, stack
from analytics.results.group_tests import groups_compared
from analytics.results.incidences import incidence_frames
from analytics.results.marts import Marts
from analytics.results.multivariable_models import (
    fine_gray_multivariable_frames,
    multivariable_frames,
)
from analytics.results.pooled_curves import curve_pooling_frames
from analytics.results.relative_survival import relative_survival_frames
from analytics.results.schemas import RESULT_TABLES
from analytics.results.selected_models import stepwise_frames
from analytics.results.states import state_frames
from analytics.results.strata import counts_by_stratum
from analytics.results.tables import baseline_frames, outcome_frames
from analytics.study.specification import Analysis, Method, StudySpecification

Frames = dict[str, pl.DataFrame]
MADE_OF_RESULTS: Final = ("published_concordance", "convention_sensitivity")
_FRAMES: Final[dict[Method, Callable[[StudySpecification, Analysis, Marts], Frames]]] = {
    "cox_univariate": univariate_frames,
    "cox_multivariable": multivariable_frames,
    "fine_gray": fine_gray_frames,
    "fine_gray_multivariable": fine_gray_multivariable_frames,
    "mixture_cure": cure_frames,
    "relative_survival": relative_survival_frames,
    "multi_state": state_frames,
    "external_control": external_frames,
    "baseline_table": baseline_frames,
    "attrition": attrition_frames,
}


def compute_results(study: StudySpecification, marts: Marts) -> Frames:
    """Every result table that the plan asks for, by name, but those made of the others.

    The rows come in the order of the plan, and the same marts in any row order give the
    same frames to the last bit. Raises ResultsError naming the analysis that the marts
    cannot carry because they contradict themselves.
    """
    parts: dict[str, list[pl.DataFrame]] = {name: [] for name in RESULT_TABLES}
    for name, frame in analysis_frames(study).items():
        parts[name].append(frame)
    for analysis in study.analyses:
        fitted = parts["cox_term"]
        for name, frame in _analysis_frames(study, analysis, marts, fitted).items():
            parts[name].append(frame)
    return {
        name: stack(name, frames) for name, frames in parts.items() if name not in MADE_OF_RESULTS
    }


def _analysis_frames(
    study: StudySpecification, analysis: Analysis, marts: Marts, fitted: Sequence[pl.DataFrame]
) -> Frames:
    try:
        return _frames_by_method(study, analysis, marts, fitted)
    except ValueError as error:
        raise ResultsError(
            f"Analysis '{analysis.analysis_id}' of plan.toml cannot be computed: {error}"
        ) from error


def _frames_by_method(
    study: StudySpecification, analysis: Analysis, marts: Marts, fitted: Sequence[pl.DataFrame]
) -> Frames:
    match analysis.method:
        case "kaplan_meier" | "cumulative_incidence":
            strata = counts_by_stratum(study, analysis, marts)
            curves = survival_frames if analysis.method == "kaplan_meier" else incidence_frames
            compared = groups_compared(analysis, strata, marts)
            frames = curves(analysis, strata, compared, study.parameters)
            if analysis.pooled_over is not None:
                frames |= curve_pooling_frames(study, analysis, strata, marts)
            return frames
        case "cox_stepwise":
            return stepwise_frames(study, analysis, marts, stack("cox_term", fitted))
        case "outcomes_table":
            return outcome_frames(analysis, marts, study.parameters)
        case method:
            return _FRAMES[method](study, analysis, marts)
