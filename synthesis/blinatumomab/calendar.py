"""When things happened: the first dose, the cycle starts and the infusions of a patient."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from .cohort import FIRST_DAY_OF_SECOND_CYCLE_REMISSION, CohortError, Patient
from .trials import Trial
from .working_days import is_working_day, near

CYCLE_DAYS = 42
INFUSION_DAYS = 28
CLOSE_DAYS = 56
COMPLETED_DAYS = 1100  # follow-up of about three years is a completed one
LAST_CONTACT_GAP = 200
ON_TIME = 0.4  # share of the cycles that start on the first day they may
# Treatment starts early in the week rather than late (Monday first).
WEEKDAY_WEIGHTS = (1.0, 0.9, 0.75, 0.5, 0.25, 0.03, 0.03)


@dataclass(frozen=True)
class Calendar:
    """The dates of one patient; days count from the first dose."""

    first_dose: date
    cutoff: date
    cycle_starts: tuple[int, ...]
    infusion_ends: tuple[int, ...]

    def date_of(self, day: int) -> date:
        return self.first_dose + timedelta(days=day)

    @property
    def cutoff_day(self) -> int:
        return (self.cutoff - self.first_dose).days

    @property
    def treatment_close(self) -> int:
        return self.cycle_starts[-1] + CLOSE_DAYS

    @property
    def window_end(self) -> int:
        """The last day of cycle 2, or of the only cycle."""
        return self.cycle_starts[2] - 1 if len(self.cycle_starts) > 2 else self.treatment_close

    def cycle_of(self, day: int) -> int:
        return sum(start <= day for start in self.cycle_starts)

    def working_day(
        self, day: int, rng: Random, earliest: int = -(10**6), latest: int = 10**6
    ) -> int:
        """A working day at or near a day that nothing fixes, from `earliest` to `latest`."""
        return near(day, lambda d: is_working_day(self.date_of(d)), earliest, latest, rng)


def calendar_of(patient: Patient, trial: Trial, rng: Random) -> Calendar:
    """Choose a first dose and cycles under which the patient's days are possible."""
    first_dose = _first_dose(patient, trial, rng)
    starts = _cycle_starts(patient, first_dose, _cycles_wanted(patient, rng), rng)
    ends = tuple(_infusion_end(patient, trial, start, rng) for start in starts)
    calendar = Calendar(first_dose, trial.cutoff, starts, ends)
    _check(patient, calendar)
    return calendar


def planned_days(patient: Patient) -> tuple[int, ...]:
    """The fixed days of what is done by appointment; relapse and death choose their own."""
    days = {
        patient.remission_day,
        patient.mrd_first_result_day,
        patient.mrd_response_day,
        patient.transplant_day,
        patient.remission_end_day if patient.still_in_remission else None,
        None if patient.died else patient.survival_days,
    }
    return tuple(sorted(day for day in days if day is not None))


def _first_dose(patient: Patient, trial: Trial, rng: Random) -> date:
    """A working day of a drawn week, one that puts the fewest planned days on days off."""
    earliest, latest = _enrolment_window(patient, trial)
    window = [earliest + timedelta(days=n) for n in range((latest - earliest).days + 1)]
    open_days = [day for day in window if is_working_day(day)] or window
    drawn = rng.choice(open_days).isocalendar()[:2]
    days = [day for day in open_days if day.isocalendar()[:2] == drawn]
    days_off = [_days_off(patient, day) for day in days]
    best = [day for day, n in zip(days, days_off, strict=True) if n == min(days_off)]
    return rng.choices(best, [WEEKDAY_WEIGHTS[day.weekday()] for day in best])[0]


def _days_off(patient: Patient, first_dose: date) -> int:
    """How many planned days would lie on days off."""
    days = (first_dose + timedelta(days=day) for day in planned_days(patient))
    return sum(not is_working_day(day) for day in days)


def _enrolment_window(patient: Patient, trial: Trial) -> tuple[date, date]:
    """The first and the last day of a first dose that leaves room for the follow-up."""
    latest = min(trial.last_enrolled, trial.cutoff - timedelta(days=patient.survival_days))
    earliest = trial.first_enrolled
    completed = patient.survival_days <= COMPLETED_DAYS and trial.short == "211"
    if not patient.died and patient.survival_days > 1000 and not completed:
        gap = timedelta(days=patient.survival_days + LAST_CONTACT_GAP)
        earliest = max(earliest, trial.cutoff - gap)
    if earliest > latest:
        raise CohortError(
            f"Patient {patient.patient} cannot be followed for {patient.survival_days} days "
            f"before the cut-off of {trial.trial}; see trials.py."
        )
    return earliest, latest


