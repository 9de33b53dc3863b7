"""Fine-Gray analyses: one model per contrast of the plan, as `fine_gray_model` and `_term`."""

from typing import Any, Final

import numpy as np
import polars as pl

from analytics.methods.fine_gray import FineGrayData, FineGrayFit, fine_gray_terms, fit_fine_gray
from analytics.results.cox_design import CoxCohort, CoxDesign, column_of, cox_design
from analytics.results.cox_rows import contrast_words, model_labels
from analytics.results.frames import frame_of_rows
from analytics.results.marts import Marts
from analytics.results.pooled_models import add_fine_gray_pooling, pooled_model
from analytics.results.pooling import PoolingRows
from analytics.study.cautions import join_cautions, near_dependence_caution
from analytics.study.specification import Analysis, Contrast, Parameters, StudySpecification

Row = dict[str, Any]

TIES: Final = "breslow"
VARIANCE: Final = "fine_gray"
SIZES: Final = ("analysis_id", "model", "n", "n_event", "n_competing")


def fine_gray_frames(
    study: StudySpecification, analysis: Analysis, marts: Marts
) -> dict[str, pl.DataFrame]:
    """The tables of one Fine-Gray analysis: each factor alone, on its own complete cases.

    Complete means that the censoring group is known too. A model that cannot be estimated
    keeps its rows: the status says why and every number is NULL.
    """
    models, terms, pooling = list[Row](), list[Row](), PoolingRows()
    for contrast in analysis.factors:
        design = _design(study, analysis, contrast, marts)
        model, term = fine_gray_rows(study, analysis, contrast, design)
        models.append(model)
        terms.append(term)
        if analysis.pooled_over is not None:
            words = [contrast_words(study, contrast)]
            pooled = pooled_model(analysis, marts, contrast.model, design, words)
            add_fine_gray_pooling(pooling, study, analysis, pooled, fitted_fine_gray)
    return pooling.frames() | {
        "fine_gray_model": frame_of_rows("fine_gray_model", models),
        "fine_gray_term": frame_of_rows("fine_gray_term", terms),
    }


def fitted_fine_gray(design: CoxDesign) -> FineGrayFit:
    """The model of the design's subjects."""
    return fit_fine_gray(fine_gray_data(design, subjects_of(design)))


def fine_gray_rows(
    study: StudySpecification, analysis: Analysis, contrast: Contrast, design: CoxDesign
) -> tuple[Row, Row]:
    """The rows of the model and of its term, of one contrast of the analysis."""
    population = contrast.population or analysis.population
    assert population is not None
    labels = model_labels(
        analysis.analysis_id, contrast.model, population, contrast.caution, contrast.inferred
    )
    subjects = subjects_of(design)
    fit = fit_fine_gray(fine_gray_data(design, subjects))
    model = fine_gray_row(design, subjects, labels, fit)
    return model, _term(study, contrast, model, fit, study.parameters)


def _design(
    study: StudySpecification, analysis: Analysis, contrast: Contrast, marts: Marts
) -> CoxDesign:
    assert analysis.endpoint is not None and analysis.population is not None
    population = contrast.population or analysis.population
    groups = (analysis.censoring_groups,) if analysis.censoring_groups else ()
    cohort = CoxCohort(analysis.endpoint, population, strata=groups)
    return cox_design(study, marts, cohort, [contrast])


def subjects_of(design: CoxDesign) -> pl.DataFrame:
    """A row per subject, at the end of the endpoint's clock: a baseline factor never changes.

    The rows are ordered by their values alone, as those of a Cox fit.
    """
    ends = design.intervals.group_by("usubjid", maintain_order=True).last().drop("usubjid")
    return ends.sort(ends.columns)


def fine_gray_data(design: CoxDesign, subjects: pl.DataFrame) -> FineGrayData:
    has_groups = "stratum" in subjects.columns
    return FineGrayData(
        time=subjects["tstop"].to_numpy(),
        event_code=subjects["event_code"].to_numpy(),
        covariates=np.ascontiguousarray(
            subjects.select([column_of(name) for name in design.names]).to_numpy(), dtype=np.float64
        ).reshape(-1, len(design.names)),
        names=design.names,
        censoring_group=subjects["stratum"].to_numpy() if has_groups else None,
    )


def fine_gray_row(design: CoxDesign, subjects: pl.DataFrame, labels: Row, fit: FineGrayFit) -> Row:
    wald = fit.wald_test
    return {
        **labels,
        "caution": join_cautions(labels["caution"], near_dependence_caution(fit.nearly_dependent)),
        "n": design.n,
        "n_event": design.n_event,
        "n_competing": int((subjects["event_code"] == 2).sum()),
        "n_missing": design.n_missing,
        "log_likelihood": fit.log_likelihood,
        "log_likelihood_null": fit.log_likelihood_null,
        "wald_statistic": wald.statistic if wald else None,
        "wald_p": wald.p_value if wald else None,
        "df": len(design.names),
        "iterations": fit.iterations or None,
        "status": design.obstacle or fit.status,
    }


def _term(
    study: StudySpecification,
    contrast: Contrast,
    model: Row,
    fit: FineGrayFit,
    parameters: Parameters,
) -> Row:
    (term,) = fine_gray_terms(fit, conf_level=parameters.conf_level).iter_rows(named=True)
    return {
        **{key: model[key] for key in SIZES},
        **term,
        **contrast_words(study, contrast),
        "display_order": 1,
        "status": model["status"],
    }
