"""RS and QS: overall response and ECOG performance status."""

from collections.abc import Iterator
from random import Random

from ..events import EXTRAMEDULLARY
from ..records import Record, Subject

SITES = {True: "EXTRAMEDULLARY", False: "BONE MARROW"}


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
        return subject.calendar.date_of(day).day == 1
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
    """ECOG: the last value on or before the first dose is the cohort's; unknown has none."""
    rng = subject.rng("ECOG")
    baseline = subject.patient.ecog
    for visit in subject.course.visits:
        if not visit.in_person:
            continue
        if visit.day <= 0:
            if baseline is None:
                if visit.day < 0 and rng.random() < 0.5:
                    yield _ecog(subject, visit.day, None)
                continue
            value = baseline
            if visit.day < 0 and rng.random() < 0.2:
                value = min(2, max(0, baseline + rng.choice((-1, 1))))
            yield _ecog(subject, visit.day, value)
        elif visit.name.endswith(("DAY 1", "D1")) or rng.random() < 0.35:
            yield _ecog(subject, visit.day, rng.choice((0, 0, 1, 1, 1, 2)))


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
