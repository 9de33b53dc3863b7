"""MH and CM: the history of the disease and the regimens given against it."""

from collections.abc import Iterator
from random import Random

from ..history import HistoryEvent, history_of
from ..records import Record, Subject

TERMS = {
    "diagnosis": ("B-CELL ACUTE LYMPHOBLASTIC LEUKAEMIA", "B-precursor ALL"),
    "relapse": ("RELAPSE", "Relapse of ALL"),
    "refractory": ("PRIMARY REFRACTORY DISEASE", "Refractory to first induction"),
}
OTHER_HISTORY = ("HYPERTENSION", "DIABETES MELLITUS", "ASTHMA", "HYPOTHYROIDISM", "DEPRESSION")
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
        if event.kind not in TERMS:
            continue
        group = ""
        if event.kind == "relapse":
            relapses += 1
            group = f"RELAPSE {relapses}"
        yield _history(subject, event, group)
        if event.kind == "relapse" and rng.random() < 0.06:
            yield _history(subject, event, group, term="Relapse, bone marrow")
    if rng.random() < 0.4:
        term = rng.choice(OTHER_HISTORY)
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


def _history(subject: Subject, event: HistoryEvent, group: str, term: str = "") -> Record:
    decoded, usual_term = TERMS[event.kind]
    return subject.record(
        "MH",
        event.day,
        MHGRPID=group,
        MHTERM=term or usual_term,
        MHDECOD=decoded,
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
        yield _drug(subject, start, subject.dtc(start), "DEXAMETHASONE", CMCAT="PREMEDICATION")
    yield from _subsequent_therapy(subject, rng)


def _regimen(
    subject: Subject, event: HistoryEvent, line: str, group: str, drugs: tuple[str, ...]
) -> Iterator[Record]:
    for drug in drugs:
        values = {"CMCAT": PRIOR, "CMSCAT": line, "CMGRPID": group}
        yield _drug(subject, event.day, event.dtc, drug, **values)


def _subsequent_therapy(subject: Subject, rng: Random) -> Iterator[Record]:
    """Treatment after relapse; it is neither a prior line nor a sign of life the plan reads."""
    relapse = subject.patient.relapse_day
    if relapse is None or relapse + 30 > subject.patient.survival_days or rng.random() < 0.5:
        return
    day = relapse + rng.randint(5, 25)
    category = "SUBSEQUENT ANTI-LEUKEMIC THERAPY"
    for drug in rng.choice(SALVAGE):
        yield _drug(subject, day, subject.dtc(day), drug, CMCAT=category, CMGRPID="SUB1")


def _drug(subject: Subject, day: int, dtc: str, drug: str, **values: str) -> Record:
    treatment = {"CMTRT": drug.capitalize(), "CMDECOD": drug, "CMSTDTC": dtc}
    return subject.record("CM", day, **treatment, **values)
