"""Mutations of a subject's records. Each returns what its kind has to know: days, values, flags."""

import calendar
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from random import Random
from typing import Any, Final

from donors import CUTOFF, DAY, ECOG, TRIAL, WEEK, Donor, Reading, Record, Records, Test, flagged

Named = dict[str, Any]
"""What a mutation did, by the names that its kind uses."""
Mutate = Callable[[Records, Donor, Random], Named]
COPIED: Final = {
    "rs": "RSSEQ",
    "lb": "LBSEQ",
    "vs": "VSSEQ",
    "ex": "EXSEQ",
    "ds": "DSSEQ",
    "cm": "CMSEQ",
    "sv": "USUBJID",
}
"""Files of which a record is sent twice, with the variable that the finding names."""
CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "dm": ("DOMAIN", "DTHFL", "AGEU", "SEX", "RACE", "ARMCD", "ACTARMCD"),
    "suppdm": ("RDOMAIN", "QNAM", "QVAL"),
    "ds": ("DOMAIN", "DSDECOD", "DSCAT", "EPOCH"),
    "ex": ("DOMAIN", "EXTRT", "EPOCH"),
    "sv": ("DOMAIN", "SVPRESP", "SVOCCUR", "SVCNTMOD"),
    "rs": ("DOMAIN", "RSTESTCD", "RSCAT", "RSORRES", "RSSTRESC", "RSEVAL", "RSACPTFL", "RSLOBXFL"),
    "lb": ("DOMAIN", "LBTESTCD", "LBCAT", "LBSTRESU", "LBSPEC", "LBLOBXFL"),
    "vs": ("DOMAIN", "VSTESTCD", "VSSTRESU", "VSLOBXFL"),
    "mi": ("DOMAIN", "MITESTCD", "MISTRESU", "MISPEC", "MIMETHOD", "MILOBXFL"),
    "ae": ("DOMAIN", "AEDECOD", "AETOXGR", "AESER"),
    "cm": ("DOMAIN", "CMDECOD", "CMCAT"),
    "ss": ("DOMAIN", "SSTESTCD", "SSORRES", "SSSTRESC"),
    "dd": ("DOMAIN", "DDTESTCD", "DDSTRESC"),
}


def added(records: Records, file: str, like: Record | None = None, **values: str) -> Record:
    """Append a record with the next sequence number: that of `like`, with other values."""
    record = {"STUDYID": TRIAL, "DOMAIN": file.upper(), **(like or {}), **values}
    sequence = f"{file.upper()}SEQ"
    numbers = [int(one[sequence]) for one in records[file] if sequence in one]
    if numbers or not records[file]:
        record[sequence] = str(max(numbers, default=0) + 1)
    records[file].append(record)
    return record


def imputation(first: date, last: date) -> str:
    """The flag of a date between two days: the largest part in which they differ."""
    if first.year != last.year:
        return "Y"
    return "M" if first.month != last.month else "D"


def interval(day: date, before: int, after: int) -> tuple[str, date, date]:
    """An interval of uncertainty around a day, and its first and last day."""
    first, last = day - before * DAY, day + after * DAY
    return f"{first}/{last}", first, last


def month(day: date) -> tuple[str, date, date]:
    """The date without its day, and the first and last day that it can mean."""
    _, length = calendar.monthrange(day.year, day.month)
    return f"{day:%Y-%m}", day.replace(day=1), day.replace(day=length)


Blur = Callable[[date], tuple[str, date, date]]
AS_INTERVAL: Final[Blur] = partial(interval, before=3, after=2)


def in_turn(*mutations: Mutate) -> Mutate:
    """One mutation after the other."""

    def mutate(records: Records, donor: Donor, random: Random) -> Named:
        named: Named = {}
        for one in mutations:
            named |= one(records, donor, random)
        return named

    return mutate


def assessed_again(records: Records, donor: Donor, _: Random, **values: str) -> Named:
    """One more visit of the investigator after the last contact."""
    day = donor.last_alive + WEEK
    added(
        records,
        "rs",
        RSTESTCD="OVRLRESP",
        RSCAT="RECIST 1.1",
        RSEVAL="INVESTIGATOR",
        VISITNUM="900",
        VISIT="UNSCHEDULED",
        RSDTC=str(day),
        **values,
    )
    return {"assessment": day}


def visited_again(records: Records, donor: Donor, _: Random, *, occurs: str) -> Named:
    """A planned visit after the last contact."""
    day = donor.last_alive + WEEK
    added(
        records,
        "sv",
        VISITNUM="901",
        VISIT="FOLLOW-UP 99",
        SVPRESP="Y",
        SVOCCUR=occurs,
        SVSTDTC=str(day),
    )
    return {"visit": day}


def dosed_later(records: Records, donor: Donor, _: Random) -> Named:
    """A drug that does not count as a dose, after the last contact."""
    day = donor.last_alive + WEEK
    added(records, "ex", EXTRT="DEXAMETHASONE", EPOCH="FOLLOW-UP", EXSTDTC=str(day))
    return {"dose": day}


