"""The expected endpoints of a cohort of any size, without writing a file."""

from collections.abc import Callable, Iterator
from typing import Final

import polars as pl

from .events import Course
from .expected import (
    Outcome,
    duration_of_response,
    first_severe_adverse_event,
    overall_survival,
    pfs_ema,
    pfs_investigator,
    pfs_review,
)
from .generate import generate

ENDPOINTS: Final[dict[str, Callable[[Course], Outcome | None]]] = {
    "OS": overall_survival,
    "PFSINV": pfs_investigator,
    "PFSEMA": pfs_ema,
    "PFSIRC": pfs_review,
    "DOR": duration_of_response,
    "TTAE3": first_severe_adverse_event,
}


def draw(seed: int, n_randomised: int) -> pl.DataFrame:
    """One row per subject and endpoint: who, which arm, the true factors, the outcome.

    Columns usubjid, arm (ARMCD), pdl1, histology, ecog, endpoint, start and time in days, event
    (1 event, 2 competing event, 0 censored), reason. A subject to whom an endpoint does not apply
    has no row of it. Raises GeneratorError if the cohort is too small for the accidents.
    """
    cohort = generate(seed, n_randomised, 0)
    return table_of(cohort.courses)


def table_of(courses: tuple[Course, ...]) -> pl.DataFrame:
    """The rows of `draw` for given courses."""
    return pl.DataFrame([row for course in courses for row in _rows(course)])


def _rows(course: Course) -> Iterator[dict[str, object]]:
    person = course.subject.person
    for endpoint, rule in ENDPOINTS.items():
        outcome = rule(course)
        if outcome is not None:
            yield {
                "usubjid": person.usubjid,
                "arm": course.subject.arm.code,
                "pdl1": person.pdl1,
                "histology": person.histology,
                "ecog": person.ecog,
                "endpoint": endpoint,
                "start": outcome.start,
                "time": outcome.time,
                "event": outcome.event,
                "reason": outcome.reason,
            }
