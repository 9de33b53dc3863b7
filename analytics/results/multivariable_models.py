"""Multivariable analyses: one pre-specified model of several factors, Cox or Fine-Gray."""

from typing import Any, Final

import numpy as np
import polars as pl

from analytics.methods.arrays import IntArray
from analytics.methods.chi_square import TestResult
from analytics.methods.cox import CoxFit
from analytics.methods.fine_gray import fine_gray_terms, fit_fine_gray
from analytics.methods.joint_tests import joint_likelihood_ratio_test, joint_wald_test
from analytics.methods.robust_variance import with_robust_variance
from analytics.methods.statuses import NO_SUBDISTRIBUTION_RATIO, not_estimable
from analytics.results.cox_design import CoxDesign
from analytics.results.cox_models import fitted
from analytics.results.cox_rows import CoxRows, model_labels, not_fitted, rows_of_model
from analytics.results.fine_gray_models import (
    SIZES,
    fine_gray_data,
    fine_gray_row,
    fitted_fine_gray,
    subjects_of,
)
from analytics.results.frames import frame_of_rows
from analytics.results.marts import Marts
from analytics.results.model_terms import TermDesign, term_design, tested_terms, words_of
from analytics.results.pooled_models import (
    add_cox_pooling,
    add_fine_gray_pooling,
    pooled_model,
)
from analytics.results.pooling import PoolingRows
from analytics.study.cautions import absent_levels_caution, join_cautions
from analytics.study.specification import Analysis, StudySpecification

Row = dict[str, Any]

MODEL: Final = "multivariable"


def multivariable_frames(
    study: StudySpecification, analysis: Analysis, marts: Marts
) -> dict[str, pl.DataFrame]:
    """The tables of one Cox model of several factors, on the subjects with all of them known."""
    found = term_design(study, analysis, marts, analysis.stratified_by)
    labels = _labels(analysis, found)
    if found.obstacle is not None or not found.terms:
        status = found.obstacle or not_estimable("no factor with two levels")
        rows = not_fitted(labels, found.design, status, analysis.ties_used(study.parameters))
        return rows.frames() | {"joint_test": frame_of_rows("joint_test", ())}

    def fit_of(design: CoxDesign) -> CoxFit:
        if analysis.variance != "robust":
            return fitted(design.data(), analysis, study.parameters)
        data = design.data_of_intervals()
        fit = fitted(data, analysis, study.parameters)
        return with_robust_variance(data, fit, _clusters(analysis, design, marts))

    fit = fit_of(found.design)
    words = [words_of(study, term) for term in found.terms]
    rows = rows_of_model(study, found.design, words, labels, fit)
    rows.models[0]["variance"] = _variance(analysis)
    tests = _joint_tests(analysis, found, fit, rows)
    pooling = PoolingRows()
    if analysis.pooled_over is not None:
        model = pooled_model(analysis, marts, MODEL, found.design, words)
        add_cox_pooling(pooling, study, analysis, model, fit_of)
    return rows.frames() | pooling.frames() | {"joint_test": frame_of_rows("joint_test", tests)}


def fine_gray_multivariable_frames(
    study: StudySpecification, analysis: Analysis, marts: Marts
) -> dict[str, pl.DataFrame]:
    """The tables of one Fine-Gray model of several baseline factors."""
    groups = (analysis.censoring_groups,) if analysis.censoring_groups else ()
    found = term_design(study, analysis, marts, groups)
    subjects = subjects_of(found.design)
    fit = fit_fine_gray(fine_gray_data(found.design, subjects))
    model = fine_gray_row(found.design, subjects, _labels(analysis, found), fit)
    if found.obstacle is not None:
        model |= {"status": found.obstacle}
    sizes = {key: model[key] for key in SIZES}
    terms = fine_gray_terms(fit, conf_level=study.parameters.conf_level).iter_rows(named=True)
    tests = [
        _test_row(
            {key: model[key] for key in ("analysis_id", "model", "n", "n_event")},
            (order, factor, component),
            joint_wald_test(fit.names, fit.log_shr, fit.covariance, names, model["status"]),
            TestResult(None, 0, None, not_estimable(NO_SUBDISTRIBUTION_RATIO)),
        )
        for order, ((factor, component), names) in enumerate(
            tested_terms(analysis, found.terms).items(), start=1
        )
        if names
    ]
    pooling = PoolingRows()
    if analysis.pooled_over is not None and found.obstacle is None:
        words = [words_of(study, term) for term in found.terms]
        pooled = pooled_model(analysis, marts, MODEL, found.design, words)
        add_fine_gray_pooling(pooling, study, analysis, pooled, fitted_fine_gray)
    return pooling.frames() | {
        "fine_gray_model": frame_of_rows("fine_gray_model", [model]),
        "fine_gray_term": frame_of_rows(
            "fine_gray_term",
            [
                {
                    **sizes,
                    **row,
                    **words_of(study, term),
                    "display_order": order,
                    "status": model["status"],
                }
                for order, (row, term) in enumerate(zip(terms, found.terms, strict=True), start=1)
            ],
        ),
        "joint_test": frame_of_rows("joint_test", tests),
    }


def _labels(analysis: Analysis, found: TermDesign) -> Row:
    assert analysis.population is not None
    return model_labels(
        analysis.analysis_id,
        MODEL,
        analysis.population,
        join_cautions(analysis.caution, absent_levels_caution(found.absent)),
        analysis.inferred,
    )


def _variance(analysis: Analysis) -> str:
    """The variance as `cox_model` names it."""
    if analysis.variance != "robust":
        return analysis.variance
    return f"robust, clusters: {analysis.cluster or 'subjects'}"


def _clusters(analysis: Analysis, design: CoxDesign, marts: Marts) -> IntArray:
    """The cluster of each row of the data: its subject, or its subject's level of a factor.

    A subject of unknown level is a cluster of its own.
    """
    rows = design.ordered()
    cluster = pl.col("usubjid")
    if analysis.cluster is not None:
        levels = marts.subject_factors.filter(pl.col("factor") == analysis.cluster)
        rows = rows.join(
            levels.select("usubjid", "level"), on="usubjid", how="left", maintain_order="left"
        )
        known = pl.concat_str(pl.lit("level "), "level")
        cluster = pl.coalesce(known, pl.concat_str(pl.lit("subject "), "usubjid"))
    names = rows.select(cluster.alias("cluster"))["cluster"].to_numpy()
    return np.unique(names.astype(str), return_inverse=True)[1].astype(np.int64)


def _joint_tests(analysis: Analysis, found: TermDesign, fit: CoxFit, rows: CoxRows) -> list[Row]:
    sizes = {key: rows.models[0][key] for key in ("analysis_id", "model", "n", "n_event")}
    data = found.design.data()
    return [
        _test_row(
            sizes,
            (order, factor, component),
            joint_wald_test(fit.names, fit.log_hr, fit.covariance, names, fit.status),
            joint_likelihood_ratio_test(data, fit, names),
        )
        for order, ((factor, component), names) in enumerate(
            tested_terms(analysis, found.terms).items(), start=1
        )
        if names
    ]


def _test_row(sizes: Row, place: tuple[int, str, str], wald: TestResult, ratio: TestResult) -> Row:
    order, factor, component = place
    return {
        **sizes,
        "factor": factor,
        "component": component,
        "display_order": order,
        "wald_statistic": wald.statistic,
        "wald_p": wald.p_value,
        "lr_statistic": ratio.statistic,
        "lr_p": ratio.p_value,
        "df": wald.df or None,
        "status": wald.status,
        "lr_status": ratio.status,
    }
