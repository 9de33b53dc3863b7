"""LB: blood counts at every visit, that go with the disease and with the response on the day."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from ..events import EXTRAMEDULLARY
from ..records import Record, Subject

LOCAL = "LOCAL LABORATORY"
MEMORY = 0.6  # correlation of a count, on its logarithm, from visit to visit
ENGRAFTMENT_DAYS = 28
PLATELETS_LOW = 0.6  # share of the CRh that lack platelets rather than neutrophils


@dataclass(frozen=True)
class Range:
    """A count's median, the spread of its logarithm, and the limits it stays within."""

    median: float
    spread: float
    lowest: float
    highest: float


# CR needs more than 100 platelets and 1.0 neutrophils, CRh more than half of either (10^9/L).
RANGES: Mapping[str, Mapping[str, Range]] = {
    "disease": {
        "NEUT": Range(0.7, 0.9, 0.02, 7.5),
        "PLAT": Range(38, 0.7, 4, 160),
        "HGB": Range(9.0, 0.13, 6.4, 13.6),
    },
    "aplastic": {
        "NEUT": Range(0.25, 0.6, 0.02, 0.48),
        "PLAT": Range(24, 0.5, 4, 48),
        "HGB": Range(8.6, 0.1, 6.8, 11.5),
    },
    "few platelets": {
        "NEUT": Range(1.7, 0.5, 0.54, 6.5),
        "PLAT": Range(74, 0.2, 51, 99),
        "HGB": Range(10.2, 0.12, 7.5, 14.0),
    },
    "few neutrophils": {
        "NEUT": Range(0.78, 0.2, 0.52, 0.98),
        "PLAT": Range(125, 0.4, 54, 330),
        "HGB": Range(10.2, 0.12, 7.5, 14.0),
    },
    "recovered": {
        "NEUT": Range(2.5, 0.45, 1.04, 8.9),
        "PLAT": Range(172, 0.33, 101, 420),
        "HGB": Range(11.9, 0.12, 8.2, 16.4),
    },
}
STATES = {
    "response:CR": "recovered",
    "response:hypocellular": "aplastic",
    EXTRAMEDULLARY: "recovered",
}
NEUTROPHIL_SHARES = {"disease": (0.04, 0.6)}  # of the leukocytes
NEUTROPHIL_SHARES_WELL = (0.42, 0.78)
# Test, name, decimals, reported unit, standard unit, standard units in a reported one.
TESTS = (
    ("WBC", "Leukocytes", 2, "10^9/L", "10^9/L", 1),
    ("HGB", "Hemoglobin", 1, "g/dL", "g/L", 10),
    ("PLAT", "Platelets", 0, "10^9/L", "10^9/L", 1),
    ("NEUT", "Neutrophils", 2, "10^9/L", "10^9/L", 1),
)


def blood_counts(subject: Subject) -> Iterator[Record]:
    """One count of blood a visit; sometimes none, sometimes without its differential."""
    rng = subject.rng("LB blood")
    deviations: dict[str, float] = {}
    crh_state = "few platelets" if rng.random() < PLATELETS_LOW else "few neutrophils"
    for visit in subject.course.visits:
        if not visit.in_person:
            continue
        state = _state(subject, visit.day, crh_state)
        values = _values(state, deviations, rng)
        draw = rng.random()
        for testcd, test, decimals, unit, standard_unit, factor in TESTS:
            if draw < 0.01:
                yield not_done(subject, visit.day, (testcd, test), "BLOOD", LOCAL)
            elif draw < 0.06 or (draw < 0.1 and testcd == "NEUT"):
                continue
            else:
                reported = f"{values[testcd]:.{decimals}f}"
                standard = reported if factor == 1 else f"{values[testcd] * factor:.0f}"
                units = (unit, standard_unit)
                yield _count(subject, visit.day, (testcd, test), (reported, standard), units)


def _state(subject: Subject, day: int, crh_state: str) -> str:
    """What the blood is like: by the latest response, or by a transplant of the weeks before."""
    known = [a for a in subject.course.assessments if a.day <= day]
    is_judged = bool(known) and known[-1].day == day
    if not is_judged and any(
        0 < day - transplant.day <= ENGRAFTMENT_DAYS for transplant in subject.course.transplants
    ):
        return "aplastic"
    if not known:
        return "disease"
    return {**STATES, "response:CRh": crh_state}.get(known[-1].finding, "disease")


def _values(state: str, deviations: dict[str, float], rng: Random) -> dict[str, float]:
    """Counts of one day; `deviations` remembers how the patient's differ from the median."""
    values = {}
    for testcd, limits in RANGES[state].items():
        deviation = MEMORY * deviations.get(testcd, rng.gauss(0, 1))
        deviation += math.sqrt(1 - MEMORY**2) * rng.gauss(0, 1)
        value = limits.median * math.exp(limits.spread * deviation)
        while not limits.lowest <= value <= limits.highest:
            deviation = rng.gauss(0, 1)
            value = limits.median * math.exp(limits.spread * deviation)
        deviations[testcd], values[testcd] = deviation, value
    shares = NEUTROPHIL_SHARES.get(state, NEUTROPHIL_SHARES_WELL)
    values["WBC"] = values["NEUT"] / rng.uniform(*shares)
    values["HGB"] = round(values["HGB"], 1)
    return values


def _count(
    subject: Subject,
    day: int,
    test: tuple[str, str],
    value: tuple[str, str],
    unit: tuple[str, str],
) -> Record:
    """A count as reported and in standard units."""
    return subject.record(
        "LB",
        day,
        LBTESTCD=test[0],
        LBTEST=test[1],
        LBCAT="HEMATOLOGY",
        LBORRES=value[0],
        LBORRESU=unit[0],
        LBSTRESC=value[1],
        LBSTRESN=value[1],
        LBSTRESU=unit[1],
        LBNAM=LOCAL,
        LBSPEC="BLOOD",
        LBDTC=subject.dtc(day),
    )


def not_done(
    subject: Subject, day: int, test: tuple[str, str], specimen: str, laboratory: str
) -> Record:
    """A test, code and name, that was planned and not done."""
    return subject.record(
        "LB",
        day,
        LBTESTCD=test[0],
        LBTEST=test[1],
        LBCAT="MINIMAL RESIDUAL DISEASE" if test[0].startswith("MRD") else "HEMATOLOGY",
        LBSTAT="NOT DONE",
        LBREASND="SAMPLE NOT RECEIVED",
        LBNAM=laboratory,
        LBSPEC=specimen,
        LBDTC=subject.dtc(day),
    )
