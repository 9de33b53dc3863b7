"""populations.csv: who is meant by a name, as conditions that must all hold."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from analytics.study.codes import is_variable
from analytics.study.errors import StudyError
from analytics.study.facts import Facts, happened_by
from analytics.study.record_rules import RECORD_RULES
from analytics.study.rows import Row, finite_number, read_rows
from analytics.study.specification import (
    ConditionKind,
    Factor,
    FactorLevel,
    Population,
    PopulationCondition,
)

_COLUMNS = (
    "population",
    "label",
    "display_order",
    "condition_order",
    "kind",
    "name",
    "operator",
    "value",
    "reason",
)
OPERATORS: dict[str, tuple[str, ...]] = {
    "fact": (
        "exists",
        "absent",
        "value =",
        "value !=",
        "cycle =",
        "cycle !=",
        "cycle <",
        "cycle <=",
        "cycle >",
        "cycle >=",
    ),
    "factor": ("=", "!="),
    "variable": ("=", "!="),
    "endpoint": ("months >", "months >=", "months <", "months <=", "event_code ="),
    "rule": ("unbroken",),
}
_FLAG: Final[ConditionKind] = "flag"
_KINDS: Final = tuple(kind for kind in get_args(ConditionKind) if kind != _FLAG)
# Rules that are judged before populations are, so that populations can ask for them.
_EARLY_RULES = tuple(
    name for name, rule in RECORD_RULES.items() if "exclude_subject" in rule.policies
)


@dataclass(frozen=True)
class Names:
    """What a population's conditions may name."""

    facts: Facts
    factors: Mapping[str, Factor]
    levels: Mapping[str, Collection[str]]
    endpoints: Collection[str]
    parameters: Mapping[str, str]


def level_names(levels: tuple[FactorLevel, ...]) -> dict[str, tuple[str, ...]]:
    """The known levels of every factor, in display order."""
    names: dict[str, tuple[str, ...]] = {}
    for row in sorted(levels, key=lambda level: level.display_order):
        if row.level is not None and row.level not in names.get(row.factor, ()):
            names[row.factor] = (*names.get(row.factor, ()), row.level)
    return names


def read_populations(folder: Path, names: Names) -> tuple[Population, ...]:
    """populations.csv in display order: every name known, no population depends on itself.

    A population's label and display_order stand on its first row. In `value` the name of a
    parameter is replaced by its number. A population whose only row has no condition is told by
    a flag of ADSL, which `with_flags` adds.
    """
    rows = read_rows(folder / "populations.csv", _COLUMNS)
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row.name("population", "population"), []).append(row)
    populations: list[Population] = []
    for name, group in grouped.items():
        population = _population(name, group, names, grouped)
        _check_order(group[0], population, populations)
        populations.append(population)
    by_name = {population.population: population for population in populations}
    for population in populations:
        _check_cycle(population.population, by_name, ())
    return tuple(sorted(populations, key=lambda population: population.display_order))


def conditions_of(population: str, by_name: Mapping[str, Population]) -> list[PopulationCondition]:
    """Every condition a population rests on, those of the populations it names included."""
    found: list[PopulationCondition] = []
    for condition in by_name[population].conditions:
        if condition.kind == "population":
            found.extend(conditions_of(condition.name, by_name))
        else:
            found.append(condition)
    return found


def asks_for(condition: PopulationCondition) -> bool:
    """Whether only subjects with the fact meet the condition; != holds for those without it."""
    return (
        condition.kind == "fact"
        and condition.operator != "absent"
        and not str(condition.operator).endswith("!=")
    )


def may_lack(fact: str, population: str, by_name: Mapping[str, Population], facts: Facts) -> bool:
    """Whether members of the population may be without the fact, as its conditions say.

    Of a population that is made of other things than facts, such as the sponsor's own flag, the
    data alone can say it (rule member_without_origin).
    """
    conditions = conditions_of(population, by_name)
    if any(condition.kind not in ("fact", "rule") for condition in conditions):
        return False
    return not any(
        asks_for(condition) and happened_by(fact, condition.name, facts) for condition in conditions
    )


def excluding(
    policies: Mapping[str, str], populations: tuple[Population, ...]
) -> tuple[Population, ...]:
    """The populations without the subjects whom a rule with that policy excludes.

    Each such rule is a first condition of every population that rests on no other, so that all
    others inherit it and attrition counts who leaves by it.
    """
    rules = [name for name, policy in policies.items() if policy == "exclude_subject"]
    return tuple(
        population if _rests_on_another(population) else _without_breaking(rules, population)
        for population in populations
    )


