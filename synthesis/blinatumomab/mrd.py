"""Minimal residual disease: the samples of one patient.

The first deciding result and the first response lie on the cohort's days. Results that must not
decide surround them: samples before treatment, samples no assay could judge, assays too blunt to
see 1e-4, and samples after treatment or transplant.
"""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from .calendar import Calendar
from .cohort import Patient
from .events import Course

SHARP = ("0.00001", "0.0001")  # limits of detection and of quantification
SHARPEST = ("0.000003", "0.00001")
BLUNT = ("0.001", "0.005")
# Powers of ten that bound a positive level: where the marrow shows no leukaemia, and
# where it does.
REMISSION_LEVELS = (-4.0, -2.3)
LEVELS = {
    "response:PR": (-2.2, -0.8),
    "response:no_response": (-1.0, -0.05),
    "response:progression": (-0.9, -0.03),
    "relapse:hematologic": (-1.2, -0.05),
}
FREE_OF_BLASTS = ("response:CR", "response:CRh", "response:hypocellular")
RELAPSE_COMES = 120  # days before a relapse in which residual disease may return


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
        samples[screening] = _at_screening(patient, screening, rng)
    if patient.mrd_first_result_day is None:
        _add_undecided(samples, patient, calendar, course, rng)
    elif patient.mrd_response_day is None:
        _add_non_response(samples, patient, calendar, course, rng)
    else:
        _add_response(samples, patient, course, rng)
    last = course.last_visit_day
    return tuple(samples[day] for day in sorted(samples) if day <= last)


def first_reading(sample: Sample, rng: Random) -> Sample:
    """A reading that was replaced by the sample: negative where that is positive, else positive."""
    is_positive = sample.result == "quantified" and not _is_response(sample)
    return _quantified(sample.day, (-5, -4.1) if is_positive else (-3.9, -2.5), rng)


def _is_response(sample: Sample) -> bool:
    return float(sample.level) < float(SHARP[1])


def _quantified(day: int, powers: tuple[float, float], rng: Random) -> Sample:
    """A level between two powers of ten, each order of magnitude as likely as the other."""
    level = 10 ** rng.uniform(*powers)
    limits = SHARPEST if level < float(SHARP[1]) else SHARP
    return Sample(day, "quantified", _two_digits(level), limits)


def _two_digits(level: float) -> str:
    """Two significant digits, as a plain decimal."""
    return format(Decimal(f"{level:.1e}"), "f")


def _at_screening(patient: Patient, day: int, rng: Random) -> Sample:
    """About the share of blasts in the marrow, less where other cells were drawn with them."""
    blasts = patient.central_marrow_blasts
    share = (rng.randint(10, 95) if blasts is None else max(blasts, 1)) / 100
    return Sample(day, "quantified", _two_digits(min(0.98, share * rng.uniform(0.45, 1.05))))


def _negative(day: int, rng: Random) -> Sample:
    """A level below 1e-4, seen in one of three ways."""
    draw = rng.random()
    if draw < 0.6:
        return Sample(day, "undetected")
    if draw < 0.85:
        return _quantified(day, (-5, -4.03), rng)
    return Sample(day, "positive_not_quantifiable")


def _positive(day: int, course: Course, rng: Random) -> Sample:
    findings = [a.finding for a in course.assessments if a.day <= day + 3]
    finding = findings[-1] if findings else "response:no_response"
    powers = LEVELS.get(finding, REMISSION_LEVELS)
    if powers == REMISSION_LEVELS and rng.random() < 0.1:
        return Sample(day, "quantified", "0.0001")  # the threshold itself is not below it
    return _quantified(day, powers, rng)


def _undecided(day: int, finding: str, rng: Random) -> Sample:
    """A sample that tells nothing: lost, unfit, or negative by an assay that is too blunt."""
    draw = rng.uniform(0, 1 if finding in FREE_OF_BLASTS else 0.7)
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
                sample = _undecided(assessment.day, assessment.finding, rng)
                samples[assessment.day] = sample
        elif assessment.finding.startswith("response:CR") and rng.random() < 0.5:
            samples[assessment.day] = _negative(assessment.day, rng)


def _add_non_response(
    samples: dict[int, Sample], patient: Patient, calendar: Calendar, course: Course, rng: Random
) -> None:
    first = patient.mrd_first_result_day or 0
    after = _off_treatment_day(patient, calendar)
    samples[first] = _positive(first, course, rng)
    for assessment in course.assessments:
        day = assessment.day
        if day < first and day > 20:
            samples[day] = _undecided(day, assessment.finding, rng)
        elif first < day <= after and rng.random() < 0.5:
            samples[day] = _positive(day, course, rng)
        elif day > after and rng.random() < 0.4:
            in_remission = assessment.finding.startswith("response:CR")
            samples[day] = _negative(day, rng) if in_remission else _positive(day, course, rng)


def _add_response(
    samples: dict[int, Sample], patient: Patient, course: Course, rng: Random
) -> None:
    first, response = patient.mrd_first_result_day or 0, patient.mrd_response_day or 0
    if first < response:
        samples[first] = _positive(first, course, rng)
    samples[response] = _negative(response, rng)
    for assessment in course.assessments:
        day, finding = assessment.day, assessment.finding
        if 20 < day < first:
            samples[day] = _undecided(day, finding, rng)
        elif first < day < response and rng.random() < 0.5:
            samples[day] = _positive(day, course, rng)
        elif day > response and rng.random() < 0.6:
            is_negative = finding not in LEVELS and not _returns(patient, day, rng)
            samples[day] = _negative(day, rng) if is_negative else _positive(day, course, rng)


def _returns(patient: Patient, day: int, rng: Random) -> bool:
    """Residual disease is found again in a remission: seldom, more often before a relapse."""
    days_left = 10**6 if patient.relapse_day is None else patient.relapse_day - day
    return rng.random() < (0.4 if 0 < days_left < RELAPSE_COMES else 0.04)


def _off_treatment_day(patient: Patient, calendar: Calendar) -> int:
    """The last day on which a result is one on treatment."""
    close = calendar.treatment_close
    return close if patient.transplant_day is None else min(close, patient.transplant_day)
