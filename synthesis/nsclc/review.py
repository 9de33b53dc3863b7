"""What the investigator and the independent readers find at each assessment."""

from collections.abc import Mapping
from random import Random
from typing import Literal

from .accidents import Accident
from .events import REVIEW, Reader, Response
from .plan import Plan

Reading = Literal["same", "later", "earlier"]


def responses_of(
    plan: Plan, numbers: tuple[int, ...], rng: Random
) -> tuple[dict[int, dict[Reader, Response]], Reader | None]:
    """Each reader's overall response at each assessment, and the reader whose result stands.

    Where the two readers agree, the first one's result stands; where they differ, the
    adjudicator's, who takes over the result of one of them for all assessments.
    """
    accepted: Reading = "same"
    if plan.has(Accident.REVIEW_LATER):
        accepted = "later"
    elif plan.has(Accident.REVIEW_EARLIER):
        accepted = "earlier"
    other: Reading = rng.choice(("later", "earlier")) if accepted == "same" else "same"
    accepted_reader, other_reader = REVIEW if rng.random() < 0.5 else REVIEW[::-1]
    readings: dict[Reader, Reading] = {"INVESTIGATOR": "same"}
    if plan.has(Accident.READERS_DIFFER):
        readings |= {accepted_reader: accepted, other_reader: other, "ADJUDICATOR 1": accepted}
    else:
        readings |= dict.fromkeys(REVIEW, accepted)
    stands: Reader = "ADJUDICATOR 1" if plan.has(Accident.READERS_DIFFER) else REVIEW[0]
    paths = {reader: _path(plan, numbers, reading) for reader, reading in readings.items()}
    found = {number: {r: paths[r][number] for r in paths} for number in numbers}
    return found, stands


def _path(plan: Plan, numbers: tuple[int, ...], reading: Reading) -> Mapping[int, Response]:
    """A reader's response at each assessment; progression, once found, stays."""
    progression = plan.progression
    if progression is not None and reading == "later":
        progression += 1
    elif progression is not None and reading == "earlier":
        progression -= 1
    return {number: _response(plan, number, progression) for number in numbers}


def _response(plan: Plan, number: int, progression: int | None) -> Response:
    if number in plan.not_evaluable:
        return "NE"
    if progression is not None and number >= progression:
        return "PD"
    if plan.response is None or number < plan.response:
        return "SD"
    return "CR" if plan.is_complete and number > plan.response else "PR"
