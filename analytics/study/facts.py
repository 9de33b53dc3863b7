"""The dated facts a study may name: the built-in ones here, and those it declares in facts.csv.

A study's endpoints, populations and factors name dated facts and nothing else. What is known by
when follows from two relations, which the immortal-time guard reads: `follows` lists the facts
that have certainly happened when this one happens, `known_by` those on whose day, at the latest,
this one is settled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

RELAPSE_VALUES: Final = ("hematologic", "extramedullary", "unspecified")


@dataclass(frozen=True)
class Fact:
    """One dated fact of a subject; at most one row per subject.

    `values`: what `fact_value` may hold; of a response fact, the study's response values.
    `has_cycle`: the treatment cycle of the date is known.
    `level`: 0 for a built-in fact; a declared fact is one above the facts that it is placed by.
    `domain`: that of its records; None: it is computed, or of several domains.
    """

    name: str
    label: str
    follows: tuple[str, ...] = ()
    known_by: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    is_response: bool = False
    has_cycle: bool = False
    level: int = 0
    domain: str | None = None


Facts = Mapping[str, Fact]

_CATALOGUE: Final = (
    Fact("first_dose", "First dose", known_by=("death",), has_cycle=True, domain="EX"),
    Fact("last_dose", "Last dose", follows=("first_dose",), has_cycle=True, domain="EX"),
    Fact("treatment_close", "End of the treatment period", follows=("last_dose",)),
    Fact("prior_hsct", "Transplant before the first dose", known_by=("first_dose",), domain="PR"),
    Fact(
        "remission_at_entry",
        "Remission at the first dose",
        known_by=("first_dose",),
        is_response=True,
        domain="RS",
    ),
    Fact(
        "first_remission",
        "First remission within the window",
        follows=("first_dose",),
        # who was in remission at the first dose never has one
        known_by=("relapse", "hsct_in_remission"),
        is_response=True,
        has_cycle=True,
        domain="RS",
    ),
    Fact(
        "best_response",
        "Best response within the window",
        follows=("first_dose",),
        is_response=True,
        has_cycle=True,
        domain="RS",
    ),
    Fact("relapse", "First relapse", follows=("first_dose",), values=RELAPSE_VALUES, domain="RS"),
    Fact(
        "mrd_evaluated",
        "First deciding MRD result on treatment",
        follows=("first_dose",),
        has_cycle=True,
        domain="LB",
    ),
    Fact(
        "mrd_response",
        "First MRD response",
        follows=("mrd_evaluated",),
        has_cycle=True,
        domain="LB",
    ),
    Fact(
        "hsct",
        "First allogeneic transplant after the first dose",
        follows=("first_dose",),
        domain="PR",
    ),
    Fact("hsct_in_remission", "Transplant in continuous remission", follows=("hsct",), domain="PR"),
    Fact(
        "hsct_after_relapse", "Transplant after relapse", follows=("hsct", "relapse"), domain="PR"
    ),
    Fact("hsct_without_remission", "Transplant without remission", follows=("hsct",), domain="PR"),
    # these are dated of subjects without a dose, too
    Fact("death", "Death"),
    Fact("last_known_alive", "Last date known alive"),
    Fact("last_documented_visit", "Last documented visit"),
    Fact("last_contact", "Last contact by visit or phone"),
    Fact("last_assessment", "Last disease assessment", follows=("first_dose",), domain="RS"),
)

BUILT_IN_FACTS: Final[dict[str, Fact]] = {fact.name: fact for fact in _CATALOGUE}

SIGNS_OF_LIFE: Final = ("last_known_alive", "last_documented_visit", "last_contact")
"""Facts that are contacts, of whichever domains the study takes contacts from."""


def known_at(fact: str, origin: str | None, facts: Facts) -> bool:
    """Whether `fact` is settled on the day `origin` happens: happened, or never going to.

    Of an origin without a fact (None) nothing is known.

    All facts that the origin follows have happened by then; so has whatever is settled by the day
    of one of them.
    """
    if origin is None:
        return False
    known = {origin}
    while True:
        earlier = {name for member in known for name in facts[member].follows}
        settled = {name for name, other in facts.items() if known & set(other.known_by)}
        if earlier | settled <= known:
            return fact in known
        known |= earlier | settled


def happened_by(fact: str, origin: str, facts: Facts) -> bool:
    """Whether `fact` has certainly happened to everybody whom `origin` happens to."""
    return fact == origin or any(
        happened_by(fact, earlier, facts) for earlier in facts[origin].follows
    )


def is_baseline(fact: str, facts: Facts) -> bool:
    """Whether the fact is settled on the day of the first dose."""
    return known_at(fact, "first_dose", facts)
