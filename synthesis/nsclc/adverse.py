"""Adverse events of blinded treatment, from the first dose to 30 days after the last."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from .accidents import Accident
from .events import AdverseEvent
from .fates import Fate
from .plan import Plan
from .subjects import Subject
from .trial import ACTIVE, ADVERSE_EVENT_FOLLOW_UP
from .truth import (
    HR_SEVERE_ADVERSE_EVENT,
    MILD_ADVERSE_EVENTS_PER_YEAR,
    SEVERE_ADVERSE_EVENTS_PER_YEAR,
)

_YEAR: Final = 365.25
_GASTRO: Final = "Gastrointestinal disorders"
_GENERAL: Final = "General disorders and administration site conditions"
_RESPIRATORY: Final = "Respiratory, thoracic and mediastinal disorders"
_INFECTION: Final = "Infections and infestations"
_INVESTIGATION: Final = "Investigations"
_SKIN: Final = "Skin and subcutaneous tissue disorders"
_BLOOD: Final = "Blood and lymphatic system disorders"

_MILD: Final = (
    ("Nausea", _GASTRO),
    ("Diarrhoea", _GASTRO),
    ("Fatigue", _GENERAL),
    ("Decreased appetite", "Metabolism and nutrition disorders"),
    ("Cough", _RESPIRATORY),
    ("Dyspnoea", _RESPIRATORY),
    ("Rash", _SKIN),
    ("Anaemia", _BLOOD),
)
_SEVERE: Final = (
    ("Diarrhoea", _GASTRO),
    ("Fatigue", _GENERAL),
    ("Pneumonia", _INFECTION),
    ("Alanine aminotransferase increased", _INVESTIGATION),
    ("Neutropenia", _BLOOD),
    ("Pneumonitis", _RESPIRATORY),
)
_FATAL: Final = (("Pneumonia", _INFECTION), ("Pneumonitis", _RESPIRATORY))
_SERIOUS: Final = 0.45  # of the events of grade 3 or more


@dataclass(frozen=True)
class Window:
    """The days in which adverse events are collected, and the last day known to be alive."""

    first: int
    last: int
    last_alive: int


def collection_window(
    fate: Fate, plan: Plan, open_label_start: int | None, last_alive: int
) -> Window:
    """From the first dose to 30 days after the last, a crossover, the cut-off or the last contact.

    Of those who died, events are known up to the day before death.
    """
    is_dead = plan.death is not None and plan.death <= fate.cutoff
    ends = [fate.cutoff, plan.heard_until if is_dead else last_alive]
    if plan.last_dose is not None:
        ends.append(plan.last_dose + ADVERSE_EVENT_FOLLOW_UP)
    if open_label_start is not None:
        ends.append(open_label_start - 1)
    return Window(fate.first_dose, min(ends), last_alive)


def adverse_events_of(
    subject: Subject, fate: Fate, plan: Plan, window: Window, rng: Random
) -> tuple[AdverseEvent, ...]:
    """The adverse events, in the order in which they begin."""
    if not plan.is_treated:
        return ()
    events = [*_mild(subject, plan, window, rng), *_severe(subject, fate, plan, window, rng)]
    if plan.has(Accident.FATAL_ADVERSE_EVENT):
        events.append(_fatal(plan, rng))
    return tuple(sorted(events, key=lambda event: event.first))


def _fatal(plan: Plan, rng: Random) -> AdverseEvent:
    """The event begins on the last day of treatment."""
    assert plan.last_dose is not None
    term, organ_class = rng.choice(_FATAL)
    return AdverseEvent(
        term,
        organ_class,
        grade=5,
        first=plan.last_dose,
        last=None,
        is_serious=True,
        is_fatal=True,
        is_related=True,
        action="DRUG WITHDRAWN",
        is_partial=False,
    )


def _mild(subject: Subject, plan: Plan, window: Window, rng: Random) -> Iterator[AdverseEvent]:
    rate = MILD_ADVERSE_EVENTS_PER_YEAR[subject.arm is ACTIVE] / _YEAR
    day = window.first + 1 + int(rng.expovariate(rate))
    while day <= window.last:
        term, organ_class = rng.choice(_MILD)
        grade = rng.choice((1, 1, 2))
        end = day + rng.randint(2, 60)
        event = AdverseEvent(
            term,
            organ_class,
            grade,
            day,
            end if end <= window.last_alive else None,
            is_serious=False,
            is_fatal=False,
            is_related=rng.random() < 0.4,
            action="DOSE NOT CHANGED",
            is_partial=False,
        )
        yield replace(event, action=_action(event, plan))
        day += 1 + int(rng.expovariate(rate))


def _severe(
    subject: Subject, fate: Fate, plan: Plan, window: Window, rng: Random
) -> Iterator[AdverseEvent]:
    rate = SEVERE_ADVERSE_EVENTS_PER_YEAR / _YEAR
    if subject.arm is ACTIVE:
        rate *= HR_SEVERE_ADVERSE_EVENT
    day = fate.first_severe
    while day <= window.last:
        term, organ_class = rng.choice(_SEVERE)
        end = day + rng.randint(4, 40)
        event = AdverseEvent(
            term,
            organ_class,
            rng.choice((3, 3, 3, 4)),
            day,
            end if end <= window.last_alive else None,
            is_serious=rng.random() < _SERIOUS,
            is_fatal=False,
            is_related=rng.random() < 0.5,
            action=rng.choice(("DOSE NOT CHANGED", "DRUG INTERRUPTED", "DOSE REDUCED")),
            is_partial=False,
        )
        yield replace(event, action=_action(event, plan))
        day += 1 + int(rng.expovariate(rate))


def _action(event: AdverseEvent, plan: Plan) -> str:
    """The event on the last day of treatment ended it; after that day no action is possible."""
    if plan.last_dose is None or event.first < plan.last_dose:
        return event.action
    ended = event.first == plan.last_dose and plan.reason == "ADVERSE EVENT"
    return "DRUG WITHDRAWN" if ended else "NOT APPLICABLE"
