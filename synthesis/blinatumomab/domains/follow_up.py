"""SS, SV, DS, DD: who was seen or heard of, and how it ended."""

from collections.abc import Iterator
from random import Random

from ..records import Record, Subject

LEUKAEMIA = "ACUTE LYMPHOBLASTIC LEUKAEMIA"
COMPLICATIONS = (
    "SEPSIS", "SEPSIS", "PNEUMONIA", "PNEUMONIA FUNGAL", "CEREBRAL HAEMORRHAGE",
    "MULTIPLE ORGAN DYSFUNCTION SYNDROME",
)  # fmt: skip
TRANSPLANT_COMPLICATIONS = (
    "GRAFT VERSUS HOST DISEASE", "GRAFT VERSUS HOST DISEASE", "VENOOCCLUSIVE LIVER DISEASE",
    "IDIOPATHIC PNEUMONIA SYNDROME", "SEPSIS", "PNEUMONIA",
)  # fmt: skip
LEUKAEMIA_SHARE = 0.75  # of the deaths with disease


def survival_status(subject: Subject) -> Iterator[Record]:
    rng = subject.rng("SS")
    for contact in subject.course.contacts:
        word = subject.word(f"status:{contact.status}", rng)
        yield subject.record(
            "SS",
            contact.day,
            SSTESTCD="SURVSTAT",
            SSTEST="Survival Status",
            SSORRES=word.capitalize(),
            SSSTRESC=word,
            SSDTC=subject.dtc(contact.day),
        )


def subject_visits(subject: Subject) -> Iterator[Record]:
    rng = subject.rng("SV")
    for visit in subject.course.visits:
        mode = "visit" if visit.in_person else "phone"
        end = subject.dtc(visit.day)
        yield Record(
            "SV",
            subject.usubjid,
            visit.day,
            {
                "VISITNUM": visit.number,
                "VISIT": visit.name,
                "SVCNTMOD": subject.word(f"contact_mode:{mode}", rng),
                "SVSTDTC": subject.dtc(visit.day),
                "SVENDTC": end,
            },
        )


def disposition(subject: Subject) -> Iterator[Record]:
    """Consent, and the end of the study where there was one before the cut-off."""
    rng = subject.rng("DS")
    screening = subject.course.visits[0].day
    consent = subject.calendar.working_day(screening - rng.randint(0, 3), rng, latest=screening)
    yield _disposition(subject, consent, "INFORMED CONSENT OBTAINED", "PROTOCOL MILESTONE")
    patient, death = subject.patient, subject.course.death
    if death is not None:
        if not death.status_contact_only and rng.random() < 0.96:
            yield _disposition(subject, death.day, "DEATH", precision=death.precision)
        return
    last = patient.survival_days
    if last < 1000:
        if rng.random() < 0.3:
            yield _disposition(subject, last, "WITHDRAWAL BY SUBJECT")
        else:
            lost = subject.calendar.working_day(last + rng.randint(60, 160), rng)
            yield _disposition(subject, lost, "LOST TO FOLLOW-UP")
    elif subject.calendar.cutoff_day - last > 200:
        yield _disposition(subject, last, "COMPLETED")


def _disposition(
    subject: Subject,
    day: int,
    decoded: str,
    category: str = "DISPOSITION EVENT",
    precision: str = "day",
) -> Record:
    return subject.record(
        "DS",
        day,
        DSTERM=decoded.capitalize(),
        DSDECOD=decoded,
        DSCAT=category,
        DSSTDTC=subject.dtc(day, precision),
    )


def death_details(subject: Subject) -> Iterator[Record]:
    rng = subject.rng("DD")
    death = subject.course.death
    if death is None or death.status_contact_only or rng.random() >= 0.88:
        return
    cause = _cause(subject, rng)
    yield subject.record(
        "DD",
        death.day,
        DDTESTCD="PRCDTH",
        DDTEST="Primary Cause of Death",
        DDORRES=cause.capitalize(),
        DDSTRESC=cause,
        DDDTC=subject.dtc(death.day, death.precision),
    )


def _cause(subject: Subject, rng: Random) -> str:
    """The disease where there was one; a complication of the transplant only after it."""
    in_remission = subject.patient.remission_end == "death"
    if not in_remission and rng.random() < LEUKAEMIA_SHARE:
        return LEUKAEMIA
    is_transplanted = bool(subject.course.transplants)
    return rng.choice(TRANSPLANT_COMPLICATIONS if is_transplanted else COMPLICATIONS)
