"""The clinical course of one patient: what was seen, when, and by whom it could be known.

The course is the cohort row told as single observations. It may hold any number of them, but the
first and the best remission in two cycles, the relapse, the transplant, the deciding MRD results
and the last day known alive are the cohort's.
"""

from dataclasses import dataclass
from random import Random

from .calendar import Calendar, has_late_remission
from .cohort import FIRST_DAY_OF_SECOND_CYCLE_REMISSION, Patient

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


def course_of(patient: Patient, calendar: Calendar, long_names: bool, rng: Random) -> Course:
    """Tell the patient's row as observations."""
    death = _death(patient, calendar, rng)
    last_visit = _last_visit_day(patient, death)
    assessments = _assessments(patient, calendar, last_visit, rng)
    transplants = _transplants(patient, rng)
    visits = _visits(patient, calendar, assessments, last_visit, long_names, rng)
    contacts, calls = _contacts(patient, death, visits, last_visit, rng)
    return Course(
        assessments,
        transplants,
        tuple(sorted((*visits, *calls), key=lambda visit: visit.day)),
        contacts,
        death,
        last_visit,
    )


def _death(patient: Patient, calendar: Calendar, rng: Random) -> Death | None:
    """Partial death dates only where the rule for them gives the same day.

    That is: where the patient was seen on the very day, or where the day is the first one that
    the partial date allows.
    """
    if not patient.died:
        return None
    day = calendar.date_of(patient.survival_days)
    draw = rng.random()
    if draw < 0.06:
        return Death(patient.survival_days, "day", status_contact_only=True)
    if draw < 0.10:
        return Death(patient.survival_days, "month", status_contact_only=False)
    if draw < 0.108:
        return Death(patient.survival_days, "year", status_contact_only=False)
    first_of_month = day.day == 1 and rng.random() < 0.7
    return Death(patient.survival_days, "month" if first_of_month else "day", False)


def _last_visit_day(patient: Patient, death: Death | None) -> int:
    """The last day on which the patient may be seen in person."""
    if patient.still_in_remission and patient.remission_end_day is not None:
        return patient.remission_end_day
    seen_on_last_day = death is None or death.precision != "day"
    return patient.survival_days if seen_on_last_day else patient.survival_days - 1


def _assessments(
    patient: Patient, calendar: Calendar, last_visit: int, rng: Random
) -> tuple[Assessment, ...]:
    if patient.in_remission:
        findings = _remission_findings(patient, calendar, last_visit, rng)
    else:
        findings = _other_findings(patient, calendar, last_visit, rng)
    return tuple(
        Assessment(day, findings[day])
        for day in sorted(findings)
        if day <= last_visit or findings[day].startswith("relapse")
    )


def _remission_findings(
    patient: Patient, calendar: Calendar, last_visit: int, rng: Random
) -> dict[int, str]:
    first, end = patient.remission_day, patient.remission_end_day
    assert first is not None and end is not None
    findings = _before_remission(patient, first, rng)
    later = _later_marrow_days(patient, calendar, first, end, rng)
    in_window = [day for day in later if day <= calendar.window_end]
    is_upgraded = patient.best_response == "CR" and bool(in_window) and rng.random() < 0.25
    findings[first] = "response:CRh" if is_upgraded else f"response:{patient.best_response}"
    state = patient.best_response
    for day in later:
        if state == "CRh" and day > calendar.window_end and rng.random() < 0.4:
            state = "CR"  # recovers after two cycles: too late for the best response
        if day in in_window or rng.random() < 0.85:
            findings[day] = f"response:{state}"
    if patient.remission_end == "relapse":
        findings[end] = EXTRAMEDULLARY if rng.random() < 0.14 else RELAPSE
        findings.update(_after_relapse(patient, end, last_visit, rng))
    elif patient.still_in_remission and rng.random() < 0.5:
        findings[end] = f"response:{state}"
    return findings


def _before_remission(patient: Patient, first: int, rng: Random) -> dict[int, str]:
    findings: dict[int, str] = {}
    mrd_day = patient.mrd_response_day
    if first > 20 and rng.random() < 0.3:
        findings[rng.randint(13, 16)] = rng.choice(("response:PR", "response:no_response"))
    if mrd_day is not None and mrd_day < first - 2:
        findings = {day: what for day, what in findings.items() if day < mrd_day}
        findings[mrd_day] = "response:hypocellular"
    elif first >= FIRST_DAY_OF_SECOND_CYCLE_REMISSION:
        findings[rng.randint(27, 34)] = rng.choice(
            ("response:PR", "response:PR", "response:hypocellular", "response:no_response")
        )
    return findings


