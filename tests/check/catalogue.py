"""What may be wrong with a record: for each rule a change of one cell, and the cases of old.

A case names the damage, what the rules have to find, and the clean records whose results the
damaged ones must have; None where the results are told in a test of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from patients import (
    DEATH,
    FIRST_DOSE,
    OTHER_TRIAL,
    REMISSION,
    Change,
    Patient,
    again,
    all_of,
    drop,
    edit,
    living_patient,
    patient,
    twice_read_patient,
)

Base = Callable[[str], Patient]


def untouched(records: Patient) -> None:
    """The clean records are the patient's own: the damage changes nothing."""


@dataclass(frozen=True)
class Case:
    """A damage; `found` are variable and rule of every finding, `clean` makes the twin."""

    damage: Change
    found: frozenset[tuple[str, str]] = frozenset()
    clean: Change | None = untouched
    base: Base = patient


@dataclass(frozen=True)
class Mutation:
    """One cell of a good patient, another value, and the clean records that are left."""

    domain: str
    place: int
    variable: str
    value: str
    clean: Change | None
    base: Base = patient


def _of_subject(suffix: str, /) -> str:
    """The id of a subject beside the patient, filled in when the patient is made."""
    return "{usubjid}" + suffix


MUTATIONS: Final[dict[str, Mutation]] = {
    "missing_key": Mutation("lb", 1, "STUDYID", "", drop("lb", 1)),
    "wrong_study": Mutation("lb", 1, "STUDYID", OTHER_TRIAL, drop("lb", 1)),
    "wrong_domain": Mutation("rs", 0, "DOMAIN", "LB", drop("rs", 0)),
    "malformed_code": Mutation("rs", 0, "RSTESTCD", "OVERALL RESPONSE", drop("rs", 0)),
    "repeated_person": Mutation("dm_other", 0, "USUBJID", _of_subject(""), untouched),
    "unknown_subject": Mutation("lb", 1, "USUBJID", _of_subject("0"), drop("lb", 1)),
    "unknown_record": Mutation("supprs", 0, "IDVARVAL", "9", drop("supprs", 0)),
    "not_done": Mutation("lb", 1, "LBSTAT", "NOT DONE", drop("lb", 1)),
    "did_not_occur": Mutation("mh", 0, "MHOCCUR", "N", drop("mh", 0)),
    "unreadable_date": Mutation("rs", 0, "RSDTC", "2014-02-30", drop("rs", 0)),
    "missing_date": Mutation("pr", 0, "PRSTDTC", "", drop("pr", 0)),
    "implausible_date": Mutation("pr", 0, "PRSTDTC", "1914-04-15", drop("pr", 0)),
    "unreadable_number": Mutation("lb", 1, "LBSTRESN", "0,00005", drop("lb", 1)),
    "missing_result": Mutation("gf", 0, "GFSTRESC", "", drop("gf", 0)),
    "impossible_number": Mutation("ex", 2, "EXDOSE", "-28", drop("ex", 2)),
    "wrong_unit": Mutation("lb", 0, "LBSTRESU", "fraction of 1", drop("lb", 0)),
    "unknown_term": Mutation("rs", 0, "RSSTRESC", "COMPLETE REMISION", drop("rs", 0)),
    "unknown_cycle": Mutation("ex", 0, "VISIT", "C1 DAY 1", drop("ex", 0)),
    "after_cutoff": Mutation("ss", 0, "SSDTC", "2017-03-01", None, living_patient),
    "repeated_subject": Mutation("dm", 1, "USUBJID", _of_subject(""), None),
    "duplicate": Mutation("sv", 3, "SVSTDTC", "2014-11-01", drop("sv", 3)),
    "repeated_key": Mutation("cm", 1, "CMSEQ", "1", None),
    "superseded": Mutation(
        "rs", 3, "RSDTC", "2014-01-07", all_of(drop("rs", 2), edit("rs", 2, RSDTC="2014-01-07"))
    ),
    "death_before_first_dose": Mutation("dm", 0, "DTHDTC", "2013-03-01", edit("dm", 0, DTHDTC="")),
    "after_death": Mutation("lb", 1, "LBDTC", "2015-03-02", drop("lb", 1)),
    "death_without_date": Mutation("dm", 0, "DTHFL", "Y", untouched, living_patient),
    "death_date_differs": Mutation("ds", 0, "DSSTDTC", "2015-02-01", untouched),
    "end_before_start": Mutation("ex", 2, "EXENDTC", "2014-02-20", edit("ex", 2, EXENDTC="")),
    "cycle_out_of_order": Mutation("ex", 2, "EXSTDTC", FIRST_DOSE, None),
    "unknown_level": Mutation("dm", 0, "RACE", "MARTIAN", edit("dm", 0, RACE="UNKNOWN")),
    "relapse_before_remission": Mutation(
        "rs", 1, "RSDTC", "2014-01-20", all_of(drop("rs", 1), drop("supprs", 0))
    ),
    "relapse_without_remission": Mutation(
        "rs",
        0,
        "RSSTRESC",
        "NON-RESPONSE",
        all_of(edit("rs", 0, RSSTRESC="NON-RESPONSE"), drop("rs", 1), drop("supprs", 0)),
    ),
    "several_sources": Mutation("rs", 1, "RSCAT", "IMAGING", untouched),
    "no_accepted_reading": Mutation("rs", 0, "RSACPTFL", "", drop("rs", 0)),
    "accepted_readings_differ": Mutation("rs", 4, "RSDTC", REMISSION, None, twice_read_patient),
    "several_treatments": Mutation("ex", 0, "EXTRT", "DEXAMETHASONE", untouched),
    "first_dose_differs": Mutation("dm", 0, "RFXSTDTC", "2014-01-09", untouched),
    "after_known_by": Mutation("sv", 0, "SVSTDTC", "2014-01-20", untouched),
    "member_without_origin": Mutation("dm", 0, "ARM", "FOLLOWED", untouched),
    "before_origin": Mutation("rs", 1, "RSDTC", "2014-03-25", None),
}


