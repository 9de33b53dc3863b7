"""The datasets of the trial: numbered records of every domain, in the order of their columns."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from .catalogue import COLUMNS
from .domains import adverse, disposition, history, measurements, subjects, treatment
from .domains.design import trial_design
from .domains.elements import elements_of
from .domains.relations import relations
from .domains.tumours import tumours
from .events import Course
from .generate import Cohort
from .records import Record, Writing, numbered
from .subjects import ScreenFailure

# Of the datasets with a record per observation: the variables by which they are sorted.
_ORDER: Final[dict[str, tuple[str, ...]]] = {
    "SE": ("SESTDTC",),
    "EX": ("EXSTDTC",),
    "CM": ("CMSTDTC", "CMDECOD"),
    "AE": ("AESTDTC", "AEDECOD"),
    "DS": ("DSSTDTC",),
    "MH": ("MHSTDTC",),
    "DD": ("DDDTC",),
    "IE": ("IEDTC",),
    "LB": ("LBDTC", "LBTESTCD"),
    "VS": ("VSDTC", "VSTESTCD"),
    "MI": ("MIDTC", "MITESTCD"),
    "RS": ("RSDTC", "RSCAT", "RSEVAL", "RSEVALID", "RSTESTCD"),
    "SS": ("SSDTC", "SSTESTCD"),
    "TU": ("TUDTC", "TUEVAL", "TUEVALID", "TULNKID"),
    "TR": ("TRDTC", "TREVAL", "TREVALID", "TRLNKID", "TRTESTCD"),
}
_UNNUMBERED: Final[dict[str, tuple[str, ...]]] = {
    "DM": ("USUBJID",),
    "SV": ("USUBJID", "VISITNUM"),
    "SUPPDM": ("USUBJID", "QNAM"),
}


def tables_of(cohort: Cohort, seed: int) -> dict[str, list[Record]]:
    """The records of every dataset, in the order of the catalogue of columns."""
    found: dict[str, list[Record]] = defaultdict(list)
    for course in cohort.courses:
        for dataset, record in _subject_records(course, seed):
            found[dataset].append(record)
    for failure in cohort.screen_failures:
        for dataset, record in _failure_records(failure):
            found[dataset].append(record)
    tables = {
        name: numbered(name, records, _ORDER[name])
        if name in _ORDER
        else _sorted(records, _UNNUMBERED[name])
        for name, records in found.items()
    }
    tables |= trial_design()
    tables["RELREC"] = list(relations(tables))
    return {name: tables[name] for name in COLUMNS}


def _sorted(records: Iterable[Record], names: tuple[str, ...]) -> list[Record]:
    def key(record: Record) -> tuple[str, ...]:
        values = (record[name] for name in names)
        return tuple(f"{v:09.2f}" if isinstance(v, int | float) else str(v) for v in values)

    return sorted(records, key=key)


_WRITERS: Final[dict[str, Callable[[Writing], Iterator[Record]]]] = {
    "SUPPDM": subjects.qualifiers,
    "SE": subjects.elements,
    "SV": subjects.visits,
    "EX": treatment.exposure,
    "CM": treatment.therapies,
    "AE": adverse.adverse_events,
    "DS": disposition.disposition,
    "DD": disposition.death_details,
    "SS": disposition.survival,
    "MI": history.microscopy,
    "LB": measurements.laboratory,
    "VS": measurements.vital_signs,
    "RS": measurements.performance_status,
}


def _subject_records(course: Course, seed: int) -> Iterator[tuple[str, Record]]:
    writing = Writing(course, seed, elements_of(course))
    yield "DM", subjects.demographics(writing)
    yield "MH", history.history(writing.person, writing)
    for dataset, write in _WRITERS.items():
        for record in write(writing):
            yield dataset, record
    for dataset, records in tumours(writing).items():
        for record in records:
            yield dataset, record


def _failure_records(failure: ScreenFailure) -> Iterator[tuple[str, Record]]:
    yield "DM", subjects.demographics_of_failure(failure)
    yield "SE", subjects.elements_of_failure(failure)
    yield "SV", subjects.visits_of_failure(failure)
    yield "MH", history.history(failure.person, None)
    yield "IE", history.criterion_not_met(failure)
    yield "RS", measurements.performance_status_of_failure(failure)
    for record in subjects.qualifiers_of_failure(failure):
        yield "SUPPDM", record
    for record in disposition.disposition_of_failure(failure):
        yield "DS", record
