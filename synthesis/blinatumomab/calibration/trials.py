"""Which of the two trials each patient was in, and whether a remission was CR or CRh.

No pooled number depends on it. The counts of each trial are exact by strata; swaps within the
strata then bring the trial's own medians and long survivors near what its reports say.
"""

import numpy as np
from numpy.random import Generator

from .columns import (
    DIED,
    END_KIND,
    EVALUABLE,
    FOLLOWED,
    IN_REMISSION,
    LAST_DAY,
    MRD_RESPONSE,
    NEVER,
    NO_TRANSPLANT,
    PATIENTS,
    REMISSION,
    REMISSION_END,
    RESPONDERS,
    SURVIVAL,
    SURVIVOR,
    TRANSPLANT_KIND,
)
from .statistics import DAYS_PER_MONTH, count_event_days, survival_curve

LONGEST_IN_EXPLORATORY = 1_690  # from the first enrolment to the cut-off, with some room
# Patients of the exploratory trial: responders by MRD response, others by MRD response.
RESPONDER_WITH_MRD, RESPONDER_WITHOUT, OTHER_WITH_MRD, OTHER_WITHOUT, NOT_EVALUABLE = range(5)
EXPLORATORY = {RESPONDER_WITH_MRD: 22, RESPONDER_WITHOUT: 3, OTHER_WITH_MRD: 3, OTHER_WITHOUT: 8}

# Of the exploratory trial: months of median OS and RFS; those alive at 30 months, and how many of
# these are relapse free with and without transplant.
MEDIAN_OS, MEDIAN_RFS = 13.0, 8.8
LONG_SURVIVORS, RELAPSE_FREE_TRANSPLANTED, RELAPSE_FREE_ALONE = 10, 4, 2
LONG_SURVIVAL = 30 * DAYS_PER_MONTH
TRANSPLANTED = (12, 14)
CONFIRMATORY_OS = (6.0, 6.8)

CRH_OF_SURVIVORS, CRH_OF_OTHERS, CRH_OF_EXPLORATORY = 9, 27, 10
SWAPS, HOT, COLD, GOOD_ENOUGH = 30_000, 1.5, 0.01, 0.02


def assign_trials(s: np.ndarray, rng: Generator) -> np.ndarray:
    """True for the patients of the exploratory trial."""
    strata = _strata(s)
    short_enough = s[SURVIVAL] <= LONGEST_IN_EXPLORATORY
    chosen = np.zeros(PATIENTS, bool)
    for stratum, count in EXPLORATORY.items():
        among = np.flatnonzero((strata == stratum) & short_enough)
        chosen[rng.choice(among, count, replace=False)] = True
    current = _cost(s, chosen)
    best, best_cost = chosen.copy(), current
    for step in range(SWAPS):
        temperature = HOT * (COLD / HOT) ** (step / SWAPS)
        i, j = rng.integers(PATIENTS, size=2)
        if chosen[i] == chosen[j] or strata[i] != strata[j]:
            continue
        if not (short_enough[i] and short_enough[j]):
            continue
        chosen[i], chosen[j] = chosen[j], chosen[i]
        cost = _cost(s, chosen)
        if cost <= current - temperature * np.log(1.0 - rng.random()):
            current = cost
            if cost < best_cost:
                best, best_cost = chosen.copy(), cost
                if cost < GOOD_ENOUGH:
                    break
        else:
            chosen[i], chosen[j] = chosen[j], chosen[i]
    return best


def _strata(s: np.ndarray) -> np.ndarray:
    is_responder = np.arange(PATIENTS) < RESPONDERS
    has_response = s[MRD_RESPONSE] != NEVER
    strata = np.where(has_response, OTHER_WITH_MRD, OTHER_WITHOUT)
    strata[is_responder & has_response] = RESPONDER_WITH_MRD
    strata[is_responder & ~has_response] = RESPONDER_WITHOUT
    strata[is_responder & (s[EVALUABLE] == 0)] = NOT_EVALUABLE
    return strata


