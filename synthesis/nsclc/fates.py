"""What happens to a subject, seen or not: the latent times, and the days of the assessments.

Days count from randomisation, which is day 0.
"""

import math
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from .subjects import Subject
from .trial import (
    ACTIVE,
    ASSESSMENT_INTERVAL,
    CUTOFF,
    JITTER,
    date_of,
    day_of,
    is_working_day,
)
from .truth import (
    COMPLETE_RESPONSE,
    HR_SEVERE_ADVERSE_EVENT,
    RESPONSE,
    RESPONSE_ON_PLACEBO,
    SEVERE_ADVERSE_EVENTS_PER_YEAR,
    times,
)

_YEAR: Final = 365.25
_BASELINE_WINDOW: Final = 28
_EARLIEST_DEATH: Final = 6  # everybody lives to the first visit


@dataclass(frozen=True)
class Fate:
    """The latent course of a randomised subject.

    `scans` are the days on which the first, second ... assessment is made if it is made, up to
    the cut-off; `first_severe` is the day of the first adverse event of grade 3 or more, were
    treatment to go on for ever.
    """

    cutoff: int
    first_dose: int
    baseline_scan: int
    scans: tuple[int, ...]
    progression: int
    death: int
    first_severe: int
    response: int | None
    is_complete: bool

    @property
    def possible(self) -> int:
        """The number of assessments before death and cut-off."""
        return sum(day < self.death for day in self.scans)

    @property
    def seen(self) -> int | None:
        """The number of the assessment that shows progression, if there is one."""
        days = self.scans[: self.possible]
        return next((place for place, day in enumerate(days, 1) if day >= self.progression), None)

    @property
    def controlled(self) -> int:
        """The number of assessments before the one that shows progression."""
        return self.possible if self.seen is None else self.seen - 1

    def scan(self, number: int) -> int:
        """The day of an assessment, counted from 1."""
        return self.scans[number - 1]


def fate_of(subject: Subject, rng: Random) -> Fate:
    """Draw the latent course of a subject."""
    person = subject.person
    progression, death = times(subject.arm, person.pdl1, person.histology, person.ecog, rng)
    severe_rate = SEVERE_ADVERSE_EVENTS_PER_YEAR / _YEAR
    if subject.arm is ACTIVE:
        severe_rate *= HR_SEVERE_ADVERSE_EVENT
    first_dose = rng.choice((0, 0, 1, 2, 3))
    consented = day_of(person.consented, subject.randomised)
    cutoff = day_of(CUTOFF, subject.randomised)
    fate = Fate(
        cutoff=cutoff,
        first_dose=first_dose,
        baseline_scan=_baseline_scan(subject, consented, rng),
        scans=_scan_days(subject, cutoff, rng),
        progression=math.ceil(progression),
        death=max(_EARLIEST_DEATH, math.ceil(death)),
        first_severe=first_dose + 1 + int(rng.expovariate(severe_rate)),
        response=None,
        is_complete=False,
    )
    return _with_response(fate, subject, rng)


def visit_day(subject: Subject, planned: int, rng: Random) -> int:
    """A working day within the visit window of this trial."""
    around = [
        day
        for day in range(planned - JITTER, planned + JITTER + 1)
        if is_working_day(date_of(day, subject.randomised))
    ]
    return planned if planned in around and rng.random() < 0.5 else rng.choice(around)


def _baseline_scan(subject: Subject, consented: int, rng: Random) -> int:
    """A working day soon after consent, and at most four weeks before randomisation."""
    earliest = max(-_BASELINE_WINDOW, consented + 1)
    days = range(earliest, earliest + 6)
    return rng.choice([d for d in days if is_working_day(date_of(d, subject.randomised))])


def _scan_days(subject: Subject, cutoff: int, rng: Random) -> tuple[int, ...]:
    planned = range(ASSESSMENT_INTERVAL, cutoff + JITTER + 1, ASSESSMENT_INTERVAL)
    days = (visit_day(subject, day, rng) for day in planned)
    return tuple(day for day in days if day <= cutoff)


def _with_response(fate: Fate, subject: Subject, rng: Random) -> Fate:
    """With the number of the first assessment that shows a response, confirmed by the next."""
    pdl1 = subject.person.pdl1
    chance = RESPONSE[pdl1] if subject.arm is ACTIVE else RESPONSE_ON_PLACEBO
    draw, delay, complete = rng.random(), rng.random(), rng.random()
    if fate.controlled < 2 or draw >= chance:
        return fate
    response = 1 if fate.controlled == 2 or delay < 0.6 else 2
    return replace(fate, response=response, is_complete=complete < COMPLETE_RESPONSE)
