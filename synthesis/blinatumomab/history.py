"""What came before the first dose: diagnosis, regimens, transplants, relapses."""

from dataclasses import dataclass
from datetime import date
from random import Random

from .calendar import Calendar
from .cohort import Patient

TRANSPLANT_GAP = 100  # days from a prior transplant to the first dose, at least
WASHOUT_DAYS = 14  # from the end of a regimen to what comes next, at least
REGIMENS = {"frontline": (60, 500), "salvage": (5, 90)}  # how many days a regimen lasts
# Days from one event to the next, by both and, where the one does not matter, by the next.
GAPS = {
    ("diagnosis", "frontline"): (9, 20),
    ("salvage", "salvage"): (45, 120),
    ("salvage", "treatment"): (40, 110),
    ("frontline", "relapse"): (120, 900),
    ("transplant", "transplant"): (100, 250),
}
GAPS_BEFORE = {
    "refractory": (35, 75),
    "salvage": (9, 30),
    "transplant": (70, 200),
    "relapse": (60, 400),
    "treatment": (14, 60),
}


@dataclass(frozen=True)
class HistoryEvent:
    """One event of the history; the date may be partial and is then wholly before treatment."""

    kind: str  # diagnosis, frontline, salvage, refractory, relapse, transplant:<kind>
    day: int
    dtc: str
    end_dtc: str = ""  # of a regimen


def history_of(patient: Patient, calendar: Calendar, rng: Random) -> tuple[HistoryEvent, ...]:
    """The history in order, drawn backwards from the first dose."""
    kinds = _kinds(patient, rng)
    events: list[HistoryEvent] = []
    following = 0
    later = "treatment"
    for kind in reversed(kinds):
        latest = following - 5
        if kind.startswith("transplant"):
            latest = min(latest, -TRANSPLANT_GAP)
        day = min(latest, following - rng.randint(*_gap(kind, later)))
        day = calendar.working_day(day, rng, latest=latest)
        dtc = _past_dtc(calendar, day, rng)
        end_dtc = ""
        if kind in REGIMENS:
            end = min(following - WASHOUT_DAYS, day + rng.randint(*REGIMENS[kind]))
            end_dtc = calendar.date_of(end).isoformat()[: len(dtc)]
        events.append(HistoryEvent(kind, day, dtc, end_dtc))
        following, later = day, kind
    return tuple(reversed(events))


def _gap(kind: str, later: str) -> tuple[int, int]:
    """The least and the greatest number of days between two events that follow each other."""
    pair = (kind.partition(":")[0], later.partition(":")[0])
    return GAPS[pair] if pair in GAPS else GAPS_BEFORE[pair[1]]


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
