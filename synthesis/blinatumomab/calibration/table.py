"""The cohort as the file that the generator of records reads: one row per patient."""

import csv
import io
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
from numpy.random import Generator

from .baseline import Baseline
from .columns import (
    AFTER_RELAPSE,
    DIED,
    DIED_IN_REMISSION,
    END_KIND,
    EVALUABLE,
    FOLLOWED,
    IN_REMISSION,
    MRD_RESPONSE,
    NEVER,
    NO_TRANSPLANT,
    OTHER,
    PATIENTS,
    RACE,
    RELAPSED,
    REMISSION,
    REMISSION_END,
    RESPONDERS,
    SURVIVAL,
    T411,
    TRANSPLANT,
    TRANSPLANT_KIND,
    UNKNOWN,
    WHITE,
    WITHOUT_REMISSION,
)
from .rules import MRD_WINDOWS

COLUMNS = (
    "patient",
    "trial",
    "age",
    "sex",
    "race",
    "primary_refractory",
    "prior_relapses",
    "prior_transplant",
    "first_salvage",
    "central_marrow_blasts",
    "t411",
    "ecog",
    "best_response",
    "remission_day",
    "remission_duration_days",
    "remission_end",
    "mrd_first_result_day",
    "mrd_response_day",
    "mrd_response_cycle",
    "transplant",
    "transplant_day",
    "survival_days",
    "died",
)
TRANSPLANTS = {
    NO_TRANSPLANT: "none",
    IN_REMISSION: "in_remission",
    AFTER_RELAPSE: "after_relapse",
    WITHOUT_REMISSION: "without_remission",
}
ENDS = {RELAPSED: "relapse", DIED_IN_REMISSION: "death", FOLLOWED: "followed"}
OTHER_RACES = {
    "asian": 8,
    "black_or_african_american": 7,
    "american_indian_or_alaska_native": 1,
    "native_hawaiian_or_other_pacific_islander": 1,
    "other": 12,
}
FIRST_MARROW = (26, 32)
PH_POSITIVE = Path(__file__).parents[1] / "ph_positive.csv"  # treated, not analyzed: not searched


def cohort_table(
    s: np.ndarray,
    baseline: Baseline,
    exploratory: np.ndarray,
    responses: np.ndarray,
    rng: Generator,
) -> str:
    """The text of cohort.csv, patients numbered in random order within their trial."""
    races = _races(s, rng)
    first_results = [_first_mrd_result(s, i, rng) for i in range(PATIENTS)]
    order = rng.permutation(PATIENTS)
    order = np.concatenate((order[exploratory[order]], order[~exploratory[order]]))
    taken = _identifiers(PH_POSITIVE)
    free = {
        short: (name for name in _numbered(short) if name not in taken) for short in ("206", "211")
    }
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for i in order:
        short = "206" if exploratory[i] else "211"
        row = {
            "patient": next(free[short]),
            "trial": f"MT103-{short}",
            "race": races[i],
            "best_response": responses[i],
            "mrd_first_result_day": first_results[i],
        }
        writer.writerow(row | _baseline_facts(baseline, i) | _skeleton_facts(s, i))
    return file.getvalue()


def _numbered(short: str) -> Iterator[str]:
    return (f"SYN-{short}-{number:03d}" for number in count(1))


def _identifiers(path: Path) -> set[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["patient"] for row in csv.DictReader(file)}


def _yes(value: float) -> str:
    return "yes" if value == 1 else "no"


def _known(value: float) -> int | str:
    return "" if value < 0 else int(value)


def _day(value: int) -> int | str:
    return "" if value == NEVER else int(value)


def _baseline_facts(baseline: Baseline, i: int) -> dict[str, object]:
    return {
        "age": int(baseline.age[i]),
        "sex": "male" if baseline.male[i] == 1 else "female",
        "primary_refractory": _yes(baseline.primary_refractory[i]),
        "prior_relapses": int(baseline.prior_relapses[i]),
        "prior_transplant": _yes(baseline.prior_transplant[i]),
        "first_salvage": _yes(baseline.first_salvage[i]),
        "central_marrow_blasts": _known(baseline.blasts[i]),
        "ecog": _known(baseline.ecog[i]),
    }


def _skeleton_facts(s: np.ndarray, i: int) -> dict[str, object]:
    in_remission = i < RESPONDERS
    return {
        "t411": _yes(s[T411, i]),
        "remission_day": _day(s[REMISSION, i]),
        "remission_duration_days": s[REMISSION_END, i] - s[REMISSION, i] if in_remission else "",
        "remission_end": ENDS[s[END_KIND, i]] if in_remission else "",
        "mrd_response_day": _day(s[MRD_RESPONSE, i]),
        "mrd_response_cycle": _cycle(s[MRD_RESPONSE, i]),
        "transplant": TRANSPLANTS[s[TRANSPLANT_KIND, i]],
        "transplant_day": _day(s[TRANSPLANT, i]),
        "survival_days": s[SURVIVAL, i],
        "died": _yes(s[DIED, i]),
    }


def _cycle(day: int) -> int | str:
    return next((k for k, (first, last) in enumerate(MRD_WINDOWS, 1) if first <= day <= last), "")


def _races(s: np.ndarray, rng: Generator) -> np.ndarray:
    races = np.full(PATIENTS, "white", dtype="U48")
    races[s[RACE] == UNKNOWN] = "unknown"
    names = np.repeat(list(OTHER_RACES), list(OTHER_RACES.values()))
    races[rng.permutation(np.flatnonzero(s[RACE] == OTHER))] = names
    assert (s[RACE] == WHITE).sum() == (races == "white").sum()
    return races


def _first_mrd_result(s: np.ndarray, i: int, rng: Generator) -> int | str:
    """The marrow that makes a patient evaluable.

    Mostly the responding one; before a late response often the marrow of the first cycle. Without
    a response it is that of remission, or that of the first cycle.
    """
    first_marrow = min(int(rng.integers(*FIRST_MARROW)), s[SURVIVAL, i] - 1)
    response = s[MRD_RESPONSE, i]
    if s[EVALUABLE, i] == 0:
        return ""
    if response != NEVER:
        was_seen_before = response > MRD_WINDOWS[0][1] and rng.random() < 0.7
        return first_marrow if was_seen_before else int(response)
    return int(s[REMISSION, i]) if i < RESPONDERS else first_marrow
