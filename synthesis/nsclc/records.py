"""SDTM records of a subject before they are numbered, and the elements that dates belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from .events import Course, Visit
from .streams import stream
from .subjects import Person
from .trial import STUDYID

Value = str | int | float | None
Record = dict[str, Value]

SCREENING: Final = "SCREENING"
TREATMENT: Final = "TREATMENT"
OPEN_LABEL: Final = "OPEN LABEL TREATMENT"
FOLLOW_UP: Final = "FOLLOW-UP"


@dataclass(frozen=True)
class Element:
    """A stretch of a subject's way through the trial; `last` is the first day of the next."""

    code: str
    name: str
    order: int
    epoch: str
    first: int
    last: int | None


@dataclass(frozen=True)
class Writing:
    """A randomised subject whose records are written. Days count from randomisation."""

    course: Course
    seed: int
    elements: tuple[Element, ...]

    @property
    def person(self) -> Person:
        return self.course.subject.person

    @property
    def consented(self) -> int:
        return (self.person.consented - self.course.subject.randomised).days

    def rng(self, topic: str) -> Random:
        """Random numbers of one topic."""
        return stream(self.seed, self.person.subjid, topic)

    def dtc(self, day: int | None, is_partial: bool = False) -> str | None:
        """The day as ISO 8601, without its day of the month if partial."""
        if day is None:
            return None
        text = (self.course.subject.randomised + timedelta(days=day)).isoformat()
        return text[:7] if is_partial else text

    def epoch(self, day: int) -> str:
        """The epoch of the element that a day belongs to."""
        return self.element(day).epoch

    def element(self, day: int) -> Element:
        """The last element that began on or before the day."""
        return next((one for one in reversed(self.elements) if one.first <= day), self.elements[0])

    def record(self, domain: str, **values: Value) -> Record:
        """A record of the domain with its keys."""
        keys: Record = {"STUDYID": STUDYID, "DOMAIN": domain, "USUBJID": self.person.usubjid}
        return {**keys, **values}

    def finding(self, domain: str, visit: Visit | None, day: int, **values: Value) -> Record:
        """A record of a finding with its visit, epoch, date and study day."""
        return self.record(
            domain,
            **values,
            VISITNUM=None if visit is None else visit.number,
            VISIT=None if visit is None else visit.name,
            EPOCH=self.epoch(day),
            **{f"{domain}DTC": self.dtc(day), f"{domain}DY": study_day(day)},
        )


def study_day(day: int | None) -> int | None:
    """--DY: randomisation is day 1, the day before it is day -1."""
    if day is None:
        return None
    return day + 1 if day >= 0 else day


def numbered(domain: str, records: Sequence[Record], order: Sequence[str]) -> list[Record]:
    """The records in the order of these variables within a subject, with --SEQ from 1."""
    variable = f"{domain}SEQ"
    counts: dict[Value, int] = {}
    found = []
    for record in sorted(records, key=lambda one: _sort_key(one, order)):
        subject = record["USUBJID"]
        counts[subject] = counts.get(subject, 0) + 1
        found.append({**record, variable: counts[subject]})
    return found


def _sort_key(record: Record, order: Sequence[str]) -> tuple[tuple[bool, str, float], ...]:
    values = [record.get(name) for name in ("USUBJID", *order)]
    return tuple(
        (value is None, value, 0.0)
        if isinstance(value, str)
        else (value is None, "", 0.0 if value is None else float(value))
        for value in values
    )


def iso(day: date) -> str:
    return day.isoformat()
