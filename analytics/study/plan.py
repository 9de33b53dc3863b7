"""plan.toml: the analyses, each checked against the study's definitions and the guard."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, get_args

from analytics.study.contrasts import entry_facts, read_contrasts
from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.guard import (
    SELECTED_MODEL_CAUTION,
    Later,
    check_as_published,
    check_describes_baseline,
    check_known,
    check_population,
    delayed_entry_caution,
    immortal_time_caution,
    join_cautions,
    later_strata,
    later_than_origin,
    sibling_entry_facts,
    sibling_id,
)
from analytics.study.inference import inferred_conventions
from analytics.study.keys import Table, read_toml
from analytics.study.plan_tables import read_characteristics, read_groups, read_lines
from analytics.study.specification import Analysis, Method

_COMMON: Final = ("id", "label", "method", "caution", "inferred")
_CURVE_KEYS: Final = (
    "endpoint", "population", "strata", "landmarks_months", "landmark_days", "entry_facts",
    "as_published",
)
_METHOD_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "kaplan_meier": _CURVE_KEYS,
    "cumulative_incidence": _CURVE_KEYS,
    "cox_univariate": ("endpoint", "population", "factors"),
    "cox_stepwise": (
        "endpoint", "population", "candidates_from", "entry_facts", "as_published",
    ),
    "baseline_table": ("groups", "characteristics"),
    "outcomes_table": ("groups", "lines"),
    "attrition": ("population",),
}


def read_plan(folder: Path, definitions: Definitions) -> tuple[Analysis, ...]:
    """plan.toml in its order, delayed-entry siblings right after their analysis."""
    file = read_toml(folder / "plan.toml")
    file.allow(("analyses",))
    analyses: list[Analysis] = []
    for position, values in enumerate(file.tables("analyses"), start=1):
        table = Table(f"{file.where} analysis '{values.get('id', position)}'", values)
        analyses += _analysis(table, definitions, analyses)
    if not analyses:
        raise StudyError("plan.toml: no [[analyses]]; name at least one analysis.")
    _check_ids(analyses)
    return tuple(
        analysis.model_copy(update={"display_order": order})
        for order, analysis in enumerate(analyses, start=1)
    )


def _analysis(
    table: Table, definitions: Definitions, earlier: list[Analysis]
) -> list[Analysis]:
    method = table.known("method", get_args(Method), "method")
    table.allow((*_COMMON, *_METHOD_KEYS[method]))
    base = Analysis.model_validate({
        "analysis_id": _identifier(table),
        "label": table.required("label"),
        "method": method,
        "caution": table.text("caution"),
        "inferred": table.text("inferred"),
    })
    analyses = _READERS[method](table, base, definitions, earlier)
    return [inferred_conventions(analysis, definitions) for analysis in analyses]


def _curve(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    strata = table.text("strata")
    if strata is not None:
        factor = definitions.factors[table.check(strata, definitions.factors, "factor")]
        check_describes_baseline(table.where, factor)
        if factor.type != "categorical":
            raise StudyError(
                f"{table.where}: strata '{strata}' is continuous and has no levels; use a "
                "categorical factor."
            )
    analysis = base.model_copy(update={
        "endpoint": definitions.endpoint(table),
        "population": definitions.population(table),
        "strata": strata,
        "landmarks_months": _ascending(table, "landmarks_months"),
        "landmark_days": _positive(table, "landmark_days"),
        "entry_facts": entry_facts(table),
        "as_published": table.text("as_published"),
    })
    return _guarded(table, analysis, (strata,) if strata else (), definitions)


def _univariate(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    endpoint, population = definitions.endpoint(table), definitions.population(table)
    return [base.model_copy(update={
        "endpoint": endpoint,
        "population": population,
        "factors": read_contrasts(table, endpoint, population, definitions),
    })]


def _stepwise(
    table: Table, base: Analysis, definitions: Definitions, earlier: list[Analysis]
) -> list[Analysis]:
    sources = {
        analysis.analysis_id: analysis for analysis in earlier
        if analysis.method == "cox_univariate"
    }
    source = sources[table.known("candidates_from", sources, "earlier univariate analysis")]
    analysis = base.model_copy(update={
        "endpoint": definitions.endpoint(table),
        "population": definitions.population(table),
        "candidates_from": source.analysis_id,
        "entry_facts": entry_facts(table),
        "as_published": table.text("as_published"),
        "caution": join_cautions(SELECTED_MODEL_CAUTION, base.caution),
    })
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
        analysis.model_copy(update={
            "analysis_id": sibling,
            "label": f"{analysis.label}, delayed entry",
            "entry_facts": facts,
            "as_published": None,
            "caution": join_cautions(caution, analysis.caution),
            "delayed_entry_of": analysis.analysis_id,
        }),
    ]


def _baseline_table(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    return [base.model_copy(update={
        "groups": read_groups(table, definitions),
        "characteristics": read_characteristics(table, definitions),
    })]


def _outcomes_table(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    return [base.model_copy(update={
        "groups": read_groups(table, definitions),
        "lines": read_lines(table, definitions),
    })]


def _attrition(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    return [base.model_copy(update={"population": definitions.population(table)})]


_Reader = Callable[[Table, Analysis, Definitions, list[Analysis]], list[Analysis]]
_READERS: Final[dict[str, _Reader]] = {
    "kaplan_meier": _curve,
    "cumulative_incidence": _curve,
    "cox_univariate": _univariate,
    "cox_stepwise": _stepwise,
    "baseline_table": _baseline_table,
    "outcomes_table": _outcomes_table,
    "attrition": _attrition,
}


def _identifier(table: Table) -> str:
    name = table.required("id")
    if not name.replace("_", "").isalnum() or name != name.lower() or "__" in name:
        raise StudyError(
            f"{table.where}: id '{name}' must be lower-case letters, digits and single "
            "underscores; rename it."
        )
    return name


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


def _check_ids(analyses: list[Analysis]) -> None:
    names = [analysis.analysis_id for analysis in analyses]
    for name in names:
        if names.count(name) > 1:
            raise StudyError(f"plan.toml: analysis id '{name}' is given twice; rename one of them.")
