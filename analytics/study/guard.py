"""The immortal-time guard: nobody is counted before the day that puts them in their group.

A population, an assessment or a stratum defined after the origin of an endpoint selects
patients for having lived long enough to be selected. Such a plain curve or Cox model is
refused; the plan must name a landmark, by which all of it has to be known, delayed entry
(`entry_facts`), a time-dependent factor, or `as_published` with a reason, which becomes the
analysis's caution and puts the delayed-entry result beside it (Anderson, Cain & Gelber, J Clin
Oncol 1983;1:710). A Fine-Gray model takes neither delayed entry nor a time-dependent factor, so
there all must be known at the origin.

A population is known at the origin when each fact it needs is the origin or has certainly
happened by then (`facts.known_at`). Its factors are baseline factors, and a population that
asks for an endpoint is never followed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.facts import BUILT_IN_FACTS, Facts, happened_by, known_at
from analytics.study.populations import asks_for, conditions_of
from analytics.study.specification import Analysis, Factor, PopulationCondition

_LANDMARK: Final = "set landmark_days or use a Cox model with the factor time-dependent"


@dataclass(frozen=True)
class Later:
    """Something known only after the origin; `fact` is the day it waits for, if it has one.

    `what` names it as the study's files do, `told` says it to readers of a result.
    """

    what: str
    fact: str | None
    told: str
    instead: str = "choose another population"


def later_than_origin(
    endpoint: str, population: str, assessed: tuple[str, ...], definitions: Definitions
) -> tuple[Later, ...]:
    """What is known too late: facts of the population, and of `assessed` factors the assessment.

    A fact that another one in the list comes after is left out: waiting for the later waits
    for both.
    """
    origin = definitions.endpoints[endpoint].origin_fact
    found = [
        _later(population, condition, origin, definitions)
        for condition in conditions_of(population, definitions.populations)
    ]
    for name in assessed:
        fact = definitions.factors[name].assessed_fact
        if fact is not None and not known_at(fact, origin, definitions.facts):
            told = (
                f'"{definitions.factors[name].label}" is known only from this day on: '
                f"{definitions.facts[fact].label}"
            )
            found.append(Later(f"factor '{name}' (known only to those with '{fact}')", fact, told))
    late = [later for later in found if later is not None]
    return tuple(
        later for i, later in enumerate(late) if not _waited_for(i, late, definitions.facts)
    )


def later_strata(analysis: Analysis, definitions: Definitions) -> tuple[Later, ...]:
    """Strata that form after the origin, unless a landmark day freezes them."""
    if analysis.strata is None or analysis.landmark_days is not None:
        return ()
    factor = definitions.factors[analysis.strata]
    if factor.timing == "baseline":
        return ()
    what = f"strata '{factor.factor}' (which form at '{factor.fact}')"
    told = f'the groups of "{factor.label}" form only later'
    return (Later(what, None, told, _LANDMARK),)


def check_describes_baseline(where: str, factor: Factor) -> None:
    """A column of the whole treatment course is for tables: it is known only at its end."""
    if factor.derivation == "subject_column":
        raise StudyError(
            f"{where}: factor '{factor.factor}' is known only at the end of treatment; show it "
            "in a table and remove it from curves and models."
        )


def check_has_groups(where: str, key: str, factor: Factor) -> None:
    """A factor that `key` splits an analysis by: it describes the baseline and has levels."""
    check_describes_baseline(where, factor)
    if factor.type != "categorical":
        raise StudyError(
            f"{where}: {key} '{factor.factor}' is continuous and has no levels; use a categorical "
            "factor."
        )


def check_population(where: str, endpoint: str, population: str, definitions: Definitions) -> None:
    """The population is part of the endpoint's own and is not defined by an outcome."""
    conditions = conditions_of(population, definitions.populations)
    for condition in conditions:
        if condition.kind == "endpoint":
            raise StudyError(
                f"{where}: population '{population}' is defined by the outcome "
                f"{condition.name}, so its survival is determined in advance; use it as a group "
                "of a table instead."
            )
    whole = definitions.endpoints[endpoint].population
    missing = first_not_implied((population,), (whole,), definitions)
    if missing is not None:
        raise StudyError(
            f"{where}: population '{population}' is not within '{whole}', the population of "
            f"{endpoint} ({missing.kind} '{missing.name}' is not required), so some patients "
            f"would have no {endpoint} time; add the condition population = {whole} to it."
        )


def check_known(
    where: str,
    endpoint: str,
    later: tuple[Later, ...],
    entry_facts: tuple[str, ...],
    definitions: Definitions,
) -> None:
    """Refuse what is known only after the origin, unless entry waits for every such day."""
    missing = not_waited_for(later, entry_facts, definitions)
    if not missing:
        return
    origin = definitions.endpoints[endpoint].origin_fact
    what = " and ".join(item.what for item in missing)
    verb = "is" if len(missing) == 1 else "are"
    remedies = [item.instead for item in missing if item.fact is None]
    facts = [item.fact for item in missing if item.fact is not None]
    if facts and _LANDMARK not in remedies:
        names = ", ".join(f'"{fact}"' for fact in dict.fromkeys((*entry_facts, *facts)))
        remedies.append(f"name entry_facts = [{names}] for delayed entry")
    raise StudyError(
        f"{where}: {what} {verb} known only after the origin of {endpoint}{in_brackets(origin)}, "
        f"which causes immortal time bias; {' and '.join(dict.fromkeys(remedies))}, or give a "
        f"reason in as_published.{_where_always_earlier(facts, origin)}"
    )


