"""DM and SUPPDM, SE, SV: who the subjects are, and when they were where."""

from collections.abc import Iterator

from ..accidents import Accident
from ..records import Record, Writing, iso, study_day
from ..subjects import Person, ScreenFailure
from ..trial import SCREEN_FAILURE_VISIT, STUDYID


def demographics(writing: Writing) -> Record:
    """One record; the reference start date is the day of randomisation."""
    course, plan = writing.course, writing.course.plan
    doses = course.doses
    planned, actual = course.subject.arm, plan.arm
    last = doses[-1].last if doses else None
    is_dead = plan.death is not None
    end = plan.death if is_dead else course.last_alive
    is_partial = plan.has(Accident.PARTIAL_DEATH_DATE)
    return {
        **_person(writing.person),
        "RFSTDTC": writing.dtc(0),
        "RFENDTC": writing.dtc(last),
        "RFXSTDTC": writing.dtc(doses[0].first) if doses else None,
        "RFXENDTC": writing.dtc(last),
        "RFPENDTC": writing.dtc(end, is_partial),
        "DTHDTC": writing.dtc(plan.death, is_partial),
        "DTHFL": "Y" if is_dead else None,
        "ARMCD": planned.code,
        "ARM": planned.description,
        "ACTARMCD": actual.code if doses else None,
        "ACTARM": actual.description if doses else None,
        "ARMNRS": None if doses else "ASSIGNED, NOT TREATED",
        "DMDY": study_day(writing.consented),
    }


def demographics_of_failure(failure: ScreenFailure) -> Record:
    """A screen failure has no arm and no reference dates."""
    return {
        **_person(failure.person),
        "RFPENDTC": iso(failure.failed),
        "ARMNRS": "SCREEN FAILURE",
    }


def _person(person: Person) -> Record:
    return {
        "STUDYID": STUDYID,
        "DOMAIN": "DM",
        "USUBJID": person.usubjid,
        "SUBJID": person.subjid,
        "RFICDTC": iso(person.consented),
        "SITEID": str(person.site.number),
        "AGE": person.age,
        "AGEU": "YEARS",
        "SEX": person.sex,
        "RACE": person.race,
        "ETHNIC": person.ethnic,
        "COUNTRY": person.site.country,
        "DMDTC": iso(person.consented),
    }


def qualifiers(writing: Writing) -> Iterator[Record]:
    """Population flags, and the stratification factors as recorded at randomisation."""
    stratum = writing.course.subject.stratum
    usubjid = writing.person.usubjid
    yield from _flags(usubjid, True, bool(writing.course.doses))
    for name, label, value in (
        ("STRPDL1", "Stratum at Randomization: PD-L1", stratum.pdl1),
        ("STRHIST", "Stratum at Randomization: Histology", stratum.histology),
        ("STRECOG", "Stratum at Randomization: ECOG", str(stratum.ecog)),
    ):
        yield _qualifier(usubjid, QNAM=name, QLABEL=label, QVAL=value, QORIG="eDT")


def qualifiers_of_failure(failure: ScreenFailure) -> Iterator[Record]:
    """Neither population holds a screen failure."""
    return _flags(failure.person.usubjid, False, False)


def _flags(usubjid: str, is_randomised: bool, is_treated: bool) -> Iterator[Record]:
    for name, label, holds in (
        ("ITT", "Intent-to-Treat Population Flag", is_randomised),
        ("SAFETY", "Safety Population Flag", is_treated),
    ):
        yield _qualifier(
            usubjid,
            QNAM=name,
            QLABEL=label,
            QVAL="Y" if holds else "N",
            QORIG="Derived",
            QEVAL="CLINICAL STUDY SPONSOR",
        )


def _qualifier(usubjid: str, **values: str) -> Record:
    return {"STUDYID": STUDYID, "RDOMAIN": "DM", "USUBJID": usubjid, **values}


def elements(writing: Writing) -> Iterator[Record]:
    """SE, one record per element; the end of each is the start of the next."""
    is_partial = writing.course.plan.has(Accident.PARTIAL_DEATH_DATE)
    for element in writing.elements:
        is_last = element is writing.elements[-1]
        yield writing.record(
            "SE",
            ETCD=element.code,
            ELEMENT=element.name,
            TAETORD=element.order,
            EPOCH=element.epoch,
            SESTDTC=writing.dtc(element.first),
            SEENDTC=writing.dtc(element.last, is_last and is_partial),
            SESTDY=study_day(element.first),
            SEENDY=None if is_last and is_partial else study_day(element.last),
        )


def elements_of_failure(failure: ScreenFailure) -> Record:
    """A screen failure has the screening element alone."""
    return {
        "STUDYID": STUDYID,
        "DOMAIN": "SE",
        "USUBJID": failure.person.usubjid,
        "ETCD": "SCRN",
        "ELEMENT": "Screening",
        "TAETORD": 1,
        "EPOCH": "SCREENING",
        "SESTDTC": iso(failure.person.consented),
        "SEENDTC": iso(failure.failed),
    }


def visits(writing: Writing) -> Iterator[Record]:
    """SV, one record per visit that was made, and per planned visit that was not."""
    for visit in writing.course.visits:
        yield writing.record(
            "SV",
            VISITNUM=visit.number,
            VISIT=visit.name,
            SVPRESP="Y",
            SVOCCUR="N" if visit.day is None else "Y",
            SVREASOC=visit.reason or None,
            SVCNTMOD=None if visit.day is None else _mode(visit.by_phone),
            VISITDY=study_day(visit.planned),
            SVSTDTC=writing.dtc(visit.day),
            SVENDTC=writing.dtc(visit.day),
            SVSTDY=study_day(visit.day),
            SVENDY=study_day(visit.day),
        )


def _mode(by_phone: bool) -> str:
    return "TELEPHONE CALL" if by_phone else "IN PERSON"


def visits_of_failure(failure: ScreenFailure) -> Record:
    """A screen failure has the screening visit alone."""
    number, name = SCREEN_FAILURE_VISIT
    return {
        "STUDYID": STUDYID,
        "DOMAIN": "SV",
        "USUBJID": failure.person.usubjid,
        "VISITNUM": number,
        "VISIT": name,
        "SVPRESP": "Y",
        "SVOCCUR": "Y",
        "SVCNTMOD": "IN PERSON",
        "SVSTDTC": iso(failure.failed),
        "SVENDTC": iso(failure.failed),
    }
