"""Kinds of change to a subject's records, and what each may change in the marts.

A kind says whom it suits, what it does to the records, and what follows: which endpoints then
end otherwise, which factors have another value, which dates of the subject move, which findings
are told. All that it does not name stays as it is without the change.
"""

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Final

from donors import CUTOFF, TRIAL, Donor, Reading, Record, Records

CENSORED, EVENT, COMPETING = 0, 1, 2
Named = dict[str, date | str | float]
"""What a mutation did, by the names that its kind uses: days, levels, values, flags."""
Mutate = Callable[[Records, Donor, Random], Named]
Suits = Callable[[Donor], bool]
Finding = tuple[str, str]
"""A rule and the variable it is told of."""
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True)
class Ended:
    """How an endpoint ends after the change; what is None stays.

    `start`, `day` and `flag` (of imputation) are names of what the mutation did.
    """

    day: str | None = None
    event: int | None = None
    start: str | None = None
    flag: str | None = None


@dataclass(frozen=True)
class Measured:
    """A factor's level or value after the change, and its day: names of what it did."""

    day: str
    level: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of change, and everything that follows from it.

    `outcomes` and `factors` are those that change, of the endpoints that the subject has. `rules`
    says the same of the other endpoints by the rule that ends them without the change. `dates`
    are columns of marts.subjects. `findings` come in addition. A subject who `is_excluded` is in
    no population.
    """

    name: str
    suits: Suits
    mutate: Mutate
    outcomes: Mapping[str, Ended] = field(default_factory=dict)
    rules: Mapping[str, Ended] = field(default_factory=dict)
    factors: Mapping[str, Measured] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    is_excluded: bool = False


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


# whom a change suits


def anybody(_: Donor) -> bool:
    return True


def treated(donor: Donor) -> bool:
    return donor.is_treated


def alive(donor: Donor) -> bool:
    return donor.is_alive


def followed(donor: Donor) -> bool:
    """Alive, assessed, with a week between the last contact and the cut-off.

    The collection of adverse events does not end in that week.
    """
    return (
        donor.is_treated
        and donor.is_alive
        and len(donor.adequate) > 0
        and donor.last_alive <= CUTOFF - WEEK
        and not donor.last_alive <= donor.last_dose + 30 * DAY <= donor.last_alive + WEEK
    )


def followed_without_event(donor: Donor) -> bool:
    return followed(donor) and donor.progression is None and donor.next_therapy is None


def without_early_severe_event(donor: Donor) -> bool:
    return (
        donor.is_treated
        and donor.last_dose > donor.first_dose + 2 * DAY
        and (donor.severe_event is None or donor.severe_event > donor.first_dose + 2 * DAY)
    )


def reviewed_in_time(donor: Donor) -> bool:
    """The first reading of the review is no progression, and the readers agree on it."""
    return (
        len(donor.review) > 0
        and donor.review[0].response in ("SD", "PR")
        and donor.review[0].day <= donor.randomised + 100 * DAY
        and set(readers(donor.records, donor.review[0])) == {donor.review[0].response}
        and (donor.next_therapy is None or donor.next_therapy > donor.review[0].day)
    )


def corrected_in_time(donor: Donor) -> bool:
    """Stable disease twice within the longest gap, before anything else happens."""
    if donor.is_responder or len(donor.readings) < 3:
        return False
    first, second = donor.readings[:2]
    return (
        (first.response, second.response) == ("SD", "SD")
        and first.day >= donor.randomised + 49 * DAY
        and second.day <= first.day + 119 * DAY
        and (donor.next_therapy is None or donor.next_therapy > second.day)
    )


def with_unblurred_middle(donor: Donor) -> bool:
    """Without response, with stable disease in the middle of five readings or more."""
    return (
        not donor.is_responder
        and len(donor.readings) >= 5
        and donor.readings[2].response == "SD"
        and donor.readings[3].response != "NE"
    )


def progressing(donor: Donor) -> bool:
    """Progression told in time, without response, before anything that would censor it."""
    return (
        donor.is_treated
        and donor.progression is not None
        and not donor.is_responder
        and donor.death != donor.progression
        and len(donor.adequate) >= 2
        and donor.adequate[0] >= donor.randomised + 49 * DAY
        and donor.progression == donor.adequate[-1]
        and donor.progression <= donor.adequate[-2] + 119 * DAY
        and (donor.next_therapy is None or donor.next_therapy > donor.progression + 3 * DAY)
    )


def progressing_for_both(donor: Donor) -> bool:
    """The same for the independent review: assessed and progressing on the same days."""
    return (
        progressing(donor)
        and donor.review_progression == donor.progression
        and tuple(one.day for one in donor.review if one.response != "NE") == donor.adequate
    )


def progressing_after_days(donor: Donor) -> bool:
    """No assessment in the six days before progression, nor on the day after."""
    return progressing(donor) and donor.adequate[-2] < donor.progression - 6 * DAY


def progressing_after_month(donor: Donor) -> bool:
    """No assessment earlier in the month of progression."""
    return progressing(donor) and donor.adequate[-2] < donor.progression.replace(day=1)


def progressing_long_after_stable(donor: Donor) -> bool:
    """Stable disease seven weeks from randomisation, before the month before progression."""
    return (
        progressing_for_both(donor)
        and donor.adequate[-2] < donor.progression.replace(day=1)
        and donor.adequate[0] < (donor.progression.replace(day=1) - DAY).replace(day=1)
        and donor.readings[0].response == "SD"
    )


def progressing_after_pair(donor: Donor) -> bool:
    """Two assessments before progression that all readers read alike, and one before them."""
    return (
        progressing_for_both(donor)
        and len(donor.adequate) >= 4
        and donor.progression > donor.adequate[-4] + 119 * DAY
        and all(len(set(readers(donor.records, one))) == 1 for one in donor.readings)
    )


def progressing_after_one(donor: Donor) -> bool:
    """An assessment before progression that can be missed: no gap is then too long."""
    return (
        progressing_for_both(donor)
        and len(donor.adequate) >= 3
        and donor.progression <= donor.adequate[-3] + 119 * DAY
        and all(len(set(readers(donor.records, one))) == 1 for one in donor.readings)
    )


def dead_after_progression(donor: Donor) -> bool:
    """A complete date of death, after the progression that both evaluators found."""
    return (
        progressing_for_both(donor)
        and donor.death is not None
        and donor.death <= CUTOFF - 40 * DAY
        and donor.progression < donor.death - 40 * DAY
    )


def responding(donor: Donor) -> bool:
    """A response that the next reading confirms."""
    first = next((i for i, one in enumerate(donor.readings) if one.response in ("CR", "PR")), None)
    return (
        donor.is_treated
        and first is not None
        and first + 1 < len(donor.readings)
        and donor.readings[first + 1].response in ("CR", "PR")
    )


def never_responding(donor: Donor) -> bool:
    return donor.is_treated and not donor.is_responder


def readers(records: Records, reading: Reading) -> list[str]:
    """What every reader says on the day of a reading."""
    return [
        record["RSSTRESC"]
        for record in records["rs"]
        if record["RSTESTCD"] == "OVRLRESP" and record["RSDTC"] == str(reading.day)
    ]


# what is done


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


def baseline(records: Records, file: str, test: str) -> Record:
    """The record of a test that is flagged as baseline."""
    domain = file.upper()
    (record,) = (
        record
        for record in records[file]
        if record[f"{domain}TESTCD"] == test and record[f"{domain}LOBXFL"] == "Y"
    )
    return record


def has_baseline(donor: Donor, *, file: str, test: str) -> bool:
    """Treated, with one flagged record of the test before the day before the first dose."""
    domain = file.upper()
    flagged = [
        record
        for record in donor.records[file]
        if record[f"{domain}TESTCD"] == test and record[f"{domain}LOBXFL"] == "Y"
    ]
    return (
        donor.is_treated
        and len(flagged) == 1
        and flagged[0][f"{domain}DTC"] < str(donor.first_dose - DAY)
    )


def measured_again(
    records: Records,
    donor: Donor,
    _: Random,
    *,
    file: str,
    test: str,
    values: tuple[Mapping[str, str], ...],
    keeps_flag: bool = False,
    dose_time: str = "",
) -> Named:
    """More values of a test on the day of the first dose; the first of them is the one named.

    The flag of the baseline record goes, if it is not kept; the first dose has a time.
    """
    domain = file.upper()
    day = donor.first_dose
    flagged = baseline(records, file, test)
    if not keeps_flag:
        flagged[f"{domain}LOBXFL"] = ""
    result = flagged[f"{domain}STRESC"]
    others = [str(float(result) + step) for step in (3, 5)]
    if test == "ECOG101":
        others = ["1" if result == "0" else "0"]
    for value, other in zip(values, others, strict=False):
        time = value.get("time", "")
        number = {f"{domain}STRESN": other} if test != "ECOG101" else {}
        results = {f"{domain}ORRES": other, f"{domain}STRESC": other, **number}
        given = {name: text for name, text in value.items() if name != "time"}
        visit = {"VISITNUM": "101", "VISIT": "DAY 1"}
        dated = {f"{domain}DTC": f"{day}{time}", f"{domain}LOBXFL": ""}
        added(records, file, flagged, **results, **visit, **dated, **given)
    for record in records["ex"]:
        if record["EXSTDTC"] == str(day):
            record["EXSTDTC"] += dose_time
    return {"first_dose": day, "level": others[0], "value": float(others[0])}


def read_in_another_way(
    records: Records, _: Donor, __: Random, *, file: str, test: str, **values: str
) -> Named:
    """The baseline value of a test once more, with another result from another source."""
    domain = file.upper()
    flagged = baseline(records, file, test)
    other = str(float(flagged[f"{domain}STRESN"]) + 1)
    results = {f"{domain}{name}": other for name in ("ORRES", "STRESC", "STRESN")}
    added(records, file, flagged, **results, **values)
    return {}


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
_WEIGHT: Final = {"file": "vs", "test": "WEIGHT"}
_HAEMOGLOBIN: Final = {"file": "lb", "test": "HGB"}
_ECOG: Final = {"file": "rs", "test": "ECOG101"}
_PDL1: Final = {"file": "mi", "test": "PDL1"}
_BEFORE: Final = {"VSTPT": "PRE-DOSE", "VSTPTNUM": "1"}
_AFTER: Final = {"VSTPT": "1 HOUR POST-DOSE", "VSTPTNUM": "2"}
_OTHER_VISIT: Final = {"VISITNUM": "902", "VISIT": "UNSCHEDULED"}

KINDS: Final = (
    # what was not done or did not take place, and the same where it was
    Kind(
        "assessment_not_done",
        followed,
        partial(assessed_again, RSSTAT="NOT DONE"),
        findings=(("not_done", "RSSTAT"),),
    ),
    Kind(
        "assessment_done",
        followed_without_event,
        partial(assessed_again, RSORRES="SD", RSSTRESC="SD"),
        outcomes={"PFSIRC": Ended()},
        rules=dict.fromkeys(("last_known_alive", "last_assessment"), Ended("assessment")),
        dates={"lstalvdt": "assessment"},
    ),
    Kind(
        "visit_did_not_occur",
        followed,
        partial(visited_again, occurs="N"),
        findings=(("did_not_occur", "SVOCCUR"),),
    ),
    Kind(
        "visit_occurred",
        followed,
        partial(visited_again, occurs="Y"),
        rules={"last_known_alive": Ended("visit")},
        dates={"lstalvdt": "visit"},
    ),
    Kind(
        "adverse_event_did_not_occur",
        without_early_severe_event,
        partial(adverse_event, AEPRESP="Y", AEOCCUR="N"),
        findings=(("did_not_occur", "AEOCCUR"),),
    ),
    Kind(
        "adverse_event_not_answered",
        without_early_severe_event,
        partial(adverse_event, AEPRESP="Y"),
        findings=(("did_not_occur", "AEOCCUR"),),
    ),
    Kind(
        "adverse_event_occurred",
        without_early_severe_event,
        partial(adverse_event, AEPRESP="Y", AEOCCUR="Y"),
        outcomes={"TTAE": Ended("event", EVENT)},
    ),
    # another reader
    Kind(
        "reader_contradicts",
        reviewed_in_time,
        partial(read_by_third, accepted=""),
        findings=(("superseded", "RSSTRESC"),),
    ),
    Kind(
        "accepted_reader_contradicts",
        reviewed_in_time,
        partial(read_by_third, accepted="Y"),
        outcomes={"PFSIRC": Ended("reading", EVENT)},
        findings=(("superseded", "RSSTRESC"),) * 2,
    ),
    # another subject
    Kind("screen_failure", anybody, screened_with),
    # doses
    Kind("prephase", treated, partial(dosed_earlier, days=6, epoch="SCREENING")),
    Kind(
        "dose_on_the_day_before",
        treated,
        partial(dosed_earlier, days=1, epoch="TREATMENT"),
        outcomes=dict.fromkeys(("OSTRT", "TTAE"), Ended(start="dose")),
        dates={"trtsdt": "dose"},
        findings=(("first_dose_differs", "RFXSTDTC"),),
    ),
    Kind("blinded_dose", treated, partial(with_doses_of, dose="")),
    Kind("dose_of_nothing", treated, partial(with_doses_of, dose="0")),
    # values on the day of the first dose
    Kind(
        "time_point_after_dose",
        partial(has_baseline, **_WEIGHT),
        partial(measured_again, **_WEIGHT, values=(_AFTER,)),
    ),
    Kind(
        "time_points_before_and_after_dose",
        partial(has_baseline, **_WEIGHT),
        partial(measured_again, **_WEIGHT, values=(_BEFORE, _AFTER)),
        factors={"weight": Measured("first_dose", value="value")},
    ),
    Kind(
        "time_of_day_after_dose",
        partial(has_baseline, **_HAEMOGLOBIN),
        partial(
            measured_again, **_HAEMOGLOBIN, values=({"time": "T10:30"},), dose_time="T10:00"
        ),
    ),
    Kind(
        "time_of_day_before_dose",
        partial(has_baseline, **_HAEMOGLOBIN),
        partial(
            measured_again, **_HAEMOGLOBIN, values=({"time": "T09:30"},), dose_time="T10:00"
        ),
        factors={"haemoglobin": Measured("first_dose", value="value")},
    ),
    Kind(
        "value_after_flagged_baseline",
        partial(has_baseline, **_ECOG),
        partial(measured_again, **_ECOG, values=({},), keeps_flag=True),
    ),
    Kind(
        "value_after_unflagged_baseline",
        partial(has_baseline, **_ECOG),
        partial(measured_again, **_ECOG, values=({},)),
        factors={"ecog": Measured("first_dose", level="level")},
    ),
    # dates of which not everything is known
    Kind(
        "interval_of_assessment",
        with_unblurred_middle,
        partial(middle_blurred, blur=AS_INTERVAL),
    ),
    Kind("month_of_assessment", with_unblurred_middle, partial(middle_blurred, blur=month)),
    Kind(
        "interval_of_progression",
        progressing_after_days,
        partial(progression_blurred, blur=AS_INTERVAL),
        outcomes={
            "PFS": Ended("earliest", EVENT, flag="flag"),
            "PFSEMA": Ended("earliest", EVENT, flag="flag"),
            "TTR": Ended("earliest", COMPETING, flag="flag"),
        },
    ),
    Kind(
        "month_of_progression",
        progressing_after_month,
        partial(progression_blurred, blur=month),
        outcomes={
            "PFS": Ended("earliest", EVENT, flag="flag"),
            "PFSEMA": Ended("earliest", EVENT, flag="flag"),
            "TTR": Ended("earliest", COMPETING, flag="flag"),
        },
    ),
    Kind(
        "interval_of_death",
        dead_after_progression,
        partial(death_blurred, blur=AS_INTERVAL),
        rules={"death": Ended("death", flag="flag")},
        dates={"dthdt": "death", "dthdtf": "flag"},
    ),
    Kind(
        "month_of_death",
        dead_after_progression,
        partial(death_blurred, blur=month),
        rules={"death": Ended("death", flag="flag")},
        dates={"dthdt": "death", "dthdtf": "flag"},
    ),
    Kind(
        "interval_of_death_in_demographics",
        dead_after_progression,
        partial(death_blurred, blur=AS_INTERVAL, in_dm_alone=True),
    ),
    Kind(
        "death_after_cutoff",
        alive,
        dead_after_cutoff,
        findings=(("after_cutoff", "DTHDTC"), ("after_cutoff", "DDDTC")),
    ),
    # copies and corrections
    Kind(
        "duplicate",
        treated,
        sent_twice,
        findings=tuple(("duplicate", variable) for variable in COPIED.values()),
    ),
    Kind(
        "other_response_of_another_visit",
        progressing,
        partial(read_twice_on_a_day, which=-1, response="SD", **_OTHER_VISIT),
    ),
    Kind(
        "progression_of_another_visit",
        corrected_in_time,
        partial(read_twice_on_a_day, which=1, response="PD", **_OTHER_VISIT),
        outcomes={
            "PFS": Ended("reading", EVENT),
            "PFSEMA": Ended("reading", EVENT),
            "TTR": Ended("reading", COMPETING),
        },
    ),
    Kind(
        "corrected_response",
        corrected_in_time,
        partial(read_twice_on_a_day, which=1, response="PD"),
        outcomes={
            "PFS": Ended("reading", EVENT),
            "PFSEMA": Ended("reading", EVENT),
            "TTR": Ended("reading", COMPETING),
        },
        findings=(("superseded", "RSSTRESC"),),
    ),
    # sources
    Kind(
        "several_methods",
        partial(has_baseline, **_PDL1),
        partial(read_in_another_way, **_PDL1, MIMETHOD="FLOW CYTOMETRY"),
        findings=(("several_sources", "MIMETHOD"),),
        is_excluded=True,
    ),
    Kind(
        "several_specimens",
        partial(has_baseline, **_PDL1),
        partial(read_in_another_way, **_PDL1, MISPEC="BLOOD"),
        findings=(("several_sources", "MISPEC"),),
        is_excluded=True,
    ),
    Kind(
        "specimen_that_does_not_count",
        partial(has_baseline, **_HAEMOGLOBIN),
        partial(read_in_another_way, **_HAEMOGLOBIN, LBSPEC="SERUM"),
    ),
    # new therapy around progression
    Kind(
        "therapy_before_progression",
        progressing_for_both,
        partial(treated_again, dated=days_later(-1)),
        outcomes=dict.fromkeys(("PFS", "PFSIRC"), Ended("previous", CENSORED)),
    ),
    Kind(
        "therapy_on_day_of_progression",
        progressing_for_both,
        partial(treated_again, dated=days_later(0)),
    ),
    Kind(
        "therapy_after_progression",
        progressing_for_both,
        partial(treated_again, dated=days_later(1)),
    ),
    Kind(
        "therapy_in_month_of_progression",
        progressing_long_after_stable,
        partial(treated_again, dated=same_month),
    ),
    Kind(
        "therapy_in_month_before_progression",
        progressing_long_after_stable,
        partial(treated_again, dated=month_before),
        outcomes=dict.fromkeys(("PFS", "PFSIRC"), Ended("previous", CENSORED)),
    ),
    # missed assessments
    Kind(
        "two_missed_before_progression",
        progressing_after_pair,
        partial(assessments_missed, number=2),
        outcomes=dict.fromkeys(("PFS", "PFSIRC"), Ended("kept", CENSORED)),
    ),
    Kind(
        "one_missed_before_progression",
        progressing_after_one,
        partial(assessments_missed, number=1),
    ),
    # readings before randomisation
    Kind("response_at_entry", never_responding, partial(read_at_entry, response="PR")),
    Kind("response_at_entry_of_a_responder", responding, partial(read_at_entry, response="PR")),
    Kind("progression_at_entry", progressing_for_both, partial(read_at_entry, response="PD")),
    # the same records in another form
    Kind("codes_written_otherwise", anybody, written_otherwise),
    Kind("reversed_in_files", anybody, reversed_in_files),
    Kind("renumbered", anybody, renumbered),
)
