"""The elements of the trial: what is planned for each arm, and what a subject went through."""

from typing import Final

from ..events import Course
from ..records import FOLLOW_UP, OPEN_LABEL, SCREENING, TREATMENT, Element
from ..trial import ACTIVE, ARMS, CONTROL, Arm, day_of

# ETCD: element and epoch.
ELEMENTS: Final = {
    "SCRN": ("Screening", SCREENING),
    ACTIVE.element: ("SYN1042", TREATMENT),
    CONTROL.element: ("Placebo", TREATMENT),
    "OL": ("SYN1042 after crossover", OPEN_LABEL),
    "FU": ("Follow-up", FOLLOW_UP),
}


def planned_elements(arm: Arm) -> tuple[str, ...]:
    """The elements planned for an arm, in their order."""
    crossover = ("OL",) if arm is CONTROL else ()
    return ("SCRN", arm.element, *crossover, "FU")


def elements_of(course: Course) -> tuple[Element, ...]:
    """The elements of a randomised subject, each ending on the first day of the next.

    A subject who was not treated enters follow-up on the day after randomisation.
    """
    consented = day_of(course.subject.person.consented, course.subject.randomised)
    starts = [("SCRN", consented)]
    if course.blinded_doses:
        starts.append((course.plan.arm.element, course.blinded_doses[0].first))
    if course.open_label_doses:
        starts.append(("OL", course.open_label_doses[0].first))
    last = course.doses[-1].last if course.doses else 0
    end = course.last_alive if course.plan.death is None else course.plan.death
    if last is not None and last < end:
        starts.append(("FU", last + 1))
    lasts = [*(first for _, first in starts[1:]), end]
    return tuple(
        Element(code, ELEMENTS[code][0], _order(course, code), ELEMENTS[code][1], first, last)
        for (code, first), last in zip(starts, lasts, strict=True)
    )


def _order(course: Course, code: str) -> int:
    """TAETORD, of the arm whose treatment was taken."""
    arm = course.plan.arm
    assert arm in ARMS
    return planned_elements(arm).index(code) + 1
