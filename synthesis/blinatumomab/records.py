"""SDTM records before they are numbered, and the ways their dates are written."""

from dataclasses import dataclass, field, replace
from random import Random

from .calendar import Calendar
from .cohort import Patient
from .events import Course, Visit
from .trials import Trial

WITHOUT_VISIT = ("DM", "MH", "CM", "SS", "DS", "DD")


@dataclass
class Record:
    """One record of a domain. `day` and `rank` order it, they are not written.

    `supplements` are (QNAM, QLABEL, QVAL) for the SUPP-- file of the domain.
    """

    domain: str
    subject: str
    day: int
    values: dict[str, str]
    rank: int = 0
    supplements: tuple[tuple[str, str, str], ...] = field(default=())

    def ranked(self, rank: int) -> "Record":
        """The same record, ordered within its day by the rank."""
        return replace(self, rank=rank)


@dataclass(frozen=True)
class Subject:
    """All that is known about one patient when the records are written."""

    patient: Patient
    trial: Trial
    calendar: Calendar
    course: Course
    site: str
    country: str
    seed: int

    @property
    def usubjid(self) -> str:
        return self.patient.patient

    def rng(self, topic: str) -> Random:
        """Random numbers of one topic, untouched by what other topics draw."""
        return stream(self.seed, self.usubjid, topic)

    def dtc(self, day: int, precision: str = "day") -> str:
        """The date of a day as ISO 8601, whole or cut to month or year."""
        text = self.calendar.date_of(day).isoformat()
        return text[: {"day": 10, "month": 7, "year": 4}[precision]]

    def word(self, category: str, rng: Random) -> str:
        """The trial's wording of a category:value."""
        return rng.choice(self.trial.words[category])

    def visit_on(self, day: int) -> Visit | None:
        """The visit of a day, if there was one."""
        return next((visit for visit in self.course.visits if visit.day == day), None)

    def record(self, domain: str, day: int, **values: str) -> Record:
        """A record of the day, with the visit it belongs to."""
        visit = self.visit_on(day)
        if visit is not None and visit.in_person and domain not in WITHOUT_VISIT:
            values = {"VISITNUM": visit.number, "VISIT": visit.name, **values}
        return Record(domain, self.usubjid, day, values)


def stream(seed: int, *topic: str) -> Random:
    """A generator of its own for each topic: the same numbers on any machine."""
    return Random("/".join((str(seed), *topic)))
