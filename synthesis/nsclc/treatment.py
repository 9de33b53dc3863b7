"""Doses of study treatment and later anti-cancer therapies. Days from randomisation."""

from collections.abc import Sequence
from random import Random
from typing import Final

from .events import AdverseEvent, Dose, Therapy, Visit
from .fates import Fate
from .plan import Plan
from .trial import DOSE_MG, DRUG, JITTER, PLACEBO, REDUCED_DOSE_MG, TREATMENT_INTERVAL
from .truth import SUBSEQUENT_THERAPY
from .visits import FIRST_DAY, OPEN_LABEL

# New anti-cancer therapies: drug and its class.
_THERAPIES: Final = (
    ("DOCETAXEL", "CHEMOTHERAPY"),
    ("GEMCITABINE", "CHEMOTHERAPY"),
    ("PEMETREXED", "CHEMOTHERAPY"),
    ("NIVOLUMAB", "IMMUNOTHERAPY"),
    ("PEMBROLIZUMAB", "IMMUNOTHERAPY"),
)


def blinded_doses(
    fate: Fate, plan: Plan, visits: Sequence[Visit], events: Sequence[AdverseEvent]
) -> tuple[Dose, ...]:
    """One interval from each visit on treatment to the next; the last ends with treatment."""
    if not plan.is_treated:
        return ()
    end = fate.cutoff if plan.last_dose is None else plan.last_dose
    starts = [
        visit.day
        for visit in visits
        if visit.number in range(FIRST_DAY, OPEN_LABEL)
        and visit.day is not None
        and visit.day <= end
    ]
    reductions = [event.first for event in events if event.action == "DOSE REDUCED"]
    return _intervals(plan.arm.treatment, starts, plan.last_dose, reductions, False)


def open_label_doses(
    fate: Fate, plan: Plan, visits: Sequence[Visit], rng: Random
) -> tuple[Dose, ...]:
    """SYN1042 after a crossover: until the last visit, where another could have followed.

    Otherwise it goes on at the cut-off, or ended in the days before death.
    """
    starts = [visit.day for visit in visits if visit.day is not None]
    last: int | None = starts[-1]
    if plan.heard_until - starts[-1] <= TREATMENT_INTERVAL + JITTER:
        is_ongoing = plan.heard_until >= fate.cutoff
        last = None if is_ongoing else rng.randint(starts[-1], plan.heard_until)
    return _intervals(DRUG, starts, last, (), True)


def _intervals(
    treatment: str,
    starts: Sequence[int],
    last: int | None,
    reductions: Sequence[int],
    is_open_label: bool,
) -> tuple[Dose, ...]:
    ends = [*(day - 1 for day in starts[1:]), last]
    doses = []
    for first, end in zip(starts, ends, strict=True):
        was_reduced = any(day < first for day in reductions)
        amount = REDUCED_DOSE_MG if was_reduced else DOSE_MG
        given = 0 if treatment == PLACEBO else amount
        doses.append(Dose(treatment, given, first, end, is_open_label, was_reduced))
    return tuple(doses)


def therapies_of(
    plan: Plan, last_at_site: int, last_alive: int, rng: Random
) -> tuple[Therapy, ...]:
    """New anti-cancer therapies, each known from a contact on or after its first day."""
    if plan.early_therapy is not None:
        return (_therapy(plan.early_therapy, last_alive, rng),)
    wanted = rng.random() < SUBSEQUENT_THERAPY
    first = last_at_site + rng.randint(3, 40)
    is_possible = plan.progression is not None and first <= last_alive
    return (_therapy(first, last_alive, rng),) if wanted and is_possible else ()


def _therapy(first: int, last_alive: int, rng: Random) -> Therapy:
    name, kind = rng.choice(_THERAPIES)
    last = first + rng.randint(30, 180)
    return Therapy(name, kind, first, last if last <= last_alive else None, False)
