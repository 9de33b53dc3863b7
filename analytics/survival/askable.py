"""What may be asked on which endpoint's clock, by the immortal-time guard of the plan.

The rows of `survival.populations`, `survival.factors` and `survival.levels`: the verdict of
`analytics.study.guard` on every pair, so that a question in SQL is refused for the same reasons as
an analysis of the plan.
"""

from collections.abc import Callable, Iterable
from typing import Any

from analytics.study.declared_facts import all_facts
from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.facts import known_at
from analytics.study.guard import (
    check_has_groups,
    check_population,
    in_brackets,
    later_than_origin,
)
from analytics.study.populations import level_names
from analytics.study.specification import Endpoint, Factor, Population, StudySpecification

Row = tuple[object, ...]


def population_rows(study: StudySpecification) -> list[Row]:
    """A row per endpoint and population, in the order of the table's columns."""
    definitions = definitions_of(study)
    return [
        _population_row(endpoint, population, definitions)
        for endpoint in study.endpoints
        for population in study.populations
    ]


def factor_rows(study: StudySpecification) -> list[Row]:
    """A row per endpoint and factor, in the order of the table's columns."""
    definitions = definitions_of(study)
    return [
        _factor_row(endpoint, factor, definitions)
        for endpoint in study.endpoints
        for factor in study.factors
    ]


def level_rows(study: StudySpecification) -> list[Row]:
    """A row per categorical factor and known level, in the order of display."""
    definitions = definitions_of(study)
    return [
        (factor.factor, level, definitions.label_of(factor.factor, (level,)), order)
        for factor in study.factors
        if factor.type == "categorical"
        for order, level in enumerate(study.levels_of(factor.factor), start=1)
    ]


def definitions_of(study: StudySpecification) -> Definitions:
    """The definitions of a study that has been read, as its plan looked them up.

    Which parameters chose among an endpoint's rules is known only while the files are read.
    """
    return Definitions(
        folder=study.folder,
        facts=all_facts(study.facts, study.terms, study.parameters.response_order),
        factors={factor.factor: factor for factor in study.factors},
        levels=level_names(study.factor_levels),
        level_rows=study.factor_levels,
        populations={population.population: population for population in study.populations},
        endpoints={endpoint.paramcd: endpoint for endpoint in study.endpoints},
        inferred_parameters=study.inferred_parameters,
        rule_parameters={},
    )


def _population_row(endpoint: Endpoint, population: Population, definitions: Definitions) -> Row:
    name = population.population
    refused = _refusal(check_population, endpoint.paramcd, endpoint.paramcd, name, definitions)
    later = later_than_origin(endpoint.paramcd, name, (), definitions) if refused is None else ()
    never = [item.what for item in later if item.fact is None]
    if never:
        refused = (
            f"{endpoint.paramcd}: {never[0]} is known only after the origin of "
            f"{endpoint.paramcd}{in_brackets(endpoint.origin_fact)} and no single day determines "
            "it, which causes immortal time bias; choose another population, or the groups of a "
            "factor at a landmark."
        )
    return (
        endpoint.paramcd,
        name,
        endpoint.display_order,
        population.display_order,
        name == endpoint.population,
        refused,
        "; ".join(item.what for item in later) or None,
        _listed(item.fact for item in later if item.fact is not None),
    )


def _factor_row(endpoint: Endpoint, factor: Factor, definitions: Definitions) -> Row:
    where = endpoint.paramcd
    refused = _refusal(check_has_groups, where, "by_factor", factor)
    changes = factor.timing == "post_baseline"
    when = f"at '{factor.fact}'" if factor.fact else "after the origin"
    assessed = factor.assessed_fact
    if assessed is not None and known_at(assessed, endpoint.origin_fact, definitions.facts):
        assessed = None
    return (
        endpoint.paramcd,
        factor.factor,
        factor.display_order,
        refused,
        f"factor '{factor.factor}' (whose groups form {when})" if changes else None,
        assessed and f"factor '{factor.factor}' (known only to those with '{assessed}')",
        assessed or "",
    )


def _refusal(check: Callable[..., None], *arguments: Any) -> str | None:
    """The sentence of a check of the guard, or None when it passes."""
    try:
        check(*arguments)
    except StudyError as error:
        return str(error)
    return None


def _listed(facts: Iterable[str]) -> str:
    return ",".join(dict.fromkeys(facts))
