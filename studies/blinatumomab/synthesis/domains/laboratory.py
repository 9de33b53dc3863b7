"""LB and GF: marrow blasts, MRD, blood counts, and the genetic findings."""

from collections.abc import Iterator
from random import Random

from ..mrd import Sample, mrd_samples
from ..records import Record, Subject

CENTRAL = "CENTRAL LABORATORY"
LOCAL = "LOCAL LABORATORY"
# Blasts in per cent that go with a finding.
BLASTS = {
    "response:CR": (0, 4),
    "response:CRh": (0, 5),
    "response:hypocellular": (0, 4),
    "response:PR": (7, 24),
    "response:no_response": (26, 90),
    "response:progression": (40, 99),
    "response:not_evaluable": (0, 60),
    "relapse:hematologic": (12, 95),
    "relapse:extramedullary": (0, 4),
}
# Test, name, unit, range with disease, range in remission.
BLOOD_COUNTS = (
    ("WBC", "Leukocytes", "10^9/L", (4, 320), (25, 95)),
    ("PLAT", "Platelets", "10^9/L", (8, 95), (105, 320)),
    ("NEUT", "Neutrophils", "10^9/L", (1, 30), (12, 60)),
)


def laboratory(subject: Subject) -> Iterator[Record]:
    yield from _baseline_blasts(subject)
    yield from _marrow_blasts(subject)
    yield from _mrd(subject)
    yield from _blood_counts(subject)


def _baseline_blasts(subject: Subject) -> Iterator[Record]:
    """The last central reading before treatment is the cohort's; local ones differ from it."""
    rng = subject.rng("LB baseline")
    screening = subject.course.visits[0].day
    central = subject.patient.central_marrow_blasts
    day = 0 if rng.random() < 0.05 else screening
    local = rng.randint(30, 98)
    if central is not None:
        if rng.random() < 0.15:
            yield _blasts(subject, screening - rng.randint(4, 9), _near(central, 12, rng), CENTRAL)
        if rng.random() < 0.06:
            yield _blasts(subject, day, _near(central, 9, rng), CENTRAL)
        yield _blasts(subject, day, central, CENTRAL).ranked(1)
        local = _near(central, 10, rng)
    else:
        yield _not_done(subject, day, "BLAST", "Blasts", CENTRAL)
    yield _blasts(subject, day, local, LOCAL)
    if rng.random() < 0.1 and day < -1:
        yield _blasts(subject, rng.randint(day + 1, 0), _near(local, 10, rng), LOCAL)


def _near(value: int, spread: int, rng: Random) -> int:
    """Another reading of a value; never the same."""
    other = value
    while other == value:
        other = min(100, max(0, value + rng.randint(-spread, spread)))
    return other


def _marrow_blasts(subject: Subject) -> Iterator[Record]:
    rng = subject.rng("LB marrow")
    for assessment in subject.course.assessments:
        low, high = BLASTS[assessment.finding]
        value = rng.randint(low, high)
        if rng.random() < 0.8:
            yield _blasts(subject, assessment.day, value, CENTRAL)
        if rng.random() < 0.5:
            yield _blasts(subject, assessment.day, _near(value, 3, rng), LOCAL)


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
        LBSPEC="BONE MARROW",
        LBMETHOD="MICROSCOPY",
        LBDTC=subject.dtc(day),
    )


def _not_done(subject: Subject, day: int, testcd: str, test: str, laboratory: str) -> Record:
    return subject.record(
        "LB",
        day,
        LBTESTCD=testcd,
        LBTEST=test,
        LBCAT="MINIMAL RESIDUAL DISEASE" if testcd.startswith("MRD") else "HEMATOLOGY",
        LBSTAT="NOT DONE",
        LBREASND="SAMPLE NOT RECEIVED",
        LBNAM=laboratory,
        LBSPEC="BLOOD" if laboratory == LOCAL else "BONE MARROW",
        LBDTC=subject.dtc(day),
    )


def _mrd(subject: Subject) -> Iterator[Record]:
    rng = subject.rng("LB MRD")
    samples = mrd_samples(subject.patient, subject.calendar, subject.course, rng)
    for sample in samples:
        if sample.result == "not_done":
            test = "Minimal Residual Disease"
            yield _not_done(subject, sample.day, subject.trial.mrd_test, test, CENTRAL)
            continue
        if sample.day > 0 and rng.random() < 0.03:  # a first reading that was repeated
            yield _mrd_record(subject, Sample(sample.day, "quantified", "0.00047"), rng)
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
        LBSPEC="BONE MARROW",
        LBMETHOD="ALLELE-SPECIFIC QUANTITATIVE PCR",
        LBLLOD=detection,
        LBLLOQ=quantification,
        LBDTC=subject.dtc(sample.day),
    )


def _blood_counts(subject: Subject) -> Iterator[Record]:
    rng = subject.rng("LB blood")
    for visit in subject.course.visits:
        if not visit.in_person:
            continue
        well = _is_in_remission(subject, visit.day)
        for testcd, test, unit, ill_range, well_range in BLOOD_COUNTS:
            draw = rng.random()
            if draw < 0.01:
                yield _not_done(subject, visit.day, testcd, test, LOCAL)
            if draw < 0.12:
                continue
            tenths = rng.randint(*(well_range if well else ill_range))
            value = str(tenths) if testcd == "PLAT" else f"{tenths / 10:.1f}"
            yield subject.record(
                "LB",
                visit.day,
                LBTESTCD=testcd,
                LBTEST=test,
                LBCAT="HEMATOLOGY",
                LBORRES=value,
                LBORRESU=unit,
                LBSTRESC=value,
                LBSTRESN=value,
                LBSTRESU=unit,
                LBNAM=LOCAL,
                LBSPEC="BLOOD",
                LBDTC=subject.dtc(visit.day),
            )


def _is_in_remission(subject: Subject, day: int) -> bool:
    patient = subject.patient
    if patient.remission_day is None or patient.remission_end_day is None:
        return False
    return patient.remission_day <= day <= patient.remission_end_day


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
            yield _finding(subject, day - rng.randint(20, 90), testcd, test, word)
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
        GFSPEC="BONE MARROW",
        GFMETHOD="REVERSE TRANSCRIPTION PCR" if testcd == "BCRABL1" else "FISH",
        GFDTC=subject.dtc(day),
    )
