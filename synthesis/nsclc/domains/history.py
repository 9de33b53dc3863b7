"""MH, MI and IE: the disease before the trial, PD-L1, and criteria that were not met."""

from collections.abc import Iterator

from ..events import Visit
from ..records import Record, Writing, iso, study_day
from ..subjects import Person, ScreenFailure
from ..trial import SCREEN_FAILURE_VISIT, STUDYID
from .design import CRITERIA


def history(person: Person, writing: Writing | None) -> Record:
    """The primary diagnosis, dated to the month; screen failures have no study day."""
    return {
        "STUDYID": STUDYID,
        "DOMAIN": "MH",
        "USUBJID": person.usubjid,
        "MHTERM": f"NON-SMALL CELL LUNG CANCER, {person.histology}",
        "MHDECOD": "Non-small cell lung cancer",
        "MHCAT": "PRIMARY DIAGNOSIS",
        "MHSCAT": person.histology,
        "MHDTC": iso(person.consented),
        "MHSTDTC": iso(person.diagnosed)[:7],
        "MHDY": None if writing is None else study_day(writing.consented),
    }


def microscopy(writing: Writing) -> Iterator[Record]:
    """MI, the tumour proportion score of PD-L1 at screening."""
    score = writing.person.tumour_proportion
    visit = next(visit for visit in writing.course.visits if visit.name == "SCREENING")
    yield writing.finding("MI", visit, _day(visit), **_pdl1(score))


def _day(visit: Visit) -> int:
    assert visit.day is not None
    return visit.day


def _pdl1(score: int) -> dict[str, str | int | None]:
    return {
        "MITESTCD": "PDL1",
        "MITEST": "Programmed Death Ligand 1",
        "MITSTDTL": "TUMOR PROPORTION SCORE",
        "MIORRES": str(score),
        "MIORRESU": "%",
        "MISTRESC": str(score),
        "MISTRESN": score,
        "MISTRESU": "%",
        "MISPEC": "TISSUE",
        "MIMETHOD": "IHC",
        "MILOBXFL": "Y",
    }


def criterion_not_met(failure: ScreenFailure) -> Record:
    """IE, the criterion that a screen failure did not meet."""
    text, category = CRITERIA[failure.criterion]
    number, name = SCREEN_FAILURE_VISIT
    answer = "N" if category == "INCLUSION" else "Y"
    return {
        "STUDYID": STUDYID,
        "DOMAIN": "IE",
        "USUBJID": failure.person.usubjid,
        "IETESTCD": failure.criterion,
        "IETEST": text,
        "IECAT": category,
        "IEORRES": answer,
        "IESTRESC": answer,
        "VISITNUM": number,
        "VISIT": name,
        "EPOCH": "SCREENING",
        "IEDTC": iso(failure.failed),
    }
