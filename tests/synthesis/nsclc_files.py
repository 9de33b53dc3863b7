"""The transport files of studies/nsclc, and what they say of a subject.

Everything here is worked out from the files alone; nothing is taken from the generator.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Final

import pyreadstat
from project import PROJECT

NSCLC: Final = PROJECT / "studies/nsclc"
PACKAGE: Final = Path("sdtm/m5/datasets/nsclc-301/tabulations/sdtm")
CUTOFF: Final = date(2024, 1, 31)
INTERVAL, WINDOW = 56, 7  # days between assessments, and around each
LIMIT: Final = 2 * INTERVAL + WINDOW

Value = str | float | None
Record = Mapping[str, Value]
# event (1), competing event (2) or censoring (0), and the day since the start
Ended = tuple[int, int]


def read(path: Path) -> list[dict[str, Value]]:
    """The records of a transport file; blank and missing are None."""
    columns, _ = pyreadstat.read_xport(
        str(path), output_format="dict", disable_datetime_conversion=True
    )
    cleaned = [[_known(value) for value in values] for values in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*cleaned, strict=True)]


def _known(value: Value) -> Value:
    is_missing = value == "" or (isinstance(value, float) and math.isnan(value))
    return None if is_missing else value


def day(text: Value) -> date:
    """The day of a date; without its day of the month, the first."""
    assert isinstance(text, str)
    return date.fromisoformat(text if len(text) == 10 else f"{text}-01")


@dataclass
class Files:
    """All datasets below the folder of a study, by name."""

    folder: Path

    @cached_property
    def tables(self) -> dict[str, list[dict[str, Value]]]:
        paths = sorted((self.folder / PACKAGE).glob("*.xpt"))
        return {path.stem.upper(): read(path) for path in paths}

    @cached_property
    def by_subject(self) -> dict[str, dict[Value, list[dict[str, Value]]]]:
        found: dict[str, dict[Value, list[dict[str, Value]]]] = {}
        for name, records in self.tables.items():
            found[name] = defaultdict(list)
            for record in records:
                found[name][record.get("USUBJID")].append(record)
        return found

    @cached_property
    def randomised(self) -> dict[Value, "Subject"]:
        randomised = [r for r in self.tables["DS"] if r["DSDECOD"] == "RANDOMIZED"]
        return {r["USUBJID"]: Subject(self, r["USUBJID"], day(r["DSSTDTC"])) for r in randomised}


@dataclass(frozen=True)
class Assessment:
    """Overall responses of one day: the investigator's, and the one accepted of the review."""

    day: int
    investigator: Value
    review: Value


