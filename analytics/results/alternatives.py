"""The other choices: another value of a parameter, and what the plan calls an alternative."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, get_args

from analytics.results.assembly import compute_results
from analytics.results.headline_numbers import (
    CURVE_LIMITS,
    CURVE_NUMBERS,
    MODEL_NUMBERS,
    Frames,
    Numbers,
    Quantities,
    Source,
    headline_curves,
    headline_models,
    numbers_of,
)
from analytics.results.marts import Marts
from analytics.results.shifted_counts import shifted_counts
from analytics.study.alternatives import model_id
from analytics.study.specification import (
    Analysis,
    CiTransform,
    Contrast,
    DayConvention,
    Parameters,
    StudySpecification,
    Ties,
)
from analytics.study.study_file import parameter_values

ROUNDED_MONTH_DAYS: Final = 30.4  # 365 / 12 to one decimal: the other usual length of a month

CHOICES: Final[dict[str, tuple[str | float, ...]]] = {
    "ties": get_args(Ties),
    "ci_transform": get_args(CiTransform),
    "days_per_month": (Parameters().days_per_month, ROUNDED_MONTH_DAYS),
    "day_convention": get_args(DayConvention),
}
# A partial likelihood knows only the order of the times, which neither the length of a month
# nor a day more on every clock changes; and its Wald limits have a scale of their own.
_TOUCHED: Final[dict[str, Quantities]] = {
    "ties": MODEL_NUMBERS,
    "ci_transform": CURVE_LIMITS,
    "days_per_month": CURVE_NUMBERS,
    "day_convention": CURVE_NUMBERS,
}


@dataclass(frozen=True)
class Alternative:
    """One convention, the study's choice and another one, and the numbers under either.

    `alternative_analysis` is the analysis, or analysis/model, that holds the other numbers, and
    `caution` is its caution; both are None when the same analyses were computed again.
    """

    convention: str
    chosen: str
    alternative: str
    alternative_analysis: str | None
    caution: str | None
    numbers: Numbers
    others: Numbers


def other_parameters(
    study: StudySpecification, marts: Marts, results: Frames
) -> Iterator[Alternative]:
    """The headline numbers once more for every other value of every convention of the study."""
    for name, choices in CHOICES.items():
        for choice in choices:
            if choice != getattr(study.parameters, name):
                yield _recomputed(study, marts, results, name, choice)


def other_analyses(study: StudySpecification, results: Frames) -> Iterator[Alternative]:
    """The curves and models that the plan calls an alternative, beside what they stand for.

    Their delayed-entry siblings stand beside them already, and are left out.
    """
    for analysis in study.analyses:
        if analysis.alternative_to is not None and analysis.delayed_entry_of is None:
            yield _other_curve(study, analysis, results)
        for contrast in analysis.factors:
            if contrast.alternative_to is not None and contrast.delayed_entry_of is None:
                yield _other_model(study, analysis, contrast, results)


def _recomputed(
    study: StudySpecification, marts: Marts, results: Frames, name: str, choice: str | float
) -> Alternative:
    """The same analyses from the same marts with one parameter changed."""
    sources = _sources(study, name)
    needed = {source.analysis_id for source in sources}
    parameters = study.parameters.model_copy(update={name: choice})
    analyses = tuple(_quoted(item) for item in study.analyses if item.analysis_id in needed)
    changed = study.model_copy(update={"parameters": parameters, "analyses": analyses})
    if name == "day_convention":
        days = 1 if choice == "adam" else -1
        marts = replace(marts, risk_counts=shifted_counts(marts.risk_counts, days))
    return Alternative(
        convention=name,
        chosen=parameter_values(study.parameters)[name],
        alternative=parameter_values(parameters)[name],
        alternative_analysis=None,
        caution=None,
        numbers=numbers_of(results, sources, _TOUCHED[name]),
        others=numbers_of(compute_results(changed, marts), sources, _TOUCHED[name]),
    )


def _quoted(analysis: Analysis) -> Analysis:
    """The analysis without what is not compared: a cure model is slow to fit."""
    return analysis.model_copy(
        update={
            "plateau_months": (),
            "restricted_mean_months": (),
            "parametric": None,
            "subgroups": (),
            "pooled_over": None,
        }
    )


def _sources(study: StudySpecification, convention: str) -> set[Source]:
    """Whose numbers the convention touches; an analysis with ties of its own keeps them.

    A day more on the clock changes who is at risk on a landmark day: only a build with that
    convention has the patients.
    """
    if convention == "ties":
        models = headline_models(study)
        return {one for one in models if study.analysis(one.analysis_id).ties is None}
    return {
        Source(analysis.analysis_id)
        for analysis in headline_curves(study)
        if convention != "day_convention" or analysis.landmark_days is None
    }


def _other_curve(study: StudySpecification, analysis: Analysis, results: Frames) -> Alternative:
    target = study.analysis(str(analysis.alternative_to))
    others = numbers_of(results, {Source(analysis.analysis_id)}, CURVE_NUMBERS)
    return Alternative(
        *_difference(
            (target.endpoint, target.population, target.analysis_id),
            (analysis.endpoint, analysis.population, analysis.analysis_id),
        ),
        alternative_analysis=analysis.analysis_id,
        caution=analysis.caution,
        numbers=numbers_of(results, {Source(target.analysis_id)}, CURVE_NUMBERS),
        others={
            place._replace(analysis_id=target.analysis_id): number
            for place, number in others.items()
        },
    )


def _other_model(
    study: StudySpecification, analysis: Analysis, contrast: Contrast, results: Frames
) -> Alternative:
    """Each model has one factor, so its hazard ratio is the counterpart whatever its factor."""
    own = model_id(analysis.analysis_id, contrast.model)
    target, model = _model_of(study, str(contrast.alternative_to))
    others = numbers_of(results, {Source(analysis.analysis_id, contrast.model)}, MODEL_NUMBERS)
    return Alternative(
        *_difference(
            (target.endpoint, model.population or target.population, contrast.alternative_to),
            (analysis.endpoint, contrast.population or analysis.population, own),
        ),
        alternative_analysis=own,
        caution=contrast.caution,
        numbers=numbers_of(results, {Source(target.analysis_id, model.model)}, MODEL_NUMBERS),
        others={
            place._replace(
                analysis_id=target.analysis_id, model=model.model, factor=model.factor
            ): number
            for place, number in others.items()
        },
    )


def _model_of(study: StudySpecification, name: str) -> tuple[Analysis, Contrast]:
    """The analysis and the contrast that `analysis/model` of the plan names."""
    return next(
        (analysis, contrast)
        for analysis in study.analyses
        for contrast in analysis.factors
        if model_id(analysis.analysis_id, contrast.model) == name
    )


def _difference(
    chosen: tuple[str | None, ...], alternative: tuple[str | None, ...]
) -> tuple[str, str, str]:
    """The first of endpoint, population and the analysis itself that differs, and both values."""
    names = ("endpoint", "population", "analysis")
    return next(
        (name, str(one), str(other))
        for name, one, other in zip(names, chosen, alternative, strict=True)
        if one != other
    )
