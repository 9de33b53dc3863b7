"""PR: transplants before and after treatment, and marrow aspirations in one trial."""

from collections.abc import Iterator
from random import Random

from ..history import history_of
from ..records import Record, Subject

PARTIAL_SHARE = 0.6


def procedures(subject: Subject) -> Iterator[Record]:
    rng = subject.rng("PR")
    for event in history_of(subject.patient, subject.calendar, subject.rng("history")):
        if event.kind.startswith("transplant:"):
            yield _transplant(subject, event.day, event.kind, event.dtc, rng)
    for transplant in subject.course.transplants:
        day = transplant.day
        # A date may lack its day where the first of the month is the day.
        is_first = subject.calendar.date_of(day).day == 1
        precision = "month" if is_first and rng.random() < PARTIAL_SHARE else "day"
        dtc = subject.dtc(day, precision)
        yield _transplant(subject, day, f"transplant:{transplant.kind}", dtc, rng)
    if subject.trial.short == "211":
        for assessment in subject.course.assessments:
            if rng.random() < 0.3:
                yield subject.record(
                    "PR",
                    assessment.day,
                    PRTRT="BONE MARROW ASPIRATION",
                    PRDECOD="BONE MARROW ASPIRATION",
                    PRCAT="DIAGNOSTIC PROCEDURE",
                    PRSTDTC=subject.dtc(assessment.day),
                    PRENDTC=subject.dtc(assessment.day),
                )


def _transplant(subject: Subject, day: int, kind: str, dtc: str, rng: Random) -> Record:
    return subject.record(
        "PR",
        day,
        PRTRT=subject.word(kind, rng),
        PRDECOD="HEMATOPOIETIC STEM CELL TRANSPLANTATION",
        PRCAT="TRANSPLANT",
        PRSTDTC=dtc,
        PRENDTC=dtc,
    )
