"""DM: who the patients are."""

from collections.abc import Iterator

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
OTHER_RACES = ("MIDDLE EASTERN", "HISPANIC", "MIXED", "NORTH AFRICAN")


def demographics(subject: Subject) -> Iterator[Record]:
    """One record per patient."""
    rng = subject.rng("DM")
    patient, calendar, death = subject.patient, subject.calendar, subject.course.death
    arm = rng.choices(subject.trial.arms, [arm.weight for arm in subject.trial.arms])[0]
    race = RACES.get(patient.race) or rng.choice(UNKNOWN_RACES)
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
        ETHNIC=rng.choice(("NOT HISPANIC OR LATINO",) * 6 + ("HISPANIC OR LATINO", "UNKNOWN")),
        ARMCD=arm.code,
        ARM=arm.label,
        COUNTRY=subject.country,
    )
    if race == "OTHER":
        record.supplements = (("RACEOTH", "Race, Other", rng.choice(OTHER_RACES)),)
    yield record
