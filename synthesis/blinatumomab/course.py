"""The clinical course of one patient: what was seen, when, and by whom it could be known.

The course is the cohort row told as single observations. It may hold any number of them, but the
first and the best remission in two cycles, the relapse, the transplant, the deciding MRD results
and the last day known alive are the cohort's.
"""

from random import Random

from .assessments import assessments_of
from .calendar import Calendar
from .cohort import Patient
from .events import Course, Death, Transplant
from .visits import contacts_of, schedule_of, visits_of


def course_of(patient: Patient, calendar: Calendar, long_names: bool, rng: Random) -> Course:
    """Tell the patient's row as observations."""
    death = _death(patient, calendar, rng)
    last_visit = _last_visit_day(patient, death)
    assessments = assessments_of(patient, calendar, last_visit, rng)
    transplants = _transplants(patient, calendar, rng)
    schedule = schedule_of(patient, calendar, assessments, last_visit, rng)
    visits = visits_of(schedule, calendar, last_visit, long_names)
    contacts, calls = contacts_of(patient, calendar, death, visits, rng)
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


def _transplants(patient: Patient, calendar: Calendar, rng: Random) -> tuple[Transplant, ...]:
    """The cohort's transplant, and now and then one that must not count in its place."""
    if patient.transplant_day is not None:
        first = Transplant(patient.transplant_day, "allogeneic")
        relapse = patient.relapse_day
        if relapse is not None and relapse > patient.transplant_day:
            second_day = calendar.working_day(relapse + rng.randint(60, 120), rng)
            if second_day + 30 < patient.survival_days and rng.random() < 0.2:
                return first, Transplant(second_day, "allogeneic")
        return (first,)
    relapse = patient.relapse_day
    if relapse is not None and patient.survival_days > relapse + 200 and rng.random() < 0.15:
        day = calendar.working_day(relapse + rng.randint(80, 140), rng)
        return (Transplant(day, "autologous"),)
    return ()