def adverse_event(records: Records, donor: Donor, _: Random, **values: str) -> Named:
    """An adverse event of grade 5 on the day after the first dose."""
    day = donor.first_dose + DAY
    added(
        records,
        "ae",
        AETERM="SEPSIS",
        AEDECOD="Sepsis",
        AESER="Y",
        AETOXGR="5",
        AESTDTC=str(day),
        **values,
    )
    return {"event": day}


def read_by_third(records: Records, donor: Donor, _: Random, *, accepted: str) -> Named:
    """A third reader of the review finds progression at its first reading."""
    first = donor.review[0]
    if accepted:
        for record in records["rs"]:
            if record["RSDTC"] == str(first.day):
                record["RSACPTFL"] = ""
    added(
        records,
        "rs",
        first.record,
        RSORRES="PD",
        RSSTRESC="PD",
        RSEVALID="RADIOLOGIST 3",
        RSACPTFL=accepted,
    )
    return {"reading": first.day}


def screened_with(records: Records, donor: Donor, _: Random) -> Named:
    """Another subject, who fails screening; `written` gives it an id of its own."""
    kept = ("STUDYID", "DOMAIN", "RFICDTC", "SITEID", "AGE", "AGEU", "SEX", "RACE", "COUNTRY")
    subject = {name: donor.demographics[name] for name in kept}
    records["dm"].append({**subject, "USUBJID": "SCREENED", "ARMNRS": "SCREEN FAILURE"})
    records["ds"].append(
        {
            **donor.records["ds"][0],
            "USUBJID": "SCREENED",
            "DSTERM": "ELIGIBILITY CRITERIA NOT MET",
            "DSDECOD": "SCREEN FAILURE",
        }
    )
    for flag in ("ITT", "SAFETY"):
        records["suppdm"].append(
            {"STUDYID": TRIAL, "RDOMAIN": "DM", "USUBJID": "SCREENED", "QNAM": flag, "QVAL": "N"}
        )
    return {}


def dosed_earlier(records: Records, donor: Donor, _: Random, *, days: int, epoch: str) -> Named:
    """Another drug, some days before the first dose."""
    day = donor.first_dose - days * DAY
    added(
        records,
        "ex",
        EXTRT="DEXAMETHASONE",
        EXDOSE="8",
        EXDOSU="mg",
        EPOCH=epoch,
        EXSTDTC=str(day),
        EXENDTC=str(day),
    )
    return {"dose": day}


def with_doses_of(records: Records, _: Donor, __: Random, *, dose: str) -> Named:
    for record in records["ex"]:
        record["EXDOSE"] = dose
    return {}


def measured_again(
    records: Records, donor: Donor, _: Random, *, test: Test, values: tuple[Record, ...]
) -> Named:
    """More values of a test on the day of the first dose; the first of them is the one named.

    Each has what it says of its time point, or at which time of the day it was measured.
    """
    (baseline,) = flagged(records, test)
    result = baseline[test.variable("STRESC")]
    is_level = test == ECOG
    others = ["1" if result == "0" else "0"] if is_level else [_more(result, 3), _more(result, 5)]
    for value, other in zip(values, others, strict=False):
        added(
            records,
            test.file,
            {**baseline, "VISITNUM": "101", "VISIT": "DAY 1"},
            **{
                test.variable("ORRES"): other,
                test.variable("STRESC"): other,
                test.variable("STRESN"): "" if is_level else other,
                test.variable("LOBXFL"): "",
                test.variable("DTC"): f"{donor.first_dose}{value.get('time', '')}",
                **{name: text for name, text in value.items() if name != "time"},
            },
        )
    return {"first_dose": donor.first_dose, "level": others[0], "value": float(others[0])}


def unflagged(records: Records, _: Donor, __: Random, *, test: Test) -> Named:
    """No record of the test is flagged as baseline."""
    for record in flagged(records, test):
        record[test.variable("LOBXFL")] = ""
    return {}


def dosed_at(records: Records, donor: Donor, _: Random, *, time: str) -> Named:
    """The first dose has a time of day."""
    for record in records["ex"]:
        if record["EXSTDTC"] == str(donor.first_dose):
            record["EXSTDTC"] += time
    return {}


def read_in_another_way(
    records: Records, _: Donor, __: Random, *, test: Test, **values: str
) -> Named:
    """The baseline value of a test once more, with another result from another source."""
    (baseline,) = flagged(records, test)
    other = _more(baseline[test.variable("STRESC")], 1)
    results = {test.variable(name): other for name in ("ORRES", "STRESC", "STRESN")}
    added(records, test.file, baseline, **results, **values)
    return {}


def _more(number: str, by: int) -> str:
    return f"{float(number) + by:g}"


def middle_blurred(records: Records, donor: Donor, _: Random, *, blur: Blur) -> Named:
    """The date of the investigator's third reading, which decides nothing."""
    _redated(records, donor.readings[2], blur)
    return {}


def progression_blurred(records: Records, donor: Donor, _: Random, *, blur: Blur) -> Named:
    """The date of the investigator's progression."""
    (reading,) = (one for one in donor.readings if one.day == donor.progression)
    return _redated(records, reading, blur)


