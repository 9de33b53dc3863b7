"""LB and GF: marrow blasts, MRD, and the genetic findings; the blood counts have their own file."""

from collections.abc import Iterator
from random import Random

from ..events import Assessment
from ..mrd import Sample, first_reading, mrd_samples
from ..records import Record, Subject
from .blood_counts import LOCAL, blood_counts, not_done

CENTRAL = "CENTRAL LABORATORY"
MARROW = "BONE MARROW"
# Blasts in per cent that go with a finding.
BLASTS = {
    "response:CR": (0, 4),
    "response:CRh": (0, 5),
    "response:hypocellular": (0, 4),
    "response:PR": (7, 24),
    "response:no_response": (26, 89),
    "response:progression": (40, 99),
    "response:not_evaluable": (0, 60),
    "relapse:hematologic": (12, 95),
    "relapse:extramedullary": (0, 4),
}
FREE_OF_BLASTS = (0, 4)
SMALL = 5  # per cent, up to which readings of one marrow agree to within a point or two


def laboratory(subject: Subject) -> Iterator[Record]:
    yield from _baseline_blasts(subject)
    yield from _marrow_blasts(subject)
    yield from _mrd(subject)
    yield from blood_counts(subject)


def _baseline_blasts(subject: Subject) -> Iterator[Record]:
    """The last central reading before treatment is the cohort's; local ones differ from it."""
    rng = subject.rng("LB baseline")
    calendar = subject.calendar
    screening = subject.course.visits[0].day
    central = subject.patient.central_marrow_blasts
    day = 0 if rng.random() < 0.05 else screening
    local = rng.randint(30, 98)
    if central is not None:
        if rng.random() < 0.15:
            earlier = calendar.working_day(screening - rng.randint(4, 9), rng)
            yield _blasts(subject, earlier, _other(central, 12, rng), CENTRAL)
        if rng.random() < 0.06:
            yield _blasts(subject, day, _other(central, 9, rng), CENTRAL)
        yield _blasts(subject, day, central, CENTRAL).ranked(1)
        local = _other(central, 10, rng)
    else:
        yield not_done(subject, day, ("BLAST", "Blasts"), MARROW, CENTRAL)
    yield _blasts(subject, day, local, LOCAL)
    if rng.random() < 0.1 and day < -1:
        later = calendar.working_day(rng.randint(day + 1, 0), rng, day + 1, 0)
        yield _blasts(subject, later, _other(local, 10, rng), LOCAL)


def _other(value: int, spread: int, rng: Random) -> int:
    """Another reading of a value; never the same."""
    other = value
    while other == value:
        other = _near(value, spread, rng)
    return other


def _near(value: int, spread: int, rng: Random, highest: int = 100) -> int:
    return rng.randint(max(0, value - spread), min(highest, value + spread))


def _marrow_blasts(subject: Subject) -> Iterator[Record]:
    rng = subject.rng("LB marrow")
    for assessment in subject.course.assessments:
        limits = _blasts_range(subject, assessment)
        value = rng.randint(*limits)
        if rng.random() < 0.8:
            yield _blasts(subject, assessment.day, value, CENTRAL)
        if rng.random() < 0.5:
            spread = 2 if value <= SMALL else 9
            local = _near(value, spread, rng, highest=max(limits[1], SMALL))
            yield _blasts(subject, assessment.day, local, LOCAL)


def _blasts_range(subject: Subject, assessment: Assessment) -> tuple[int, int]:
    """Where no residual disease is found there are no blasts, whatever the response is called."""
    response_day = subject.patient.mrd_response_day
    is_unclear = assessment.finding == "response:not_evaluable" and response_day is not None
    if is_unclear or assessment.day == response_day:
        return FREE_OF_BLASTS
    return BLASTS[assessment.finding]


def _blasts(subject: Subject, day: int, value: int, laboratory: str) -> Record:
    return subject.record(
        "LB",
        day,
        LBTESTCD="BLAST",
        LBTEST="Blasts",
        LBCAT="HEMATOLOGY",
        LBORRES=str(value),
        LBORRESU="%",
        LBSTRESC=str(value),
        LBSTRESN=str(value),
        LBSTRESU="%",
        LBNAM=laboratory,
        LBSPEC=MARROW,
        LBMETHOD="MICROSCOPY",
        LBDTC=subject.dtc(day),
    )


def _mrd(subject: Subject) -> Iterator[Record]:
    rng = subject.rng("LB MRD")
    samples = mrd_samples(subject.patient, subject.calendar, subject.course, rng)
    for sample in samples:
        if sample.result == "not_done":
            test = (subject.trial.mrd_test, "Minimal Residual Disease")
            yield not_done(subject, sample.day, test, MARROW, CENTRAL)
            continue
        if sample.day > 0 and rng.random() < 0.03:
            yield _mrd_record(subject, first_reading(sample, rng), rng)
        yield _mrd_record(subject, sample, rng).ranked(1)


def _mrd_record(subject: Subject, sample: Sample, rng: Random) -> Record:
    is_quantified = sample.result == "quantified"
    text = sample.level if is_quantified else subject.word(f"mrd:{sample.result}", rng)
    detection, quantification = sample.limits
    return subject.record(
        "LB",
        sample.day,
        LBTESTCD=subject.trial.mrd_test,
        LBTEST="Minimal Residual Disease",
        LBCAT="MINIMAL RESIDUAL DISEASE",
        LBORRES=text,
        LBORRESU="fraction of 1" if is_quantified else "",
        LBSTRESC=text,
        LBSTRESN=sample.level,
        LBSTRESU="fraction of 1" if is_quantified else "",
        LBNAM=CENTRAL,
        LBSPEC=MARROW,
        LBMETHOD="ALLELE-SPECIFIC QUANTITATIVE PCR",
        LBLLOD=detection,
        LBLLOQ=quantification,
        LBDTC=subject.dtc(sample.day),
    )


def genetic_findings(subject: Subject) -> Iterator[Record]:
    """t(4;11) and BCR::ABL1 before treatment; some of the absent ones were never reported."""
    rng = subject.rng("GF")
    patient = subject.patient
    day = subject.course.visits[0].day
    findings = (
        ("T411", "t(4;11)(q21;q23)", patient.t411, 0.82),
        ("BCRABL1", "BCR::ABL1 Fusion", patient.ph_positive, 0.96),
    )
    for testcd, test, present, reported in findings:
        if not present and rng.random() >= reported:
            if rng.random() < 0.4:
                yield _finding(subject, day, testcd, test, "")
            continue
        word = "DETECTED" if present else "NOT DETECTED"
        if rng.random() < 0.08:
            earlier = subject.calendar.working_day(day - rng.randint(20, 90), rng)
            yield _finding(subject, earlier, testcd, test, word)
        yield _finding(subject, day, testcd, test, word)


def _finding(subject: Subject, day: int, testcd: str, test: str, word: str) -> Record:
    return subject.record(
        "GF",
        day,
        GFTESTCD=testcd,
        GFTEST=test,
        GFORRES=word,
        GFSTRESC=word,
        GFSTAT="" if word else "NOT DONE",
        GFREASND="" if word else "NOT REPORTED BY SITE",
        GFSPEC=MARROW,
        GFMETHOD="REVERSE TRANSCRIPTION PCR" if testcd == "BCRABL1" else "FISH",
        GFDTC=subject.dtc(day),
    )