def _where_always_earlier(facts: Iterable[str], origin: str | None) -> str:
    """What to write where a declared fact always comes first, which facts.csv does not say yet."""
    declared = [fact for fact in dict.fromkeys(facts) if fact not in BUILT_IN_FACTS]
    if not declared or origin is None:
        return ""
    names = " and ".join(f"'{fact}'" for fact in declared)
    comes, its = ("comes", "its row") if len(declared) == 1 else ("come", "their rows")
    return (
        f" If {names} always {comes} on or before the day of '{origin}', write {origin} under "
        f"known_by in {its} of facts.csv; every date is then checked against it."
    )


def not_waited_for(
    later: tuple[Later, ...], entry_facts: tuple[str, ...], definitions: Definitions
) -> tuple[Later, ...]:
    """What is not yet known when a subject comes under observation at the entry facts."""
    return tuple(
        item
        for item in later
        if item.fact is None
        or not any(known_at(item.fact, entry, definitions.facts) for entry in entry_facts)
    )


def check_known_at_origin(
    where: str,
    endpoint: str,
    later: tuple[Later, ...],
    definitions: Definitions,
    analysis: str = "a Fine-Gray model",
) -> None:
    """Refuse what is known only after the origin where delayed entry is not possible."""
    origin = definitions.endpoints[endpoint].origin_fact
    if later:
        raise StudyError(
            f"{where}: {later[0].what} is known only after the origin of {endpoint}"
            f"{in_brackets(origin)}, which causes immortal time bias, and {analysis} does not "
            "allow delayed entry; use what is known at the origin."
            f"{_where_always_earlier([later[0].fact] if later[0].fact else [], origin)}"
        )


def check_as_published(where: str, later: tuple[Later, ...], entry_facts: tuple[str, ...]) -> None:
    """as_published is for what the guard would refuse, and instead of entry_facts."""
    if not later:
        raise StudyError(
            f"{where}: as_published is not needed, as everything is known at the origin; remove it."
        )
    if entry_facts:
        raise StudyError(
            f"{where}: as_published and entry_facts cannot be combined; an as-published result "
            "always comes with its delayed-entry result, so remove entry_facts."
        )


def sibling_entry_facts(later: tuple[Later, ...]) -> tuple[str, ...]:
    """The days a delayed-entry sibling waits for; none when a day is unknown."""
    if any(item.fact is None for item in later):
        return ()
    return tuple(dict.fromkeys(item.fact for item in later if item.fact is not None))


def in_brackets(origin: str | None) -> str:
    """The origin in brackets; nothing for one that ADTTE alone knows."""
    return "" if origin is None else f" ('{origin}')"


def _later(
    population: str,
    condition: PopulationCondition,
    origin: str | None,
    definitions: Definitions,
) -> Later | None:
    name, facts = condition.name, definitions.facts
    if condition.kind != "fact" or known_at(name, origin, facts):
        return None
    label = definitions.populations[population].label
    who = f'who belongs to "{label}" is known only'
    if asks_for(condition):
        told = f"{who} from this day on: {facts[name].label}"
        return Later(f"population '{population}' (with '{name}')", name, told)
    told = f"{who} later, as it depends on what has not happened: {facts[name].label}"
    if condition.operator == "absent":
        return Later(f"population '{population}' (without '{name}')", None, told)
    what = f"population '{population}' (without '{name}' or with another value)"
    return Later(what, None, told)


def _waited_for(position: int, late: list[Later], facts: Facts) -> bool:
    """Another item waits for this item's day, or is the same item earlier in the list."""
    fact = late[position].fact
    if fact is None:
        return late[position] in late[:position]
    for i, other in enumerate(late):
        if other.fact is None or i == position:
            continue
        if other.fact == fact and i < position:
            return True
        if other.fact != fact and known_at(fact, other.fact, facts):
            return True
    return False


def first_not_implied(
    part: tuple[str, ...], whole: tuple[str, ...], definitions: Definitions
) -> PopulationCondition | None:
    """The first condition of the populations `whole` that those of `part` do not imply, or None.

    With None, whoever is in all populations of `part` is in all of `whole`.
    """
    conditions = [
        condition for name in part for condition in conditions_of(name, definitions.populations)
    ]
    return next(
        (
            needed
            for name in whole
            for needed in conditions_of(name, definitions.populations)
            if not any(_implies(condition, needed, definitions.facts) for condition in conditions)
        ),
        None,
    )


def _implies(condition: PopulationCondition, needed: PopulationCondition, facts: Facts) -> bool:
    asked = (condition.kind, condition.name, condition.operator, condition.value)
    if asked == (needed.kind, needed.name, needed.operator, needed.value):
        return True
    exists = needed.kind == "fact" and needed.operator == "exists"
    return exists and asks_for(condition) and happened_by(needed.name, condition.name, facts)