def _result(value: str, **others: str) -> Change:
    return edit("lb", 1, LBSTRESC=value, LBSTRESN=value, **others)


def _remission(dtc: str) -> Change:
    return edit("rs", 0, RSDTC=dtc)


def _turned_away(damage: Change, variable: str, rule: str, clean: Change) -> Case:
    return Case(damage, frozenset({(variable, rule)}), clean)


def _no_date(dtc: str) -> Case:
    return _turned_away(_remission(dtc), "RSDTC", "unreadable_date", drop("rs", 0))


def _no_number(text: str) -> Case:
    damage = edit("lb", 1, LBSTRESN=text)
    return _turned_away(damage, "LBSTRESN", "unreadable_number", drop("lb", 1))


def _all_deaths_on(day: str) -> Change:
    return all_of(edit("dm", 0, DTHDTC=day), edit("ds", 0, DSSTDTC=day), edit("dd", 0, DDDTC=day))


def _not_dead(records: Patient) -> None:
    all_of(edit("dm", 0, DTHDTC="", DTHFL=""), drop("ds", 0), drop("dd", 0))(records)


def _only_the_first_day(records: Patient) -> None:
    """A patient who was dosed once and died on that day."""
    for domain in ("rs", "lb", "gf", "pr", "sv", "supprs"):
        del records[domain][:]
    del records["ex"][1:]
    records["ex"][0]["EXENDTC"] = FIRST_DOSE
    records["ss"][0]["SSDTC"] = FIRST_DOSE
    _all_deaths_on(FIRST_DOSE)(records)


def _swap(domain: str, place: int, first: str, second: str) -> Change:
    def change(records: Patient) -> None:
        record = records[domain][place]
        record[first], record[second] = record[second], record[first]

    return change