def _redated(records: Records, reading: Reading, blur: Blur) -> Named:
    text, first, last = blur(reading.day)
    (record,) = (one for one in records["rs"] if one["RSSEQ"] == reading.record["RSSEQ"])
    record["RSDTC"] = text
    return {"earliest": first, "flag": imputation(first, last)}


def death_blurred(
    records: Records, donor: Donor, _: Random, *, blur: Blur, in_dm_alone: bool = False
) -> Named:
    """The date of death, wherever it is told or in DM alone; the last contact stays before it."""
    assert donor.death is not None
    text, first, last = blur(donor.death)
    records["dm"][0]["DTHDTC"] = text
    if not in_dm_alone:
        for record in records["dd"]:
            record["DDDTC"] = text
        for record in records["ds"]:
            if record["DSDECOD"] == "DEATH":
                record["DSSTDTC"] = text
    return {"death": max(first, donor.last_alive), "flag": imputation(first, last)}


def dead_after_cutoff(records: Records, _: Donor, __: Random) -> Named:
    day = str(CUTOFF + 30 * DAY)
    records["dm"][0] |= {"DTHFL": "Y", "DTHDTC": day}
    added(records, "dd", DDTESTCD="PRCDTH", DDSTRESC="UNKNOWN", DDDTC=day)
    return {}


def sent_twice(records: Records, donor: Donor, random: Random) -> Named:
    """A record of each of some files once more."""
    for file in COPIED:
        candidates = [
            record
            for record in records[file]
            if record.get("SVOCCUR") != "N"
            and all(
                value <= str(donor.last_alive)
                for variable, value in record.items()
                if variable[2:] in ("DTC", "STDTC")
            )
        ]
        added(records, file, random.choice(candidates))
    return {}


def read_twice_on_a_day(
    records: Records, donor: Donor, _: Random, *, which: int, response: str, **visit: str
) -> Named:
    """A reading of the investigator once more, with another response."""
    reading = donor.readings[which]
    added(records, "rs", reading.record, RSORRES=response, RSSTRESC=response, **visit)
    return {"reading": reading.day}


def treated_again(
    records: Records, donor: Donor, _: Random, *, dated: Callable[[date], str]
) -> Named:
    """A new anti-cancer therapy around the day of progression."""
    assert donor.progression is not None
    added(
        records,
        "cm",
        CMTRT="DOCETAXEL",
        CMDECOD="DOCETAXEL",
        CMCAT="SUBSEQUENT ANTI-CANCER THERAPY",
        CMSTDTC=dated(donor.progression),
    )
    return {"previous": donor.adequate[-2]}


def days_later(days: int) -> Callable[[date], str]:
    return lambda day: str(day + days * DAY)


def same_month(day: date) -> str:
    return f"{day:%Y-%m}"


def month_before(day: date) -> str:
    return f"{day.replace(day=1) - DAY:%Y-%m}"


def assessments_missed(records: Records, donor: Donor, _: Random, *, number: int) -> Named:
    """The last assessments before progression, of every reader."""
    missed = {str(day) for day in donor.adequate[-1 - number : -1]}
    records["rs"] = [
        record
        for record in records["rs"]
        if record["RSTESTCD"] != "OVRLRESP" or record["RSDTC"] not in missed
    ]
    return {"kept": donor.adequate[-2 - number]}


def read_at_entry(records: Records, donor: Donor, _: Random, *, response: str) -> Named:
    """A reading of both evaluators three days before randomisation and treatment."""
    day = min(donor.randomised, donor.first_dose) - 3 * DAY
    for evaluator in (
        {"RSEVAL": "INVESTIGATOR"},
        {"RSEVAL": "INDEPENDENT ASSESSOR", "RSEVALID": "RADIOLOGIST 1", "RSACPTFL": "Y"},
    ):
        added(
            records,
            "rs",
            RSTESTCD="OVRLRESP",
            RSCAT="RECIST 1.1",
            RSORRES=response,
            RSSTRESC=response,
            VISITNUM="1",
            VISIT="SCREENING",
            EPOCH="SCREENING",
            RSDTC=str(day),
            **evaluator,
        )
    return {}


def written_otherwise(records: Records, _: Donor, __: Random) -> Named:
    """Codes in lower case, with blanks after them."""
    for file, variables in CODES.items():
        for record in records[file]:
            for variable in variables:
                if record[variable]:
                    record[variable] = f"{record[variable].lower()}  "
    return {}


def reversed_in_files(records: Records, _: Donor, __: Random) -> Named:
    for of_file in records.values():
        of_file.reverse()
    return {}


def renumbered(records: Records, _: Donor, __: Random) -> Named:
    for file, of_file in records.items():
        for record in of_file:
            sequence = f"{file.upper()}SEQ"
            if sequence in record:
                record[sequence] = str(new_number(int(record[sequence])))
    return {}


def new_number(number: int) -> int:
    """What `renumbered` makes of a sequence number: in the same order."""
    return 3 * number + 100
