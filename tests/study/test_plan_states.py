"""The states of a multi-state analysis: what leads to each, and which lists are refused."""

from pathlib import Path

import pytest
from small_study import refusal, with_plan

from analytics.study import load_study

PLAN = """
[[analyses]]
id = "course"
label = "Course"
method = "multi_state"
endpoint = "OS"
population = "all"
landmarks_months = [12, 24]
restricted_mean_months = [36]
from_months = [6]
sums = [{ name = "alive", label = "Alive", states = ["treated", "remission"] }]
states = [
    { state = "treated", label = "Treated" },
    { state = "remission", label = "In remission", fact = "first_remission" },
    { state = "relapsed", label = "Relapsed", fact = "relapse" },
    { state = "died", label = "Died", ends = "event" },
]
"""
WHERE = "plan.toml analysis 'course'"
REMISSION = '{ state = "remission", label = "In remission", fact = "first_remission" },'
DIED = '    { state = "died", label = "Died", ends = "event" },\n'
MISTAKES = {
    "one state": (
        PLAN.partition("\nstates = [")[2],
        '{ state = "treated", label = "Treated" }]',
        f"{WHERE}: states are 1; list the state at the origin, those in which facts put a subject, "
        'and one with ends = "event".',
    ),
    "no end": (
        DIED,
        "",
        f'{WHERE}: the states of OS end with nothing; list one with ends = "event".',
    ),
    "competing end of none": (
        DIED,
        DIED + '    { state = "lost", label = "Lost", ends = "competing" },\n',
        f"{WHERE}: the states of OS end with ['event', 'competing']; list one with ends = "
        '"event".',
    ),
    "first state by a fact": (
        '"Treated" }',
        '"Treated", fact = "hsct" }',
        f"{WHERE} state 'treated': the first state is that at the origin and has neither fact nor "
        "ends; list it before this one.",
    ),
    "state without a way into it": (
        ', fact = "relapse"',
        "",
        f"{WHERE} state 'relapsed': a state begins with a fact, or with the end of the endpoint; "
        "give it either fact or ends.",
    ),
    "fact twice": (
        'relapse" }',
        'first_remission" }',
        f"{WHERE}: fact 'first_remission' leads to 2 states; keep one.",
    ),
    "unknown fact": (
        '"relapse" }',
        '"relapsed" }',
        f"{WHERE} state 'relapsed': unknown fact 'relapsed'",
    ),
    "state with two labels": (
        'state = "relapsed"',
        'state = "remission"',
        f"{WHERE}: state 'remission' has two labels, 'In remission' and 'Relapsed'; give it one.",
    ),
    "state after the end": (
        DIED,
        DIED + '    { state = "transplanted", label = "T", fact = "hsct" },\n',
        f"{WHERE}: state 'transplanted' is listed after a state that ends; list those that end "
        "last.",
    ),
    "end that is another state": (
        'state = "died", label = "Died"',
        'state = "relapsed", label = "Relapsed"',
        f"{WHERE}: state 'relapsed' ends the course, and another one has its name; rename one of "
        "them.",
    ),
    "name of a state": (
        'state = "died"',
        'state = "Died!"',
        f"{WHERE} state 'Died!': a state is lower-case letters, digits and single underscores; "
        "rename it.",
    ),
    "sum of one state": (
        '["treated", "remission"]',
        '["treated"]',
        f"{WHERE} sum 'alive': it has 1 of 4 states; list two or more, but not all.",
    ),
    "sum of all states": (
        '["treated", "remission"]',
        '["treated", "remission", "relapsed", "died"]',
        f"{WHERE} sum 'alive': it has 4 of 4 states; list two or more, but not all.",
    ),
    "sum with a state twice": (
        '["treated", "remission"]',
        '["treated", "treated"]',
        f"{WHERE} sum 'alive': state 'treated' is listed twice; remove one.",
    ),
    "sum of an unknown state": (
        '["treated", "remission"]',
        '["treated", "remissions"]',
        f"{WHERE} sum 'alive': unknown state 'remissions'",
    ),
    "sum with the name of a state": (
        'name = "alive"',
        'name = "died"',
        f"{WHERE} sum 'died': a state or another sum has this name; rename the sum.",
    ),
    "name of a sum": (
        'name = "alive"',
        'name = "Alive"',
        f"{WHERE} sum 'Alive': a sum is lower-case letters, digits and single underscores; rename "
        "it.",
    ),
    "month without a later one": (
        "from_months = [6]",
        "from_months = [6, 24]",
        f"{WHERE}: from_months has 24, but no month of landmarks_months is later; add one or "
        "remove it.",
    ),
    "strata that form later": (
        'population = "all"',
        'population = "all"\nstrata = "hsct"',
        f"{WHERE}: strata 'hsct' forms after the origin; choose a baseline factor, or make what it "
        "tells a state.",
    ),
    "population that settles later": (
        'population = "all"',
        'population = "responders"',
        f"{WHERE}: population 'responders' (with 'first_remission') is known only after the origin "
        "of OS ('first_dose'), which causes immortal time bias, and the course of states does not "
        "allow delayed entry; use what is known at the origin.",
    ),
}


def test_a_course_is_its_states_in_order(tmp_path: Path) -> None:
    analysis = load_study(with_plan(tmp_path, PLAN)).analysis("course")
    assert [(state.state, state.fact, state.ends) for state in analysis.states] == [
        ("treated", None, None),
        ("remission", "first_remission", None),
        ("relapsed", "relapse", None),
        ("died", None, "event"),
    ]
    assert analysis.restricted_mean_months == (36,)
    assert analysis.from_months == (6,)
    (alive,) = analysis.sums
    assert (alive.name, alive.label, alive.states) == ("alive", "Alive", ("treated", "remission"))


def test_two_facts_may_lead_to_one_state(tmp_path: Path) -> None:
    again = '{ state = "remission", label = "In remission", fact = "hsct_in_remission" },'
    plan = PLAN.replace(DIED, f"    {again}\n{DIED}")
    states = load_study(with_plan(tmp_path, plan)).analysis("course").states
    assert [state.state for state in states].count("remission") == 2


@pytest.mark.parametrize("what", MISTAKES)
def test_mistakes_in_states(tmp_path: Path, what: str) -> None:
    old, new, sentence = MISTAKES[what]
    assert old in PLAN
    assert refusal(with_plan(tmp_path, PLAN.replace(old, new))).startswith(sentence)
