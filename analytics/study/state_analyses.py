"""The multi-state analyses of plan.toml: states in the order of the course, and what leads to each.

A subject is in the first state from the origin, in another from the day of its fact, until the
endpoint's event, or competing event, leads to the state it ends in. The last known state of each
day counts, so that a relapse and a death of one day are a death.
"""

from collections import Counter
from typing import Final, get_args

from analytics.study.codes import is_analysis_id
from analytics.study.curve_questions import read_months
from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.guard import (
    check_has_groups,
    check_known_at_origin,
    check_population,
    later_than_origin,
)
from analytics.study.keys import Table
from analytics.study.specification import Analysis, State, StateEnd, StateSum

_KEYS: Final = ("state", "label", "fact", "ends")
_SUM_KEYS: Final = ("name", "label", "states")
_FEWEST: Final = 2


def read_multi_state(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    """A multi-state analysis; its population and strata are known at the origin."""
    endpoint = definitions.endpoint(table)
    strata = table.text("strata")
    if strata is not None:
        factor = definitions.factors[table.check(strata, definitions.factors, "factor")]
        check_has_groups(table.where, "strata", factor)
        if factor.timing != "baseline":
            raise StudyError(
                f"{table.where}: strata '{strata}' forms after the origin; choose a baseline "
                "factor, or make what it tells a state."
            )
    states = _states(table, endpoint, definitions)
    landmarks = read_months(table, "landmarks_months")
    analysis = base.model_copy(
        update={
            "endpoint": endpoint,
            "population": definitions.population(table),
            "strata": strata,
            "landmarks_months": landmarks,
            "restricted_mean_months": read_months(table, "restricted_mean_months"),
            "states": states,
            "sums": _sums(table, states),
            "from_months": _from_months(table, landmarks),
        }
    )
    assert analysis.population is not None
    check_population(table.where, endpoint, analysis.population, definitions)
    later = later_than_origin(
        endpoint, analysis.population, (strata,) if strata else (), definitions
    )
    check_known_at_origin(table.where, endpoint, later, definitions, "the course of states")
    return [analysis]


def _states(table: Table, endpoint: str, definitions: Definitions) -> tuple[State, ...]:
    rows = [
        Table(f"{table.where} state '{values.get('state', position)}'", values)
        for position, values in enumerate(table.tables("states"), start=1)
    ]
    if len(rows) < _FEWEST:
        raise StudyError(
            f"{table.where}: states are {len(rows)}; list the state at the origin, those in which "
            'facts put a subject, and one with ends = "event".'
        )
    states = [_state(row, position, definitions) for position, row in enumerate(rows)]
    _check_ends(table, states, endpoint, definitions)
    facts = Counter(state.fact for state in states if state.fact is not None)
    for fact, count in facts.items():
        if count > 1:
            raise StudyError(f"{table.where}: fact '{fact}' leads to {count} states; keep one.")
    labels: dict[str, str] = {}
    for state in states:
        if labels.setdefault(state.state, state.label) != state.label:
            raise StudyError(
                f"{table.where}: state '{state.state}' has two labels, '{labels[state.state]}' and "
                f"'{state.label}'; give it one."
            )
    return tuple(states)


def _state(row: Table, position: int, definitions: Definitions) -> State:
    row.allow(_KEYS)
    name = row.required("state")
    if not is_analysis_id(name):
        raise StudyError(
            f"{row.where}: a state is lower-case letters, digits and single underscores; rename it."
        )
    fact, ends = row.text("fact"), row.text("ends")
    if fact is not None:
        row.check(fact, definitions.facts, "fact")
    if ends is not None:
        row.check(ends, get_args(StateEnd), "end")
    if position == 0 and (fact or ends):
        raise StudyError(
            f"{row.where}: the first state is that at the origin and has neither fact nor ends; "
            "list it before this one."
        )
    if position > 0 and (fact is None) == (ends is None):
        raise StudyError(
            f"{row.where}: a state begins with a fact, or with the end of the endpoint; give it "
            "either fact or ends."
        )
    return State.model_validate(
        {"state": name, "label": row.required("label"), "fact": fact, "ends": ends}
    )


def _sums(table: Table, states: tuple[State, ...]) -> tuple[StateSum, ...]:
    """Names for states that are counted together; some of them, and none twice in a sum."""
    names = {state.state for state in states}
    found: list[StateSum] = []
    for position, values in enumerate(table.tables("sums"), start=1):
        row = Table(f"{table.where} sum '{values.get('name', position)}'", values)
        row.allow(_SUM_KEYS)
        name, members = row.required("name"), row.texts("states")
        if not is_analysis_id(name):
            raise StudyError(
                f"{row.where}: a sum is lower-case letters, digits and single underscores; rename "
                "it."
            )
        if name in names or name in {other.name for other in found}:
            raise StudyError(f"{row.where}: a state or another sum has this name; rename the sum.")
        for member in members:
            row.check(member, names, "state")
            if members.count(member) > 1:
                raise StudyError(f"{row.where}: state '{member}' is listed twice; remove one.")
        if not _FEWEST <= len(members) < len(names):
            raise StudyError(
                f"{row.where}: it has {len(members)} of {len(names)} states; list two or more, but "
                "not all."
            )
        found.append(StateSum(name=name, label=row.required("label"), states=members))
    return tuple(found)


def _from_months(table: Table, landmarks: tuple[float, ...]) -> tuple[float, ...]:
    """The months from which the next states are asked for, each with a landmark after it."""
    months = read_months(table, "from_months")
    for month in months:
        if not any(landmark > month for landmark in landmarks):
            raise StudyError(
                f"{table.where}: from_months has {month:g}, but no month of landmarks_months is "
                "later; add one or remove it."
            )
    return months


def _check_ends(table: Table, states: list[State], endpoint: str, definitions: Definitions) -> None:
    """The events of the endpoint lead each to one state, listed last; nobody comes back from it."""
    needed = ["event"]
    if endpoint in definitions.competing:
        needed.append("competing")
    found = [state.ends for state in states if state.ends is not None]
    if sorted(found) != sorted(needed):
        wanted = " and ".join(f'ends = "{end}"' for end in needed)
        raise StudyError(
            f"{table.where}: the states of {endpoint} end with {found or 'nothing'}; list one with "
            f"{wanted}."
        )
    is_over = False
    for state in states:
        if is_over and state.ends is None:
            raise StudyError(
                f"{table.where}: state '{state.state}' is listed after a state that ends; list "
                "those that end last."
            )
        is_over = is_over or state.ends is not None
    names = [state.state for state in states if state.ends is not None]
    others = {state.state for state in states if state.ends is None}
    for name in names:
        if name in others or names.count(name) > 1:
            raise StudyError(
                f"{table.where}: state '{name}' ends the course, and another one has its name; "
                "rename one of them."
            )
