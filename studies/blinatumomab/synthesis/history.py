"""What came before the first dose: diagnosis, regimens, transplants, relapses."""

from dataclasses import dataclass
from datetime import date
from random import Random

from .calendar import Calendar
from .cohort import Patient

TRANSPLANT_GAP = 100  # days from a prior transplant to the first dose, at least


@dataclass(frozen=True)
class HistoryEvent:
    """One event of the history; the date may be partial and is then wholly before treatment."""

    kind: str  # diagnosis, frontline, salvage, refractory, relapse, transplant:<kind>
    day: int
    dtc: str


def history_of(patient: Patient, calendar: Calendar, rng: Random) -> tuple[HistoryEvent, ...]:
    """The history in order, drawn backwards from the first dose."""
    kinds = _kinds(patient, rng)
    events = []
    day = -rng.randint(40, 110)
    for kind in reversed(kinds):
        if kind.startswith("transplant"):
            day = min(day, -TRANSPLANT_GAP - rng.randint(0, 60))
        events.append(HistoryEvent(kind, day, _past_dtc(calendar, day, rng)))
        day -= rng.randint(6, 25) if kind == "frontline" else rng.randint(45, 330)
    return tuple(reversed(events))


def _kinds(patient: Patient, rng: Random) -> list[str]:
    kinds = ["diagnosis", "frontline"]
    relapses = patient.prior_relapses
    if relapses == 2 and rng.random() < 0.2:
        relapses = 3
    if patient.primary_refractory:
        kinds.append("refractory")
        if not patient.first_salvage:
            kinds += ["salvage"] * rng.choice((1, 1, 2))
        return kinds
    transplant_after = rng.randint(1, relapses)
    for relapse in range(1, relapses + 1):
        if patient.prior_transplant and relapse == transplant_after:
            kinds += _prior_transplants(rng)
        kinds.append("relapse")
        if relapse < relapses or (not patient.first_salvage and rng.random() < 0.7):
            kinds.append("salvage")
    if relapses == 1 and not patient.first_salvage and "salvage" not in kinds:
        kinds.append("salvage")
    return kinds


def _prior_transplants(rng: Random) -> list[str]:
    draw = rng.random()
    if draw < 0.05:
        return ["transplant:autologous"]
    if draw < 0.12:
        return ["transplant:autologous", "transplant:allogeneic"]
    return ["transplant:allogeneic"]


def _past_dtc(calendar: Calendar, day: int, rng: Random) -> str:
    when, first = calendar.date_of(day), calendar.first_dose
    if when.year < first.year and rng.random() < 0.12:
        return str(when.year)
    if _month(when) < _month(first) and rng.random() < 0.3:
        return when.isoformat()[:7]
    return when.isoformat()


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month
