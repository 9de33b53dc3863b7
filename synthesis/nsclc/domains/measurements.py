"""LB, VS and the ECOG performance status in RS: at screening and every eight weeks on treatment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from ..events import Visit
from ..records import Record, Writing
from ..subjects import ScreenFailure
from ..trial import ASSESSMENT_INTERVAL, SCREEN_FAILURE_VISIT, STUDYID
from ..visits import OPEN_LABEL, SCREENING

_WORST_ECOG: Final = 3
_ECOG_STEPS: Final = ((-1, 0, 1), (0.08, 0.74, 0.18))  # from one visit to the next, and chances


@dataclass(frozen=True)
class Test:
    """A test with its unit, decimals, usual value and spread, and limits of the normal range."""

    code: str
    name: str
    category: str
    specimen: str
    unit: str
    decimals: int
    usual: float
    spread: float
    low: float
    high: float


_LABORATORY: Final = (
    Test("HGB", "Hemoglobin", "HEMATOLOGY", "BLOOD", "g/L", 0, 128, 14, 120, 170),
    Test("ALT", "Alanine Aminotransferase", "CHEMISTRY", "SERUM", "U/L", 0, 24, 9, 5, 45),
)


def measured_visits(writing: Writing) -> Sequence[Visit]:
    """Screening, and the visits of the assessments up to the last dose of blinded treatment."""
    course = writing.course
    last = -1 if not course.blinded_doses else (course.blinded_doses[-1].last or course.cutoff)
    return [
        visit
        for visit in course.visits
        if visit.number == SCREENING
        or (
            visit.day is not None
            and visit.number < OPEN_LABEL
            and visit.planned
            and visit.planned % ASSESSMENT_INTERVAL == 0
            and visit.day <= last
        )
    ]


def laboratory(writing: Writing) -> Iterator[Record]:
    """LB, two tests; values stay near those of the subject."""
    for test in _LABORATORY:
        rng = writing.rng(f"laboratory {test.code}")
        own = rng.gauss(test.usual, test.spread)
        for visit in measured_visits(writing):
            value = round(max(test.low / 2, rng.gauss(own, test.spread / 3)), test.decimals)
            yield writing.finding("LB", visit, _day(visit), **_result(writing, test, value, visit))


def _result(
    writing: Writing, test: Test, value: float, visit: Visit
) -> dict[str, str | float | None]:
    text = f"{value:.{test.decimals}f}"
    return {
        "LBTESTCD": test.code,
        "LBTEST": test.name,
        "LBCAT": test.category,
        "LBORRES": text,
        "LBORRESU": test.unit,
        "LBORNRLO": f"{test.low:g}",
        "LBORNRHI": f"{test.high:g}",
        "LBSTRESC": text,
        "LBSTRESN": value,
        "LBSTRESU": test.unit,
        "LBSTNRLO": test.low,
        "LBSTNRHI": test.high,
        "LBNRIND": _indicator(test, value),
        "LBSPEC": test.specimen,
        "LBLOBXFL": _baseline_flag(writing, visit),
    }


def _indicator(test: Test, value: float) -> str:
    if value < test.low:
        return "LOW"
    return "HIGH" if value > test.high else "NORMAL"


def _baseline_flag(writing: Writing, visit: Visit) -> str | None:
    return "Y" if visit.number == SCREENING and writing.course.doses else None


def vital_signs(writing: Writing) -> Iterator[Record]:
    """VS, the weight."""
    rng = writing.rng("weight")
    weight = writing.person.weight
    for visit in measured_visits(writing):
        text = f"{weight:.1f}"
        yield writing.finding(
            "VS",
            visit,
            _day(visit),
            VSTESTCD="WEIGHT",
            VSTEST="Weight",
            VSORRES=text,
            VSORRESU="kg",
            VSSTRESC=text,
            VSSTRESN=weight,
            VSSTRESU="kg",
            VSLOBXFL=_baseline_flag(writing, visit),
        )
        weight = round(max(38.0, weight + rng.gauss(-0.4, 1.2)), 1)


def performance_status(writing: Writing) -> Iterator[Record]:
    """RS, the ECOG status; the one at screening is that of the form."""
    rng = writing.rng("ECOG")
    status = writing.person.ecog
    for visit in measured_visits(writing):
        yield {
            **writing.finding("RS", visit, _day(visit), **_ecog(status)),
            "RSLOBXFL": _baseline_flag(writing, visit),
        }
        status = _next_status(status, rng)


def performance_status_of_failure(failure: ScreenFailure) -> Record:
    """The ECOG status of a screen failure, on the day of the decision."""
    number, name = SCREEN_FAILURE_VISIT
    return {
        "STUDYID": STUDYID,
        "DOMAIN": "RS",
        "USUBJID": failure.person.usubjid,
        **_ecog(failure.person.ecog),
        "VISITNUM": number,
        "VISIT": name,
        "EPOCH": "SCREENING",
        "RSDTC": failure.failed.isoformat(),
    }


def _ecog(status: int) -> dict[str, str | float | None]:
    return {
        "RSTESTCD": "ECOG101",
        "RSTEST": "ECOG1-Performance Status",
        "RSCAT": "ECOG",
        "RSORRES": str(status),
        "RSSTRESC": str(status),
        "RSEVAL": "INVESTIGATOR",
    }


def _next_status(status: int, rng: Random) -> int:
    steps, chances = _ECOG_STEPS
    return min(_WORST_ECOG, max(0, status + rng.choices(steps, chances)[0]))


def _day(visit: Visit) -> int:
    assert visit.day is not None
    return visit.day
