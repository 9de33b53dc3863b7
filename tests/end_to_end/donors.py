"""The subjects of the randomised trial as records, and what the records say of each.

What a subject's days are is read here from the files alone, by rules of a few lines each: tests
compare what the warehouse finds with it.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

import pyreadstat
from project import NSCLC

Record = dict[str, str]
Records = dict[str, list[Record]]
"""The records of a subject by the stem of their file, in the order of the file."""

TRIAL: Final = "NSCLC-301"
CUTOFF: Final = date(2024, 1, 31)
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
FILES: Final = (
    *("dm", "suppdm", "ds", "ex", "sv", "rs", "tu", "lb", "vs", "mi", "ae", "cm", "mh", "ss", "dd"),
)
"""The files of subjects that the study reads."""
_CONTACTS: Final = ("sv", "rs", "tu", "lb", "vs", "ex", "ae", "ss")
"""The files whose records show that a subject was alive, by the study's parameters."""


class Test(NamedTuple):
    """A test behind a factor: its file and its code."""

    file: str
    code: str

    def variable(self, name: str) -> str:
        """The variable of the domain, such as VSDTC."""
        return f"{self.file.upper()}{name}"


WEIGHT: Final = Test("vs", "WEIGHT")
HAEMOGLOBIN: Final = Test("lb", "HGB")
ECOG: Final = Test("rs", "ECOG101")
PDL1: Final = Test("mi", "PDL1")


class Reading(NamedTuple):
    """An overall response: its day, what it says, and the record it is told in."""

    day: date
    response: str
    record: Record


@dataclass(frozen=True)
class Donor:
    """A randomised subject, whose records mutations start from."""

    usubjid: str
    records: Records

    def copied(self) -> Records:
        """The records, for a mutation to change."""
        return deepcopy(self.records)

    @cached_property
    def demographics(self) -> Record:
        return self.records["dm"][0]

    @cached_property
    def randomised(self) -> date:
        return min(
            date.fromisoformat(record["DSSTDTC"])
            for record in self.records["ds"]
            if record["DSDECOD"] == "RANDOMIZED"
        )

    @cached_property
    def doses(self) -> list[Record]:
        return [record for record in self.records["ex"] if record["EPOCH"] == "TREATMENT"]

    @cached_property
    def is_treated(self) -> bool:
        return bool(self.doses)

    @cached_property
    def first_dose(self) -> date:
        return min(date.fromisoformat(record["EXSTDTC"]) for record in self.doses)

    @cached_property
    def last_dose(self) -> date:
        return max(
            date.fromisoformat(record["EXENDTC"] or record["EXSTDTC"]) for record in self.doses
        )

    @cached_property
    def is_alive(self) -> bool:
        """Whether nobody says that the subject died, not even after the cut-off."""
        return self.demographics["DTHFL"] != "Y"

    @cached_property
    def death(self) -> date | None:
        """The day of death: None while alive, without its day, or after the cut-off."""
        given = self.demographics["DTHDTC"]
        day = date.fromisoformat(given) if len(given) == 10 else None
        return day if day is not None and day <= CUTOFF else None

    @cached_property
    def last_alive(self) -> date:
        """The last day until the death on which a record shows the subject alive."""
        return max(day for day in self._days_alive() if self.death is None or day <= self.death)

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """The overall responses of the investigator, by day."""
        return self._readings(lambda record: record["RSEVAL"] == "INVESTIGATOR")

    @cached_property
    def review(self) -> tuple[Reading, ...]:
        """The overall responses that stand for the independent review, by day."""
        return self._readings(lambda record: record["RSACPTFL"] == "Y")

    @cached_property
    def progression(self) -> date | None:
        """The first progression by the investigator."""
        return _first_progression(self.readings)

    @cached_property
    def review_progression(self) -> date | None:
        return _first_progression(self.review)

    @cached_property
    def adequate(self) -> tuple[date, ...]:
        """The days of the investigator's assessments that could be evaluated."""
        return tuple(reading.day for reading in self.readings if reading.response != "NE")

    @cached_property
    def is_responder(self) -> bool:
        """Whether the investigator once saw a complete or partial response, confirmed or not."""
        return any(reading.response in ("CR", "PR") for reading in self.readings)

    @cached_property
    def next_therapy(self) -> date | None:
        """The first possible day of a new therapy or of the crossover."""
        days = [
            earliest(record["CMSTDTC"])
            for record in self.records["cm"]
            if record["CMCAT"] == "SUBSEQUENT ANTI-CANCER THERAPY"
        ]
        days += [
            earliest(record["EXSTDTC"])
            for record in self.records["ex"]
            if record["EPOCH"] == "OPEN LABEL TREATMENT"
        ]
        return min(days, default=None)

    @cached_property
    def severe_event(self) -> date | None:
        """The first possible day of an adverse event of grade 3 or more."""
        return min(
            (
                earliest(record["AESTDTC"])
                for record in self.records["ae"]
                if record["AETOXGR"] in ("3", "4", "5")
            ),
            default=None,
        )

    def _readings(self, counts: Callable[[Record], bool]) -> tuple[Reading, ...]:
        found = [
            Reading(date.fromisoformat(record["RSDTC"]), record["RSSTRESC"], record)
            for record in self.records["rs"]
            if record["RSTESTCD"] == "OVRLRESP" and counts(record)
        ]
        return tuple(sorted(found, key=lambda reading: reading.day))

    def _days_alive(self) -> Iterator[date]:
        for file in _CONTACTS:
            for record in self.records[file]:
                if record.get("SSSTRESC", "ALIVE") == "ALIVE" and record.get("SVOCCUR") != "N":
                    for variable, value in record.items():
                        if value and variable[2:] in ("DTC", "STDTC", "ENDTC"):
                            day = earliest(value)
                            if day <= CUTOFF:
                                yield day


def earliest(dtc: str) -> date:
    """The first possible day of a date, complete or without its day or month."""
    return date.fromisoformat(f"{dtc}-01-01"[:10] if len(dtc) == 4 else f"{dtc}-01"[:10])


def _first_progression(readings: tuple[Reading, ...]) -> date | None:
    return min((one.day for one in readings if one.response == "PD"), default=None)


def read_donors() -> tuple[Donor, ...]:
    """Everybody who was randomised, in the order of the files."""
    folder = NSCLC / "sdtm/m5/datasets/nsclc-301/tabulations/sdtm"
    records: dict[str, Records] = {}
    for file in FILES:
        for record in _read(folder / f"{file}.xpt"):
            of_subject = records.setdefault(record["USUBJID"], {name: [] for name in FILES})
            of_subject[file].append(record)
    return tuple(
        Donor(usubjid, of_subject)
        for usubjid, of_subject in records.items()
        if of_subject["dm"][0]["ARMCD"]
    )


def _read(path: Path) -> list[Record]:
    frame, _ = pyreadstat.read_xport(str(path), output_format="polars")
    return [{variable: _text(value) for variable, value in row.items()} for row in frame.to_dicts()]


def _text(value: object) -> str:
    """A value as CSV has it: a whole number without a point."""
    return "" if value is None else str(value).removesuffix(".0")


def flagged(records: Records, test: Test) -> list[Record]:
    """The records of a test that are flagged as baseline."""
    return [
        record
        for record in records[test.file]
        if record[test.variable("TESTCD")] == test.code and record[test.variable("LOBXFL")] == "Y"
    ]
