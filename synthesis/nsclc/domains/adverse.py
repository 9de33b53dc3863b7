"""AE: adverse events by the preferred terms of MedDRA, without its licensed codes."""

from collections.abc import Iterator

from ..events import AdverseEvent
from ..records import Record, Writing, study_day

_LIFE_THREATENING = 4  # grade


def adverse_events(writing: Writing) -> Iterator[Record]:
    """One record per adverse event."""
    for event in writing.course.adverse_events:
        end = _end(writing, event)
        yield writing.record(
            "AE",
            AETERM=event.term.upper(),
            AEDECOD=event.term,
            AEBODSYS=event.organ_class,
            AESOC=event.organ_class,
            AESER=_flag(event.is_serious),
            AEACN=event.action,
            AEREL="RELATED" if event.is_related else "NOT RELATED",
            AEOUT=_outcome(event),
            AESDTH=_flag(event.is_fatal),
            AESHOSP=_flag(event.is_serious and not event.is_fatal),
            AESLIFE=_flag(event.is_serious and event.grade >= _LIFE_THREATENING),
            AETOXGR=str(event.grade),
            EPOCH=writing.epoch(event.first),
            AESTDTC=writing.dtc(event.first, event.is_partial),
            AEENDTC=writing.dtc(end),
            AESTDY=None if event.is_partial else study_day(event.first),
            AEENDY=study_day(end),
        )


def _end(writing: Writing, event: AdverseEvent) -> int | None:
    return writing.course.plan.death if event.is_fatal else event.last


def _outcome(event: AdverseEvent) -> str:
    if event.is_fatal:
        return "FATAL"
    return "NOT RECOVERED/NOT RESOLVED" if event.last is None else "RECOVERED/RESOLVED"


def _flag(holds: bool) -> str:
    return "Y" if holds else "N"
