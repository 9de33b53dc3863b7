"""DS, SS and DD: consent, randomisation, the ends of treatment and of the study, survival."""

from collections.abc import Iterator

from ..accidents import Accident
from ..records import OPEN_LABEL, SCREENING, TREATMENT, Record, Writing, iso, study_day
from ..subjects import ScreenFailure
from ..trial import STUDYID

_MILESTONE = "PROTOCOL MILESTONE"
_DISPOSITION = "DISPOSITION EVENT"
_STUDY = "STUDY PARTICIPATION"
_TREATMENT = "STUDY TREATMENT"
_SHORTLY = 3  # days before death, in which treatment ended with life
_TERMS = {
    "PROGRESSIVE DISEASE": "DISEASE PROGRESSION",
    "DEATH": "DEATH",
    "ADVERSE EVENT": "ADVERSE EVENT",
    "WITHDRAWAL BY SUBJECT": "WITHDRAWAL BY SUBJECT",
    "PHYSICIAN DECISION": "PHYSICIAN'S DECISION",
    "LOST TO FOLLOW-UP": "LOST TO FOLLOW-UP",
    "NEVER DOSED": "RANDOMIZED BUT NOT TREATED",
}


def disposition(writing: Writing) -> Iterator[Record]:
    """Milestones and disposition events in the order of time."""
    course, plan = writing.course, writing.course.plan
    yield _milestone(writing, "INFORMED CONSENT OBTAINED", writing.consented)
    yield _milestone(writing, "RANDOMIZED", 0)
    if not plan.is_treated:
        yield _event(writing, plan.reason, _TREATMENT, SCREENING, 1)
    elif plan.last_dose is not None:
        yield _event(writing, plan.reason, _TREATMENT, TREATMENT, plan.last_dose)
    if course.open_label_doses:
        yield from _crossover(writing)
    yield from _end_of_study(writing)


def _crossover(writing: Writing) -> Iterator[Record]:
    """The treatment is unblinded before the crossover; that of the open label ends too."""
    plan, doses = writing.course.plan, writing.course.open_label_doses
    day, last = doses[0].first - 1, doses[-1].last
    yield writing.record(
        "DS",
        DSTERM="TREATMENT UNBLINDED FOR CROSSOVER",
        DSDECOD="TREATMENT UNBLINDED",
        DSCAT="OTHER EVENT",
        EPOCH=writing.epoch(day),
        DSSTDTC=writing.dtc(day),
        DSSTDY=study_day(day),
    )
    if last is not None:
        is_to_the_end = plan.death is not None and last >= plan.heard_until - _SHORTLY
        reason = "DEATH" if is_to_the_end else "PROGRESSIVE DISEASE"
        yield _event(writing, reason, _TREATMENT, OPEN_LABEL, last)


def _end_of_study(writing: Writing) -> Iterator[Record]:
    plan = writing.course.plan
    if plan.death is not None:
        yield _event(writing, "DEATH", _STUDY, writing.epoch(plan.death), plan.death)
    elif plan.ending == "withdrawn":
        day = plan.heard_until
        yield _event(writing, "WITHDRAWAL BY SUBJECT", _STUDY, writing.epoch(day), day)
    elif plan.ending == "lost":
        attempts = [c.day for c in writing.course.contacts if c.status == "UNKNOWN"]
        day = max(attempts, default=plan.heard_until)
        yield _event(writing, "LOST TO FOLLOW-UP", _STUDY, writing.epoch(day), day)


def _milestone(writing: Writing, term: str, day: int) -> Record:
    return writing.record(
        "DS",
        DSTERM=term,
        DSDECOD=term,
        DSCAT=_MILESTONE,
        EPOCH=SCREENING,
        DSSTDTC=writing.dtc(day),
        DSSTDY=study_day(day),
    )


def _event(writing: Writing, reason: str, subcategory: str, epoch: str, day: int) -> Record:
    """A disposition event; where death is the reason, it is dated as death is in DM."""
    plan = writing.course.plan
    is_death = reason == "DEATH"
    is_partial = is_death and plan.has(Accident.PARTIAL_DEATH_DATE)
    dated = plan.death if is_death else day
    return writing.record(
        "DS",
        DSTERM=_TERMS[reason],
        DSDECOD=reason,
        DSCAT=_DISPOSITION,
        DSSCAT=subcategory,
        EPOCH=epoch,
        DSSTDTC=writing.dtc(dated, is_partial),
        DSSTDY=None if is_partial else study_day(dated),
    )


def disposition_of_failure(failure: ScreenFailure) -> Iterator[Record]:
    """Consent, and the failure to be eligible."""
    for term, decod, category, subcategory, day in (
        (
            "INFORMED CONSENT OBTAINED",
            "INFORMED CONSENT OBTAINED",
            _MILESTONE,
            None,
            failure.person.consented,
        ),
        ("ELIGIBILITY CRITERIA NOT MET", "SCREEN FAILURE", _DISPOSITION, _STUDY, failure.failed),
    ):
        yield {
            "STUDYID": STUDYID,
            "DOMAIN": "DS",
            "USUBJID": failure.person.usubjid,
            "DSTERM": term,
            "DSDECOD": decod,
            "DSCAT": category,
            "DSSCAT": subcategory,
            "EPOCH": SCREENING,
            "DSSTDTC": iso(day),
        }


def survival(writing: Writing) -> Iterator[Record]:
    """SS, one record per survival contact; a death is dated on the day it was reported."""
    for contact in writing.course.contacts:
        yield writing.finding(
            "SS",
            contact.visit,
            contact.day,
            SSTESTCD="SURVSTAT",
            SSTEST="Survival Status",
            SSORRES=contact.status,
            SSSTRESC=contact.status,
        )


def death_details(writing: Writing) -> Iterator[Record]:
    """DD, the primary cause of death, dated as in DM."""
    plan = writing.course.plan
    if plan.death is None:
        return
    is_partial = plan.has(Accident.PARTIAL_DEATH_DATE)
    cause = "DISEASE UNDER STUDY"
    if plan.has(Accident.FATAL_ADVERSE_EVENT):
        cause = "ADVERSE EVENT"
    yield writing.record(
        "DD",
        DDTESTCD="PRCDTH",
        DDTEST="Primary Cause of Death",
        DDORRES=cause,
        DDSTRESC=cause,
        DDDTC=writing.dtc(plan.death, is_partial),
        DDDY=None if is_partial else study_day(plan.death),
    )
