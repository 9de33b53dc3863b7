"""The whole cohort: from the seed to the course of every subject."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from .accidents import Accident
from .choice import accident_stream, chosen, plans_of
from .course import course_of
from .events import AdverseEvent, Course
from .fates import fate_of
from .streams import stream
from .subjects import ScreenFailure, screen
from .trial import date_of, day_of

SEVERE: Final = 3  # grade from which an adverse event is severe


@dataclass(frozen=True)
class Cohort:
    """Everybody screened. `courses` are in the order of randomisation."""

    courses: tuple[Course, ...]
    screen_failures: tuple[ScreenFailure, ...]


def generate(seed: int, n_randomised: int, n_screen_failures: int) -> Cohort:
    """Draw the cohort. Raises GeneratorError if an accident finds too few subjects."""
    subjects, failures = screen(seed, n_randomised, n_screen_failures)
    fates = [fate_of(one, stream(seed, one.person.subjid, "fate")) for one in subjects]
    plans = plans_of(seed, subjects, fates)
    courses = [
        course_of(seed, subject, fate, plan)
        for subject, fate, plan in zip(subjects, fates, plans, strict=True)
    ]
    return Cohort(_with_partial_dates(seed, courses), failures)


def _with_partial_dates(seed: int, courses: Sequence[Course]) -> tuple[Course, ...]:
    """Some dates lose their day where no endpoint rests on it."""
    changed = list(courses)
    for accident, qualifies in (
        (Accident.PARTIAL_THERAPY_DATE, _has_late_therapy),
        (Accident.PARTIAL_EVENT_DATE, _has_late_mild_event),
    ):
        places = [place for place, course in enumerate(changed) if qualifies(course)]
        for place in chosen(accident, places, len(courses), accident_stream(seed, accident)):
            changed[place] = _without_day(changed[place], accident)
    return tuple(changed)


def _without_day(course: Course, accident: Accident) -> Course:
    plan = replace(course.plan, accidents=course.plan.accidents | {accident})
    if accident is Accident.PARTIAL_THERAPY_DATE:
        therapies = tuple(replace(one, is_partial=True) for one in course.therapies)
        return replace(course, plan=plan, therapies=therapies)
    late = next(event for event in course.adverse_events if _is_late_and_mild(course, event))
    events = tuple(
        replace(event, is_partial=True) if event is late else event
        for event in course.adverse_events
    )
    return replace(course, plan=plan, adverse_events=events)


def _has_late_therapy(course: Course) -> bool:
    """After progression, and even the first day of the month is after the last assessment."""
    last = max((assessment.day for assessment in course.assessments), default=0)
    starts = [_first_of_month(course, therapy.first) for therapy in course.therapies]
    return course.plan.progression is not None and any(start > last for start in starts)


def _has_late_mild_event(course: Course) -> bool:
    return any(_is_late_and_mild(course, event) for event in course.adverse_events)


def _is_late_and_mild(course: Course, event: AdverseEvent) -> bool:
    """Below grade 3, and even the first day of the month is after the first dose."""
    first_dose = course.doses[0].first
    return event.grade < SEVERE and _first_of_month(course, event.first) > first_dose


def _first_of_month(course: Course, day: int) -> int:
    origin = course.subject.randomised
    return day_of(date_of(day, origin).replace(day=1), origin)
