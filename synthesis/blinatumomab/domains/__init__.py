"""The course of a patient written as SDTM records, one function per domain."""

from collections.abc import Callable, Iterator

from ..records import Record, Subject
from .demographics import demographics
from .exposure import exposure
from .follow_up import death_details, disposition, subject_visits, survival_status
from .history import medical_history, prior_and_other_medication
from .laboratory import genetic_findings, laboratory
from .procedures import procedures
from .response import disease_response, performance_status

DOMAINS: tuple[Callable[[Subject], Iterator[Record]], ...] = (
    demographics,
    exposure,
    disease_response,
    performance_status,
    laboratory,
    genetic_findings,
    procedures,
    medical_history,
    prior_and_other_medication,
    survival_status,
    subject_visits,
    disposition,
    death_details,
)
