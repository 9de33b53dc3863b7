"""The mess that real data have and that must not change any result."""

from collections.abc import Iterator, Sequence
from random import Random

from .records import Record, Subject


def add_noise(subjects: Sequence[Subject], records: list[Record], rng: Random) -> Iterator[Record]:
    """Further records: after the cut-off, after death, of nobody, and slips of the pen."""
    yield from _after_cutoff(subjects, records, rng)
    yield from _after_death(subjects, rng)
    yield from _unknown_subject(subjects[0])
    yield from _wrong_dates(subjects, rng)


def _after_cutoff(
    subjects: Sequence[Subject], records: list[Record], rng: Random
) -> Iterator[Record]:
    """Contacts and a death in each trial that came after the data were cut."""
    followed = [
        s for s in subjects
        if not s.patient.died and 0 <= s.calendar.cutoff_day - s.patient.survival_days <= 200
    ]  # fmt: skip
    for number, subject in enumerate(followed):
        day = subject.calendar.cutoff_day + rng.randint(3, 80)
        day = subject.calendar.working_day(day, rng, subject.calendar.cutoff_day + 1)
        if number == 1:
            demographics = _demographics(subject, records)
            demographics.values.update(DTHDTC=subject.dtc(day), DTHFL="Y")
            yield from _late_death(subject, day)
        elif rng.random() < 0.6:
            yield _status(subject, day, "alive", rng)


def _demographics(subject: Subject, records: list[Record]) -> Record:
    return next(r for r in records if r.domain == "DM" and r.subject == subject.usubjid)


def _late_death(subject: Subject, day: int) -> Iterator[Record]:
    yield _status(subject, day, "dead", subject.rng("late death"))
    for domain, values in (
        ("DS", {"DSTERM": "Death", "DSDECOD": "DEATH", "DSCAT": "DISPOSITION EVENT"}),
        (
            "DD",
            {
                "DDTESTCD": "PRCDTH",
                "DDTEST": "Primary Cause of Death",
                "DDORRES": "Pneumonia",
                "DDSTRESC": "PNEUMONIA",
            },
        ),
    ):
        date_variable = "DSSTDTC" if domain == "DS" else "DDDTC"
        yield subject.record(domain, day, **values, **{date_variable: subject.dtc(day)})


def _status(subject: Subject, day: int, status: str, rng: Random) -> Record:
    word = subject.word(f"status:{status}", rng)
    return subject.record(
        "SS",
        day,
        SSTESTCD="SURVSTAT",
        SSTEST="Survival Status",
        SSORRES=word.capitalize(),
        SSSTRESC=word,
        SSDTC=subject.dtc(day),
    )


def _after_death(subjects: Sequence[Subject], rng: Random) -> Iterator[Record]:
    """A blood count and a visit with the wrong year, after a death whose date is whole."""
    dead = [
        s for s in subjects
        if s.course.death is not None
        and s.course.death.precision == "day"
        and not s.course.death.status_contact_only
        and 60 < s.patient.survival_days < s.calendar.cutoff_day - 400
    ]  # fmt: skip
    first, second = rng.sample(dead, 2)
    day = first.patient.survival_days + 340
    yield first.record(
        "LB",
        day,
        LBTESTCD="WBC",
        LBTEST="Leukocytes",
        LBCAT="HEMATOLOGY",
        LBORRES="4.13",
        LBORRESU="10^9/L",
        LBSTRESC="4.13",
        LBSTRESN="4.13",
        LBSTRESU="10^9/L",
        LBNAM="LOCAL LABORATORY",
        LBSPEC="BLOOD",
        LBDTC=first.dtc(day),
    )
    day = second.patient.survival_days + 351
    yield second.record(
        "SV",
        day,
        VISITNUM="990",
        VISIT="UNSCHEDULED 90",
        SVCNTMOD=second.word("contact_mode:visit", rng),
        SVSTDTC=second.dtc(day),
        SVENDTC=second.dtc(day),
    )


def _unknown_subject(subject: Subject) -> Iterator[Record]:
    """Records of somebody who is not in DM."""
    stranger = f"SYN-{subject.trial.short}-901"
    rng = subject.rng("stranger")
    status = _status(subject, 200, "alive", rng)
    yield Record("SS", stranger, 200, status.values)
    yield Record(
        "RS",
        stranger,
        30,
        {
            "RSTESTCD": "OVRLRESP",
            "RSTEST": "Overall Response",
            "RSCAT": "DISEASE RESPONSE",
            "RSORRES": subject.word("response:CR", rng),
            "RSSTRESC": subject.word("response:CR", rng),
            "RSEVAL": "INVESTIGATOR",
            "RSDTC": subject.dtc(30),
        },
    )


def _wrong_dates(subjects: Sequence[Subject], rng: Random) -> Iterator[Record]:
    """A relapse with the year before, a day that does not exist, a response without a date."""
    relapsed = [
        s for s in subjects
        if s.patient.relapse_day is not None and s.patient.relapse_day < 300
    ]  # fmt: skip
    subject = rng.choice(relapsed)
    day = (subject.patient.relapse_day or 0) - 365
    yield _response(subject, day, "relapse:hematologic", subject.dtc(day))
    others = [s for s in subjects if not s.patient.in_remission and s.patient.survival_days > 60]
    for subject, dtc in zip(rng.sample(others, 2), ("", "2013-02-30"), strict=True):
        yield _response(subject, 50, "response:no_response", dtc)


def _response(subject: Subject, day: int, finding: str, dtc: str) -> Record:
    word = subject.trial.words[finding][0]
    return subject.record(
        "RS",
        day,
        RSTESTCD="OVRLRESP",
        RSTEST="Overall Response",
        RSCAT="DISEASE RESPONSE",
        RSORRES=word,
        RSSTRESC=word,
        RSEVAL="INVESTIGATOR",
        RSACPTFL="Y" if subject.trial.ecog_domain == "RS" else "",
        RSDTC=dtc,
    )


def repeat_some(by_domain: dict[str, list[Record]], rng: Random) -> dict[str, list[Record]]:
    """Exact duplicates: the same record twice, sequence number and all."""
    repeated: dict[str, list[Record]] = {}
    for domain, records in by_domain.items():
        share = {"DM": 0.0, "DS": 0.0, "DD": 0.0}.get(domain, 0.004)
        repeated[domain] = [
            copy for record in records for copy in [record] * (1 + (rng.random() < share))
        ]
    return repeated
