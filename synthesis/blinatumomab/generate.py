"""The whole way from the cohort to the records of both trials."""

from collections.abc import Iterable, Sequence

from .calendar import calendar_of
from .cohort import Patient
from .course import course_of
from .domains import DOMAINS
from .noise import add_noise, repeat_some
from .records import Record, Subject, stream
from .sites import site_of
from .trials import TRIALS, Trial
from .write import number_records


def generate(patients: Iterable[Patient], seed: int) -> dict[str, dict[str, list[Record]]]:
    """The numbered records of each trial, by domain."""
    by_trial: dict[str, list[Subject]] = {name: [] for name in TRIALS}
    for patient in sorted(patients, key=lambda patient: patient.patient):
        by_trial[patient.trial].append(_subject(patient, TRIALS[patient.trial], seed))
    return {
        name: _trial_records(TRIALS[name], subjects, seed) for name, subjects in by_trial.items()
    }


def _subject(patient: Patient, trial: Trial, seed: int) -> Subject:
    calendar = calendar_of(patient, trial, stream(seed, patient.patient, "calendar"))
    course = course_of(
        patient, calendar, trial.long_visit_names, stream(seed, patient.patient, "course")
    )
    site, country = site_of(patient, trial, seed, stream(seed, patient.patient, "site"))
    return Subject(patient, trial, calendar, course, site, country, seed)


def _trial_records(trial: Trial, subjects: Sequence[Subject], seed: int) -> dict[str, list[Record]]:
    records = [record for s in subjects for domain in DOMAINS for record in domain(s)]
    rng = stream(seed, trial.trial, "noise")
    by_domain = number_records([*records, *add_noise(subjects, records, rng)])
    return repeat_some(by_domain, rng)
