"""Minimal residual disease: the samples of one patient.

The first deciding result and the first response lie on the cohort's days. Results that must not
decide surround them: samples before treatment, samples no assay could judge, assays too blunt to
see 1e-4, and samples after treatment or transplant.
"""

from dataclasses import dataclass
from random import Random

from .calendar import Calendar
from .cohort import Patient
from .events import Course

SHARP = ("0.00001", "0.0001")  # limits of detection and of quantification
SHARPEST = ("0.000003", "0.00001")
BLUNT = ("0.001", "0.005")


@dataclass(frozen=True)
class Sample:
    """One sample; the level is a fraction of cells, as text, where it was quantified."""

    day: int
    result: str  # quantified, undetected, positive_not_quantifiable, not_evaluable, not_done
    level: str = ""
    limits: tuple[str, str] = SHARP


def mrd_samples(
    patient: Patient, calendar: Calendar, course: Course, rng: Random
) -> tuple[Sample, ...]:
    """All samples of a patient, at most one a day."""
    samples: dict[int, Sample] = {}
    screening = course.visits[0].day
    if rng.random() < 0.85:
        samples[screening] = _quantified(screening, rng, 1, 1)
    if patient.mrd_first_result_day is None:
        _add_undecided(samples, patient, calendar, course, rng)
    elif patient.mrd_response_day is None:
        _add_non_response(samples, patient, calendar, course, rng)
    else:
        _add_response(samples, patient, course, rng)
    last = course.last_visit_day
    return tuple(samples[day] for day in sorted(samples) if day <= last)


def _quantified(day: int, rng: Random, largest: int, smallest: int) -> Sample:
    """A level with one leading digit pair, between 10**-largest and 10**-smallest roughly."""
    zeros = rng.randint(largest, smallest)
    return Sample(day, "quantified", "0." + "0" * (zeros - 1) + f"{rng.randint(10, 99)}")


def _negative(day: int, rng: Random) -> Sample:
    """A level below 1e-4, seen in one of three ways."""
    draw = rng.random()
    if draw < 0.6:
        return Sample(day, "undetected")
    if draw < 0.85:
        return Sample(day, "quantified", f"0.0000{rng.randint(10, 95)}", SHARPEST)
    return Sample(day, "positive_not_quantifiable")


def _positive(day: int, rng: Random) -> Sample:
    if rng.random() < 0.05:
        return Sample(day, "quantified", "0.0001")  # the threshold itself is not below it
    return _quantified(day, rng, 2, 4)


def _undecided(day: int, rng: Random) -> Sample:
    draw = rng.random()
    if draw < 0.4:
        return Sample(day, "not_evaluable", limits=("", ""))
    if draw < 0.7:
        return Sample(day, "not_done", limits=("", ""))
    return Sample(day, "undetected", limits=BLUNT)


def _add_undecided(
    samples: dict[int, Sample], patient: Patient, calendar: Calendar, course: Course, rng: Random
) -> None:
    after = _off_treatment_day(patient, calendar)
    for assessment in course.assessments:
        if assessment.day <= after:
            if patient.in_remission or rng.random() < 0.4:
                samples[assessment.day] = _undecided(assessment.day, rng)
        elif assessment.finding.startswith("response:CR") and rng.random() < 0.5:
            samples[assessment.day] = _negative(assessment.day, rng)


def _add_non_response(
    samples: dict[int, Sample], patient: Patient, calendar: Calendar, course: Course, rng: Random
) -> None:
    first = patient.mrd_first_result_day or 0
    after = _off_treatment_day(patient, calendar)
    samples[first] = _positive(first, rng)
    for assessment in course.assessments:
        day = assessment.day
        if day < first and day > 20:
            samples[day] = _undecided(day, rng)
        elif first < day <= after and rng.random() < 0.5:
            samples[day] = _positive(day, rng)
        elif day > after and rng.random() < 0.4:
            in_remission = assessment.finding.startswith("response:CR")
            samples[day] = _negative(day, rng) if in_remission else _positive(day, rng)


def _add_response(
    samples: dict[int, Sample], patient: Patient, course: Course, rng: Random
) -> None:
    first, response = patient.mrd_first_result_day or 0, patient.mrd_response_day or 0
    if first < response:
        samples[first] = _positive(first, rng)
    samples[response] = _negative(response, rng)
    for assessment in course.assessments:
        day, finding = assessment.day, assessment.finding
        if 20 < day < first:
            samples[day] = _undecided(day, rng)
        elif first < day < response and rng.random() < 0.5:
            samples[day] = _positive(day, rng)
        elif day > response and finding.startswith("response:CR") and rng.random() < 0.55:
            samples[day] = _negative(day, rng)
        elif day > response and rng.random() < 0.5:
            samples[day] = _positive(day, rng)


def _off_treatment_day(patient: Patient, calendar: Calendar) -> int:
    """The last day on which a result is one on treatment."""
    close = calendar.treatment_close
    return close if patient.transplant_day is None else min(close, patient.transplant_day)
