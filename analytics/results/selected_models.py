"""Stepwise analyses: candidates, selection, and the model of the factors selected."""

from typing import Final

import polars as pl

from analytics.methods.selection import stepwise_selection
from analytics.methods.statuses import OK, not_estimable
from analytics.results.cox_design import CoxCohort, cox_design
from analytics.results.cox_rows import cox_rows, model_labels, not_fitted
from analytics.results.frames import frame_of_rows
from analytics.results.marts import Marts
from analytics.results.statuses import NO_CANDIDATE, NONE_ENTERED
from analytics.study.cautions import elsewhere_caution, join_cautions
from analytics.study.specification import Analysis, Contrast, StudySpecification

SELECTED: Final = "selected"


def stepwise_frames(
    study: StudySpecification, analysis: Analysis, marts: Marts, cox_terms: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """The tables of one stepwise analysis; `cox_terms` holds its univariate terms.

    Subjects with any candidate missing are left out before the selection, and the selected
    model is fitted on the same subjects.
    """
    assert analysis.endpoint is not None and analysis.population is not None
    candidates = candidates_of(study, analysis, cox_terms)
    cohort = CoxCohort(
        analysis.endpoint, analysis.population, analysis.entry_facts, analysis.stratified_by
    )
    design = cox_design(study, marts, cohort, candidates)
    labels = model_labels(
        analysis.analysis_id,
        SELECTED,
        analysis.population,
        join_cautions(
            analysis.caution, elsewhere_caution(design.elsewhere, design.n + design.n_missing)
        ),
        analysis.inferred,
    )
    ties = analysis.ties_used(study.parameters)
    sizes = {"analysis_id": analysis.analysis_id, "n": design.n, "n_event": design.n_event}
    obstacle = design.obstacle if candidates else not_estimable(NO_CANDIDATE)
    if obstacle:
        rows = not_fitted(labels, design, obstacle, ties)
        steps = [{**sizes, "step": 1, "action": "stop", "status": obstacle}]
        return rows.frames() | {"cox_selection_step": frame_of_rows("cox_selection_step", steps)}
    selection = stepwise_selection(
        design.data(),
        slentry=study.parameters.slentry,
        slstay=study.parameters.slstay,
        ties=ties,
    )
    by_factor = {contrast.factor: contrast for contrast in candidates}
    selected = [by_factor[name] for name in selection.selected]
    if selected:
        rows = cox_rows(study, design, selected, labels, selection.fit)
    else:
        none = not_estimable(NONE_ENTERED) if selection.fit.status == OK else selection.fit.status
        rows = not_fitted(labels, design, none, ties)
    steps = [{**sizes, **step} for step in selection.steps.iter_rows(named=True)]
    return rows.frames() | {"cox_selection_step": frame_of_rows("cox_selection_step", steps)}


def candidates_of(
    study: StudySpecification, analysis: Analysis, cox_terms: pl.DataFrame
) -> list[Contrast]:
    """The contrasts whose univariate Wald P is below `slcandidate`, in plan order.

    A factor stands for its first model in the plan. In a delayed-entry sibling it stands
    for that model's own sibling, where there is one.
    """
    screened = study.analysis(str(analysis.candidates_from))
    terms = cox_terms.filter(pl.col("analysis_id") == screened.analysis_id)
    p_values = dict(terms.select("model", "p_value").iter_rows())
    first: dict[str, Contrast] = {}
    for contrast in screened.factors:
        if contrast.delayed_entry_of is None:
            first.setdefault(contrast.factor, contrast)
    siblings = {
        contrast.delayed_entry_of: contrast
        for contrast in screened.factors
        if analysis.delayed_entry_of is not None and contrast.delayed_entry_of is not None
    }
    models = [siblings.get(contrast.model, contrast) for contrast in first.values()]
    limit = study.parameters.slcandidate
    return [model for model in models if (p := p_values[model.model]) is not None and p < limit]