def _later_marrow_days(
    patient: Patient, calendar: Calendar, first: int, end: int, rng: Random
) -> list[int]:
    """End-of-cycle marrows, then follow-up about every three, later every six months."""
    days = []
    starts = (*calendar.cycle_starts[1:], calendar.treatment_close)
    for start, following in zip(calendar.cycle_starts, starts, strict=True):
        day = min(start + rng.randint(27, 33), following - 1)
        if first + 10 < day < min(end, patient.transplant_day or end) - 3:
            days.append(day)
    return days + _follow_up_days(calendar, max(first, calendar.treatment_close), end, rng)


def _follow_up_days(calendar: Calendar, start: int, end: int, rng: Random) -> list[int]:
    days = []
    day = start + rng.randint(10, 60)
    while day < end - 20:
        days.append(day)
        day += rng.randint(77, 105) if day < 730 else rng.randint(160, 200)
    return days


def _after_relapse(patient: Patient, relapse: int, last_visit: int, rng: Random) -> dict[int, str]:
    findings: dict[int, str] = {}
    if relapse + 40 < last_visit and rng.random() < 0.4:
        finding = rng.choice(("response:progression", "response:no_response", RELAPSE))
        findings[relapse + rng.randint(14, 35)] = finding
    if patient.transplant == "after_relapse" and patient.transplant_day is not None:
        findings[patient.transplant_day - rng.randint(8, 16)] = "response:CR"
    return findings


def _other_findings(
    patient: Patient, calendar: Calendar, last_visit: int, rng: Random
) -> dict[int, str]:
    """Responses short of remission; remissions only after two cycles."""
    findings: dict[int, str] = {}
    main = _main_response(patient, rng)
    first_result = patient.mrd_first_result_day
    day = first_result if first_result is not None else rng.randint(25, 34)
    if main == "progression" and first_result is None:
        day = rng.randint(13, 30)
    if day > 24 and main != "hypocellular" and rng.random() < 0.25:
        findings[rng.randint(13, 16)] = "response:no_response"
    findings[day] = f"response:{main}"
    for start in calendar.cycle_starts[1:2]:
        second = main if main in ("hypocellular", "not_evaluable") else "no_response"
        findings[start + rng.randint(26, 33)] = rng.choice((f"response:{second}", "response:PR"))
    if has_late_remission(patient):
        for start in calendar.cycle_starts[2:]:
            findings[start + rng.randint(26, 33)] = "response:CR"
        start = calendar.treatment_close
        for day in _follow_up_days(calendar, start, patient.survival_days, rng):
            findings[day] = "response:CR"
    if patient.transplant_day is not None:
        before = patient.transplant_day - rng.randint(6, 12)
        if before > calendar.window_end + 3 and rng.random() < 0.7:
            findings[before] = "response:CR"  # after other treatment, outside the two cycles
    return findings


def _main_response(patient: Patient, rng: Random) -> str:
    if patient.best_response == "hypocellular":
        return "hypocellular"
    if patient.mrd_response_day is not None:
        return "PR" if patient.trial.endswith("211") else "not_evaluable"
    if has_late_remission(patient):
        return "PR"
    weighted = ["PR"] * 2 + ["no_response"] * 5 + ["progression"] * 4 + ["not_evaluable"] * 2
    return rng.choice(weighted)


def _transplants(patient: Patient, rng: Random) -> tuple[Transplant, ...]:
    """The cohort's transplant, and now and then one that must not count in its place."""
    if patient.transplant_day is not None:
        first = Transplant(patient.transplant_day, "allogeneic")
        relapse = patient.relapse_day
        if relapse is not None and relapse > patient.transplant_day:
            second_day = relapse + rng.randint(60, 120)
            if second_day + 30 < patient.survival_days and rng.random() < 0.2:
                return first, Transplant(second_day, "allogeneic")
        return (first,)
    relapse = patient.relapse_day
    if relapse is not None and patient.survival_days > relapse + 200 and rng.random() < 0.15:
        return (Transplant(relapse + rng.randint(80, 140), "autologous"),)
    return ()


