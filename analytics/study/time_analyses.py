"""Analyses over time of plan.toml: curves and Cox models, guarded, with delayed-entry siblings."""

from analytics.study.cautions import (
    SELECTED_MODEL_CAUTION,
    delayed_entry_caution,
    immortal_time_caution,
    join_cautions,
    landmark_caution,
    sibling_id,
)
from analytics.study.contrasts import entry_facts, read_contrasts
from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.guard import (
    Later,
    check_as_published,
    check_describes_baseline,
    check_known,
    check_population,
    later_strata,
    later_than_origin,
    sibling_entry_facts,
)
from analytics.study.keys import Table
from analytics.study.specification import Analysis


def read_curve(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    """A Kaplan-Meier or cumulative-incidence analysis, and its sibling if it has one."""
    strata = table.text("strata")
    if strata is not None:
        factor = definitions.factors[table.check(strata, definitions.factors, "factor")]
        check_describes_baseline(table.where, factor)
        if factor.type != "categorical":
            raise StudyError(
                f"{table.where}: strata '{strata}' is continuous and has no levels; use a "
                "categorical factor."
            )
    landmark_days = _positive(table, "landmark_days")
    analysis = base.model_copy(
        update={
            "endpoint": definitions.endpoint(table),
            "population": definitions.population(table),
            "strata": strata,
            "landmarks_months": _ascending(table, "landmarks_months"),
            "landmark_days": landmark_days,
            "caution": join_cautions(landmark_caution(landmark_days), base.caution),
            "entry_facts": entry_facts(table),
            "as_published": table.text("as_published"),
            "headline": table.truth("headline", default=False),
        }
    )
    if analysis.headline and strata is not None:
        raise StudyError(
            f"{table.where}: a headline is one line and cannot be stratified; remove headline or "
            "strata."
        )
    return _guarded(table, analysis, (strata,) if strata else (), definitions)


def read_univariate(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    """Cox models of one factor each; siblings are models of the same analysis."""
    endpoint, population = definitions.endpoint(table), definitions.population(table)
    return [
        base.model_copy(
            update={
                "endpoint": endpoint,
                "population": population,
                "factors": read_contrasts(table, endpoint, population, definitions),
            }
        )
    ]


def read_stepwise(
    table: Table, base: Analysis, definitions: Definitions, earlier: list[Analysis]
) -> list[Analysis]:
    """A selection among the factors of an earlier univariate analysis of the same endpoint."""
    sources = {
        analysis.analysis_id: analysis
        for analysis in earlier
        if analysis.method == "cox_univariate"
    }
    source = sources[table.known("candidates_from", sources, "earlier univariate analysis")]
    analysis = base.model_copy(
        update={
            "endpoint": definitions.endpoint(table),
            "population": definitions.population(table),
            "candidates_from": source.analysis_id,
            "entry_facts": entry_facts(table),
            "as_published": table.text("as_published"),
            "caution": join_cautions(SELECTED_MODEL_CAUTION, base.caution),
        }
    )
    if analysis.endpoint != source.endpoint:
        raise StudyError(
            f"{table.where}: endpoint {analysis.endpoint} differs from {source.endpoint} of "
            f"candidates_from '{source.analysis_id}'; select among models of one endpoint."
        )
    candidates = tuple(dict.fromkeys(contrast.factor for contrast in source.factors))
    return _guarded(table, analysis, candidates, definitions)


def _guarded(
    table: Table, analysis: Analysis, factors: tuple[str, ...], definitions: Definitions
) -> list[Analysis]:
    endpoint, population = analysis.endpoint, analysis.population
    assert endpoint is not None and population is not None
    check_population(table.where, endpoint, population, definitions)
    later = (
        *later_than_origin(endpoint, population, factors, definitions),
        *later_strata(analysis, definitions),
    )
    if analysis.as_published is None:
        check_known(table.where, endpoint, later, analysis.entry_facts, definitions)
        return [analysis]
    check_as_published(table.where, later, analysis.entry_facts)
    return _published_and_sibling(analysis, later, analysis.as_published)


def _published_and_sibling(
    analysis: Analysis, later: tuple[Later, ...], reason: str
) -> list[Analysis]:
    facts = sibling_entry_facts(later)
    sibling = sibling_id(analysis.analysis_id) if facts else None
    caution = immortal_time_caution(later, reason, sibling)
    published = analysis.model_copy(update={"caution": join_cautions(caution, analysis.caution)})
    if sibling is None:
        return [published]
    caution = delayed_entry_caution(facts, analysis.analysis_id)
    return [
        published,
        analysis.model_copy(
            update={
                "analysis_id": sibling,
                "label": f"{analysis.label}, delayed entry",
                "entry_facts": facts,
                "as_published": None,
                "caution": join_cautions(caution, analysis.caution),
                "delayed_entry_of": analysis.analysis_id,
            }
        ),
    ]


def _ascending(table: Table, key: str) -> tuple[float, ...]:
    values = table.numbers(key)
    if list(values) != sorted(set(values)) or any(value <= 0 for value in values):
        raise StudyError(
            f"{table.where}: {key} must be positive and ascending; it is {table.values[key]}, so "
            "sort it."
        )
    return values


def _positive(table: Table, key: str) -> float | None:
    value = table.number(key)
    if value is not None and value <= 0:
        raise StudyError(f"{table.where}: {key} is {value:g}; write a positive number of days.")
    return value