def _cost(s: np.ndarray, chosen: np.ndarray) -> float:
    responders = chosen[:RESPONDERS]
    transplanted = s[TRANSPLANT_KIND] == IN_REMISSION
    long = chosen & (s[SURVIVAL] >= LONG_SURVIVAL)
    relapse_free = long & (s[END_KIND] == FOLLOWED)
    alone = relapse_free & (s[TRANSPLANT_KIND] == NO_TRANSPLANT)
    duration = s[REMISSION_END, :RESPONDERS] - s[REMISSION, :RESPONDERS]
    ended = np.minimum(s[END_KIND, :RESPONDERS], 1)
    cost = 3.0 * abs(_median(s[SURVIVAL], s[DIED], chosen) - MEDIAN_OS)
    cost += 3.0 * abs(_median(duration, ended, responders) - MEDIAN_RFS)
    cost += 2.0 * _outside(_median(s[SURVIVAL], s[DIED], ~chosen), CONFIRMATORY_OS)
    cost += 3.0 * abs(int(long.sum()) - LONG_SURVIVORS)
    cost += 3.0 * int((long & (s[MRD_RESPONSE] == NEVER)).sum())
    cost += 3.0 * abs(int((relapse_free & transplanted).sum()) - RELAPSE_FREE_TRANSPLANTED)
    cost += 3.0 * abs(int(alone.sum()) - RELAPSE_FREE_ALONE)
    cost += 0.3 * _outside(int((chosen & transplanted).sum()), TRANSPLANTED)
    lost_early = chosen & (s[DIED] == 0) & (s[SURVIVAL] < LONG_SURVIVAL)
    return cost + max(0, int(lost_early.sum()) - 1)


def _outside(value: float, room: tuple[float, float]) -> float:
    return max(0.0, room[0] - value, value - room[1])


def _median(times: np.ndarray, died: np.ndarray, chosen: np.ndarray) -> float:
    times, died, n = times[chosen], died[chosen], int(chosen.sum())
    rates, median, follow_up = np.zeros(4), np.zeros(3), np.zeros(2)
    days_by = np.zeros(LAST_DAY, np.int16)
    count_event_days(times, died, n, days_by)
    survival_curve(times, died, n, days_by, rates, median, follow_up)
    return float(median[0])


def best_responses(s: np.ndarray, exploratory: np.ndarray, rng: Generator) -> np.ndarray:
    """CR, CRh, hypocellular or none, with the counts of Table 2 and of each trial."""
    is_responder = np.arange(PATIENTS) < RESPONDERS
    is_survivor = s[SURVIVOR] == 1
    response = np.where(is_responder, "CR", "none").astype("U12")
    survivors_here = int((is_responder & is_survivor & exploratory).sum())
    crh = min(max(1, round(survivors_here / 4)), survivors_here)
    for trial, survivor, count in (
        (exploratory, is_survivor, crh),
        (exploratory, ~is_survivor, CRH_OF_EXPLORATORY - crh),
        (~exploratory, is_survivor, CRH_OF_SURVIVORS - crh),
        (~exploratory, ~is_survivor, CRH_OF_OTHERS - CRH_OF_EXPLORATORY + crh),
    ):
        among = np.flatnonzero(is_responder & trial & survivor)
        response[rng.choice(among, count, replace=False)] = "CRh"
    response[_hypocellular(s, exploratory, is_survivor, rng)] = "hypocellular"
    return response


def _hypocellular(
    s: np.ndarray, exploratory: np.ndarray, is_survivor: np.ndarray, rng: Generator
) -> list[int]:
    """Two MRD responders of the exploratory trial, one of the other; one survivor in all."""
    others = np.arange(PATIENTS) >= RESPONDERS
    here = map(int, np.flatnonzero(others & exploratory & (s[MRD_RESPONSE] != NEVER)))
    first_two = sorted(here, key=lambda i: is_survivor[i])[:2]
    wanted = not any(is_survivor[i] for i in first_two)
    there = others & ~exploratory & (s[SURVIVAL] > 28) & (is_survivor == wanted)
    there &= s[MRD_RESPONSE] == NEVER
    return [*first_two, int(rng.choice(np.flatnonzero(there)))]
