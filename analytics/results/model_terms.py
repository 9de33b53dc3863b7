"""The terms of a multivariable model: levels, trends, units, splines, and products of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final

import numpy as np
import polars as pl

from analytics.methods import statuses
from analytics.methods.statuses import not_estimable
from analytics.results.cox_design import CoxCohort, CoxDesign, column_of, cox_design
from analytics.results.marts import Marts
from analytics.study.specification import Analysis, Contrast, ModelFactor, StudySpecification

Row = dict[str, Any]

ALL: Final = "all"
NONLINEAR: Final = "nonlinear"
BETWEEN: Final = " x "
# Harrell, Regression Modeling Strategies, 2nd edition, 2015, table 2.3
KNOTS: Final[Mapping[int, tuple[float, ...]]] = {
    3: (0.1, 0.5, 0.9),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.5, 0.725, 0.95),
    6: (0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
    7: (0.025, 0.1833, 0.3417, 0.5, 0.6583, 0.8167, 0.975),
}


@dataclass(frozen=True)
class Term:
    """One coefficient: `name` in the fit, the factors it is of, and how it reads.

    `is_nonlinear`: of a spline, beside its linear term. `value` makes it from the coded factors.
    """

    name: str
    factors: tuple[str, ...]
    numerator: str
    denominator: str
    value: pl.Expr
    is_nonlinear: bool = False


@dataclass(frozen=True)
class TermDesign:
    """The rows of a model with a column per term.

    `absent`: levels without a subject, which have no term. `obstacle`: why there is no model.
    """

    design: CoxDesign
    terms: tuple[Term, ...]
    absent: tuple[str, ...]
    obstacle: str | None


def term_design(
    study: StudySpecification, analysis: Analysis, marts: Marts, strata: Sequence[str]
) -> TermDesign:
    """The complete cases of the analysis and its terms, in the order of the plan."""
    assert analysis.endpoint is not None and analysis.population is not None
    contrasts = {
        name: contrast
        for factor in analysis.model_factors
        for name, contrast in _coded(study, factor).items()
    }
    cohort = CoxCohort(analysis.endpoint, analysis.population, analysis.entry_facts, tuple(strata))
    coded = cox_design(study, marts, cohort, tuple(contrasts.values()), tuple(contrasts))
    by_factor: dict[str, list[Term]] = {}
    absent: list[str] = []
    obstacle = coded.obstacle
    for factor in analysis.model_factors:
        if factor.reference is None and not factor.trend:
            terms = _of_number(coded.intervals, factor)
            if terms is None:
                obstacle = obstacle or not_estimable(statuses.SAME_KNOTS, factor.factor)
                terms = []
        else:
            terms, missing = _of_levels(study, coded.intervals, factor)
            absent += missing
        by_factor[factor.factor] = terms
    terms = [term for found in by_factor.values() for term in found]
    for one, other in analysis.interactions:
        terms += [_product(a, b) for a, b in product(by_factor[one], by_factor[other])]
    kept = [name for name in coded.intervals.columns if not name.startswith(column_of(""))]
    values = [term.value.alias(column_of(term.name)) for term in terms]
    return TermDesign(
        design=replace(
            coded,
            intervals=coded.intervals.select(*kept, *values),
            names=tuple(term.name for term in terms),
        ),
        terms=tuple(terms),
        absent=tuple(absent),
        obstacle=obstacle,
    )


def words_of(study: StudySpecification, term: Term) -> Row:
    """The term as read, and when its factors are known."""
    timings = {study.factor(factor).timing for factor in term.factors}
    return {
        "factor": BETWEEN.join(term.factors),
        "numerator": term.numerator,
        "denominator": term.denominator,
        "timing": "post_baseline" if "post_baseline" in timings else "baseline",
    }


def tested_terms(
    analysis: Analysis, terms: Sequence[Term]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """(factor, component) -> the names of the terms that are tested together.

    A factor is tested with all terms that it has a part in, so that the test does not depend on
    the reference of the other factor of an interaction; an interaction also by itself.
    """
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for factor in analysis.model_factors:
        own = [term for term in terms if factor.factor in term.factors]
        found[factor.factor, ALL] = tuple(term.name for term in own)
        if factor.spline is not None:
            found[factor.factor, NONLINEAR] = tuple(
                term.name for term in own if term.is_nonlinear and term.factors == (factor.factor,)
            )
    for pair in analysis.interactions:
        found[BETWEEN.join(pair), ALL] = tuple(term.name for term in terms if term.factors == pair)
    return found


def spline_basis(values: np.ndarray, knots: Sequence[float]) -> np.ndarray:
    """The nonlinear terms of a natural cubic spline (n x knots - 2).

    Truncated cubes made linear beyond the outer knots, divided by the square of the distance of
    these; beside them the value itself is the linear term.
    Reference: Stone and Koo, Proc Stat Comput Sect ASA 1985:45; Harrell 2015, section 2.4.5.
    """
    *inner, before_last, last = knots
    first = knots[0]

    def cube(knot: float) -> np.ndarray:
        return np.asarray(np.maximum(values - knot, 0.0) ** 3)

    columns = [
        (
            cube(knot)
            - cube(before_last) * (last - knot) / (last - before_last)
            + cube(last) * (before_last - knot) / (last - before_last)
        )
        / (last - first) ** 2
        for knot in inner
    ]
    return np.column_stack(columns)


def _coded(study: StudySpecification, factor: ModelFactor) -> dict[str, Contrast]:
    """The columns that a factor is made of: its value, or whether it is at each level."""
    if factor.reference is None and not factor.trend:
        return {factor.factor: _contrast(factor.factor)}
    levels = study.levels_of(factor.factor)
    return {
        _level_name(factor.factor, level): _contrast(
            factor.factor, (level,), tuple(other for other in levels if other != level)
        )
        for level in levels
    }


def _contrast(
    factor: str, numerator: tuple[str, ...] = (), denominator: tuple[str, ...] = ()
) -> Contrast:
    return Contrast(
        factor=factor,
        model=factor,
        numerator=numerator,
        denominator=denominator,
        numerator_label=factor,
        denominator_label=factor,
    )


def _level_name(factor: str, level: str) -> str:
    return f"{factor} {level}"


def _of_levels(
    study: StudySpecification, rows: pl.DataFrame, factor: ModelFactor
) -> tuple[list[Term], list[str]]:
    """The terms of the levels that occur, and the names of those that do not."""
    levels = study.levels_of(factor.factor)
    labels = dict(zip(levels, level_labels(study, factor.factor), strict=True))
    if factor.trend:
        position = pl.sum_horizontal(
            order * pl.col(column_of(_level_name(factor.factor, level)))
            for order, level in enumerate(levels)
        )
        name = f"{factor.factor} trend"
        return [Term(name, (factor.factor,), "one level higher", "level", position)], []
    assert factor.reference is not None
    terms, absent = [], []
    for level in levels:
        name = _level_name(factor.factor, level)
        column = column_of(name)
        if level == factor.reference:
            continue
        if rows.height and not (rows[column] == 1).any():
            absent.append(name)
            continue
        terms.append(
            Term(name, (factor.factor,), labels[level], labels[factor.reference], pl.col(column))
        )
    return terms, absent


def level_labels(study: StudySpecification, factor: str) -> list[str]:
    """The labels of a factor's levels, in their order."""
    labels = {row.level: row.label for row in reversed(study.factor_levels) if row.factor == factor}
    return [labels[level] for level in study.levels_of(factor)]