def _cycles_wanted(patient: Patient, rng: Random) -> int:
    needed = patient.mrd_response_cycle or 1
    if (patient.remission_day or 0) >= FIRST_DAY_OF_SECOND_CYCLE_REMISSION:
        needed = max(needed, 2)
    if patient.in_remission:
        return max(needed, rng.choice((1, 2, 2, 2, 2, 3, 3, 3, 4, 5)))
    if has_late_remission(patient):
        return 4
    return max(needed, rng.choice((1, 1, 1, 2)))


def has_late_remission(patient: Patient) -> bool:
    """Some long survivors reach their first remission in cycle 3, too late to count."""
    long_survivor = patient.survival_days > 1000 and patient.transplant == "none"
    return long_survivor and patient.best_response == "none" and patient.mrd_response_day is None


def _cycle_starts(patient: Patient, first_dose: date, wanted: int, rng: Random) -> tuple[int, ...]:
    """Starts six weeks or more apart such that remission and MRD response keep their cycles."""
    starts = [0]
    for cycle in range(2, wanted + 1):
        days_before, days_within = _days_around(patient, cycle)
        earliest = max(starts[-1] + CYCLE_DAYS, *(day + 1 for day in days_before), 0)
        latest = min(earliest + 7, *(max(earliest, day - 15) for day in days_within), 10**6)
        start = _working_day_between(first_dose, earliest, latest, rng)
        if start + 10 >= patient.end_of_treatment_limit:
            break
        starts.append(start)
    return tuple(starts)


def _working_day_between(first_dose: date, earliest: int, latest: int, rng: Random) -> int:
    """One of the working days from `earliest` to `latest`, the first of them preferred."""
    days = [
        day
        for day in range(earliest, latest + 1)
        if is_working_day(first_dose + timedelta(days=day))
    ] or [earliest]
    return days[0] if rng.random() < ON_TIME else rng.choice(days)


def _days_around(patient: Patient, cycle: int) -> tuple[list[int], list[int]]:
    """The fixed days that belong before a cycle and those that belong to it."""
    placed: list[tuple[int, int]] = []
    if patient.remission_day is not None:
        in_cycle_2 = patient.remission_day >= FIRST_DAY_OF_SECOND_CYCLE_REMISSION
        placed.append((2 if in_cycle_2 else 1, patient.remission_day))
    if patient.mrd_response_day is not None and patient.mrd_response_cycle is not None:
        placed.append((patient.mrd_response_cycle, patient.mrd_response_day))
    before = [day for where, day in placed if where < cycle]
    return before, [day for where, day in placed if where == cycle]


def _infusion_end(patient: Patient, trial: Trial, start: int, rng: Random) -> int:
    """The day the infusion stops: the 28th, or the 29th at the same hour where hours are told."""
    full = start + (INFUSION_DAYS if trial.records_hours else INFUSION_DAYS - 1)
    if rng.random() < 0.12:
        full -= rng.randint(2, 12)
    return max(start, min(full, patient.end_of_treatment_limit - 1))


def _check(patient: Patient, calendar: Calendar) -> None:
    facts = (
        (
            patient.remission_day is None or calendar.window_end >= patient.remission_day,
            "first remission outside two cycles",
        ),
        (
            patient.mrd_response_day is None
            or calendar.cycle_of(patient.mrd_response_day) == patient.mrd_response_cycle,
            "MRD response outside its cycle",
        ),
        (
            (patient.mrd_first_result_day or 0) < calendar.treatment_close,
            "first MRD result after the close of treatment",
        ),
        (
            calendar.infusion_ends[-1] < patient.end_of_treatment_limit,
            "a dose after the end of treatment",
        ),
        (patient.survival_days <= calendar.cutoff_day, "follow-up after the cut-off"),
    )
    for holds, what in facts:
        if not holds:
            raise CohortError(f"Patient {patient.patient} would have {what}; see calendar.py.")
