"""MH and CM: the history of the disease and the regimens given against it."""

from collections.abc import Iterator
from random import Random

from ..history import HistoryEvent, history_of
from ..records import Record, Subject

DECODED = {
    "diagnosis": "B-CELL ACUTE LYMPHOBLASTIC LEUKAEMIA",
    "relapse": "RELAPSE",
    "refractory": "PRIMARY REFRACTORY DISEASE",
}
# What investigators wrote.
TERMS = {
    "diagnosis": (
        "B-precursor ALL", "B-precursor ALL", "Common ALL", "Pre-B ALL", "Pro-B ALL", "B-ALL",
        "Acute lymphoblastic leukemia, B-lineage",
    ),
    "relapse": ("Relapse of ALL", "Relapse", "Bone marrow relapse", "ALL relapse", "Relapsed ALL"),
    "refractory": ("Refractory to first induction", "Primary refractory ALL", "Induction failure"),
}  # fmt: skip
OTHER_HISTORY = (
    "HYPERTENSION", "HYPERTENSION", "DIABETES MELLITUS", "TYPE 2 DIABETES MELLITUS", "ASTHMA",
    "HYPOTHYROIDISM", "DEPRESSION", "NEUROPATHY PERIPHERAL", "DEEP VEIN THROMBOSIS", "ANXIETY",
    "GASTROOESOPHAGEAL REFLUX DISEASE", "HERPES ZOSTER", "APPENDICECTOMY", "INSOMNIA",
)  # fmt: skip
FRONTLINE = (
    ("VINCRISTINE", "DAUNORUBICIN", "PREDNISONE", "ASPARAGINASE"),
    ("CYCLOPHOSPHAMIDE", "VINCRISTINE", "DOXORUBICIN", "DEXAMETHASONE"),
    ("VINCRISTINE", "IDARUBICIN", "DEXAMETHASONE", "PEGASPARGASE"),
)
SALVAGE = (
    ("FLUDARABINE", "CYTARABINE", "IDARUBICIN"),
    ("CLOFARABINE", "CYCLOPHOSPHAMIDE"),
    ("METHOTREXATE", "CYTARABINE"),
    ("MITOXANTRONE", "CYTARABINE"),
)
PRIOR = "PRIOR ANTI-LEUKEMIC THERAPY"


def medical_history(subject: Subject) -> Iterator[Record]:
    """Diagnosis, relapses, refractory disease; a relapse told twice shares its group."""
    rng = subject.rng("MH")
    relapses = 0
    for event in _events(subject):
        if event.kind not in DECODED:
            continue
        group = ""
        if event.kind == "relapse":
            relapses += 1
            group = f"RELAPSE {relapses}"
        terms = rng.sample(TERMS[event.kind], 2)
        yield _history(subject, event, group, terms[0])
        if event.kind == "relapse" and rng.random() < 0.06:
            yield _history(subject, event, group, terms[1])
    for term in sorted(set(rng.choices(OTHER_HISTORY, k=rng.choice((0, 0, 1, 1, 2, 3))))):
        day = -rng.randint(400, 3000)
        yield subject.record(
            "MH",
            day,
            MHTERM=term.capitalize(),
            MHDECOD=term,
            MHCAT="GENERAL MEDICAL HISTORY",
            MHSTDTC=subject.dtc(day, "year"),
        )


def _events(subject: Subject) -> tuple[HistoryEvent, ...]:
    return history_of(subject.patient, subject.calendar, subject.rng("history"))


def _history(subject: Subject, event: HistoryEvent, group: str, term: str) -> Record:
    return subject.record(
        "MH",
        event.day,
        MHGRPID=group,
        MHTERM=term,
        MHDECOD=DECODED[event.kind],
        MHCAT="DISEASE HISTORY",
        MHSTDTC=event.dtc,
    )


def prior_and_other_medication(subject: Subject) -> Iterator[Record]:
    """One record per drug; the drugs of a regimen share CMGRPID."""
    rng = subject.rng("CM")
    salvages = 0
    for event in _events(subject):
        if event.kind == "frontline":
            yield from _regimen(subject, event, "FRONTLINE", "FL1", rng.choice(FRONTLINE))
        elif event.kind == "salvage":
            salvages += 1
            drugs = rng.choice(SALVAGE)
            yield from _regimen(subject, event, "SALVAGE", f"SALV{salvages}", drugs)
    for start in subject.calendar.cycle_starts:
        day = subject.dtc(start)
        yield _drug(subject, start, (day, day), "DEXAMETHASONE", CMCAT="PREMEDICATION")
    yield from _subsequent_therapy(subject, rng)


def _regimen(
    subject: Subject, event: HistoryEvent, line: str, group: str, drugs: tuple[str, ...]
) -> Iterator[Record]:
    for drug in drugs:
        values = {"CMCAT": PRIOR, "CMSCAT": line, "CMGRPID": group}
        yield _drug(subject, event.day, (event.dtc, event.end_dtc), drug, **values)


def _subsequent_therapy(subject: Subject, rng: Random) -> Iterator[Record]:
    """Treatment after relapse or without remission.

    It is neither a prior line nor a sign of life the plan reads.
    """
    patient = subject.patient
    failure = patient.relapse_day
    if not patient.in_remission:
        failure = subject.calendar.infusion_ends[-1]
    if failure is None or failure + 30 > patient.survival_days or rng.random() < 0.5:
        return
    day = subject.calendar.working_day(failure + rng.randint(5, 25), rng)
    if patient.transplant_day is not None and abs(day - patient.transplant_day) < 30:
        return
    category = "SUBSEQUENT ANTI-LEUKEMIC THERAPY"
    for drug in rng.choice(SALVAGE):
        dates = (subject.dtc(day), "")
        yield _drug(subject, day, dates, drug, CMCAT=category, CMGRPID="SUB1")


def _drug(subject: Subject, day: int, dates: tuple[str, str], drug: str, **values: str) -> Record:
    treatment = {"CMTRT": drug.capitalize(), "CMDECOD": drug}
    return subject.record("CM", day, **treatment, CMSTDTC=dates[0], CMENDTC=dates[1], **values)
