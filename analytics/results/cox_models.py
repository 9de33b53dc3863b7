"""Univariate Cox analyses: one model per contrast of the plan."""

from functools import partial

import polars as pl

from analytics.methods.cox import CoxData, CoxFit, fit_cox
from analytics.methods.profile import with_profile_limits
from analytics.results.cox_design import CoxCohort, CoxDesign, cox_design
from analytics.results.cox_rows import CoxRows, contrast_words, cox_rows, model_labels
from analytics.results.marts import Marts
from analytics.results.pooled_models import add_cox_pooling, pooled_model
from analytics.results.pooling import PoolingRows
from analytics.results.subgroups import SubgroupRows, add_subgroups, with_known_level
from analytics.study.specification import Analysis, Contrast, Parameters, StudySpecification


def univariate_frames(
    study: StudySpecification, analysis: Analysis, marts: Marts
) -> dict[str, pl.DataFrame]:
    """The tables of one univariate analysis: each factor alone, on its own complete cases.

    Where the analysis names subgroups, each model is fitted within them too; where it pools trials,
    by trial.
    """
    rows, subgroups, pooling = CoxRows(), SubgroupRows(), PoolingRows()
    for contrast in analysis.factors:
        assert analysis.endpoint is not None and analysis.population is not None
        population = contrast.population or analysis.population
        cohort = CoxCohort(
            analysis.endpoint, population, contrast.entry_facts, analysis.stratified_by
        )
        design = cox_design(study, marts, cohort, [contrast])
        rows.add(univariate_rows(study, analysis, contrast, design))
        subjects = {name: with_known_level(design, marts, name) for name in analysis.subgroups}
        add_subgroups(subgroups, study, analysis, contrast, subjects)
        if analysis.pooled_over is not None:
            words = [contrast_words(study, contrast)]
            model = pooled_model(analysis, marts, contrast.model, design, words)
            fit_part = partial(fitted_design, analysis=analysis, parameters=study.parameters)
            add_cox_pooling(pooling, study, analysis, model, fit_part)
    return rows.frames() | subgroups.frames() | pooling.frames()


def univariate_rows(
    study: StudySpecification, analysis: Analysis, contrast: Contrast, design: CoxDesign
) -> CoxRows:
    """The rows of the model of one contrast of the analysis."""
    population = contrast.population or analysis.population
    assert population is not None
    labels = model_labels(
        analysis.analysis_id, contrast.model, population, contrast.caution, contrast.inferred
    )
    fit = fitted_design(design, analysis, study.parameters)
    return cox_rows(study, design, [contrast], labels, fit)


def fitted_design(design: CoxDesign, analysis: Analysis, parameters: Parameters) -> CoxFit:
    """The model of a design by the likelihood, the ties and the limits of the analysis."""
    return fitted(design.data(), analysis, parameters)


def fitted(data: CoxData, analysis: Analysis, parameters: Parameters) -> CoxFit:
    """The model by the likelihood, the ties and the limits that the analysis asks for."""
    fit = fit_cox(
        data,
        ties=analysis.ties_used(parameters),
        penalty="firth" if analysis.firth else None,
    )
    if analysis.limits == "wald":
        return fit
    return with_profile_limits(data, fit, conf_level=parameters.conf_level)
