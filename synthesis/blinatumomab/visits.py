"""Visits and survival contacts: when a patient was seen, and when only heard of."""

from random import Random

from .assessments import FOLLOW_UP_MONTHS
from .calendar import CYCLE_DAYS, Calendar
from .cohort import Patient
from .events import Assessment, Contact, Death, Visit
from .targets import DAYS_PER_MONTH

# Days of a cycle with a planned visit, and the days it may be made on.
PLANNED_DAYS = ((1, 1, 1), (8, 8, 8), (15, 13, 17), (22, 22, 22), (29, 23, 42))
FOLLOW_UP_WINDOW = 28  # days around a follow-up month


def schedule_of(
    patient: Patient,
    calendar: Calendar,
    assessments: tuple[Assessment, ...],
    last_visit: int,
    rng: Random,
) -> dict[int, str]:
    """The days of the visits in person, and why the patient comes."""
    scheduled = {calendar.working_day(-rng.randint(3, 14), rng, latest=-2): "screening"}
    scheduled |= dict.fromkeys(_treatment_days(calendar), "cycle")
    for mrd_day in (patient.mrd_first_result_day, patient.mrd_response_day):
        if mrd_day is not None:
            scheduled.setdefault(mrd_day, "marrow")
    for assessment in assessments:
        scheduled.setdefault(assessment.day, "marrow")
    end_of_treatment = _end_of_treatment(scheduled, calendar, rng)
    if end_of_treatment < min(last_visit, patient.end_of_treatment_limit):
        scheduled.setdefault(end_of_treatment, "end")
    if rng.random() < 0.25:
        day = calendar.working_day(rng.randint(3, max(3, min(last_visit, 120))), rng, 3)
        scheduled.setdefault(day, "unscheduled")
    if _needs_visit_on_last_day(patient, last_visit, rng):
        scheduled.setdefault(last_visit, "last")
    return scheduled


def _treatment_days(calendar: Calendar) -> list[int]:
    """Every week of the first infusion, every other week of a later one."""
    cycles = enumerate(zip(calendar.cycle_starts, calendar.infusion_ends, strict=True))
    return [
        start + offset
        for number, (start, end) in cycles
        for offset in (range(0, 28, 7) if number == 0 else range(0, 28, 14))
        if start + offset <= end
    ]


def _end_of_treatment(scheduled: dict[int, str], calendar: Calendar, rng: Random) -> int:
    """A visit after the last infusion and after the marrow that closes its cycle."""
    infusion_end = calendar.infusion_ends[-1]
    cycle_end = calendar.cycle_starts[-1] + CYCLE_DAYS
    marrows = [day for day, kind in scheduled.items() if kind == "marrow" and day <= cycle_end]
    last = max([infusion_end, *marrows])
    return calendar.working_day(last + rng.randint(1, 12), rng, last + 1)


def _needs_visit_on_last_day(patient: Patient, last_visit: int, rng: Random) -> bool:
    if patient.still_in_remission or (last_visit == patient.survival_days and patient.died):
        return True
    return not patient.died and rng.random() < 0.5


def visits_of(
    scheduled: dict[int, str], calendar: Calendar, last_visit: int, long_names: bool
) -> tuple[Visit, ...]:
    """The visits up to the last one, named by the plan; any other is unscheduled."""
    visits: list[Visit] = []
    used: set[str] = set()
    unscheduled = 0
    treatment_end = max((day for day, kind in scheduled.items() if kind == "end"), default=10**6)
    for day in sorted(day for day in scheduled if day <= last_visit):
        if day > min(treatment_end, calendar.treatment_close):
            name, number = _follow_up_label(day)
        else:
            name, number = _treatment_label(day, scheduled[day], calendar, long_names)
        if name in used or not name:
            unscheduled += 1
            base = visits[-1].number.split(".")[0] if visits else "1"
            name, number = f"UNSCHEDULED {unscheduled}", f"{base}.{unscheduled:02d}"
        used.add(name)
        visits.append(Visit(day, name, number))
    return tuple(visits)


def _treatment_label(day: int, kind: str, calendar: Calendar, long_names: bool) -> tuple[str, str]:
    if day < 0:
        return "SCREENING", "1"
    if kind == "end":
        return "END OF TREATMENT", "800"
    cycle = calendar.cycle_of(day)
    actual = day - calendar.cycle_starts[cycle - 1] + 1
    cycle_day = next((plan for plan, low, high in PLANNED_DAYS if low <= actual <= high), 0)
    if kind == "unscheduled" or not cycle_day:
        return "", ""
    name = f"CYCLE {cycle} DAY {cycle_day}" if long_names else f"C{cycle}D{cycle_day}"
    return name, str(100 * cycle + cycle_day)


def _follow_up_label(day: int) -> tuple[str, str]:
    month = min(FOLLOW_UP_MONTHS, key=lambda month: abs(day - month * DAYS_PER_MONTH))
    if abs(day - month * DAYS_PER_MONTH) > FOLLOW_UP_WINDOW:
        return "", ""
    return f"FOLLOW-UP MONTH {month}", str(900 + month)


def contacts_of(
    patient: Patient,
    calendar: Calendar,
    death: Death | None,
    visits: tuple[Visit, ...],
    rng: Random,
) -> tuple[tuple[Contact, ...], tuple[Visit, ...]]:
    """Survival status after the visits stop, some of it by telephone, and what became of people."""
    days = _contact_days(patient, calendar, visits[-1].day, rng)
    called = [day for day in days if rng.random() < 0.5]
    calls = tuple(
        Visit(day, f"SURVIVAL CONTACT {number}", f"{1000 + number}", in_person=False)
        for number, day in enumerate(called, start=1)
    )
    contacts = [Contact(day, "alive") for day in days]
    contacts += [Contact(v.day, "alive") for v in visits if v.day > 150 and rng.random() < 0.25]
    is_told = death is not None and (death.status_contact_only or rng.random() < 0.35)
    if death is not None and is_told and death.precision == "day":
        contacts.append(Contact(death.day, "dead"))
    if not patient.died and patient.survival_days < 1000:
        for after in (rng.randint(25, 60), rng.randint(80, 150)):
            day = calendar.working_day(patient.survival_days + after, rng)
            contacts.append(Contact(day, "unknown"))
    return tuple(sorted(contacts, key=lambda contact: contact.day)), calls


def _contact_days(patient: Patient, calendar: Calendar, last_seen: int, rng: Random) -> list[int]:
    last_alive = patient.survival_days - (1 if patient.died else 0)
    days = []
    day = calendar.working_day(last_seen + rng.randint(30, 75), rng)
    while day < last_alive - 10:
        days.append(day)
        day = calendar.working_day(day + rng.randint(60, 105), rng)
    if not patient.died and last_seen < patient.survival_days:
        days.append(patient.survival_days)
    return days
