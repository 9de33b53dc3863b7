"""The synthetic cohort: one typed row per patient, read and checked.

Days count from the first dose (day 0). Durations are differences of days.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

REMISSIONS = ("CR", "CRh")
LAST_DAY_OF_FIRST_CYCLE_REMISSION = 41
FIRST_DAY_OF_SECOND_CYCLE_REMISSION = 57


class CohortError(ValueError):
    """A row or a count of the cohort is impossible; the message is one sentence."""


@dataclass(frozen=True)
class Patient:
    """One synthetic patient. None means that it did not happen or is not known."""

    patient: str
    trial: str
    age: int
    sex: str
    race: str
    primary_refractory: bool
    prior_relapses: int  # 2 stands for two or more
    prior_transplant: bool
    first_salvage: bool
    central_marrow_blasts: int | None
    t411: bool
    ecog: int | None
    best_response: str  # within two cycles: CR, CRh, hypocellular or none
    remission_day: int | None
    remission_duration_days: int | None
    remission_end: str | None  # relapse, death or followed
    mrd_first_result_day: int | None  # None: not evaluable
    mrd_response_day: int | None
    mrd_response_cycle: int | None
    transplant: str  # none, in_remission, after_relapse or without_remission
    transplant_day: int | None
    survival_days: int
    died: bool
    ph_positive: bool = False

    @property
    def in_remission(self) -> bool:
        return self.best_response in REMISSIONS

    @property
    def remission_end_day(self) -> int | None:
        if self.remission_day is None or self.remission_duration_days is None:
            return None
        return self.remission_day + self.remission_duration_days

    @property
    def relapse_day(self) -> int | None:
        return self.remission_end_day if self.remission_end == "relapse" else None

    @property
    def still_in_remission(self) -> bool:
        return self.remission_end == "followed"

    @property
    def end_of_treatment_limit(self) -> int:
        """The day by which treatment has stopped: relapse, transplant or the end of life."""
        days = (self.relapse_day, self.transplant_day, self.survival_days)
        return min(day for day in days if day is not None)


def read_cohort(path: Path, *, ph_positive: bool = False) -> tuple[Patient, ...]:
    """Read the patients of a cohort file, in file order, each of them checked."""
    with path.open(encoding="utf-8", newline="") as file:
        patients = tuple(_patient(row, ph_positive) for row in csv.DictReader(file))
    for patient in patients:
        check_patient(patient)
    return patients


def _patient(row: dict[str, str], ph_positive: bool) -> Patient:
    values: dict[str, object] = {"ph_positive": ph_positive}
    for field in fields(Patient):
        if field.name in row:
            values[field.name] = _value(str(field.type), row[field.name])
    return Patient(**values)  # type: ignore[arg-type]


def _value(kind: str, text: str) -> object:
    if text == "" and "None" in kind:
        return None
    if "bool" in kind:
        return {"yes": True, "no": False}[text]
    return int(text) if "int" in kind else text


def check_identifiers(patients: Iterable[Patient]) -> None:
    """Raise CohortError if two patients have one identifier: their records would be one's."""
    seen: set[str] = set()
    for patient in patients:
        if patient.patient in seen:
            raise CohortError(
                f"Patient {patient.patient} is there twice; see cohort.csv and ph_positive.csv."
            )
        seen.add(patient.patient)


def check_patient(patient: Patient) -> None:
    """Raise CohortError unless the patient's events can have happened in this order."""
    for holds, rule in _rules(patient):
        if not holds:
            raise CohortError(f"Patient {patient.patient} is impossible: {rule}; see cohort.csv.")


def _rules(p: Patient) -> Iterable[tuple[bool, str]]:
    yield 18 <= p.age <= 79, "age is outside 18 to 79"
    yield not (p.primary_refractory and p.prior_relapses), "a refractory patient has relapses"
    yield not (p.primary_refractory and p.prior_transplant), "a refractory patient has a transplant"
    yield p.primary_refractory or p.prior_relapses > 0, "neither refractory nor relapsed"
    yield not (p.first_salvage and p.prior_relapses > 1), "first salvage after two relapses"
    yield (p.remission_day is not None) == p.in_remission, "remission day and response disagree"
    yield (p.transplant_day is None) == (p.transplant == "none"), "transplant without its day"
    yield from _remission_rules(p)
    yield from _transplant_rules(p)
    yield from _mrd_rules(p)


def _remission_rules(p: Patient) -> Iterable[tuple[bool, str]]:
    if p.remission_day is None:
        yield p.remission_end is None, "a remission that ends has no day"
        return
    end = p.remission_end_day
    yield end is not None and p.remission_end is not None, "a remission has no end"
    in_cycle_1 = 15 < p.remission_day <= LAST_DAY_OF_FIRST_CYCLE_REMISSION
    in_cycle_2 = FIRST_DAY_OF_SECOND_CYCLE_REMISSION <= p.remission_day <= 90
    yield in_cycle_1 or in_cycle_2, "remission is dated outside the marrows of two cycles"
    if p.remission_end == "death":
        yield p.died and end == p.survival_days, "death in remission is not the death"
    elif p.remission_end == "relapse":
        yield p.remission_day < (end or 0) < p.survival_days, "relapse is not in the lifetime"
    else:
        yield not p.died and (end or 0) <= p.survival_days, "remission outlasts follow-up"


def _transplant_rules(p: Patient) -> Iterable[tuple[bool, str]]:
    if p.transplant_day is None:
        return
    yield p.transplant_day < p.survival_days, "transplant comes after the end of follow-up"
    if p.transplant == "without_remission":
        yield p.remission_day is None, "transplant without remission, yet a remission"
    elif p.transplant == "after_relapse":
        yield (p.relapse_day or p.survival_days) < p.transplant_day, "transplant before relapse"
    else:
        yield p.in_remission and (p.remission_day or 0) < p.transplant_day, "transplant too early"
        yield (
            (p.relapse_day is None or p.transplant_day < p.relapse_day),
            "transplant in remission comes after relapse",
        )


def _mrd_rules(p: Patient) -> Iterable[tuple[bool, str]]:
    first, response = p.mrd_first_result_day, p.mrd_response_day
    yield (response is None) == (p.mrd_response_cycle is None), "MRD response without its cycle"
    if first is None:
        yield response is None, "an MRD response in a patient who is not evaluable"
        return
    yield 15 <= first < p.survival_days, "the first MRD result is before day 15 or after the end"
    yield first <= (p.transplant_day or first), "the first MRD result comes after transplant"
    if response is not None:
        yield first <= response < p.end_of_treatment_limit, "MRD response is not on treatment"
        if p.mrd_response_cycle == 1:
            yield response <= LAST_DAY_OF_FIRST_CYCLE_REMISSION, "MRD response not in cycle 1"
        else:
            yield response >= FIRST_DAY_OF_SECOND_CYCLE_REMISSION, "MRD response not in cycle 2+"
