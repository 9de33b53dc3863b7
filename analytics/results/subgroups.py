"""Subgroups of a Cox model: its hazard ratio within each level of a factor, and the interaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import polars as pl

from analytics.methods import statuses
from analytics.methods.chi_square import TestResult, no_test
from analytics.methods.cox import cox_terms, fit_cox, likelihood_ratio_test
from analytics.results.cox_design import CoxDesign, column_of
from analytics.results.cox_rows import contrast_words
from analytics.results.frames import frame_of_rows
from analytics.results.marts import Marts
from analytics.study.specification import Analysis, Contrast, StudySpecification

Row = dict[str, Any]

LEVEL: Final = "subgroup_level"


@dataclass
class SubgroupRows:
    """The rows of the subgroups of one analysis, by table."""

    effects: list[Row] = field(default_factory=list)
    interactions: list[Row] = field(default_factory=list)

    def frames(self) -> dict[str, pl.DataFrame]:
        """The rows as frames of their tables."""
        return {
            "subgroup_effect": frame_of_rows("subgroup_effect", self.effects),
            "subgroup_interaction": frame_of_rows("subgroup_interaction", self.interactions),
        }


def add_subgroups(
    rows: SubgroupRows,
    study: StudySpecification,
    analysis: Analysis,
    contrast: Contrast,
    subjects: Mapping[str, CoxDesign],
) -> None:
    """Append the rows of each subgroup factor of the analysis for one of its models.

    `subjects`: subgroup factor -> the complete cases of the model whose level is known, with the
    column `subgroup_level`. A level of nobody keeps its row with a status. The interaction is
    tested by the likelihood ratio of the model with the products of factor and levels.
    """
    for subgroup, design in subjects.items():
        labels = {
            "analysis_id": analysis.analysis_id,
            "model": contrast.model,
            "subgroup": subgroup,
        }
        for level in study.levels_of(subgroup):
            own = of_rows(design, design.intervals.filter(pl.col(LEVEL) == level))
            rows.effects.append(_effect(study, analysis, contrast, own, {**labels, "level": level}))
        test = _interaction(study, analysis, contrast, design, subgroup)
        rows.interactions.append(
            {
                **labels,
                "n": design.n,
                "n_event": design.n_event,
                "n_missing": design.n_missing,
                "lr_statistic": test.statistic,
                "df": test.df or None,
                "lr_p": test.p_value,
                "status": test.status,
            }
        )


def with_known_level(design: CoxDesign, marts: Marts, subgroup: str) -> CoxDesign:
    """The design without the subjects of unknown level, the others with it as `subgroup_level`."""
    levels = marts.factor(subgroup)
    joined = design.intervals.join(
        levels.select("usubjid", pl.col("level").alias(LEVEL)),
        on="usubjid",
        how="left",
        maintain_order="left",
    )
    known = of_rows(design, joined.filter(pl.col(LEVEL).is_not_null()))
    return replace(known, n_missing=design.n_missing + design.n - known.n)


def of_rows(design: CoxDesign, intervals: pl.DataFrame) -> CoxDesign:
    """The design of these intervals of it."""
    return replace(
        design,
        intervals=intervals,
        n=intervals["usubjid"].n_unique(),
        n_event=int(intervals["event"].sum()),
    )


def _effect(
    study: StudySpecification,
    analysis: Analysis,
    contrast: Contrast,
    design: CoxDesign,
    labels: Row,
) -> Row:
    """The hazard ratio of a model of its own on the subjects of one level."""
    fit = fit_cox(design.data(), ties=analysis.ties_used(study.parameters))
    terms = cox_terms(fit, conf_level=study.parameters.conf_level)
    return {
        **labels,
        "n": design.n,
        "n_event": design.n_event,
        **terms.row(0, named=True),
        **contrast_words(study, contrast),
        "status": design.obstacle or fit.status,
    }


def _interaction(
    study: StudySpecification,
    analysis: Analysis,
    contrast: Contrast,
    design: CoxDesign,
    subgroup: str,
) -> TestResult:
    """Whether the hazard ratio differs between the levels that occur.

    The levels have terms of their own unless they are constant within the strata.
    """
    if design.obstacle is not None:
        return TestResult(None, 0, None, design.obstacle)
    found = set(design.intervals[LEVEL].unique())
    others = [level for level in study.levels_of(subgroup) if level in found][1:]
    if not others:
        return no_test(statuses.ONE_LEVEL)
    is_level = {
        f"{subgroup} {level}": (pl.col(LEVEL) == level).cast(pl.Float64) for level in others
    }
    products = {
        f"{contrast.factor} x {name}": pl.col(column_of(contrast.factor)) * indicator
        for name, indicator in is_level.items()
    }
    own = {} if subgroup in analysis.stratified_by else is_level
    smaller = (contrast.factor, *own)
    further = {**own, **products}
    intervals = design.intervals.with_columns(
        **{column_of(name): value for name, value in further.items()}
    )
    larger = replace(design, intervals=intervals, names=(*smaller, *products))
    return likelihood_ratio_test(larger.data(), smaller, ties=analysis.ties_used(study.parameters))
