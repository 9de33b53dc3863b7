"""Studies and marts small enough to be typed in the test that needs them."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from analytics.results.marts import MART_SCHEMAS, Marts
from analytics.study.specification import (
    Analysis,
    Contrast,
    Factor,
    FactorLevel,
    Parameters,
    Population,
    PopulationCondition,
    StudySpecification,
    Trial,
)

DAYS_PER_MONTH = 30.0

LEVELS: dict[str, tuple[str, ...]] = {
    "sex": ("male", "female"),
    "race": ("white", "asian", "other"),
    "t411": ("yes", "no"),
    "obstruct": ("yes", "no"),
    "extent": ("1", "2", "3", "4"),
    "node4": ("yes", "no"),
    "hsct": ("yes", "no"),
    "mrd": ("yes", "no"),
}
POST_BASELINE = {"hsct", "mrd"}
CONTINUOUS = {"age"}


def rows(table: str, *values: Sequence[Any]) -> pl.DataFrame:
    """A mart from its rows, each with the values of its columns in order."""
    return pl.DataFrame(list(values), schema=MART_SCHEMAS[table], orient="row")


def marts(**tables: pl.DataFrame) -> Marts:
    """Marts in which every table that is not given is empty."""
    return Marts(
        **{field.name: tables.get(field.name, rows(field.name)) for field in fields(Marts)}
    )


def members(**populations: Sequence[str]) -> pl.DataFrame:
    """population -> its subjects, as the mart `population_members`."""
    return rows(
        "population_members",
        *(
            (subject, population)
            for population, subjects in populations.items()
            for subject in subjects
        ),
    )


def followed(paramcd: str, subjects: Mapping[str, tuple[float, int]]) -> pl.DataFrame:
    """subject -> (day, event code), one interval each, as the mart `covariate_intervals`."""
    return rows(
        "covariate_intervals",
        *(
            (subject, paramcd, 1, 0.0, float(day), code)
            for subject, (day, code) in subjects.items()
        ),
    )


def counts(analysis_id: str, stratum: str, *days: Sequence[int]) -> pl.DataFrame:
    """Rows of (day, n_entry, n_event, n_competing, n_censored), as the mart `risk_counts`."""
    return rows("risk_counts", *((analysis_id, stratum, float(day), *n) for day, *n in days))


def counts_in_strata(analysis_id: str, *groups: Sequence[Any]) -> pl.DataFrame:
    """(test stratum, group, days) as the mart `stratified_risk_counts`; days as of `counts`."""
    return rows(
        "stratified_risk_counts",
        *(
            (analysis_id, test_stratum, group, float(day), *n)
            for test_stratum, group, days in groups
            for day, *n in days
        ),
    )


def contrast(factor: str, numerator: str = "yes", denominator: str = "no", **more: Any) -> Contrast:
    """A Cox contrast; a continuous factor has no levels."""
    levels = (
        {}
        if factor in CONTINUOUS
        else {
            "numerator": (numerator,),
            "denominator": (denominator,),
        }
    )
    return Contrast(
        **{
            "factor": factor,
            "model": factor,
            "numerator_label": numerator,
            "denominator_label": denominator,
            **levels,
            **more,
        }
    )


def analysis(method: str, **more: Any) -> Analysis:
    """An analysis of endpoint OS on population `all`, unless said otherwise."""
    return Analysis.model_validate(
        {
            "analysis_id": "os",
            "label": "Overall survival",
            "method": method,
            "endpoint": "OS",
            "population": "all",
            "display_order": 1,
            **more,
        }
    )


def study(
    *analyses: Analysis, conditions: Sequence[tuple[Any, ...]] = (), **parameters: Any
) -> StudySpecification:
    """A study of these analyses; conditions: population, kind, name, operator, value, reason."""
    return StudySpecification(
        study_id="small",
        title="A small study",
        synthetic=True,
        synthetic_note="Made up.",
        analysis_set="all",
        trials=(
            Trial(trial_id="A", label="A", path="sdtm/A", cutoff=date(2020, 1, 1), display_order=1),
        ),
        parameters=Parameters(days_per_month=DAYS_PER_MONTH, **parameters),
        inferred_parameters={},
        terms=(),
        factors=tuple(_factor(name) for name in (*LEVELS, *sorted(CONTINUOUS))),
        factor_levels=tuple(
            FactorLevel(
                factor=factor,
                level=level,
                label=level,
                display_order=order,
                wording=level,
                lower=None,
                lower_inclusive=None,
                upper=None,
                upper_inclusive=None,
            )
            for factor, levels in LEVELS.items()
            for order, level in enumerate(levels, start=1)
        ),
        populations=_populations(conditions),
        endpoints=(),
        endpoint_rules=(),
        analyses=analyses,
        folder=Path("small"),
    )


def _factor(name: str) -> Factor:
    return Factor(
        factor=name,
        label=name,
        timing="post_baseline" if name in POST_BASELINE else "baseline",
        type="continuous" if name in CONTINUOUS else "categorical",
        derivation="variable",
        display_order=1,
        **dict.fromkeys(
            (
                "domain",
                "testcd",
                "category",
                "specimen",
                "evaluator",
                "unit",
                "add",
                "no_record",
                "fact",
                "assessed_fact",
            )
        ),
    )


def _populations(conditions: Sequence[tuple[Any, ...]]) -> tuple[Population, ...]:
    found: dict[str, list[PopulationCondition]] = {}
    for population, kind, name, operator, value, reason in conditions:
        own = found.setdefault(population, [])
        own.append(
            PopulationCondition(
                population=population,
                condition_order=len(own) + 1,
                kind=kind,
                name=name,
                operator=operator,
                value=value,
                reason=reason,
            )
        )
    return tuple(
        Population(population=name, label=name, display_order=order, conditions=tuple(own))
        for order, (name, own) in enumerate(found.items(), start=1)
    )
