"""Overall responses: how the disease was judged, from the first marrow to the last visit."""

from random import Random

from .calendar import Calendar, has_late_remission
from .cohort import FIRST_DAY_OF_SECOND_CYCLE_REMISSION, Patient
from .events import EXTRAMEDULLARY, RELAPSE, Assessment


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
