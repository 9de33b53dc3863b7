"""DM: who the patients are."""

from collections.abc import Iterator
from random import Random

from ..records import Record, Subject

RACES = {
    "white": "WHITE",
    "asian": "ASIAN",
    "black_or_african_american": "BLACK OR AFRICAN AMERICAN",
    "american_indian_or_alaska_native": "AMERICAN INDIAN OR ALASKA NATIVE",
    "native_hawaiian_or_other_pacific_islander": "NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER",
    "other": "OTHER",
}
UNKNOWN_RACES = ("UNKNOWN", "UNKNOWN", "NOT REPORTED", "NOT REPORTED", "")
OTHER_RACES = {"USA": ("HISPANIC", "MIXED", "MIDDLE EASTERN")}
OTHER_RACES_ELSEWHERE = ("MIDDLE EASTERN", "MIXED", "NORTH AFRICAN", "TURKISH")
HISPANIC, NOT_HISPANIC = "HISPANIC OR LATINO", "NOT HISPANIC OR LATINO"
# Of ten patients of a country, what their forms say; others: mostly not.
ETHNICITIES = {
    "USA": (HISPANIC,) * 2 + (NOT_HISPANIC,) * 8,
    "FRA": ("NOT REPORTED",) * 8 + (NOT_HISPANIC,) * 2,
}
ETHNICITIES_ELSEWHERE = (NOT_HISPANIC,) * 9 + ("UNKNOWN",)


def demographics(subject: Subject) -> Iterator[Record]:
    """One record per patient."""
    rng = subject.rng("DM")
    patient, calendar, death = subject.patient, subject.calendar, subject.course.death
    arm = subject.trial.arm_on(calendar.first_dose)
    race = RACES.get(patient.race) or _unknown_race(subject, rng)
    other_race = _other_race(subject, rng) if race == "OTHER" else ""
    had_birthday = (rng.randint(1, 12), 15) <= (calendar.first_dose.month, calendar.first_dose.day)
    known_death = death if death is not None and not death.status_contact_only else None
    record = subject.record(
        "DM",
        0,
        SUBJID=patient.patient.removeprefix("SYN-"),
        RFSTDTC=subject.dtc(0),
        RFXSTDTC=subject.dtc(0),
        RFXENDTC=subject.dtc(calendar.infusion_ends[-1]),
        DTHDTC=subject.dtc(known_death.day, known_death.precision) if known_death else "",
        DTHFL="Y" if known_death else "",
        SITEID=subject.site,
        BRTHDTC=str(calendar.first_dose.year - patient.age - (0 if had_birthday else 1)),
        AGE=str(patient.age),
        AGEU="YEARS",
        SEX={"male": "M", "female": "F"}[patient.sex],
        RACE=race,
        ETHNIC=HISPANIC if other_race == "HISPANIC" else _ethnicity(subject, rng),
        ARMCD=arm.code,
        ARM=arm.label,
        COUNTRY=subject.country,
    )
    if other_race:
        record.supplements = (("RACEOTH", "Race, Other", other_race),)
    yield record


def _unknown_race(subject: Subject, rng: Random) -> str:
    return "NOT REPORTED" if subject.country == "FRA" else rng.choice(UNKNOWN_RACES)


def _other_race(subject: Subject, rng: Random) -> str:
    return rng.choice(OTHER_RACES.get(subject.country, OTHER_RACES_ELSEWHERE))


def _ethnicity(subject: Subject, rng: Random) -> str:
    return rng.choice(ETHNICITIES.get(subject.country, ETHNICITIES_ELSEWHERE))
