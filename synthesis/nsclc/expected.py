"""The expected endpoints of each subject, by rules of their own on what was observed.

Tests compare the warehouse's endpoints with these. Each function takes a course and knows nothing
of SDTM. Days count from randomisation, which is day 0 (the first day by the convention of ADaM
is this day plus one). Nothing after the data cut-off counts.

Terms. An assessment is adequate if its overall response is not NE. New anti-cancer therapy is a
therapy after study treatment, or SYN1042 after a crossover. The limit for missed assessments is
`trial.MISSED_LIMIT`: two intervals and the window.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from .events import Course, Response
from .trial import ADVERSE_EVENT_FOLLOW_UP, CONFIRMATION_INTERVAL, MISSED_LIMIT, STABLE_MINIMUM

Evaluator = Literal["INVESTIGATOR", "REVIEW"]
CENSORED, EVENT, COMPETING = 0, 1, 2
SEVERE: Final = 3  # grade
_RESPONSES: Final = ("CR", "PR")


@dataclass(frozen=True)
class Outcome:
    """An endpoint of a subject: from which day until which, how it ended and why.

    `event` is 1 for the event, 2 for a competing event and 0 for a censoring.
    """

    start: int
    day: int
    event: int
    reason: str

    @property
    def time(self) -> int:
        """Days from the start to the end; equal days give 0."""
        return self.day - self.start


def death_of(course: Course) -> int | None:
    """The day of death, if it is not after the data cut-off."""
    death = course.plan.death
    return death if death is not None and death <= course.cutoff else None


def overall_survival(course: Course) -> Outcome:
    """From randomisation to death; censored on the last day known alive."""
    death = death_of(course)
    if death is not None:
        return Outcome(0, death, EVENT, "death")
    return Outcome(0, course.last_alive, CENSORED, "last known alive")


def pfs_investigator(course: Course) -> Outcome:
    """Progression-free survival by the investigator, with the rules of the FDA."""
    return _pfs_fda(course, "INVESTIGATOR")


def pfs_review(course: Course) -> Outcome:
    """Progression-free survival by the independent review, with the rules of the FDA."""
    return _pfs_fda(course, "REVIEW")


def pfs_ema(course: Course) -> Outcome:
    """Progression-free survival by the investigator, with the rules of the EMA.

    Progression and death count whenever they come: after missed assessments and after new
    anti-cancer therapy too. Otherwise censored at the last adequate assessment, and at
    randomisation without one.
    """
    event = _first_event(course, "INVESTIGATOR")
    if event is not None:
        return event
    days = _adequate_days(course, "INVESTIGATOR")
    return Outcome(0, max(days, default=0), CENSORED, "last adequate assessment")


def _pfs_fda(course: Course, evaluator: Evaluator) -> Outcome:
    """The event counts unless new therapy or two missed assessments came before it.

    Then, and without an event, censored at the last adequate assessment on or before the day in
    question; at randomisation without one. A subject without a baseline assessment has none.
    """
    event = _first_event(course, evaluator)
    therapy = _new_therapy(course)
    days = _adequate_days(course, evaluator)
    if therapy is not None and (event is None or therapy < event.day):
        last = max((day for day in days if day <= therapy), default=0)
        return Outcome(0, last, CENSORED, "new anti-cancer therapy")
    if event is None:
        last = max(days, default=0)
        return Outcome(0, last, CENSORED, "last adequate assessment" if days else "no assessment")
    last = max((day for day in days if day < event.day), default=0)
    if event.day - last > MISSED_LIMIT:
        return Outcome(0, last, CENSORED, "two missed assessments" if last else "no assessment")
    return event


def _first_event(course: Course, evaluator: Evaluator) -> Outcome | None:
    """The earlier of progression and death."""
    progressions = [day for day, found in _responses(course, evaluator) if found == "PD"]
    death = death_of(course)
    if progressions and (death is None or progressions[0] <= death):
        return Outcome(0, progressions[0], EVENT, "progression")
    return None if death is None else Outcome(0, death, EVENT, "death")


def _responses(course: Course, evaluator: Evaluator) -> Iterator[tuple[int, Response]]:
    """Days and overall responses after baseline, in their order; none without a baseline."""
    if not course.plan.has_baseline:
        return
    for assessment in course.assessments:
        reader = "INVESTIGATOR" if evaluator == "INVESTIGATOR" else assessment.accepted
        if reader is not None and reader in assessment.responses:
            yield assessment.day, assessment.responses[reader]


def _adequate_days(course: Course, evaluator: Evaluator) -> list[int]:
    return [day for day, found in _responses(course, evaluator) if found != "NE"]


def _new_therapy(course: Course) -> int | None:
    """The first day of new anti-cancer therapy."""
    starts = [therapy.first for therapy in course.therapies]
    starts += [dose.first for dose in course.open_label_doses]
    return min(starts, default=None)


def duration_of_response(course: Course) -> Outcome | None:
    """From the first response to progression or death, in those with a confirmed response.

    By the investigator, censored as progression-free survival by the rules of the FDA.
    """
    if best_response(course) not in _RESPONSES:
        return None
    first = next(day for day, found in _before_therapy(course) if found in _RESPONSES)
    pfs = pfs_investigator(course)
    return Outcome(first, pfs.day, pfs.event, pfs.reason)


def best_response(course: Course) -> Response:
    """The best overall response by the investigator, confirmed.

    Of the assessments up to progression and new anti-cancer therapy. A complete or partial
    response needs one that is as good four weeks later or more, with nothing but responses that
    are not evaluable between the two. A stable disease, or an unconfirmed response, needs seven
    weeks from randomisation.
    """
    found = list(_before_therapy(course))
    for best in _RESPONSES:
        if any(_is_confirmed(found, place, best) for place in range(len(found))):
            return "CR" if best == "CR" else "PR"
    if any(response in ("CR", "PR", "SD") and day >= STABLE_MINIMUM for day, response in found):
        return "SD"
    return "PD" if any(response == "PD" for _, response in found) else "NE"


def _before_therapy(course: Course) -> Iterator[tuple[int, Response]]:
    """The investigator's responses up to the first progression and before new therapy."""
    therapy = _new_therapy(course)
    for day, response in _responses(course, "INVESTIGATOR"):
        if therapy is not None and day > therapy:
            return
        yield day, response
        if response == "PD":
            return


