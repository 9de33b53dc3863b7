"""The published counts that the cohort must meet before anything is written from it.

targets.csv has one line per count or statistic: `target` names it, `where` holds the conditions
(`fact = value`, joined by `and`; empty = everybody), `value` the number. Counts count patients;
lines with a `statistic` describe a number of the cohort row instead.
"""

import csv
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from .cohort import CohortError, Patient

DAYS_PER_MONTH = 30.4375
SURVIVOR_MONTHS = 35  # a long-term survivor is known alive after month 35

STATISTICS: Mapping[str, Callable[[list[float]], float]] = {
    "median": statistics.median,
    "min": min,
    "max": max,
    "mean": lambda values: round(statistics.mean(values), 1),
    "sd": lambda values: round(statistics.stdev(values), 1),
}


def check_targets(patients: Sequence[Patient], path: Path) -> None:
    """Raise CohortError with the first target that the cohort misses."""
    facts = [facts_of(patient) for patient in patients]
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            reached = _reached(row, facts)
            if reached != float(row["value"]):
                raise CohortError(
                    f"The cohort has {reached:g} for {row['target']}, not {row['value']}; "
                    "see targets.csv."
                )


def _reached(row: dict[str, str], facts: Sequence[Mapping[str, str]]) -> float:
    chosen = [fact for fact in facts if _holds(row["where"], fact)]
    if not row["statistic"]:
        return len(chosen)
    values = [float(fact[row["fact"]]) for fact in chosen if fact[row["fact"]]]
    return STATISTICS[row["statistic"]](values)


def _holds(where: str, fact: Mapping[str, str]) -> bool:
    conditions = [part.split(" = ") for part in where.split(" and ") if part]
    return all(fact[name] == value for name, value in conditions)


def facts_of(patient: Patient) -> dict[str, str]:
    """The row of a patient as text, with the groups that the published tables use."""
    facts = {name: _text(value) for name, value in asdict(patient).items()}
    is_survivor = patient.survival_days > SURVIVOR_MONTHS * DAYS_PER_MONTH
    response_cycle = patient.mrd_response_cycle
    facts["survivor"] = _text(is_survivor)
    facts["in_remission"] = _text(patient.in_remission)
    facts["blasts"] = _blasts_category(patient.central_marrow_blasts)
    facts["mrd_response"] = _text(patient.mrd_response_day is not None)
    facts["mrd_cycle"] = "" if response_cycle is None else str(min(response_cycle, 3))
    facts["transplanted"] = _text(patient.transplant_day is not None)
    facts["at_30_months"] = _text(patient.survival_days >= 30 * DAYS_PER_MONTH)
    return facts


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _blasts_category(blasts: int | None) -> str:
    if blasts is None:
        return "unknown"
    limits = ((blasts <= 5, "<=5%"), (blasts < 10, ">5% to <10%"), (blasts < 50, "10% to <50%"))
    return next((name for holds, name in limits if holds), ">=50%")
