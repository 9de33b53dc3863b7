"""What can be observed in a patient: the kinds of observation a course is made of."""

from dataclasses import dataclass

RELAPSE = "relapse:hematologic"
EXTRAMEDULLARY = "relapse:extramedullary"


@dataclass(frozen=True)
class Assessment:
    """One overall response, as category:value."""

    day: int
    finding: str


@dataclass(frozen=True)
class Transplant:
    day: int
    kind: str  # allogeneic or autologous


@dataclass(frozen=True)
class Visit:
    day: int
    name: str
    number: str
    in_person: bool = True


@dataclass(frozen=True)
class Contact:
    day: int
    status: str  # alive, dead or unknown


@dataclass(frozen=True)
class Death:
    """How a death came to be known."""

    day: int
    precision: str  # day, month or year
    status_contact_only: bool


@dataclass(frozen=True)
class Course:
    assessments: tuple[Assessment, ...]
    transplants: tuple[Transplant, ...]
    visits: tuple[Visit, ...]
    contacts: tuple[Contact, ...]
    death: Death | None
    last_visit_day: int
