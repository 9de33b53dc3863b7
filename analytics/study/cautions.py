"""The cautions shown beside a result; they are written only here."""

from collections.abc import Mapping, Sequence
from typing import Final

from analytics.plural import counted, plural
from analytics.study.facts import Facts
from analytics.study.guard import Later

GROUPS_CHANGE: Final = "Groups change over time"
SELECTED_MODEL_CAUTION: Final = (
    "Selected model: the data that chose the factors also give their P values and intervals, "
    "which are therefore optimistic."
)


def sibling_id(name: str) -> str:
    """The id of the delayed-entry result beside an as-published one."""
    return f"{name}__delayed_entry"


def immortal_time_caution(later: tuple[Later, ...], reason: str, *, has_sibling: bool) -> str:
    """The caution of a result shown as published: what is known too late, and why it is shown."""
    items = "; ".join(item.told for item in later)
    beside = (
        "the same result with delayed entry is shown as well"
        if has_sibling
        else "it cannot be shown with delayed entry, as no single day decides"
    )
    return (
        f"Immortal time: patients are counted from the start, but {items}. Until then nobody "
        f"counted can have had the event. Shown as published: {reason.rstrip('.')}; {beside}."
    )


def delayed_entry_caution(entry_facts: tuple[str, ...], facts: Facts) -> str:
    """What the delayed-entry result beside an as-published one is."""
    labels = " and ".join(facts[fact].label for fact in entry_facts)
    return (
        f"Delayed entry: patients are at risk only after: {labels}. A curve starts on the day from "
        "which enough are at risk, and is of the patients without an event by then. The same "
        "result as published is shown as well."
    )


def external_control_caution(label: str, source: str, matched_on: Sequence[str]) -> str:
    """What patients read back from a published curve are, and what comparing with them is not."""
    text = (
        f"External control: {label} is reconstructed from a published curve ({source.rstrip('.')}) "
        "and not from the data of patients. The groups were not randomised against each other: a "
        "difference between them may come from anything else in which they differ."
    )
    if matched_on:
        text += (
            f" Weighted to the published summaries of {', '.join(matched_on)}; what is not among "
            "these is not adjusted for."
        )
    return text


def landmark_caution(days: float | None, *, moving: bool = False) -> str | None:
    """From which day a landmark analysis counts, and whom; None without a landmark.

    `moving`: subjects move between the groups after it.
    """
    if days is None:
        return None
    if moving:
        return (
            f"Landmark: time is counted from day {days:g} after the origin; patients who had the "
            f"event or were censored by then are excluded. {GROUPS_CHANGE}: a patient "
            "who changes group is censored in the old group on that day, enters the new one, "
            "and counts among the subjects of both."
        )
    return (
        f"Landmark: time is counted from day {days:g} after the origin, and groups are as of that "
        "day; patients who had the event or were censored by then are excluded."
    )


def known_by_landmark_caution(known: tuple[str, ...], facts: Facts) -> str:
    """Whom a landmark analysis leaves out besides, as their group is known only later."""
    labels = " and ".join(facts[fact].label for fact in known)
    return f"Only patients with the following on or before the landmark day are included: {labels}."


def censoring_caution(groups: str | None) -> str | None:
    """Whose censoring a Fine-Gray analysis weights by, unless all are censored alike."""
    if groups is None:
        return None
    return f"Censoring: estimated separately in each level of factor '{groups}'."


def strata_caution(n_strata: int, n_informative: int, event: str) -> str | None:
    """How many strata tell nothing of what is compared; None when each tells something.

    `event` says what an event of a stratum that tells something is like.
    """
    if n_informative == n_strata:
        return None
    return (
        f"Strata: {n_strata - n_informative} of {n_strata} without information, as "
        f"{plural(n_strata - n_informative, 'it has', 'they have')} no event {event}."
    )


def elsewhere_caution(elsewhere: Mapping[str, int], n_of: int) -> str | None:
    """How many of the patients a model leaves out for a level that no contrast names; or None."""
    if not elsewhere:
        return None
    left_out = ", ".join(f"{n} for {factor}" for factor, n in elsewhere.items())
    return (
        f"Left out: of {counted(n_of, 'patient')} those at a level that is in neither the "
        f"numerator nor the denominator of a factor of the model: {left_out}."
    )


def absent_levels_caution(names: tuple[str, ...]) -> str | None:
    """Which levels have no term, as no subject of the model is at them; None when all have."""
    if not names:
        return None
    return f"Levels without patients have no term: {', '.join(names)}."


def near_dependence_caution(names: tuple[str, ...]) -> str | None:
    """Which factors of a model those before them almost determine; None when there is none."""
    if not names:
        return None
    return (
        f"Nearly dependent: the factors before {', '.join(names)} in the model tell all but a "
        "thousandth of it, so the single hazard ratios are poorly determined; read them together."
    )


def life_table_caution(n_age: int, n_year: int) -> str | None:
    """How many subjects are followed outside the life table; None when nobody is."""
    told = [
        f"{n} at ages" if what == "age" else f"{n} in years"
        for what, n in (("age", n_age), ("year", n_year))
        if n
    ]
    if not told:
        return None
    return (
        f"Life table: of the subjects {' and '.join(told)} that it does not have, for which the "
        "nearest are taken."
    )


def plateau_caution(rest: float, months: float, latency: str) -> str:
    """How much of the course of those not cured lies beyond the follow-up."""
    return (
        f"Plateau not reached: at the last observation, month {months:.1f}, the model has "
        f"{100 * rest:.0f} % of those not cured still without the event, so the cured fraction is "
        f"extrapolated by the {latency.replace('_', '-')} latency."
    )


def outcome_strata_caution(n_strata: int, n_informative: int) -> str | None:
    """How many strata tell nothing of a comparison of outcomes; None when each tells something."""
    if n_informative == n_strata:
        return None
    return (
        f"Strata: {n_strata - n_informative} of {n_strata} without information, as "
        f"{plural(n_strata - n_informative, 'it lacks', 'they lack')} a group, the "
        "outcome, or patients without the outcome."
    )


def join_cautions(*cautions: str | None) -> str | None:
    """The cautions that apply, as one text; None when there is none."""
    return " ".join(caution for caution in cautions if caution) or None
