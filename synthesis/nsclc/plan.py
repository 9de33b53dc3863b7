"""How a subject goes through the trial: the latent course with the subject's accidents.

Days count from randomisation. Assessments are numbered from 1, in the order in which they are due.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from .accidents import Accident
from .fates import Fate
from .subjects import Subject
from .trial import Arm
from .truth import DISCONTINUATION

Ending = Literal["followed", "death", "lost", "withdrawn"]


@dataclass(frozen=True)
class Plan:
    """What is done and what becomes known of a subject.

    `done` are the assessments made, `progression` the one at which the investigator finds
    progression, `response` the first with a response. `last_dose` is None in those never treated
    and in those still on treatment at the cut-off; `heard_until` is the last day on which the
    subject can be known to be alive.
    """

    accidents: frozenset[Accident]
    arm: Arm  # whose treatment is taken
    is_treated: bool
    has_baseline: bool
    done: tuple[int, ...]
    missed: tuple[int, ...]
    not_evaluable: frozenset[int]
    progression: int | None
    response: int | None
    is_complete: bool
    last_dose: int | None
    reason: str  # why treatment ended
    early_therapy: int | None  # before progression
    heard_until: int
    death: int | None
    ending: Ending

    def has(self, accident: Accident) -> bool:
        return accident in self.accidents


def undisturbed(subject: Subject, fate: Fate) -> Plan:
    """The course without an accident; treatment is not decided yet."""
    until = fate.possible if fate.seen is None else fate.seen
    is_dead = fate.death <= fate.cutoff
    return Plan(
        accidents=frozenset({Accident.WRONG_STRATUM} if subject.has_wrong_stratum else ()),
        arm=subject.arm,
        is_treated=True,
        has_baseline=True,
        done=tuple(range(1, until + 1)),
        missed=(),
        not_evaluable=frozenset(),
        progression=fate.seen,
        response=fate.response,
        is_complete=fate.is_complete,
        last_dose=None,
        reason="",
        early_therapy=None,
        heard_until=fate.death - 1 if is_dead else fate.cutoff,
        death=fate.death if is_dead else None,
        ending="death" if is_dead else "followed",
    )


def keeping(plan: Plan, done: Sequence[int], **changes: object) -> Plan:
    """With these assessments alone; a response stays if the next assessment confirms it."""
    response = plan.response
    if response is not None and not {response, response + 1} <= set(done):
        response = None
    progression = plan.progression if plan.progression in done else None
    return replace(
        plan,
        done=tuple(done),
        response=response,
        progression=progression,
        **changes,  # type: ignore[arg-type]
    )


def with_treatment(subject: Subject, fate: Fate, plan: Plan, rng: Random) -> Plan:
    """With the end of the treatment to which the subject was randomised."""
    draws = rng.random(), rng.randint(0, 6), rng.randint(1, 12)
    if not plan.is_treated:
        return plan
    if plan.last_dose is None:
        if plan.progression is not None:
            day = fate.scan(plan.progression) + draws[1]
            day, reason = min(day, plan.heard_until), "PROGRESSIVE DISEASE"
        elif plan.death is not None and plan.death <= fate.cutoff:
            day, reason = max(fate.first_dose, plan.death - draws[2]), "DEATH"
        else:
            day, reason = None, ""
        plan = replace(plan, last_dose=day, reason=reason)
    end = fate.cutoff if plan.last_dose is None else plan.last_dose
    is_free = not plan.accidents - {Accident.WRONG_STRATUM}
    if is_free and fate.first_severe < end - 35 and draws[0] < DISCONTINUATION:
        plan = replace(plan, last_dose=fate.first_severe, reason="ADVERSE EVENT")
    return plan
