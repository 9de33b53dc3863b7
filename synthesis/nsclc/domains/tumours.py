"""TU, TR and RS: lesions, their sizes, and responses, of each reader."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..events import REVIEW, Assessment, Reader
from ..lesions import Lesion, Reading, read_lesions
from ..lesions import Reader as Lesions
from ..records import Record, Value, Writing

CRITERIA: Final = "RECIST 1.1"
METHOD: Final = "CT SCAN"
_PREFIX: Final[dict[Reader, str]] = {
    "INVESTIGATOR": "INV",
    "RADIOLOGIST 1": "R1",
    "RADIOLOGIST 2": "R2",
    "ADJUDICATOR 1": "ADJ",
}
_READERS: Final[tuple[Reader, ...]] = ("INVESTIGATOR", *REVIEW)
_NOT_DONE: Final[dict[str, Value]] = {"TRSTAT": "NOT DONE", "TRREASND": "NOT EVALUABLE"}


@dataclass(frozen=True)
class _Reported:
    """What one reader reports of one assessment."""

    writing: Writing
    reader: Reader
    assessment: Assessment

    @property
    def group(self) -> str:
        """Links the results of the assessment to its overall response."""
        return f"{_PREFIX[self.reader]}-A{self.assessment.number:02d}"

    def lesion(self, name: str) -> str:
        """Links a lesion to its sizes."""
        return f"{_PREFIX[self.reader]}-{name}"

    @property
    def baseline_flag(self) -> str | None:
        """Marks the last results before the first dose."""
        is_before = self.assessment.number == 0 and bool(self.writing.course.doses)
        return "Y" if is_before else None

    def finding(self, domain: str, **values: Value) -> Record:
        """A record of the domain, on the day of the assessment, by the reader."""
        is_review = self.reader != "INVESTIGATOR"
        evaluator: dict[str, Value] = {
            f"{domain}EVAL": "INDEPENDENT ASSESSOR" if is_review else "INVESTIGATOR",
            f"{domain}EVALID": self.reader if is_review else None,
        }
        day, visit = self.assessment.day, self.assessment.visit
        return self.writing.finding(domain, visit, day, **values, **evaluator)


def tumours(writing: Writing) -> dict[str, list[Record]]:
    """The records of TU, TR and RS. A subject without a baseline has no lesions."""
    found: dict[str, list[Record]] = {"TU": [], "TR": [], "RS": []}
    later = [one for one in writing.course.assessments if one.number > 0]
    if writing.course.plan.has_baseline:
        for reader in _READERS:
            responses = [one.responses[reader] for one in later]
            lesions = read_lesions(responses, writing.rng(f"lesions of {reader}"))
            reported = [_Reported(writing, reader, one) for one in writing.course.assessments]
            found["TU"] += _identified(reported, lesions)
            found["TR"] += _measured(reported, lesions)
            for one, reading in zip(reported[1:], lesions.readings, strict=True):
                found["RS"] += _parts(one, reading)
    for assessment in later:
        for reader, response in assessment.responses.items():
            found["RS"].append(_overall(_Reported(writing, reader, assessment), response))
    return found


def _identified(reported: list[_Reported], lesions: Lesions) -> Iterator[Record]:
    """A lesion is identified once: at baseline, or when it is new."""
    baseline, *later = reported
    for lesion in lesions.lesions:
        yield _identification(baseline, lesion)
    if lesions.new_lesion is not None:
        pairs = zip(later, lesions.readings, strict=True)
        first = next(one for one, reading in pairs if reading.has_new_lesion)
        yield _identification(first, lesions.new_lesion)


def _identification(reported: _Reported, lesion: Lesion) -> Record:
    return reported.finding(
        "TU",
        TULNKID=reported.lesion(lesion.name),
        TUTESTCD="TUMIDENT",
        TUTEST="Tumor Identification",
        TUORRES=lesion.kind,
        TUSTRESC=lesion.kind,
        TULOC=lesion.site,
        TUMETHOD=METHOD,
        TULOBXFL=reported.baseline_flag,
    )


def _measured(reported: list[_Reported], lesions: Lesions) -> Iterator[Record]:
    """TR of all assessments: diameters and their sum, states of the other lesions."""
    baseline, *later = reported
    yield from _sizes(baseline, lesions, lesions.baseline)
    if any(lesion.kind == "NON-TARGET" for lesion in lesions.lesions):
        yield _state(baseline, "NT01", "PRESENT")
    for one, reading in zip(later, lesions.readings, strict=True):
        yield from _sizes(one, lesions, reading.diameters)
        if reading.non_target is not None:
            yield _state(one, "NT01", _state_of(reading.non_target))
        if reading.has_new_lesion:
            yield _state(one, "NEW01", "UNEQUIVOCAL")


def _state_of(response: str) -> str | None:
    states = {"NE": None, "CR": "ABSENT", "PD": "ENLARGEMENT"}
    return states.get(response, "PRESENT")


def _sizes(
    reported: _Reported, lesions: Lesions, diameters: tuple[int | None, ...]
) -> Iterator[Record]:
    """The diameter of each target lesion, and their sum where all are measured."""
    targets = [lesion for lesion in lesions.lesions if lesion.kind == "TARGET"]
    for lesion, size in zip(targets, diameters, strict=True):
        yield _size(reported, lesion.name, ("DIAMETER", "Diameter"), size)
    measured = [size for size in diameters if size is not None]
    if len(measured) == len(targets):
        yield _size(reported, None, ("SUMDIAM", "Sum of Diameter"), sum(measured))


def _size(
    reported: _Reported, lesion: str | None, test: tuple[str, str], size: int | None
) -> Record:
    if size is None:
        return _result(reported, lesion, test, _NOT_DONE)
    known: dict[str, Value] = {
        "TRORRES": str(size),
        "TRORRESU": "mm",
        "TRSTRESC": str(size),
        "TRSTRESN": size,
        "TRSTRESU": "mm",
    }
    return _result(reported, lesion, test, known)


def _state(reported: _Reported, lesion: str, state: str | None) -> Record:
    known: dict[str, Value] = {"TRORRES": state, "TRSTRESC": state}
    test = ("TUMSTATE", "Tumor State")
    return _result(reported, lesion, test, _NOT_DONE if state is None else known)


def _result(
    reported: _Reported, lesion: str | None, test: tuple[str, str], known: dict[str, Value]
) -> Record:
    return reported.finding(
        "TR",
        TRLNKID=None if lesion is None else reported.lesion(lesion),
        TRLNKGRP=reported.group,
        TRTESTCD=test[0],
        TRTEST=test[1],
        **known,
        TRMETHOD=None if lesion is None else METHOD,
        TRLOBXFL=reported.baseline_flag,
    )


def _parts(reported: _Reported, reading: Reading) -> Iterator[Record]:
    """The responses of target and non-target lesions, and the progression by new ones."""
    yield _response(reported, ("TRGRESP", "Target Response"), reading.target)
    if reading.non_target is not None:
        yield _response(reported, ("NTRGRESP", "Non-target Response"), reading.non_target)
    if reading.has_new_lesion:
        yield _response(reported, ("NEWLPROG", "New Lesion Progression"), "UNEQUIVOCAL")


def _overall(reported: _Reported, response: str) -> Record:
    """The overall response; of the independent review, the one that stands is accepted."""
    has_results = reported.writing.course.plan.has_baseline and reported.reader != "ADJUDICATOR 1"
    return {
        **_response(reported, ("OVRLRESP", "Overall Response"), response),
        "RSLNKGRP": reported.group if has_results else None,
        "RSACPTFL": "Y" if reported.reader == reported.assessment.accepted else None,
    }


def _response(reported: _Reported, test: tuple[str, str], result: str) -> Record:
    return reported.finding(
        "RS",
        RSTESTCD=test[0],
        RSTEST=test[1],
        RSCAT=CRITERIA,
        RSORRES=result,
        RSSTRESC=result,
    )
