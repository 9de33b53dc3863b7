"""Univariate Cox analyses: one model per contrast of the plan."""

import polars as pl

from analytics.methods.cox import CoxData, CoxFit, fit_cox
from analytics.methods.profile import with_profile_limits
from analytics.results.cox_design import CoxCohort, cox_design
from analytics.results.cox_rows import CoxRows, cox_rows, model_labels
from analytics.results.marts import Marts
from analytics.results.subgroups import SubgroupRows, add_subgroups, with_known_level
from analytics.study.specification import Analysis, Parameters, StudySpecification


def univariate_frames(
    study: StudySpecification, analysis: Analysis, marts: Marts
) -> dict[str, pl.DataFrame]:
    """The tables of one univariate analysis: each factor alone, on its own complete cases.

    Where the analysis names subgroups, each model is fitted within them too.
    """
    rows, subgroups = CoxRows(), SubgroupRows()
    for contrast in analysis.factors:
        assert analysis.endpoint is not None and analysis.population is not None
        population = contrast.population or analysis.population
        cohort = CoxCohort(
            analysis.endpoint, population, contrast.entry_facts, analysis.stratified_by
        )
        design = cox_design(study, marts, cohort, [contrast])
        labels = model_labels(
            analysis.analysis_id, contrast.model, population, contrast.caution, contrast.inferred
        )
        fit = fitted(design.data(), analysis, study.parameters)
        rows.add(cox_rows(study, design, [contrast], labels, fit))
        subjects = {name: with_known_level(design, marts, name) for name in analysis.subgroups}
        add_subgroups(subgroups, study, analysis, contrast, subjects)
    return rows.frames() | subgroups.frames()


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
