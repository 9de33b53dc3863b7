"""Attrition: who leaves at each condition, from the treated subjects to a population."""

from collections.abc import Iterator

import polars as pl

from analytics.results.frames import frame_of_rows
from analytics.results.marts import Marts
from analytics.study.specification import Analysis, PopulationCondition, StudySpecification


def attrition_frames(
    study: StudySpecification, analysis: Analysis, marts: Marts
) -> dict[str, pl.DataFrame]:
    """The steps of one attrition analysis.

    A condition on another population is replaced by that population's own conditions, so
    that each step has one reason. A subject leaves at the first condition not met.
    """
    assert analysis.population is not None
    rows = []
    remaining = marts.subjects.select("usubjid").unique()
    conditions = list(dict.fromkeys(_conditions(study, analysis.population)))
    for step, condition in enumerate(conditions, start=1):
        staying = remaining.join(_meeting(marts, condition), on="usubjid", how="semi")
        rows.append(
            {
                "analysis_id": analysis.analysis_id,
                "step": step,
                "population": condition.population,
                "reason": condition.reason,
                "n_in": remaining.height,
                "n_out": remaining.height - staying.height,
                "n_remaining": staying.height,
            }
        )
        remaining = staying
    return {"attrition": frame_of_rows("attrition", rows)}


def populations_judged(study: StudySpecification) -> set[str]:
    """The populations whose conditions the attrition analyses of a study go through."""
    return {
        condition.population
        for analysis in study.analyses
        if analysis.method == "attrition" and analysis.population is not None
        for condition in _conditions(study, analysis.population)
    }


def _conditions(study: StudySpecification, population: str) -> Iterator[PopulationCondition]:
    """The conditions in order, with nested populations written out."""
    for condition in study.population(population).conditions:
        if condition.kind == "population":
            yield from _conditions(study, condition.name)
        else:
            yield condition


def _meeting(marts: Marts, condition: PopulationCondition) -> pl.DataFrame:
    rows = marts.population_conditions
    return rows.filter(
        (pl.col("population") == condition.population)
        & (pl.col("condition_order") == condition.condition_order)
        & pl.col("is_met")
    )
