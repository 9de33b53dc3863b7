"""From the plan and the marts to every result table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from analytics.results.reuse import MADE_OF_RESULTS, Earlier, Ingredients
from analytics.results.schemas import RESULT_TABLES
from analytics.results.selected_models import stepwise_frames
from analytics.results.states import state_frames
from analytics.results.strata import counts_by_stratum
from analytics.results.tables import baseline_frames, outcome_frames
from analytics.study.specification import Analysis, Method, StudySpecification

Frames = dict[str, pl.DataFrame]
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


@dataclass(frozen=True)
class Computed:
    """The result tables, the digest of what each part was made of, the parts that were taken over.

    A part is an analysis, or a table that is made of several.
    """

    frames: Frames
    made_of: dict[str, str]
    taken: tuple[str, ...]


def compute_results(study: StudySpecification, marts: Marts) -> Frames:
    """Every result table that the plan asks for, by name, but those made of the others.

    The rows come in the order of the plan, and the same marts in any row order give the
    same frames to the last bit. Raises ResultsError naming the analysis that the marts
    cannot carry because they contradict themselves.
    """
    parts = _Parts(study)
    for analysis in study.analyses:
        parts.add(_analysis_frames(study, analysis, marts, parts.fitted))
    return parts.stacked()


def compute_or_take(ingredients: Ingredients, earlier: Earlier) -> Computed:
    """The same tables, with the rows of another build for what was made of the same there."""
    parts, made_of, taken = _Parts(ingredients.whole), dict[str, str](), list[str]()
    for analysis in ingredients.study.analyses:
        name = analysis.analysis_id
        fitted = [stack("cox_term", parts.fitted)] if analysis.candidates_from is not None else []
        digest = ingredients.digest(analysis, fitted)
        frames = earlier.frames(name, digest)
        if frames is None:
            frames = _analysis_frames(
                ingredients.seen_by(analysis), analysis, ingredients.marts_of(analysis), fitted
            )
        else:
            taken.append(name)
        if _are_of(frames, name):
            made_of[name] = digest
        parts.add(frames)
    return Computed(parts.stacked(), made_of, tuple(taken))


class _Parts:
    """The frames of the analyses, as they come, by table."""

    def __init__(self, study: StudySpecification) -> None:
        self._frames: dict[str, list[pl.DataFrame]] = {name: [] for name in RESULT_TABLES}
        self.add(analysis_frames(study))

    @property
    def fitted(self) -> Sequence[pl.DataFrame]:
        """The terms of the Cox models so far."""
        return self._frames["cox_term"]

    def add(self, frames: Frames) -> None:
        for name, frame in frames.items():
            self._frames[name].append(frame)

    def stacked(self) -> Frames:
        return {
            name: stack(name, frames)
            for name, frames in self._frames.items()
            if name not in MADE_OF_RESULTS
        }


def _are_of(frames: Frames, analysis_id: str) -> bool:
    """Whether the rows of an analysis can be told from those of the others."""
    return all(
        "analysis_id" in frame.columns and (frame["analysis_id"] == analysis_id).all()
        for frame in frames.values()
    )


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
