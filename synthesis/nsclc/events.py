"""What is observed in a subject: the parts that a course is made of. Days from randomisation."""

from dataclasses import dataclass
from typing import Literal

from .plan import Plan
from .subjects import Subject

Response = Literal["CR", "PR", "SD", "PD", "NE"]
Reader = Literal["INVESTIGATOR", "RADIOLOGIST 1", "RADIOLOGIST 2", "ADJUDICATOR 1"]
Status = Literal["ALIVE", "DEAD", "UNKNOWN"]

REVIEW: tuple[Reader, Reader] = ("RADIOLOGIST 1", "RADIOLOGIST 2")


@dataclass(frozen=True)
class Visit:
    """A planned visit, made on a day or, with `day` None, not made for a reason."""

    number: int
    name: str
    planned: int | None
    day: int | None
    by_phone: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Assessment:
    """A tumour assessment: its number (0 is baseline), its visit, and each reader's response.

    At baseline there is no response, only lesions.
    """

    number: int
    visit: Visit
    responses: dict[Reader, Response]
    accepted: Reader | None  # of the independent review

    @property
    def day(self) -> int:
        assert self.visit.day is not None
        return self.visit.day


@dataclass(frozen=True)
class Dose:
    """An interval of constant dosing; `last` is None while treatment goes on at the cut-off."""

    treatment: str
    amount: int
    first: int
    last: int | None
    is_open_label: bool
    was_reduced: bool


@dataclass(frozen=True)
class Therapy:
    """A new anti-cancer therapy; `first` is known to the day, but may be reported to the month."""

    name: str
    kind: str
    first: int
    last: int | None
    is_partial: bool


@dataclass(frozen=True)
class AdverseEvent:
    """An adverse event; `last` is None while it goes on or if it is fatal."""

    term: str
    organ_class: str
    grade: int
    first: int
    last: int | None
    is_serious: bool
    is_fatal: bool
    is_related: bool
    action: str
    is_partial: bool


@dataclass(frozen=True)
class Contact:
    """A survival contact and what it told; `visit` is None when somebody else reported."""

    day: int
    status: Status
    visit: Visit | None


@dataclass(frozen=True)
class Course:
    """All that is observed in a randomised subject.

    `cutoff` is the day of the data cut-off, `last_alive` the last day on or before it on which the
    subject is known to be alive.
    """

    subject: Subject
    plan: Plan
    cutoff: int
    visits: tuple[Visit, ...]
    assessments: tuple[Assessment, ...]
    doses: tuple[Dose, ...]
    therapies: tuple[Therapy, ...]
    adverse_events: tuple[AdverseEvent, ...]
    contacts: tuple[Contact, ...]
    last_alive: int

    @property
    def blinded_doses(self) -> tuple[Dose, ...]:
        return tuple(dose for dose in self.doses if not dose.is_open_label)

    @property
    def open_label_doses(self) -> tuple[Dose, ...]:
        return tuple(dose for dose in self.doses if dose.is_open_label)
