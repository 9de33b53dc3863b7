"""endpoints.csv and endpoint_rules.csv: clocks, and the dated facts that stop them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from analytics.study.errors import StudyError
from analytics.study.facts import Facts
from analytics.study.rows import Row, read_rows
from analytics.study.specification import DeclaredFact, Endpoint, EndpointRule, RuleRole

_ENDPOINT_COLUMNS = ("paramcd", "param", "population", "origin_fact", "display_order", "note")
_ASSESSMENT_COLUMNS = ("assessments", "longest_gap_days")
# The ids of candidates that no rule of endpoint_rules.csv stands for.
_OWN_RULES: Final = ("origin", "last_assessment", "gap")
RULES_FILE: Final = "endpoint_rules.csv"
_RULE_COLUMNS = (
    "paramcd",
    "rule_id",
    "role",
    "fact",
    "priority",
    "description",
    "when_parameter",
    "when_value",
)


def read_endpoints(
    folder: Path, facts: Facts, declared: Iterable[DeclaredFact], *, has_sdtm: bool = True
) -> tuple[Endpoint, ...]:
    """endpoints.csv in display order. Populations are checked when they have been read.

    Where every trial is read from ADaM an endpoint may do without an origin_fact: ADTTE has the
    origin.
    """
    endpoints: dict[str, Endpoint] = {}
    own_facts = {fact.fact: fact for fact in declared}
    for row in read_rows(folder / "endpoints.csv", _ENDPOINT_COLUMNS, _ASSESSMENT_COLUMNS):
        endpoint = Endpoint(
            paramcd=row.required("paramcd"),
            param=row.required("param"),
            population=row.required("population"),
            origin_fact=_origin_fact(row, facts, has_sdtm),
            display_order=row.integer("display_order"),
            note=row.text("note"),
            assessments=_assessments(row, own_facts),
            longest_gap_days=_longest_gap(row),
        )
        if endpoint.paramcd in endpoints:
            raise StudyError(
                f"{row.where}: endpoint '{endpoint.paramcd}' is defined twice; keep one of them."
            )
        endpoints[endpoint.paramcd] = endpoint
    return tuple(sorted(endpoints.values(), key=lambda endpoint: endpoint.display_order))


def _origin_fact(row: Row, facts: Facts, has_sdtm: bool) -> str | None:
    if row.text("origin_fact") is None and not has_sdtm:
        return None
    return row.one_of("origin_fact", facts, "fact")


def _assessments(row: Row, declared: Mapping[str, DeclaredFact]) -> str | None:
    """The fact whose records are the assessments; the endpoint itself places them in time."""
    name = row.text("assessments")
    if name is None:
        return None
    row.known(name, declared, "fact of facts.csv")
    placed = [item for item in declared[name].conditions if item.kind not in ("variable", "term")]
    if placed:
        raise StudyError(
            f"{row.where}: all records of the fact '{name}' are assessments, from the origin of "
            f"the endpoint to its end, so its condition at {placed[0].where} has no effect; name a "
            "fact without conditions on other facts, cycles or confirmation."
        )
    return name


def _longest_gap(row: Row) -> int | None:
    if row.text("longest_gap_days") is None:
        return None
    if row.text("assessments") is None:
        raise StudyError(
            f"{row.where}: longest_gap_days counts from the last assessment; name the fact of the "
            "assessments in the column 'assessments'."
        )
    days = row.integer("longest_gap_days")
    if days < 1:
        raise StudyError(
            f"{row.where}: longest_gap_days is {days}; write a number of days above 0."
        )
    return days


def read_endpoint_rules(
    folder: Path,
    endpoints: tuple[Endpoint, ...],
    parameters: Mapping[str, str],
    facts: Facts,
    *,
    has_sdtm: bool = True,
) -> tuple[tuple[EndpointRule, ...], dict[str, tuple[str, ...]]]:
    """The rules in force, and for each endpoint the parameters that chose among its rules.

    Where every trial is read from ADaM nothing is derived by rules, and the file may be missing.
    A rule with `when_parameter` is in force only while that parameter has `when_value`.
    Every endpoint needs an event rule in force, and a censor rule or assessments; only assessments
    can be cut short by a rule of the role end. Rule ids are unique within an endpoint, and so are
    priorities within a role.
    """
    names = [endpoint.paramcd for endpoint in endpoints]
    rules: dict[tuple[str, str], EndpointRule] = {}
    chosen_by: dict[str, tuple[str, ...]] = dict.fromkeys(names, ())
    if not has_sdtm and not (folder / RULES_FILE).exists():
        return (), chosen_by
    for row in read_rows(folder / RULES_FILE, _RULE_COLUMNS, ("days_after",)):
        rule = _rule(row, names, facts)
        parameter = row.text("when_parameter")
        if parameter is not None:
            row.known(parameter, parameters, "parameter")
            if parameter not in chosen_by[rule.paramcd]:
                chosen_by[rule.paramcd] = (*chosen_by[rule.paramcd], parameter)
            if parameters[parameter] != row.required("when_value"):
                continue
        _check_unique(row, rule, rules)
        rules[rule.paramcd, rule.rule_id] = rule
    for endpoint in endpoints if has_sdtm else ():
        _check_roles(endpoint, rules)
    return tuple(rules.values()), chosen_by


def _rule(row: Row, endpoints: list[str], facts: Facts) -> EndpointRule:
    role = row.choice("role", RuleRole)
    days_after = row.integer("days_after") if row.text("days_after") else 0
    if days_after and role in ("event", "competing"):
        raise StudyError(
            f"{row.where}: an event happens on the day of its fact, so days_after is for the end "
            "of observation and censoring; leave it empty."
        )
    return EndpointRule.model_validate(
        {
            "paramcd": row.one_of("paramcd", endpoints, "endpoint"),
            "rule_id": row.required("rule_id"),
            "role": role,
            "fact": row.one_of("fact", facts, "fact"),
            "priority": row.integer("priority"),
            "description": row.required("description"),
            "days_after": days_after,
        }
    )


def _check_unique(
    row: Row, rule: EndpointRule, rules: Mapping[tuple[str, str], EndpointRule]
) -> None:
    if (rule.paramcd, rule.rule_id) in rules:
        raise StudyError(
            f"{row.where}: endpoint '{rule.paramcd}' has the rule '{rule.rule_id}' twice; give "
            "each rule its own id."
        )
    stops = {"event", "competing"}
    for other in rules.values():
        same_choice = other.role == rule.role or {other.role, rule.role} == stops
        if other.paramcd == rule.paramcd and same_choice and other.priority == rule.priority:
            raise StudyError(
                f"{row.where}: rules '{other.rule_id}' and '{rule.rule_id}' of endpoint "
                f"'{rule.paramcd}' have the priority {rule.priority}; on the same day one must "
                "win, so give them different priorities."
            )


def _check_roles(endpoint: Endpoint, rules: Mapping[tuple[str, str], EndpointRule]) -> None:
    paramcd = endpoint.paramcd
    roles = {rule.role for rule in rules.values() if rule.paramcd == paramcd}
    taken = [name for name in _OWN_RULES if endpoint.assessments and (paramcd, name) in rules]
    if taken:
        raise StudyError(
            f"endpoint_rules.csv: rule id '{taken[0]}' of endpoint '{paramcd}', which names its "
            "assessments, stands for a date of no rule; choose another id."
        )
    needed = ("event",) if endpoint.assessments else ("event", "censor")
    for role in needed:
        if role not in roles:
            raise StudyError(
                f"endpoint_rules.csv: endpoint '{paramcd}' has no {role} rule in force; add one, "
                "or check when_parameter and when_value."
            )
    if "end" in roles and endpoint.assessments is None:
        raise StudyError(
            f"endpoint_rules.csv: endpoint '{paramcd}' has a rule of the role end, at which the "
            "last assessment before it censors; name the fact of the assessments in endpoints.csv, "
            "or use censor_first to censor on the day of the fact itself."
        )


def check_endpoint_population(endpoint: Endpoint, populations: Mapping[str, bool]) -> None:
    """An endpoint's population exists and rests on no endpoint (`populations`: name -> rests)."""
    if endpoint.population not in populations:
        raise StudyError(
            f"endpoints.csv: endpoint '{endpoint.paramcd}' names the unknown population "
            f"'{endpoint.population}'; define it in populations.csv."
        )
    if populations[endpoint.population]:
        raise StudyError(
            f"endpoints.csv: population '{endpoint.population}' of endpoint '{endpoint.paramcd}' "
            "depends on an endpoint condition, so the endpoint would define its own patients; "
            "choose a population of facts and factors."
        )
