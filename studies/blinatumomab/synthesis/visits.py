"""Visits and survival contacts: when a patient was seen, and when only heard of."""

from random import Random

from .calendar import Calendar
from .cohort import Patient
from .events import Assessment, Contact, Death, Visit

# Days of a cycle with a planned visit, and how far from the plan it may lie.
PLANNED_DAYS = ((1, 0), (8, 0), (15, 2), (22, 0), (29, 6))


def schedule_of(
    patient: Patient,
    calendar: Calendar,
    assessments: tuple[Assessment, ...],
    last_visit: int,
    rng: Random,
) -> dict[int, str]:
    """The days of the visits in person, and why the patient comes."""
    scheduled = {-rng.randint(2, 12): "screening"}
    for start in calendar.cycle_starts:
        scheduled[start] = "cycle"
    for day in (7, 14, 21):
        if day <= calendar.infusion_ends[0]:
            scheduled[day] = "cycle"
    end_of_treatment = calendar.infusion_ends[-1] + rng.randint(1, 12)
    if end_of_treatment < min(last_visit, patient.end_of_treatment_limit):
        scheduled.setdefault(end_of_treatment, "end")
    for mrd_day in (patient.mrd_first_result_day, patient.mrd_response_day):
        if mrd_day is not None:
            scheduled.setdefault(mrd_day, "marrow")
    for assessment in assessments:
        scheduled.setdefault(assessment.day, "marrow")
    if rng.random() < 0.25:
        scheduled.setdefault(rng.randint(3, max(3, min(last_visit, 120))), "unscheduled")
    if _needs_visit_on_last_day(patient, last_visit, rng):
        scheduled.setdefault(last_visit, "last")
    return scheduled


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
    for day in sorted(day for day in scheduled if day <= last_visit):
        name, number = _visit_label(day, scheduled[day], calendar, long_names)
        if name in used or not name:
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
    actual = day - calendar.cycle_starts[cycle - 1] + 1
    cycle_day = next((plan for plan, slack in PLANNED_DAYS if abs(actual - plan) <= slack), 0)
    if kind == "unscheduled" or not cycle_day:
        return "", ""
    name = f"CYCLE {cycle} DAY {cycle_day}" if long_names else f"C{cycle}D{cycle_day}"
    return name, str(100 * cycle + cycle_day)


def contacts_of(
    patient: Patient, death: Death | None, visits: tuple[Visit, ...], rng: Random
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
    is_told = death is not None and (death.status_contact_only or rng.random() < 0.35)
    if death is not None and is_told and death.precision == "day":
        contacts.append(Contact(death.day, "dead"))
    if not patient.died and patient.survival_days < 1000:
        for after in (rng.randint(25, 60), rng.randint(80, 150)):
            contacts.append(Contact(patient.survival_days + after, "unknown"))
    return tuple(sorted(contacts, key=lambda contact: contact.day)), calls
