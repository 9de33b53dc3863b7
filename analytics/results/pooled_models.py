"""Models by trial: each ratio within the trials, without each of them, and across them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import exp
from typing import Any, Final

import polars as pl

from analytics.methods import statuses
from analytics.methods.chi_square import TestResult, no_test
from analytics.methods.cox import CoxFit, cox_terms
from analytics.methods.fine_gray import FineGrayFit, fine_gray_terms
from analytics.methods.joint_tests import joint_likelihood_ratio_test
from analytics.results.cox_design import CoxDesign, column_of
from analytics.results.marts import Marts
from analytics.results.pooling import Estimate, Part, PoolingRows, Question
from analytics.results.subgroups import LEVEL, of_rows, with_known_level
from analytics.study.specification import Analysis, StudySpecification

Row = dict[str, Any]

NO_RATIO: Final = no_test(statuses.NO_SUBDISTRIBUTION_RATIO)


@dataclass(frozen=True)
class PooledModel:
    """A model of an analysis that pools trials: its complete cases and its terms.

    `known` are those of a known trial, which is their `subgroup_level`. `words`: of each term, in
    the order of the design's names, its factor, numerator and denominator.
    """

    name: str
    design: CoxDesign
    known: CoxDesign
    words: Sequence[Row]


def pooled_model(
    analysis: Analysis, marts: Marts, name: str, design: CoxDesign, words: Sequence[Row]
) -> PooledModel:
    """A model of the analysis with the trial of each subject."""
    assert analysis.pooled_over is not None
    return PooledModel(name, design, with_known_level(design, marts, analysis.pooled_over), words)


def add_cox_pooling(
    rows: PoolingRows,
    study: StudySpecification,
    analysis: Analysis,
    model: PooledModel,
    fit: Callable[[CoxDesign], CoxFit],
) -> None:
    """The hazard ratios of a Cox model by trial, and whether they differ.

    Stratified by trial each trial has a baseline hazard of its own. The likelihood ratio is that of
    this model with the products of the factor's terms and the trials against the one without.
    """
    level = study.parameters.conf_level

    def terms(design: CoxDesign) -> list[Estimate]:
        fitted = fit(design)
        frame = cox_terms(fitted, conf_level=level)
        return _estimates(design, frame.rename({"log_hr": "log_ratio", "hr": "ratio"}))

    assert analysis.pooled_over is not None
    trials = study.levels_of(analysis.pooled_over)
    by_trial = _stratified(model.known, trials)
    found = _parts(model, trials, terms)
    found[Part("stratified")] = terms(by_trial)
    factors = [word["factor"] for word in model.words]
    tests = {
        factor: _interaction(by_trial, trials, factor, factors, fit)
        for factor in dict.fromkeys(factors)
    }
    _add(rows, study, analysis, model, ("hr", found, tests))


def add_fine_gray_pooling(
    rows: PoolingRows,
    study: StudySpecification,
    analysis: Analysis,
    model: PooledModel,
    fit: Callable[[CoxDesign], FineGrayFit],
) -> None:
    """The subdistribution hazard ratios by trial. No model of them is stratified."""
    level = study.parameters.conf_level

    def terms(design: CoxDesign) -> list[Estimate]:
        frame = fine_gray_terms(fit(design), conf_level=level)
        return _estimates(design, frame.rename({"log_shr": "log_ratio", "shr": "ratio"}))

    assert analysis.pooled_over is not None
    trials = study.levels_of(analysis.pooled_over)
    found = _parts(model, trials, terms)
    tests = {word["factor"]: NO_RATIO for word in model.words}
    _add(rows, study, analysis, model, ("shr", found, tests))


def _parts(
    model: PooledModel,
    trials: Sequence[str],
    terms: Callable[[CoxDesign], list[Estimate]],
) -> dict[Part, list[Estimate]]:
    """The terms of the model of all subjects, of each trial, and of all without it."""

    def of(condition: pl.Expr) -> list[Estimate]:
        return terms(of_rows(model.known, model.known.intervals.filter(condition)))

    return {
        Part("all"): terms(model.design),
        **{Part("level", trial): of(pl.col(LEVEL) == trial) for trial in trials},
        **{Part("without", trial): of(pl.col(LEVEL) != trial) for trial in trials},
    }


def _add(
    rows: PoolingRows,
    study: StudySpecification,
    analysis: Analysis,
    model: PooledModel,
    found: tuple[str, dict[Part, list[Estimate]], dict[str, TestResult]],
) -> None:
    quantity, parts, tests = found
    for order, word in enumerate(model.words, start=1):
        labels = {
            "analysis_id": analysis.analysis_id,
            "model": model.name,
            "factor": word["factor"],
            "term_order": order,
            "numerator": word["numerator"],
            "denominator": word["denominator"],
            "quantity": quantity,
            "pooled_over": analysis.pooled_over,
        }
        own = {part: estimates[order - 1] for part, estimates in parts.items()}
        rows.add(Question(labels, exp), own, tests[word["factor"]], study.parameters.conf_level)


def _estimates(design: CoxDesign, terms: pl.DataFrame) -> list[Estimate]:
    return [
        Estimate(
            design.n,
            design.n_event,
            design.obstacle or term["status"],
            estimate=term["ratio"],
            std_error=term["std_error"],
            ci_lower=term["ci_lower"],
            ci_upper=term["ci_upper"],
            scaled=None if term["log_ratio"] is None else (term["log_ratio"], term["std_error"]),
        )
        for term in terms.iter_rows(named=True)
    ]


def _stratified(design: CoxDesign, trials: Sequence[str]) -> CoxDesign:
    """The design with the trials as strata, beside those that it has."""
    codes = {trial: code for code, trial in enumerate(trials)}
    code = pl.col(LEVEL).replace_strict(codes, return_dtype=pl.Int64)
    if "stratum" in design.intervals.columns:
        code = code + len(trials) * pl.col("stratum")
    return replace(design, intervals=design.intervals.with_columns(stratum=code))


def _interaction(
    design: CoxDesign,
    trials: Sequence[str],
    factor: str,
    factors: Sequence[str],
    fit: Callable[[CoxDesign], CoxFit],
) -> TestResult:
    """Whether the terms of the factor differ between the trials that occur."""
    if design.obstacle is not None:
        return TestResult(None, 0, None, design.obstacle)
    found = set(design.intervals[LEVEL].unique())
    others = [trial for trial in trials if trial in found][1:]
    if not others:
        return no_test(statuses.ONE_LEVEL)
    own = [name for name, of in zip(design.names, factors, strict=True) if of == factor]
    products = {
        f"{name} x {trial}": pl.col(column_of(name)) * (pl.col(LEVEL) == trial).cast(pl.Float64)
        for name in own
        for trial in others
    }
    intervals = design.intervals.with_columns(
        **{column_of(name): value for name, value in products.items()}
    )
    larger = replace(design, intervals=intervals, names=(*design.names, *products))
    return joint_likelihood_ratio_test(larger.data(), fit(larger), tuple(products))
