"""The catalogue of dated facts: what the warehouse can date, and what is known by when.

A study's endpoints, populations and factors may name these facts and no other. `follows`
lists the facts that have certainly happened when this one happens; the immortal-time guard
reads it. A new fact is a row here and a step in the SQL model `int_dated_facts`.
"""

from dataclasses import dataclass
from typing import Final

RESPONSE_VALUES: Final = (
    "CR",
    "CRh",
    "hypocellular",
    "PR",
    "no_response",
    "progression",
    "not_evaluable",
)
RELAPSE_VALUES: Final = ("hematologic", "extramedullary", "unspecified")


@dataclass(frozen=True)
class Fact:
    """One dated fact of a subject; at most one row per subject.

    `baseline`: settled on or before the first dose. `values`: what `fact_value` may hold.
    `has_cycle`: the treatment cycle of the date is known.
    """

    name: str
    label: str
    baseline: bool = False
    follows: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    has_cycle: bool = False


_CATALOGUE: Final = (
    Fact("first_dose", "First dose", baseline=True, has_cycle=True),
    Fact("last_dose", "Last dose", follows=("first_dose",), has_cycle=True),
    Fact("treatment_close", "End of the treatment period", follows=("last_dose",)),
    Fact("prior_hsct", "Transplant before the first dose", baseline=True),
    Fact(
        "first_remission",
        "First remission within the window",
        follows=("first_dose",),
        values=RESPONSE_VALUES,
        has_cycle=True,
    ),
    Fact(
        "best_response",
        "Best response within the window",
        follows=("first_dose",),
        values=RESPONSE_VALUES,
        has_cycle=True,
    ),
    Fact("relapse", "First relapse", follows=("first_remission",), values=RELAPSE_VALUES),
    Fact(
        "mrd_evaluated",
        "First deciding MRD result on treatment",
        follows=("first_dose",),
        has_cycle=True,
    ),
    Fact("mrd_response", "First MRD response", follows=("mrd_evaluated",), has_cycle=True),
    Fact("hsct", "First allogeneic transplant after the first dose", follows=("first_dose",)),
    Fact(
        "hsct_in_remission",
        "Transplant in continuous remission",
        follows=("hsct", "first_remission"),
    ),
    Fact("hsct_after_relapse", "Transplant after relapse", follows=("hsct", "relapse")),
    Fact("hsct_without_remission", "Transplant without remission", follows=("hsct",)),
    Fact("death", "Death", follows=("first_dose",)),
    Fact("last_known_alive", "Last date known alive", follows=("first_dose",)),
    Fact("last_documented_visit", "Last documented visit", follows=("first_dose",)),
    Fact("last_contact", "Last contact by visit or phone", follows=("first_dose",)),
    Fact("last_assessment", "Last disease assessment", follows=("first_dose",)),
)

FACTS: Final[dict[str, Fact]] = {fact.name: fact for fact in _CATALOGUE}


def known_at(fact: str, origin: str) -> bool:
    """Whether `fact` has certainly happened, and is known, on the day `origin` happens."""
    if fact == origin or FACTS[fact].baseline:
        return True
    return any(known_at(fact, earlier) for earlier in FACTS[origin].follows)
