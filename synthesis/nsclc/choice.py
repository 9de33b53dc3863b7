"""Which subjects have which accident, and what becomes of their courses."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Final

from .accidents import Accident, count_of
from .disturbances import COURSE_ACCIDENTS
from .fates import Fate
from .plan import Plan, undisturbed, with_treatment
from .streams import stream
from .subjects import Subject
from .trial import CONTROL

_AFTER_PROGRESSION: Final = 45  # days that a crossover takes to begin


class GeneratorError(Exception):
    """The cohort cannot be drawn; the message says why in one sentence."""


def plans_of(seed: int, subjects: Sequence[Subject], fates: Sequence[Fate]) -> tuple[Plan, ...]:
    """Choose the subjects of each accident, and work out what it does to them.

    A subject has at most one of the accidents that change the course. Raises GeneratorError if
    too few subjects qualify for one.
    """
    plans = [undisturbed(subject, fate) for subject, fate in zip(subjects, fates, strict=True)]
    taken: set[int] = set()
    for accident, (qualifies, happens) in COURSE_ACCIDENTS.items():
        rng = accident_stream(seed, accident)
        places = [
            place
            for place, fate in enumerate(fates)
            if place not in taken and qualifies(subjects[place], fate)
        ]
        for place in chosen(accident, places, len(subjects), rng):
            happened = happens(subjects[place], fates[place], plans[place], rng)
            plans[place] = _with(happened, accident)
            taken.add(place)
    plans = [
        with_treatment(subject, fate, plan, stream(seed, subject.person.subjid, "treatment"))
        for subject, fate, plan in zip(subjects, fates, plans, strict=True)
    ]
    return _with_side_accidents(seed, subjects, fates, plans)


def accident_stream(seed: int, accident: Accident) -> Random:
    """Random numbers of an accident."""
    return stream(seed, "accident", accident.name)


def chosen(accident: Accident, places: Sequence[int], n_randomised: int, rng: Random) -> list[int]:
    """The places of as many subjects as the accident happens to."""
    count = count_of(accident, n_randomised)
    if len(places) < count:
        raise GeneratorError(
            f"Only {len(places)} of {n_randomised} subjects qualify for {accident.name}, which "
            f"needs {count}; choose another seed or lower its count in accidents.py."
        )
    return sorted(rng.sample(places, count))


def _with(plan: Plan, accident: Accident) -> Plan:
    return replace(plan, accidents=plan.accidents | {accident})


def _with_side_accidents(
    seed: int, subjects: Sequence[Subject], fates: Sequence[Fate], plans: list[Plan]
) -> tuple[Plan, ...]:
    """Crossover and the independent review; both leave what the investigator finds as it is."""
    reviewed: set[int] = set()
    for accident, qualifies in _SIDE_ACCIDENTS.items():
        rng = accident_stream(seed, accident)
        is_review = accident in (Accident.REVIEW_LATER, Accident.REVIEW_EARLIER)
        places = [
            place
            for place, plan in enumerate(plans)
            if qualifies(subjects[place], fates[place], plan)
            and not (is_review and place in reviewed)
        ]
        for place in chosen(accident, places, len(subjects), rng):
            plans[place] = _with(plans[place], accident)
            if is_review:
                reviewed.add(place)
    return tuple(plans)


_ORDINARY: Final = frozenset({Accident.MISSED_ONE, Accident.WRONG_STRATUM})


def _can_cross_over(subject: Subject, fate: Fate, plan: Plan) -> bool:
    if subject.arm is not CONTROL or plan.progression is None:
        return False
    end = min(plan.heard_until, fate.cutoff)
    is_ordinary = plan.accidents <= _ORDINARY | {Accident.UNCONFIRMED, Accident.NOT_EVALUABLE}
    return is_ordinary and end - fate.scan(plan.progression) > _AFTER_PROGRESSION


def _can_be_reviewed(subject: Subject, fate: Fate, plan: Plan) -> bool:
    """Progression at the second assessment or later, and no response, after an ordinary course."""
    is_late = plan.progression is not None and plan.progression >= 2
    before = (plan.progression or 0) - 1
    is_ordinary = plan.accidents <= _ORDINARY | {
        Accident.CROSSOVER,
        Accident.REVIEW_LATER,
        Accident.REVIEW_EARLIER,
    }
    return is_late and is_ordinary and plan.response is None and before in plan.done


_SIDE_ACCIDENTS: Final[dict[Accident, Callable[[Subject, Fate, Plan], bool]]] = {
    Accident.CROSSOVER: _can_cross_over,
    Accident.REVIEW_LATER: _can_be_reviewed,
    Accident.REVIEW_EARLIER: _can_be_reviewed,
    Accident.READERS_DIFFER: _can_be_reviewed,
}
