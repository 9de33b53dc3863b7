"""SS, SV, DS, DD: who was seen or heard of, and how it ended."""

from collections.abc import Iterator

from ..records import Record, Subject

CAUSES = ("ACUTE LYMPHOBLASTIC LEUKAEMIA", "ACUTE LYMPHOBLASTIC LEUKAEMIA", "SEPSIS", "PNEUMONIA")
TRANSPLANT_CAUSES = ("GRAFT VERSUS HOST DISEASE", "SEPSIS", "VENO-OCCLUSIVE LIVER DISEASE")


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
    consent = subject.course.visits[0].day - rng.randint(0, 3)
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
            yield _disposition(subject, last + rng.randint(60, 160), "LOST TO FOLLOW-UP")
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
    causes = TRANSPLANT_CAUSES if subject.patient.remission_end == "death" else CAUSES
    cause = rng.choice(causes)
    yield subject.record(
        "DD",
        death.day,
        DDTESTCD="PRCDTH",
        DDTEST="Primary Cause of Death",
        DDORRES=cause.capitalize(),
        DDSTRESC=cause,
        DDDTC=subject.dtc(death.day, death.precision),
    )