@dataclass
class Subject:
    """A randomised subject; days count from randomisation, and stop at the cut-off."""

    files: Files
    usubjid: Value
    start: date

    def records(self, name: str, **values: Value) -> list[dict[str, Value]]:
        """The subject's records of a dataset that have these values."""
        return [
            record
            for record in self.files.by_subject[name].get(self.usubjid, [])
            if all(record[variable] == value for variable, value in values.items())
        ]

    def days(self, name: str, variable: str, **values: Value) -> list[int]:
        """The days of the records that have a date, in their order."""
        dates = [record[variable] for record in self.records(name, **values)]
        return sorted((day(text) - self.start).days for text in dates if text is not None)

    @property
    def dm(self) -> dict[str, Value]:
        return self.records("DM")[0]

    @property
    def cutoff(self) -> int:
        return (CUTOFF - self.start).days

    @property
    def death(self) -> int | None:
        """The day of death, if it is not after the cut-off."""
        found = [died for died in self.days("DM", "DTHDTC") if died <= self.cutoff]
        return found[0] if found else None

    @property
    def last_alive(self) -> int:
        signs = self.days("SV", "SVSTDTC") + self.days("SS", "SSDTC", SSSTRESC="ALIVE")
        return max(one for one in signs if one <= self.cutoff)

    @property
    def has_baseline(self) -> bool:
        return any(one <= 0 for one in self.days("TR", "TRDTC", TREVAL="INVESTIGATOR"))

    @property
    def assessments(self) -> list[Assessment]:
        overall = self.records("RS", RSTESTCD="OVRLRESP")
        found: dict[Value, dict[str, Value]] = defaultdict(dict)
        for record in overall:
            if record["RSEVAL"] == "INVESTIGATOR":
                found[record["RSDTC"]]["investigator"] = record["RSSTRESC"]
            elif record["RSACPTFL"] == "Y":
                assert "review" not in found[record["RSDTC"]]
                found[record["RSDTC"]]["review"] = record["RSSTRESC"]
        return [
            Assessment((day(text) - self.start).days, both["investigator"], both["review"])
            for text, both in sorted(found.items(), key=lambda item: str(item[0]))
        ]

    def responses(self, reader: str) -> list[tuple[int, Value]]:
        """Days and responses of `investigator` or `review`."""
        if not self.has_baseline:
            return []
        return [(one.day, getattr(one, reader)) for one in self.assessments]

    @property
    def therapy(self) -> int | None:
        """The first day of new anti-cancer therapy, a crossover included."""
        days = self.days("CM", "CMSTDTC", CMCAT="SUBSEQUENT ANTI-CANCER THERAPY")
        days += self.days("EX", "EXSTDTC", EPOCH="OPEN LABEL TREATMENT")
        return min(days, default=None)

    def overall_survival(self) -> Ended:
        return (0, self.last_alive) if self.death is None else (1, self.death)

    def first_event(self, reader: str) -> int | None:
        """The day of progression or death."""
        days = [one for one, response in self.responses(reader) if response == "PD"][:1]
        days += [] if self.death is None else [self.death]
        return min(days, default=None)

    def adequate(self, reader: str, until: int) -> int:
        """The last assessment that is not NE on or before a day; 0 if there is none."""
        days = [one for one, response in self.responses(reader) if response != "NE"]
        return max((one for one in days if one <= until), default=0)

    def pfs_ema(self) -> Ended:
        event = self.first_event("investigator")
        return (1, event) if event is not None else (0, self.adequate("investigator", self.cutoff))

    def pfs_fda(self, reader: str) -> Ended:
        event, therapy = self.first_event(reader), self.therapy
        end = self.cutoff if event is None else event
        if therapy is not None and therapy < end:
            return 0, self.adequate(reader, therapy)
        if event is None:
            return 0, self.adequate(reader, self.cutoff)
        before = self.adequate(reader, event - 1)
        return (0, before) if event - before > LIMIT else (1, event)

    def duration_of_response(self) -> tuple[int, int, int] | None:
        """Day of the first response, event, day of the end; None without a confirmed response."""
        if self.best_response() not in ("CR", "PR"):
            return None
        first = next(d for d, r in self.responses("investigator") if r in ("CR", "PR"))
        event, end = self.pfs_fda("investigator")
        return first, event, end

    def best_response(self) -> str:
        """Confirmed; the files hold no response that a stable disease interrupts."""
        until = self.cutoff if self.therapy is None else self.therapy
        found = [(d, r) for d, r in self.responses("investigator") if d <= until]
        progressions = [place for place, (_, response) in enumerate(found) if response == "PD"]
        found = found[: progressions[0] + 1] if progressions else found
        known = [(d, r) for d, r in found if r != "NE"]
        for best, good in (("CR", {"CR"}), ("PR", {"CR", "PR"})):
            for (first, one), (second, other) in pairwise(known):
                if one in good and other in good and second - first >= 28:
                    return best
        if any(r != "PD" and d >= INTERVAL - WINDOW for d, r in known):
            return "SD"
        return "PD" if any(r == "PD" for _, r in known) else "NE"

    def severe_adverse_event(self) -> tuple[int, int, int] | None:
        """First dose, event, day of the end; None in those not treated."""
        doses = self.records("EX", EPOCH="TREATMENT")
        if not doses:
            return None
        first = min(self.days("EX", "EXSTDTC", EPOCH="TREATMENT"))
        ends = [self.cutoff]
        if doses[-1]["EXENDTC"] is not None:
            ends.append((day(doses[-1]["EXENDTC"]) - self.start).days + 30)
        ends += [one - 1 for one in self.days("EX", "EXSTDTC", EPOCH="OPEN LABEL TREATMENT")]
        end = min(ends)
        severe = [e for g in "345" for e in self.days("AE", "AESTDTC", AETOXGR=g) if e <= end]
        if severe:
            return first, 1, min(severe)
        if self.death is not None and self.death <= end:
            return first, 2, self.death
        return first, 0, end if self.death is not None else min(end, self.last_alive)

    def missed(self) -> list[int]:
        """The weeks of the assessments that were due but not made."""
        weeks = [r["VISIT"] for r in self.records("SV", SVOCCUR="N")]
        numbers = [int(str(w).removeprefix("WEEK ")) for w in weeks if str(w).startswith("WEEK ")]
        return [week for week in numbers if week % 8 == 0]

    def date_of(self, number: int) -> date:
        return self.start + timedelta(days=number)


def all_dates(record: Record) -> Iterator[tuple[str, str]]:
    """Names and values of the dates of a record."""
    for name, value in record.items():
        if name.endswith("DTC") and isinstance(value, str):
            yield name, value