CASES: Final[dict[str, Case]] = {
    # keys
    "a record twice": Case(again("lb", 0, LBSEQ="9"), frozenset({("LBSEQ", "duplicate")})),
    "a record twice with its number": Case(again("lb", 0), frozenset({("LBSEQ", "duplicate")})),
    "one number for two records": Case(
        again("mh", 0, MHTERM="Anxiety", MHSTDTC="2007"), frozenset({("MHSEQ", "repeated_key")})
    ),
    "demographics twice": Case(
        again("dm", 0), frozenset({("USUBJID", "repeated_subject")}), clean=None
    ),
    "a sequence number that drifted to text": Case(edit("rs", 0, RSSEQ=" 1.0 ")),
    "a sequence number in words": _turned_away(
        edit("rs", 0, RSSEQ="one"), "RSSEQ", "missing_key", drop("rs", 0)
    ),
    "blanks for a subject": _turned_away(
        edit("lb", 1, USUBJID="   "), "USUBJID", "missing_key", drop("lb", 1)
    ),
    "no study": _turned_away(edit("rs", 0, STUDYID=""), "STUDYID", "missing_key", drop("rs", 0)),
    # several rules at once
    "an unknown code in another study's record after the death": _turned_away(
        edit("rs", 0, STUDYID="X", RSSTRESC="CRX", RSDTC="2015-06-01"),
        "STUDYID",
        "wrong_study",
        drop("rs", 0),
    ),
    # order of events
    "death before the first dose": Case(
        _all_deaths_on("2014-01-09"),
        frozenset(
            {
                ("DTHFL", "death_without_date"),
                ("DTHDTC", "death_before_first_dose"),
                ("DSSTDTC", "death_before_first_dose"),
                ("DDDTC", "death_before_first_dose"),
            }
        ),
        _not_dead,
    ),
    "a death whose dates nobody can read": Case(
        _all_deaths_on("UNK"),
        frozenset(
            {
                ("DTHFL", "death_without_date"),
                ("DTHDTC", "unreadable_date"),
                ("DSSTDTC", "unreadable_date"),
                ("DDDTC", "unreadable_date"),
            }
        ),
        _not_dead,
    ),
    "a date of death that nobody can read, without a mark": Case(
        all_of(_not_dead, edit("dm", 0, DTHDTC="2015-02-30")),
        frozenset({("DTHFL", "death_without_date"), ("DTHDTC", "unreadable_date")}),
        _not_dead,
    ),
    "a death in an interval": Case(
        _all_deaths_on("2015-02-20/2015-03-10"), clean=_all_deaths_on("2015-02-20")
    ),
    "a death after the cut-off that another domain dates": Case(
        all_of(edit("dm", 0, DTHDTC=""), edit("ds", 0, DSSTDTC="2017-03-01"), drop("dd", 0)),
        frozenset({("DSSTDTC", "after_cutoff")}),
        _not_dead,
    ),
    "death on the day of the only dose": Case(_only_the_first_day, clean=None),
    "remission before the first dose": Case(_remission("2014-01-05"), clean=None),
    "relapse on the day of the remission": Case(
        edit("rs", 1, RSDTC=REMISSION, VISITNUM="9"),
        frozenset({("RSDTC", "relapse_before_remission")}),
        all_of(drop("rs", 1), drop("supprs", 0)),
    ),
    "transplant before the first dose": Case(edit("pr", 0, PRSTDTC="2013-06-01"), clean=None),
    "a visit after the death": _turned_away(
        edit("sv", 3, SVSTDTC="2015-06-01"), "SVSTDTC", "after_death", drop("sv", 3)
    ),
    "a date in the future": Case(
        edit("ss", 0, SSDTC="2099-12-31"),
        frozenset({("SSDTC", "after_cutoff")}),
        None,
        living_patient,
    ),
    # dates
    "30 February": _no_date("2014-02-30"),
    "29 February of no leap year": _no_date("2014-02-29"),
    "29 February of a leap year": Case(
        edit("ss", 0, SSDTC="2016-02-29"), clean=None, base=living_patient
    ),
    "the year 1": _no_date("0001-02-07"),
    "the year 9999": _no_date("9999-02-07"),
    "a year": Case(_remission("2014"), clean=None),
    "a year and a month": Case(_remission("2014-02"), clean=_remission("2014-02-01")),
    "a year and a day": _turned_away(
        edit("pr", 0, PRSTDTC="2014--15"), "PRSTDTC", "unreadable_date", drop("pr", 0)
    ),
    "UNK": _no_date("UNK"),
    "an unknown month in words": _no_date("UN-UNK-2014"),
    "a year in two digits": _no_date("14-02-07"),
    "day and month swapped": _no_date("2014-25-02"),
    "day and month swapped where nobody can tell": Case(
        _remission("2014-07-02"), clean=_remission("2014-07-02")
    ),
    "a date as people write it": _no_date("07/02/2014"),
    "a serial number of a spreadsheet": _no_date("41677"),
    "a time of day": Case(_remission(f"{REMISSION}T10:30")),
    "a time zone": Case(_remission(f"{REMISSION}T23:30:00+02:00")),
    "an hour that is not known": Case(_remission(f"{REMISSION}T-:15")),
    "the midnight at the end of a day": Case(_remission("2014-02-06T24:00")),
    "a time of no clock": _no_date(f"{REMISSION}T99:99"),
    "an interval of uncertainty": Case(
        _remission(f"{REMISSION}/2014-02-20"), clean=_remission(REMISSION)
    ),
    "an interval that ends before it starts": _no_date(f"{REMISSION}/2014-02-01"),
    "a day and a month without their year": _no_date("--02-07"),
    "a blank for the T": _no_date(f"{REMISSION} 10:30"),
    "words for a time": _no_date(f"{REMISSION}Tmorning"),
    "blanks around a date": Case(_remission(f"  {REMISSION} ")),
    "an unreadable date of history": Case(
        edit("mh", 0, MHSTDTC="UNK"), frozenset({("MHSTDTC", "unreadable_date")})
    ),
    # numbers
    "a decimal comma": _no_number("0,00005"),
    "NaN": _no_number("NaN"),
    "infinity": _no_number("Infinity"),
    "1e308": _no_number("1e308"),
    "a digit separator": _no_number("1_0"),
    "a hexadecimal number": _no_number("0x1F"),
    "a comparison": _no_number("<0.0001"),
    "minus zero": Case(_result("-0"), clean=_result("0")),
    "an exponent": Case(_result("5e-5")),
    "blanks for a number": _turned_away(
        edit("lb", 1, LBSTRESN="   "), "LBSTRESC", "unknown_term", drop("lb", 1)
    ),
    "an age that drifted to a fraction": Case(edit("dm", 0, AGE="40.0")),
    "an age in words": Case(
        edit("dm", 0, AGE="forty"),
        frozenset({("AGE", "unreadable_number")}),
        edit("dm", 0, AGE=""),
    ),
    "an age of 400": Case(
        edit("dm", 0, AGE="400"), frozenset({("AGE", "impossible_number")}), edit("dm", 0, AGE="")
    ),
    "a limit below zero": Case(
        edit("lb", 1, LBLLOD="-1"), frozenset({("LBLLOD", "impossible_number")})
    ),
    # units
    "an age in months": Case(
        edit("dm", 0, AGE="480", AGEU="MONTHS"),
        frozenset({("AGE", "wrong_unit")}),
        edit("dm", 0, AGE=""),
    ),
    "residual disease in percent": _turned_away(
        _result("0.005", LBSTRESU="%"), "LBSTRESU", "wrong_unit", drop("lb", 1)
    ),
    "residual disease without a unit": _turned_away(
        edit("lb", 1, LBSTRESU=""), "LBSTRESU", "wrong_unit", drop("lb", 1)
    ),
    "residual disease in percent under the unit of a fraction": _turned_away(
        _result("41"), "LBSTRESN", "impossible_number", drop("lb", 1)
    ),
    "residual disease below zero": _turned_away(
        _result("-0.1"), "LBSTRESN", "impossible_number", drop("lb", 1)
    ),
    "blasts as a fraction": _turned_away(
        edit("lb", 0, LBSTRESC="0.8", LBSTRESN="0.8", LBSTRESU="fraction of 1"),
        "LBSTRESU",
        "wrong_unit",
        drop("lb", 0),
    ),
    "blasts as a fraction under the unit of a percentage, where nobody can tell": Case(
        edit("lb", 0, LBSTRESC="0.8", LBSTRESN="0.8"),
        clean=edit("lb", 0, LBSTRESC="0.8", LBSTRESN="0.8"),
    ),
    "a unit in other letters": Case(edit("lb", 1, LBSTRESU=" Fraction  of 1")),
    "not detected, with a limit of quantification alone": Case(
        edit("lb", 1, LBSTRESC="NOT DETECTED", LBSTRESN="", LBSTRESU="", LBLLOD=""),
        clean=edit("lb", 1, LBSTRESC="NOT DETECTED", LBSTRESN="", LBSTRESU=""),
    ),
    # codes and columns
    "an unknown code": _turned_away(
        edit("rs", 0, RSSTRESC="CRX"), "RSSTRESC", "unknown_term", drop("rs", 0)
    ),
    "a code in other letters and blanks": Case(edit("rs", 0, RSSTRESC=" complete  Remission ")),
    "a test in small letters": Case(edit("rs", 0, RSTESTCD="ovrlresp")),
    "a domain in small letters": Case(edit("rs", 0, DOMAIN="rs")),
    "blanks for a standard result": Case(edit("rs", 0, RSSTRESC="  ")),
    "test and category swapped": _turned_away(
        _swap("rs", 0, "RSTESTCD", "RSCAT"), "RSTESTCD", "malformed_code", drop("rs", 0)
    ),
    "number and unit swapped": _turned_away(
        _swap("lb", 1, "LBSTRESN", "LBSTRESU"), "LBSTRESN", "unreadable_number", drop("lb", 1)
    ),
    "age and sex swapped": Case(
        _swap("dm", 0, "AGE", "SEX"),
        frozenset({("AGE", "unreadable_number"), ("SEX", "unknown_level")}),
        edit("dm", 0, AGE="", SEX="U"),
    ),
    "a subject without its leading zeros": _turned_away(
        edit("lb", 1, USUBJID="1"), "USUBJID", "unknown_subject", drop("lb", 1)
    ),
    "a formula": Case(
        edit("dm", 0, RACE="=cmd|' /C calc'!A0"),
        frozenset({("RACE", "unknown_level")}),
        edit("dm", 0, RACE="UNKNOWN"),
    ),
    "quotes of SQL": Case(edit("mh", 0, MHTERM="O'Neuropathy'); drop table raw.sdtm_dm; --")),
    "a line break in a value": Case(edit("mh", 0, MHTERM="Neuro-\npathy")),
    "a qualifier of the record by another spelling": Case(edit("supprs", 0, IDVARVAL=" 2.0")),
    "a contact that tells of the death later": Case(
        again("ss", 0, SSSEQ="2", SSSTRESC="SUBJECT DIED", SSDTC="2015-06-01")
    ),
    "a death marked in small letters": Case(edit("dm", 0, DTHFL="y", DTHDTC=DEATH)),
}
