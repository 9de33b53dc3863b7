"""endpoints.csv and endpoint_rules.csv: clocks, and the dated facts that stop them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from analytics.plural import counted
from analytics.study.codes import PARAMCD_FORM, is_paramcd
from analytics.study.errors import StudyError
from analytics.study.facts import SIGNS_OF_LIFE, Facts
from analytics.study.populations import may_lack
from analytics.study.rows import Row, read_rows
from analytics.study.specification import (
    DeclaredFact,
    Endpoint,
    EndpointRule,
    Population,
    RuleRole,
)
from analytics.study.wording import shortened

_ENDPOINT_COLUMNS = ("paramcd", "param", "population", "origin_fact", "display_order", "note")
_ASSESSMENT_COLUMNS = ("assessments", "longest_gap_days")
# The ids of candidates that no rule of endpoint_rules.csv stands for: of every endpoint, and of one
# that names its assessments.
_ORIGIN_RULE: Final = "origin"
_ASSESSMENT_RULES: Final = ("last_assessment", "gap")
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
            paramcd=_paramcd(row),
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


def _paramcd(row: Row) -> str:
    paramcd = row.required("paramcd")
    if not is_paramcd(paramcd):
        raise StudyError(
            f"{row.where}: column 'paramcd' is '{shortened(paramcd)}', which ADaM does not take as "
            f"PARAMCD; use {PARAMCD_FORM}."
        )
    return paramcd


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
        _check_censoring(row, rule, facts)
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
            "rule_id": _rule_id(row),
            "role": role,
            "fact": row.one_of("fact", facts, "fact"),
            "priority": row.integer("priority"),
            "description": row.required("description"),
            "days_after": days_after,
        }
    )


def _rule_id(row: Row) -> str:
    rule_id = row.name("rule_id", "rule")
    if rule_id == _ORIGIN_RULE:
        raise StudyError(
            f"{row.where}: column 'rule_id' is '{rule_id}', which names the censoring of subjects "
            "without any date on or after the origin; give the rule another id."
        )
    return rule_id


def _check_censoring(row: Row, rule: EndpointRule, facts: Facts) -> None:
    """A rule of last resort censors on the day of a record, not on a day that is computed."""
    if rule.role != "censor":
        return
    if rule.days_after > 0:
        raise StudyError(
            f"{row.where}: rule '{rule.rule_id}' censors {counted(rule.days_after, 'day')} after "
            f"'{rule.fact}', which may be after the last day known alive; use the role "
            "censor_first."
        )
    if rule.fact not in (*SIGNS_OF_LIFE, "death") and facts[rule.fact].domain is None:
        raise StudyError(
            f"{row.where}: rule '{rule.rule_id}' censors at '{rule.fact}', which is computed and "
            "may come after the last day known alive; use the role censor_first, or another fact."
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
    own = _ASSESSMENT_RULES if endpoint.assessments else ()
    taken = [name for name in own if (paramcd, name) in rules]
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


def check_origin(endpoint: Endpoint, populations: Mapping[str, Population], facts: Facts) -> None:
    """Every subject who is followed for an endpoint has the day on which its clock starts."""
    if endpoint.origin_fact is not None and may_lack(
        endpoint.origin_fact, endpoint.population, populations, facts
    ):
        raise StudyError(
            f"endpoints.csv: column 'origin_fact' of endpoint '{endpoint.paramcd}' is "
            f"'{endpoint.origin_fact}', which population '{endpoint.population}' does not require, "
            f"so some of its patients would have no {endpoint.paramcd} time; add the condition "
            f"fact {endpoint.origin_fact} exists to the population, or name another one."
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