def with_flags(
    populations: tuple[Population, ...], flags: Mapping[str, str], *, has_sdtm: bool
) -> tuple[Population, ...]:
    """The populations with the flags of ADSL that are conditions of them.

    A flag is the only condition of a population that has none of its own, and, where every trial
    is read from ADaM, a further one of a population that lies within others and asks for nothing
    else. Any other conditions are those that the flag answers. `flags`: population -> variable.
    Raises StudyError for a population without a condition and without a flag.
    """
    return tuple(_flagged(population, flags, has_sdtm=has_sdtm) for population in populations)


def _flagged(population: Population, flags: Mapping[str, str], *, has_sdtm: bool) -> Population:
    first, last = population.conditions[0], population.conditions[-1]
    if first.kind != _FLAG:
        is_within = all(condition.kind == "population" for condition in population.conditions)
        variable = flags.get(population.population)
        if not is_within or variable is None or has_sdtm:
            return population
        own = PopulationCondition(
            population=population.population,
            condition_order=last.condition_order + 1,
            kind=_FLAG,
            name=variable,
            operator="=",
            value="Y",
            reason=f"{variable} is not Y",
        )
        return population.model_copy(update={"conditions": (*population.conditions, own)})
    if population.population not in flags:
        raise StudyError(
            f"populations.csv: population '{population.population}' has no condition and no flag "
            "of ADSL; add a condition, or a line to adam_names.csv such as population,"
            f"{population.population},ITTFL,."
        )
    named = first.model_copy(update={"name": flags[population.population]})
    return population.model_copy(update={"conditions": (named,)})


def _rests_on_another(population: Population) -> bool:
    return any(condition.kind == "population" for condition in population.conditions)


def _without_breaking(rules: list[str], population: Population) -> Population:
    own = len(rules)
    first = [
        PopulationCondition(
            population=population.population,
            condition_order=order,
            kind="rule",
            name=rule,
            operator="unbroken",
            value=None,
            reason=f"Excluded under rule {rule}. Requirement: {RECORD_RULES[rule].asks}",
        )
        for order, rule in enumerate(rules, start=1)
    ]
    later = [
        condition.model_copy(update={"condition_order": own + condition.condition_order})
        for condition in population.conditions
    ]
    return population.model_copy(update={"conditions": (*first, *later)})


def _population(name: str, rows: list[Row], names: Names, known: Collection[str]) -> Population:
    first = rows[0]
    for row in rows[1:]:
        if row.text("label") or row.text("display_order"):
            raise StudyError(
                f"{row.where}: population '{name}' has its label on its first row; "
                "leave label and display_order empty here, or give this population its own name."
            )
    if len(rows) == 1 and first.text("kind") is None and first.text("name") is None:
        return _without_condition(name, first)
    orders = [row.integer("condition_order") for row in rows]
    for row, order in zip(rows, orders, strict=True):
        if orders.count(order) > 1:
            raise StudyError(
                f"{row.where}: population '{name}' has condition_order {order} twice; number its "
                "conditions 1, 2, ..."
            )
    conditions = [_condition(row, names, known) for row in rows]
    return Population(
        population=name,
        label=first.required("label"),
        display_order=first.integer("display_order"),
        conditions=tuple(sorted(conditions, key=lambda condition: condition.condition_order)),
    )


def _without_condition(name: str, row: Row) -> Population:
    """A population that a flag of ADSL tells; its variable is filled in by `with_flags`."""
    _check_nothing(row, "condition_order", "operator", "value")
    condition = PopulationCondition(
        population=name,
        condition_order=1,
        kind=_FLAG,
        name="",
        operator="=",
        value="Y",
        reason=row.text("reason"),
    )
    return Population(
        population=name,
        label=row.required("label"),
        display_order=row.integer("display_order"),
        conditions=(condition,),
    )


def _check_order(row: Row, population: Population, others: Collection[Population]) -> None:
    """The order decides which unmet condition is told first as the reason of an exclusion."""
    for other in others:
        if other.display_order == population.display_order:
            raise StudyError(
                f"{row.where}: population '{population.population}' has the display_order "
                f"{population.display_order} of population '{other.population}'; number the "
                "populations 1, 2, ..."
            )


