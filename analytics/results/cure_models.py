"""Mixture cure analyses: one model each, as `cure_model` and `cure_term`."""

from math import log
from typing import Any

import numpy as np
import polars as pl

from analytics.methods.arrays import FloatArray
from analytics.methods.cure_likelihood import CureRows
from analytics.methods.cure_models import CureFit, cure_terms, fit_cure
from analytics.methods.statuses import OK
from analytics.results.clock import in_months
from analytics.results.cox_design import CoxDesign
from analytics.results.frames import frame_of_rows
from analytics.results.marts import Marts
from analytics.results.model_terms import Term, term_design, words_of
from analytics.study.cautions import absent_levels_caution, join_cautions, plateau_caution
from analytics.study.specification import Analysis, ModelFactor, Parameters, StudySpecification

Row = dict[str, Any]


def cure_frames(
    study: StudySpecification, analysis: Analysis, marts: Marts
) -> dict[str, pl.DataFrame]:
    """The tables of one mixture cure model, on the subjects with all of its factors known.

    A model that cannot be estimated keeps its rows: the status says why and every number is NULL.
    """
    assert analysis.latency is not None
    factors = dict.fromkeys((*analysis.model_factors, *analysis.latency_factors))
    whole = analysis.model_copy(update={"model_factors": tuple(factors)})
    found = term_design(study, whole, marts, ())
    of_fraction = _terms_of(analysis.model_factors, found.terms)
    of_times = _terms_of(analysis.latency_factors, found.terms)
    fit = fit_cure(
        _rows(found.design, of_fraction, of_times),
        analysis.latency,
        conf_level=study.parameters.conf_level,
        fraction_names=[term.name for term in of_fraction],
        scale_names=[term.name for term in of_times],
    )
    status = found.obstacle or fit.status
    model = {
        "analysis_id": analysis.analysis_id,
        "latency": analysis.latency,
        "population": analysis.population,
        "inferred": analysis.inferred,
        "n": found.design.n,
        "n_event": found.design.n_event,
        "n_missing": found.design.n_missing,
        "df": len(of_fraction) + len(of_times) or None,
        **_numbers(fit, found.design, study.parameters),
        "status": status,
        "plateau_status": fit.plateau_status or status,
    }
    caution = join_cautions(analysis.caution, absent_levels_caution(found.absent))
    if fit.rest_at_end is not None and fit.plateau_status != OK:
        told = plateau_caution(fit.rest_at_end, model["last_months"], analysis.latency)
        caution = join_cautions(caution, told)
    sizes = {key: model[key] for key in ("analysis_id", "n", "n_event")}
    terms = cure_terms(fit, conf_level=study.parameters.conf_level).iter_rows(named=True)
    rows = [
        {**sizes, **row, **words_of(study, term), "display_order": order, "status": status}
        for order, (row, term) in enumerate(
            zip(terms, (*of_fraction, *of_times), strict=True), start=1
        )
    ]
    return {
        "cure_model": frame_of_rows("cure_model", [{**model, "caution": caution}]),
        "cure_term": frame_of_rows("cure_term", rows),
    }


def _terms_of(factors: tuple[ModelFactor, ...], terms: tuple[Term, ...]) -> list[Term]:
    """The terms of these factors, factor by factor."""
    return [term for factor in factors for term in terms if term.factors == (factor.factor,)]


def _rows(design: CoxDesign, of_fraction: list[Term], of_times: list[Term]) -> CureRows:
    data = design.data()

    def columns(terms: list[Term]) -> FloatArray:
        places = [data.names.index(term.name) for term in terms]
        return np.column_stack([np.ones(len(data.tstop)), data.covariates[:, places]])

    return CureRows(
        entry=data.tstart,
        leave=data.tstop,
        observed=data.event == 1,
        weight=data.counts,
        of_fraction=columns(of_fraction),
        of_scale=columns(of_times),
    )


def _numbers(fit: CureFit, design: CoxDesign, parameters: Parameters) -> Row:
    """The numbers of a model, times in months; those of a model that is not estimable are NULL."""
    days = design.intervals["tstop"].to_numpy()
    row: Row = {
        "cure_fraction": fit.cure_fraction,
        "std_error": fit.std_error,
        "ci_lower": fit.ci_lower,
        "ci_upper": fit.ci_upper,
        "scale_months": in_months(fit.scale, parameters),
        "shape": fit.shape,
        "rest_at_end": fit.rest_at_end,
        "last_months": in_months(float(days.max()) if len(days) else None, parameters),
    }
    if fit.log_likelihood is not None and fit.coefficients is not None:
        log_likelihood = fit.log_likelihood + design.n_event * log(parameters.days_per_month)
        row["log_likelihood"] = log_likelihood
        row["aic"] = 2 * len(fit.coefficients) - 2 * log_likelihood
    if fit.lr_test is not None:
        row["lr_statistic"] = fit.lr_test.statistic
        row["lr_p"] = fit.lr_test.p_value
    return row
