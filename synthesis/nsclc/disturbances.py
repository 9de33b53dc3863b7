"""The accidents that change the course of a subject: who qualifies, and what happens.

Days count from randomisation. Assessments are numbered from 1, in the order in which they are due.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Final

from .accidents import Accident
from .fates import Fate
from .plan import Ending, Plan, keeping
from .subjects import Subject
from .trial import (
    ASSESSMENT_INTERVAL,
    JITTER,
    MISSED_LIMIT,
    date_of,
    day_of,
    is_working_day,
    other_arm,
)

Qualifies = Callable[[Subject, Fate], bool]
Happens = Callable[[Subject, Fate, Plan, Random], Plan]

# So far beyond the limit that no reading of "two missed assessments" changes the answer.
_CLEARLY_MISSED: Final = MISSED_LIMIT + 2 * JITTER + 1
_LOCK_DAYS: Final = 40  # after the cut-off, in which deaths still reach the data
_BEFORE_DEATH: Final = 45  # days from the cut-off to a death whose date moves to the next month


def _lives_long(subject: Subject, fate: Fate) -> bool:
    return fate.death > _CLEARLY_MISSED and fate.cutoff > _CLEARLY_MISSED


def _not_treated(subject: Subject, fate: Fate, plan: Plan, rng: Random) -> Plan:
    return keeping(plan, (), is_treated=False, missed=(1, 2), reason="NEVER DOSED")


def _without_scan(subject: Subject, fate: Fate, plan: Plan, rng: Random) -> Plan:
    return keeping(
        plan,
        (),
        missed=(1, 2),
        last_dose=rng.randint(30, 50),
        reason="WITHDRAWAL BY SUBJECT",
    )


def _without_baseline(subject: Subject, fate: Fate, plan: Plan, rng: Random) -> Plan:
    done = tuple(range(1, min(2, fate.possible) + 1))
    return keeping(
        replace(plan, progression=None, response=None),
        done,
        has_baseline=False,
        not_evaluable=frozenset(done),
        last_dose=fate.scan(done[-1]) + rng.randint(1, 6),
        reason="PHYSICIAN DECISION",
    )


def _wrong_arm(subject: Subject, fate: Fate, plan: Plan, rng: Random) -> Plan:
    return replace(plan, arm=other_arm(subject.arm))


def _between(fate: Fate) -> list[int]:
    """Assessments between two others that a response does not rest on."""
    last = fate.controlled if fate.seen is not None else fate.controlled - 1
    responses = set() if fate.response is None else {fate.response, fate.response + 1}
    return [number for number in range(1, last + 1) if number not in responses]


def _has_one_between(subject: Subject, fate: Fate) -> bool:
    return fate.controlled >= 2 and bool(_between(fate))


def _missed_one(subject: Subject, fate: Fate, plan: Plan, rng: Random) -> Plan:
    missed = rng.choice(_between(fate))
    return replace(plan, missed=(missed,), done=tuple(n for n in plan.done if n != missed))


def _not_evaluable(subject: Subject, fate: Fate, plan: Plan, rng: Random) -> Plan:
    return replace(plan, not_evaluable=frozenset({rng.choice(_between(fate))}))


def _progresses_late(subject: Subject, fate: Fate) -> bool:
    return fate.seen is not None and fate.seen >= 4


def _missed_before_progression(subject: Subject, fate: Fate, plan: Plan, rng: Random) -> Plan:
    assert fate.seen is not None
    missed = (fate.seen - 2, fate.seen - 1)
    return keeping(plan, [n for n in plan.done if n not in missed], missed=missed)


def _last_before_long_gap(fate: Fate) -> int:
    """The last assessment without progression that lies long enough before death; 0 if none."""
    gaps = range(1, fate.controlled + 1)
    return max((n for n in gaps if fate.death - fate.scan(n) >= _CLEARLY_MISSED + 7), default=0)


def _dies_after_a_gap(subject: Subject, fate: Fate) -> bool:
    return fate.death <= fate.cutoff and _last_before_long_gap(fate) >= 1


def _missed_before_death(subject: Subject, fate: Fate, plan: Plan, rng: Random) -> Plan:
    last = _last_before_long_gap(fate)
    due = (fate.death - JITTER - 1) // ASSESSMENT_INTERVAL
    return keeping(
        plan,
        range(1, last + 1),
        missed=tuple(range(last + 1, due + 1)),
        last_dose=fate.scan(last) + rng.randint(5, 25),
        reason="WITHDRAWAL BY SUBJECT",
    )


def _progresses_after_the_first(subject: Subject, fate: Fate) -> bool:
    return fate.seen is not None and fate.seen >= 2


def _early_therapy(subject: Subject, fate: Fate, plan: Plan, rng: Random) -> Plan:
    assert fate.seen is not None
    before = fate.scan(fate.seen - 1)
    therapy = before + rng.randint(14, 40)
    return replace(
        plan,
        early_therapy=therapy,
        last_dose=rng.randint(before + 1, therapy - 7),
        reason="PHYSICIAN DECISION",
    )


def _progresses_without_response(subject: Subject, fate: Fate) -> bool:
    return _progresses_after_the_first(subject, fate) and fate.response is None


def _unconfirmed(subject: Subject, fate: Fate, plan: Plan, rng: Random) -> Plan:
    assert fate.seen is not None
    return replace(plan, response=fate.seen - 1, is_complete=False)


def _stays_in_the_trial(subject: Subject, fate: Fate) -> bool:
    return min(fate.death, fate.cutoff) > 90


def _leaves(reason: str, ending: Ending) -> Happens:
    def happens(subject: Subject, fate: Fate, plan: Plan, rng: Random) -> Plan:
        latest = min(fate.death, fate.cutoff) - 30
        last = rng.randint(40, latest)
        while not is_working_day(date_of(last, subject.randomised)):
            last -= 1
        done = [n for n in plan.done if fate.scan(n) < last]
        left = keeping(plan, done, heard_until=last, death=None, ending=ending)
        if left.progression is None:
            left = replace(left, last_dose=last - rng.randint(1, 5), reason=reason)
        return left

    return happens


def _survives_the_cutoff(subject: Subject, fate: Fate) -> bool:
    return fate.death > fate.cutoff and fate.seen is not None


def _dies_after_cutoff(subject: Subject, fate: Fate, plan: Plan, rng: Random) -> Plan:
    return replace(plan, death=fate.cutoff + rng.randint(2, _LOCK_DAYS), ending="death")


def _dies_after_progression(subject: Subject, fate: Fate) -> bool:
    return fate.seen is not None and fate.death <= fate.cutoff - _BEFORE_DEATH


def _partial_death_date(subject: Subject, fate: Fate, plan: Plan, rng: Random) -> Plan:
    """Death on the first of a month: the day that a rule for partial dates gives as well."""
    died = date_of(fate.death, subject.randomised)
    first = (died.replace(day=1) + timedelta(days=31)).replace(day=1)
    death = fate.death if died.day == 1 else day_of(first, subject.randomised)
    return replace(plan, death=death)


def _dies_on_treatment(subject: Subject, fate: Fate) -> bool:
    return fate.seen is None and 20 < fate.death <= fate.cutoff


def _fatal_event(subject: Subject, fate: Fate, plan: Plan, rng: Random) -> Plan:
    return replace(plan, last_dose=fate.death - rng.randint(2, 9), reason="ADVERSE EVENT")


# The rarer the subjects that qualify, the earlier they are chosen.
COURSE_ACCIDENTS: Final[dict[Accident, tuple[Qualifies, Happens]]] = {
    Accident.FATAL_ADVERSE_EVENT: (_dies_on_treatment, _fatal_event),
    Accident.DEATH_AFTER_CUTOFF: (_survives_the_cutoff, _dies_after_cutoff),
    Accident.MISSED_BEFORE_DEATH: (_dies_after_a_gap, _missed_before_death),
    Accident.MISSED_BEFORE_PROGRESSION: (_progresses_late, _missed_before_progression),
    Accident.MISSED_ONE: (_has_one_between, _missed_one),
    Accident.NOT_EVALUABLE: (_has_one_between, _not_evaluable),
    Accident.UNCONFIRMED: (_progresses_without_response, _unconfirmed),
    Accident.THERAPY_BEFORE_PROGRESSION: (_progresses_after_the_first, _early_therapy),
    Accident.PARTIAL_DEATH_DATE: (_dies_after_progression, _partial_death_date),
    Accident.NOT_TREATED: (_lives_long, _not_treated),
    Accident.NO_BASELINE: (_lives_long, _without_baseline),
    Accident.NO_FOLLOW_UP_SCAN: (_lives_long, _without_scan),
    Accident.LOST: (_stays_in_the_trial, _leaves("LOST TO FOLLOW-UP", "lost")),
    Accident.WITHDRAWN: (_stays_in_the_trial, _leaves("WITHDRAWAL BY SUBJECT", "withdrawn")),
    Accident.WRONG_ARM: (_stays_in_the_trial, _wrong_arm),
}