def _condition(row: Row, names: Names, known: Collection[str]) -> PopulationCondition:
    kind = row.one_of("kind", _KINDS, "kind of condition")
    name = row.required("name")
    operator, value = row.text("operator"), row.text("value")
    if kind == "population":
        row.known(name, known, "population")
        _check_nothing(row, "operator", "value")
    else:
        operator = row.one_of("operator", OPERATORS[kind], f"{kind} operator")
        if kind == "fact":
            value = _fact_value(row, name, operator, names.facts)
        elif kind == "factor":
            value = _factor_value(row, name, names)
        elif kind == "variable":
            _check_variable(row, name)
            value = row.required("value")
        elif kind == "rule":
            row.known(name, _EARLY_RULES, "rule")
            _check_nothing(row, "value")
        else:
            value = _endpoint_value(row, name, operator, names)
    return PopulationCondition.model_validate(
        {
            "population": row.required("population"),
            "condition_order": row.integer("condition_order"),
            "kind": kind,
            "name": name,
            "operator": operator,
            "value": value,
            "reason": row.text("reason") or _reason(kind, name, operator, value),
        }
    )


def _check_variable(row: Row, name: str) -> None:
    if not is_variable(name):
        raise StudyError(
            f"{row.where}: '{name}' is not a variable of DM or a qualifier of it in SUPPDM; write "
            "its name in capitals, such as ITT."
        )


def _reason(kind: str, name: str, operator: str | None, value: str | None) -> str | None:
    """Why a subject is left out, where the file does not say; a population has its own reasons."""
    if kind == "population":
        return None
    return f"Not met: {' '.join(part for part in (name, operator, value) if part)}"


def _check_nothing(row: Row, *columns: str) -> None:
    for column in columns:
        if row.text(column):
            raise StudyError(
                f"{row.where}: column '{column}' is '{row.text(column)}', but this condition takes "
                "none; leave it empty."
            )


def _fact_value(row: Row, name: str, operator: str, facts: Facts) -> str | None:
    row.known(name, facts, "fact")
    fact = facts[name]
    if operator in ("exists", "absent"):
        _check_nothing(row, "value")
        return None
    if operator.startswith("value"):
        if not fact.values:
            raise StudyError(
                f"{row.where}: the fact '{name}' has no value to compare; use exists or absent."
            )
        return row.one_of("value", fact.values, f"{name} value")
    if not fact.has_cycle:
        raise StudyError(
            f"{row.where}: the fact '{name}' has no cycle to compare; use exists or absent."
        )
    return str(row.integer("value"))


def _factor_value(row: Row, name: str, names: Names) -> str:
    row.known(name, names.factors, "factor")
    if names.factors[name].timing == "post_baseline":
        raise StudyError(
            f"{row.where}: factor '{name}' changes after baseline; use its fact "
            f"'{names.factors[name].fact}' instead."
        )
    if names.factors[name].derivation == "subject_column":
        raise StudyError(
            f"{row.where}: factor '{name}' is known only at the end of treatment and cannot "
            "define a population; show it in a table."
        )
    if names.factors[name].type != "categorical":
        raise StudyError(
            f"{row.where}: factor '{name}' is continuous and has no levels to compare; use a "
            "categorical factor."
        )
    return row.one_of("value", names.levels.get(name, ()), f"{name} level")


def _endpoint_value(row: Row, name: str, operator: str, names: Names) -> str:
    row.known(name, names.endpoints, "endpoint")
    if operator == "event_code =":
        return row.one_of("value", ("0", "1", "2"), "event_code")
    value = row.required("value")
    value = names.parameters.get(value, value)
    if finite_number(value) is None:
        raise StudyError(
            f"{row.where}: '{row.text('value')}' is neither a number nor a parameter with a "
            "number; write months such as 35 or a parameter's name."
        )
    return value


def _check_cycle(name: str, by_name: Mapping[str, Population], path: tuple[str, ...]) -> None:
    if name in path:
        circle = " -> ".join((*path[path.index(name) :], name))
        raise StudyError(
            f"populations.csv: population '{name}' depends on itself ({circle}); remove one of "
            "these conditions."
        )
    for condition in by_name[name].conditions:
        if condition.kind == "population":
            _check_cycle(condition.name, by_name, (*path, name))
