"""Overall responses: how the disease was judged, from the first marrow to the last visit."""

from random import Random

from .calendar import Calendar, has_late_remission
from .cohort import FIRST_DAY_OF_SECOND_CYCLE_REMISSION, Patient
from .events import EXTRAMEDULLARY, RELAPSE, Assessment
from .targets import DAYS_PER_MONTH

# After treatment patients come every three months for two years, then every six.
FOLLOW_UP_MONTHS = (*range(3, 25, 3), *range(30, 61, 6))


def assessments_of(
    patient: Patient, calendar: Calendar, last_visit: int, rng: Random
) -> tuple[Assessment, ...]:
    """All overall responses of a patient, at most one a day."""
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
    findings = _before_remission(patient, calendar, first, rng)
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
        findings.update(_after_relapse(patient, calendar, end, last_visit, rng))
    elif patient.still_in_remission and rng.random() < 0.5:
        findings[end] = f"response:{state}"
    return findings


def _before_remission(
    patient: Patient, calendar: Calendar, first: int, rng: Random
) -> dict[int, str]:
    findings: dict[int, str] = {}
    mrd_day, first_result = patient.mrd_response_day, patient.mrd_first_result_day
    if first > 20 and rng.random() < 0.3:
        day = _early_marrow_day(calendar, rng)
        findings[day] = rng.choice(("response:PR", "response:no_response"))
    if mrd_day is not None and mrd_day < first - 2:
        findings = {day: what for day, what in findings.items() if day < mrd_day}
        findings[mrd_day] = "response:hypocellular"
    elif first >= FIRST_DAY_OF_SECOND_CYCLE_REMISSION:
        day = calendar.working_day(rng.randint(27, 34), rng, 26, 36)
        if first_result is not None and 20 < first_result < first - 20:
            day = first_result  # one marrow for both
        findings[day] = rng.choice(
            ("response:PR", "response:PR", "response:hypocellular", "response:no_response")
        )
    return findings


def _later_marrow_days(
    patient: Patient, calendar: Calendar, first: int, end: int, rng: Random
) -> list[int]:
    """End-of-cycle marrows, then those of the follow-up."""
    days = []
    starts = (*calendar.cycle_starts[1:], calendar.treatment_close)
    for start, following in zip(calendar.cycle_starts, starts, strict=True):
        day = min(start + rng.randint(27, 33), following - 1)
        day = calendar.working_day(day, rng, start + 26, min(start + 35, following - 1))
        if first + 10 < day < min(end, patient.transplant_day or end) - 3:
            days.append(day)
    follow_up = _follow_up_days(calendar, max(first, calendar.treatment_close), end, rng)
    return days + [day for day in follow_up if not _is_around_transplant(patient, day)]


def _is_around_transplant(patient: Patient, day: int) -> bool:
    """From the conditioning to the recovery of the blood no response is judged."""
    transplant = patient.transplant_day
    return transplant is not None and -10 <= day - transplant <= 42


def _follow_up_days(calendar: Calendar, start: int, end: int, rng: Random) -> list[int]:
    """The planned visits between two days, kept to within a week or two; some are missed."""
    days = []
    for month in FOLLOW_UP_MONTHS:
        day = calendar.working_day(round(month * DAYS_PER_MONTH + rng.gauss(0, 6)), rng)
        if start + 10 <= day < end - 20 and rng.random() < 0.94:
            days.append(day)
    return days


def _after_relapse(
    patient: Patient, calendar: Calendar, relapse: int, last_visit: int, rng: Random
) -> dict[int, str]:
    findings: dict[int, str] = {}
    if relapse + 40 < last_visit and rng.random() < 0.4:
        finding = rng.choice(("response:progression", "response:no_response", RELAPSE))
        findings[calendar.working_day(relapse + rng.randint(14, 35), rng)] = finding
    if patient.transplant == "after_relapse" and patient.transplant_day is not None:
        before = calendar.working_day(patient.transplant_day - rng.randint(8, 16), rng)
        if before > relapse + 14:
            findings[before] = "response:CR"
    return findings


def _other_findings(
    patient: Patient, calendar: Calendar, last_visit: int, rng: Random
) -> dict[int, str]:
    """Responses short of remission; remissions only after two cycles."""
    findings: dict[int, str] = {}
    main = _main_response(patient, rng)
    day = patient.mrd_first_result_day
    if day is None:
        day = rng.randint(13, 30) if main == "progression" else rng.randint(25, 34)
        day = calendar.working_day(day, rng, day - 3, day + 3)
    if day > 24 and main != "hypocellular" and rng.random() < 0.25:
        findings[_early_marrow_day(calendar, rng)] = "response:no_response"
    findings[day] = f"response:{main}"
    for start in calendar.cycle_starts[1:2]:
        is_free_of_blasts = main == "hypocellular" or patient.mrd_response_day is not None
        is_same = is_free_of_blasts or has_late_remission(patient) or rng.random() < 0.5
        second = main if is_same else "no_response"
        findings[_end_of_cycle(calendar, start, rng)] = f"response:{second}"
    if has_late_remission(patient):
        for start in calendar.cycle_starts[2:]:
            findings[_end_of_cycle(calendar, start, rng)] = "response:CR"
        start = calendar.treatment_close
        for day in _follow_up_days(calendar, start, patient.survival_days, rng):
            findings[day] = "response:CR"
    if patient.transplant_day is not None:
        earliest = calendar.window_end + 4
        before = calendar.working_day(patient.transplant_day - rng.randint(8, 14), rng, earliest)
        if before >= earliest and rng.random() < 0.7:
            findings[before] = "response:CR"  # after other treatment, outside the two cycles
    return findings


def _early_marrow_day(calendar: Calendar, rng: Random) -> int:
    """With the visit of the third week, or a day beside it."""
    return calendar.working_day(rng.choice((13, 14, 14, 14, 14, 15)), rng, 12, 17)


def _end_of_cycle(calendar: Calendar, start: int, rng: Random) -> int:
    return calendar.working_day(start + rng.randint(27, 33), rng, start + 26, start + 35)


def _main_response(patient: Patient, rng: Random) -> str:
    if patient.best_response == "hypocellular":
        return "hypocellular"
    if patient.mrd_response_day is not None:
        return "not_evaluable"  # free of blasts, yet neither a remission nor hypocellular
    if has_late_remission(patient):
        return "PR"
    weighted = ["PR"] * 2 + ["no_response"] * 5 + ["progression"] * 4 + ["not_evaluable"] * 2
    return rng.choice(weighted)