def _is_confirmed(found: list[tuple[int, Response]], place: int, best: str) -> bool:
    """Whether the response at a place is at least the best, and a later one confirms it."""
    good = ("CR",) if best == "CR" else _RESPONSES
    day, response = found[place]
    if response not in good:
        return False
    for later, following in found[place + 1 :]:
        if following == "NE" or (following in good and later - day < CONFIRMATION_INTERVAL):
            continue
        return following in good
    return False


def first_severe_adverse_event(course: Course) -> Outcome | None:
    """From the first dose to an adverse event of grade 3 or more; death competes.

    In those treated. Adverse events are collected until 30 days after the last dose of blinded
    treatment, or the day before a crossover; censored then, on the last day known alive, or at
    the cut-off, whichever is first.
    """
    if not course.blinded_doses:
        return None
    start = course.blinded_doses[0].first
    end = _end_of_collection(course)
    events = [event.first for event in course.adverse_events if event.grade >= SEVERE]
    if events and min(events) <= end:
        return Outcome(start, min(events), EVENT, "adverse event")
    death = death_of(course)
    if death is not None and death <= end:
        return Outcome(start, death, COMPETING, "death")
    if death is None:
        end = min(end, course.last_alive)
    return Outcome(start, end, CENSORED, "end of collection")


def _end_of_collection(course: Course) -> int:
    ends = [course.cutoff]
    last_dose = course.blinded_doses[-1].last
    if last_dose is not None:
        ends.append(last_dose + ADVERSE_EVENT_FOLLOW_UP)
    if course.open_label_doses:
        ends.append(course.open_label_doses[0].first - 1)
    return min(ends)