def _of_number(rows: pl.DataFrame, factor: ModelFactor) -> list[Term] | None:
    """The terms of a continuous factor; None where the knots of its spline coincide."""
    column = column_of(factor.factor)
    if factor.spline is None:
        step = f"{factor.per:g} higher"
        value = pl.col(column) / factor.per
        return [Term(factor.factor, (factor.factor,), step, "value", value)]
    values = rows.group_by("usubjid").agg(pl.col(column).first())[column].sort().to_numpy()
    if len(values) == 0:
        return []
    knots = [float(knot) for knot in np.quantile(values, KNOTS[factor.spline])]
    if len(set(knots)) < len(knots):
        return None
    read = "knots " + ", ".join(f"{knot:.12g}" for knot in knots)
    terms = [Term(f"{factor.factor} linear", (factor.factor,), "linear", read, pl.col(column))]
    basis = spline_basis(rows[column].to_numpy(), knots)
    for order, own in enumerate(basis.T, start=1):
        name = f"{factor.factor} nonlinear {order}"
        value = pl.lit(pl.Series(own))
        terms.append(Term(name, (factor.factor,), f"nonlinear {order}", read, value, True))
    return terms


def _product(one: Term, other: Term) -> Term:
    return Term(
        name=f"{one.name}{BETWEEN}{other.name}",
        factors=(*one.factors, *other.factors),
        numerator=f"{one.numerator}{BETWEEN}{other.numerator}",
        denominator=f"{one.denominator}{BETWEEN}{other.denominator}",
        value=one.value * other.value,
        is_nonlinear=one.is_nonlinear or other.is_nonlinear,
    )