def _visits(  # noqa: PLR0913
    patient: Patient,
    calendar: Calendar,
    assessments: tuple[Assessment, ...],
    last_visit: int,
    long_names: bool,
    rng: Random,
) -> tuple[Visit, ...]:
    scheduled = {-rng.randint(2, 12): "screening"}
    for start in calendar.cycle_starts:
        scheduled[start] = "cycle"
    for day in (7, 14, 21):
        if day <= calendar.infusion_ends[0]:
            scheduled[day] = "cycle"
    end_of_treatment = calendar.infusion_ends[-1] + rng.randint(1, 12)
    if end_of_treatment < min(last_visit, patient.end_of_treatment_limit):
        scheduled.setdefault(end_of_treatment, "end")
    for day in (patient.mrd_first_result_day, patient.mrd_response_day):
        if day is not None:
            scheduled.setdefault(day, "marrow")
    for assessment in assessments:
        scheduled.setdefault(assessment.day, "marrow")
    if rng.random() < 0.25:
        scheduled.setdefault(rng.randint(3, max(3, min(last_visit, 120))), "unscheduled")
    if _needs_visit_on_last_day(patient, last_visit, rng):
        scheduled.setdefault(last_visit, "last")
    return _named_visits(scheduled, calendar, last_visit, long_names)


def _needs_visit_on_last_day(patient: Patient, last_visit: int, rng: Random) -> bool:
    if patient.still_in_remission or (last_visit == patient.survival_days and patient.died):
        return True
    return not patient.died and rng.random() < 0.5


def _named_visits(
    scheduled: dict[int, str], calendar: Calendar, last_visit: int, long_names: bool
) -> tuple[Visit, ...]:
    visits: list[Visit] = []
    used: set[str] = set()
    unscheduled = 0
    for day in sorted(day for day in scheduled if day <= last_visit):
        name, number = _visit_label(day, scheduled[day], calendar, long_names)
        if name in used or scheduled[day] == "unscheduled":
            unscheduled += 1
            base = visits[-1].number.split(".")[0] if visits else "1"
            name, number = f"UNSCHEDULED {unscheduled}", f"{base}.{unscheduled:02d}"
        used.add(name)
        visits.append(Visit(day, name, number))
    return tuple(visits)


def _visit_label(day: int, kind: str, calendar: Calendar, long_names: bool) -> tuple[str, str]:
    if day < 0:
        return "SCREENING", "1"
    if kind == "end":
        return "END OF TREATMENT", "800"
    if day > calendar.treatment_close or (kind == "last" and day > calendar.infusion_ends[-1]):
        month = max(1, (day + 15) // 30)
        return f"FOLLOW-UP MONTH {month}", str(900 + month)
    cycle = calendar.cycle_of(day)
    cycle_day = day - calendar.cycle_starts[cycle - 1] + 1
    if 25 <= cycle_day <= 35:
        cycle_day = 29
    name = f"CYCLE {cycle} DAY {cycle_day}" if long_names else f"C{cycle}D{cycle_day}"
    return name, str(100 * cycle + cycle_day)


def _contacts(
    patient: Patient,
    death: Death | None,
    visits: tuple[Visit, ...],
    last_visit: int,
    rng: Random,
) -> tuple[tuple[Contact, ...], tuple[Visit, ...]]:
    """Survival status after the visits stop, some of it by telephone, and what became of people."""
    last_seen = visits[-1].day
    last_alive = patient.survival_days - (1 if patient.died else 0)
    days = []
    day = last_seen + rng.randint(30, 75)
    while day < last_alive - 10:
        days.append(day)
        day += rng.randint(60, 105)
    if not patient.died and last_seen < patient.survival_days:
        days.append(patient.survival_days)
    calls = tuple(
        Visit(day, f"SURVIVAL CONTACT {number}", f"{1000 + number}", in_person=False)
        for number, day in enumerate(days, start=1)
        if rng.random() < 0.5
    )
    contacts = [Contact(day, "alive") for day in days]
    contacts += [Contact(v.day, "alive") for v in visits if v.day > 150 and rng.random() < 0.25]
    if death is not None and (death.status_contact_only or rng.random() < 0.35):
        if death.precision == "day":
            contacts.append(Contact(death.day, "dead"))
    if not patient.died and patient.survival_days < 1000:
        for after in (rng.randint(25, 60), rng.randint(80, 150)):
            contacts.append(Contact(patient.survival_days + after, "unknown"))
    return tuple(sorted(contacts, key=lambda contact: contact.day)), calls
