"""The course of a subject: everything that is observed, from screening to the database lock."""

from collections.abc import Sequence
from dataclasses import replace

from .accidents import Accident
from .adverse import adverse_events_of, collection_window
from .events import Assessment, Course, Visit
from .fates import Fate
from .plan import Plan
from .review import responses_of
from .streams import stream
from .subjects import Subject
from .treatment import blinded_doses, open_label_doses, therapies_of
from .trial import ASSESSMENT_INTERVAL
from .visits import (
    SCREENING,
    WEEK,
    assessment_numbers,
    contacts_of,
    open_label_visits,
    study_visits,
)


def course_of(seed: int, subject: Subject, fate: Fate, plan: Plan) -> Course:
    """Work out what is observed of a subject."""
    subjid = subject.person.subjid
    rng = stream(seed, subjid, "visits")
    numbers = assessment_numbers(fate, plan, rng)
    visits = study_visits(subject, fate, plan, numbers, rng)
    at_site = visits
    open_label: tuple[Visit, ...] = ()
    if plan.has(Accident.CROSSOVER):
        open_label = open_label_visits(subject, plan, visits, rng)
        at_site = (*visits, *open_label)
    contacts, calls = contacts_of(subject, fate, plan, at_site, rng)
    all_visits = (*at_site, *calls)
    last_alive = max(visit.day for visit in all_visits if visit.day is not None)
    if plan.ending != "death" and plan.last_dose is not None:
        plan = replace(plan, last_dose=min(plan.last_dose, last_alive))
    start = open_label[0].day if open_label else None
    window = collection_window(fate, plan, start, last_alive)
    rng = stream(seed, subjid, "adverse events")
    events = adverse_events_of(subject, fate, plan, window, rng)
    doses = blinded_doses(fate, plan, visits, events)
    rng = stream(seed, subjid, "later treatment")
    if open_label:
        doses += open_label_doses(fate, plan, open_label, rng)
    last_at_site = max(visit.day for visit in at_site if visit.day is not None)
    therapies = therapies_of(plan, last_at_site, last_alive, rng)
    return Course(
        subject=subject,
        plan=plan,
        cutoff=fate.cutoff,
        visits=all_visits,
        assessments=_assessments(seed, subject, plan, numbers, visits),
        doses=doses,
        therapies=therapies,
        adverse_events=events,
        contacts=contacts,
        last_alive=last_alive,
    )


def _assessments(
    seed: int, subject: Subject, plan: Plan, numbers: tuple[int, ...], visits: Sequence[Visit]
) -> tuple[Assessment, ...]:
    """The baseline assessment, if there is one, and those after it."""
    rng = stream(seed, subject.person.subjid, "review")
    responses, accepted = responses_of(plan, numbers, rng)
    by_number = {visit.number: visit for visit in visits}
    found = [Assessment(0, by_number[SCREENING], {}, None)] if plan.has_baseline else []
    for number in numbers:
        visit = by_number[WEEK + number * ASSESSMENT_INTERVAL // 7]
        found.append(Assessment(number, visit, responses[number], accepted))
    return tuple(found)
