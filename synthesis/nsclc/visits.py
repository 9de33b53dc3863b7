"""When a subject comes, is called, or fails to come. Days from randomisation."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Final

from .accidents import Accident
from .events import Contact, Visit
from .fates import Fate, visit_day
from .plan import Plan
from .subjects import Subject
from .trial import (
    ASSESSMENT_INTERVAL,
    CUTOFF,
    DATABASE_LOCK,
    JITTER,
    SURVIVAL_INTERVAL,
    TREATMENT_INTERVAL,
    date_of,
    is_working_day,
)

# VISITNUM: the week is added to the number of the first visit of a kind.
SCREENING: Final = 1
FIRST_DAY: Final = 2
WEEK: Final = 100
OPEN_LABEL: Final = 400
END_OF_TREATMENT: Final = 600
FOLLOW_UP: Final = 700
END_OF_STUDY: Final = 900

_MISSED: Final = ("SUBJECT DID NOT COME", "SUBJECT UNABLE TO TRAVEL", "SUBJECT REFUSED")
_UNREACHABLE: Final = "SUBJECT NOT REACHED"
_EXTRA_ASSESSMENT: Final = 0.5  # chance of an assessment after progression, if the review needs one
MOST_OPEN_LABEL_CYCLES: Final = 9
_SWEEP: Final = 21  # days before the cut-off in which everybody in follow-up is called
_RECENT: Final = 28  # days since a contact that make the call unnecessary


def screening_visit(fate: Fate) -> Visit:
    """The visit of the baseline assessment."""
    return Visit(SCREENING, "SCREENING", None, fate.baseline_scan)


def assessment_numbers(fate: Fate, plan: Plan, rng: Random) -> tuple[int, ...]:
    """The assessments made, with the one after progression that some reviews rest on."""
    is_extra = rng.random() < _EXTRA_ASSESSMENT
    if not plan.has(Accident.REVIEW_LATER) or plan.has(Accident.CROSSOVER) or not is_extra:
        return plan.done
    assert plan.progression is not None
    following = plan.progression + 1
    is_possible = following <= len(fate.scans) and fate.scan(following) <= plan.heard_until
    return (*plan.done, following) if is_possible else plan.done


def study_visits(
    subject: Subject, fate: Fate, plan: Plan, numbers: tuple[int, ...], rng: Random
) -> tuple[Visit, ...]:
    """Screening, the visits of the weeks, and the end of treatment, in their order."""
    visits = [screening_visit(fate)]
    first = fate.first_dose if plan.is_treated else None
    reason = "" if plan.is_treated else "SUBJECT WITHDREW FROM TREATMENT"
    visits.append(Visit(FIRST_DAY, "DAY 1", 0, first, reason=reason))
    visits += _week_visits(subject, fate, plan, numbers, rng)
    if plan.ending not in ("lost", "withdrawn") or plan.progression is not None:
        visits += _end_of_treatment(subject, plan, visits, rng)
    if plan.ending == "withdrawn":
        visits = [visit for visit in visits if visit.day is None or visit.day < plan.heard_until]
        visits.append(Visit(END_OF_STUDY, "END OF STUDY", None, plan.heard_until))
    return tuple(sorted(visits, key=_order))


def _week_visits(
    subject: Subject, fate: Fate, plan: Plan, numbers: tuple[int, ...], rng: Random
) -> Iterator[Visit]:
    end = _last_treatment_day(fate, plan)
    for place in range(1, (fate.cutoff + JITTER) // TREATMENT_INTERVAL + 1):
        planned = place * TREATMENT_INTERVAL
        is_assessment = planned % ASSESSMENT_INTERVAL == 0
        day, is_missed, draw = visit_day(subject, planned, rng), rng.random() < 0.03, rng.random()
        visit = Visit(WEEK + planned // 7, f"WEEK {planned // 7}", planned, day)
        absent = replace(visit, day=None, reason=_MISSED[int(draw * len(_MISSED))])
        if is_assessment:
            number = planned // ASSESSMENT_INTERVAL
            if number in numbers:
                yield replace(visit, day=fate.scan(number))
            elif number in plan.missed:
                yield absent
        elif plan.is_treated and day <= min(end, plan.heard_until):
            yield absent if is_missed else visit


def _last_treatment_day(fate: Fate, plan: Plan) -> int:
    """The last day on which a treatment visit may take place."""
    return fate.cutoff if plan.last_dose is None else plan.last_dose


def _end_of_treatment(
    subject: Subject, plan: Plan, visits: list[Visit], rng: Random
) -> Iterator[Visit]:
    if not plan.is_treated or plan.last_dose is None:
        return
    made = {visit.day for visit in visits}
    day = plan.last_dose + rng.randint(4, 14)
    day = working_day(subject, day)
    while day in made:
        day = working_day(subject, day + 1)
    if day <= plan.heard_until:
        yield Visit(END_OF_TREATMENT, "END OF TREATMENT", None, day)


def _order(visit: Visit) -> float:
    if visit.day is not None:
        return visit.day
    return -1 if visit.planned is None else visit.planned


def open_label_visits(
    subject: Subject, plan: Plan, visits: tuple[Visit, ...], rng: Random
) -> tuple[Visit, ...]:
    """The visits of a crossover: every four weeks until it is stopped or the subject is gone."""
    n_cycles = rng.randint(1, MOST_OPEN_LABEL_CYCLES)
    start = working_day(subject, _last_day(visits) + rng.randint(2, 9))
    found = [Visit(OPEN_LABEL, "OPEN LABEL DAY 1", None, start)]
    for cycle in range(1, n_cycles + 1):
        day = visit_day(subject, start + cycle * TREATMENT_INTERVAL, rng)
        week = cycle * TREATMENT_INTERVAL // 7
        if day <= plan.heard_until:
            found.append(Visit(OPEN_LABEL + week, f"OPEN LABEL WEEK {week}", None, day))
    return tuple(found)


def contacts_of(
    subject: Subject, fate: Fate, plan: Plan, visits: tuple[Visit, ...], rng: Random
) -> tuple[tuple[Contact, ...], tuple[Visit, ...]]:
    """Survival contacts after the last visit to the site, and the visits they count as."""
    at_site = [v for v in visits if v.day is not None and v.number != END_OF_STUDY]
    days = _call_days(subject, fate, plan, _last_day(at_site), rng)
    found = [Contact(day, "ALIVE", _call(number, day)) for number, day in enumerate(days, 1)]
    if plan.ending == "lost":
        found += _lost_contacts(plan, fate, len(found), rng)
    if plan.death is not None:
        reported = min(plan.death + rng.randint(0, 12), fate.cutoff + _days_to_lock())
        found.append(Contact(reported, "DEAD", None))
    calls = tuple(contact.visit for contact in found if contact.visit is not None)
    return tuple(found), calls


def _days_to_lock() -> int:
    return (DATABASE_LOCK - CUTOFF).days


def _call(number: int, day: int | None, reason: str = "") -> Visit:
    name = f"FOLLOW-UP {number}"
    return Visit(FOLLOW_UP + number, name, None, day, by_phone=True, reason=reason)


def _call_days(subject: Subject, fate: Fate, plan: Plan, last: int, rng: Random) -> list[int]:
    """Every twelve weeks, and shortly before the cut-off if there was no contact of late."""
    end = min(plan.heard_until - (plan.ending == "withdrawn"), fate.cutoff)
    days = []
    day = _next_call(subject, last, rng)
    while day <= end:
        days.append(day)
        day = _next_call(subject, day, rng)
    sweep = fate.cutoff
    if not plan.has(Accident.DEATH_AFTER_CUTOFF):
        sweep = working_day(subject, fate.cutoff - rng.randint(3, _SWEEP))
    is_followed = plan.heard_until >= fate.cutoff
    is_recent = max([last, *days]) > fate.cutoff - _RECENT
    if is_followed and (not is_recent or plan.has(Accident.DEATH_AFTER_CUTOFF)):
        days = [day for day in days if day < sweep] + [sweep]
    return days


def _next_call(subject: Subject, last: int, rng: Random) -> int:
    return working_day(subject, last + SURVIVAL_INTERVAL + rng.randint(-7, 4))


def _lost_contacts(plan: Plan, fate: Fate, number: int, rng: Random) -> list[Contact]:
    """Two attempts to reach the subject."""
    contacts = []
    for attempt in (1, 2):
        day = plan.heard_until + attempt * 28 + rng.randint(0, 6)
        if day <= fate.cutoff:
            visit = _call(number + attempt, None, _UNREACHABLE)
            contacts.append(Contact(day, "UNKNOWN", visit))
    return contacts


def working_day(subject: Subject, day: int) -> int:
    """The day itself or the next on which a site is open."""
    while not is_working_day(date_of(day, subject.randomised)):
        day += 1
    return day


def _last_day(visits: Sequence[Visit]) -> int:
    return max(visit.day for visit in visits if visit.day is not None)
