"""RS and QS: overall response and ECOG performance status."""

from collections.abc import Iterator
from random import Random

from ..events import EXTRAMEDULLARY
from ..records import Record, Subject

SITES = {True: "EXTRAMEDULLARY", False: "BONE MARROW"}
PARTIAL_SHARE = 0.6  # of the dates that may lack their day
USUAL_ECOG, WORST_ECOG = 1, 3
# Chances that the performance status falls (is better), stays or rises at the next visit.
ECOG_STEPS = {True: (0.25, 0.68, 0.07), False: (0.07, 0.71, 0.22)}  # in remission, with disease


def disease_response(subject: Subject) -> Iterator[Record]:
    """Overall responses, with the superseded and missing ones beside them."""
    rng = subject.rng("RS")
    for assessment in subject.course.assessments:
        yield from _overall_response(subject, assessment.day, assessment.finding, rng)
    for visit in subject.course.visits:
        is_planned = visit.name.startswith(("FOLLOW-UP", "END", "UNSCHEDULED"))
        assessed = any(a.day == visit.day for a in subject.course.assessments)
        if visit.in_person and is_planned and not assessed and rng.random() < 0.4:
            yield _not_done(subject, visit.day, rng)


def _overall_response(subject: Subject, day: int, finding: str, rng: Random) -> Iterator[Record]:
    word = subject.word(finding, rng)
    is_central = subject.trial.ecog_domain == "RS"
    precision = "month" if _may_be_partial(subject, day, finding, rng) else "day"
    if precision == "day":
        yield from _superseded(subject, day, finding, rng)
    record = subject.record(
        "RS",
        day,
        RSTESTCD="OVRLRESP",
        RSTEST="Overall Response",
        RSCAT="DISEASE RESPONSE",
        RSORRES=word,
        RSSTRESC=word,
        RSEVAL="INDEPENDENT ASSESSOR" if is_central else "INVESTIGATOR",
        RSACPTFL="Y" if is_central else "",
        RSDTC=subject.dtc(day, precision),
    ).ranked(1)
    if not is_central and rng.random() < 0.06:
        record.values.update(RSORRES=f" {word.capitalize()} ", RSSTRESC="")
    if is_central and finding.startswith("relapse"):
        site = SITES[finding == EXTRAMEDULLARY]
        record.supplements = (("RELSITE", "Site of Relapse", site),)
    yield record


def _superseded(subject: Subject, day: int, finding: str, rng: Random) -> Iterator[Record]:
    """A first reading of the same day that did not stand.

    In the one trial the later record counts; in the other the one with the acceptance flag does,
    although the investigator's came later.
    """
    is_central = subject.trial.ecog_domain == "RS"
    if rng.random() >= (0.05 if is_central else 0.08):
        return
    other = {
        "response:CR": "response:CRh",
        "response:PR": "response:CR",
        "response:no_response": "response:CRh",
        "response:hypocellular": "response:CRh",
    }.get(finding, "response:CR")
    word = subject.word(other, rng)
    yield subject.record(
        "RS",
        day,
        RSTESTCD="OVRLRESP",
        RSTEST="Overall Response",
        RSCAT="DISEASE RESPONSE",
        RSORRES=word,
        RSSTRESC=word,
        RSEVAL="INVESTIGATOR",
        RSDTC=subject.dtc(day),
    ).ranked(2 if is_central else 0)


def _may_be_partial(subject: Subject, day: int, finding: str, rng: Random) -> bool:
    """Year and month only, where the first day of the month is the day, or nothing hangs on it."""
    patient = subject.patient
    if day == patient.relapse_day:
        return subject.calendar.date_of(day).day == 1 and rng.random() < PARTIAL_SHARE
    is_late = day > (patient.remission_day or 0) + 300 and day != patient.remission_end_day
    return is_late and finding.startswith("response") and rng.random() < 0.02


def _not_done(subject: Subject, day: int, rng: Random) -> Record:
    return subject.record(
        "RS",
        day,
        RSTESTCD="OVRLRESP",
        RSTEST="Overall Response",
        RSCAT="DISEASE RESPONSE",
        RSSTAT="NOT DONE",
        RSREASND=rng.choice(("SUBJECT REFUSED", "NO MARROW TAKEN", "")),
        RSDTC=subject.dtc(day),
    )


def performance_status(subject: Subject) -> Iterator[Record]:
    """ECOG: the last value on or before the first dose is the cohort's; unknown has none.

    Afterwards it moves a step at a time, down in remission and up with the disease.
    """
    rng = subject.rng("ECOG")
    baseline = subject.patient.ecog
    value = USUAL_ECOG if baseline is None else baseline
    for visit in subject.course.visits:
        if not visit.in_person:
            continue
        if visit.day <= 0:
            yield from _ecog_before_treatment(subject, visit.day, rng)
            continue
        steps = ECOG_STEPS[_is_in_remission(subject, visit.day)]
        value = min(WORST_ECOG, max(0, value + rng.choices((-1, 0, 1), steps)[0]))
        if visit.name.endswith(("DAY 1", "D1")) or rng.random() < 0.35:
            yield _ecog(subject, visit.day, value)


def _ecog_before_treatment(subject: Subject, day: int, rng: Random) -> Iterator[Record]:
    baseline = subject.patient.ecog
    if baseline is None:
        if day < 0 and rng.random() < 0.5:
            yield _ecog(subject, day, None)
        return
    is_other = day < 0 and rng.random() < 0.2
    value = baseline + rng.choice((-1, 1)) if is_other else baseline
    yield _ecog(subject, day, min(2, max(0, value)))


def _is_in_remission(subject: Subject, day: int) -> bool:
    findings = [a.finding for a in subject.course.assessments if a.day <= day]
    return bool(findings) and findings[-1].startswith("response:CR")


def _ecog(subject: Subject, day: int, value: int | None) -> Record:
    domain = subject.trial.ecog_domain
    text = "" if value is None else str(value)
    values = {
        "TESTCD": "ECOG101",
        "TEST": "ECOG1-Performance Status",
        "CAT": "ECOG",
        "ORRES": text,
        "STRESC": text,
        "STRESN": text,
        "STAT": "NOT DONE" if value is None else "",
        "DTC": subject.dtc(day),
    }
    return subject.record(domain, day, **{domain + name: text for name, text in values.items()})
