"""Which rows of a skeleton can be a patient: the order of events and the windows of marrows."""

from numba import njit

from .arrays import IntArray
from .columns import (
    AFTER_RELAPSE,
    ALL_DAYS,
    DIED,
    DIED_IN_REMISSION,
    END_KIND,
    EVALUABLE,
    FOLLOWED,
    FREE,
    HOLD,
    IN_REMISSION,
    MRD_RESPONSE,
    NEVER,
    RACE,
    RELAPSED,
    REMISSION,
    REMISSION_END,
    RESPONDERS,
    SURVIVAL,
    SURVIVOR,
    T411,
    TRANSPLANT,
    TRANSPLANT_KIND,
    UNKNOWN,
    WITHOUT_REMISSION,
)

LAST_DAY_OF_MONTH_35 = 1065
LONGEST_SURVIVAL = 1_851  # 60.8 months, one patient
LONGEST_REMISSION = 1_811  # 59.5 months, the same patient
SHORTEST_CENSORED_REMISSION = 289  # 9.5 months, one patient
SHORTEST_CENSORED_SURVIVAL = 10  # 0.3 months, one patient
EARLIEST_DEATH = 4
EARLIEST_END_OF_EVALUABLE = 29  # who has a marrow of MRD lives to day 29

# Marrows of the first, the second and a later cycle.
FIRST_CYCLE_REMISSION, SECOND_CYCLE_REMISSION = (22, 41), (57, 90)
MRD_WINDOWS = ((15, 41), (57, 90), (105, 138))

SHORTEST_REMISSION = 7
SHORTEST_SURVIVAL_AFTER_RELAPSE = 3
TRANSPLANT_AFTER_REMISSION = 20
TRANSPLANT_AFTER_RELAPSE = 11
EARLIEST_TRANSPLANT_WITHOUT_REMISSION = 60


@njit(cache=True)
def is_possible(s: IntArray, i: int) -> bool:
    """Whether patient i can have lived like this."""
    return (
        _survival_is_possible(s, i)
        and _mrd_is_possible(s, i)
        and _transplant_is_possible(s, i)
        and (i >= RESPONDERS or _remission_is_possible(s, i))
        and (s[T411, i] == 0 or _t411_is_possible(s, i))
    )


@njit(cache=True)
def _survival_is_possible(s: IntArray, i: int) -> bool:
    if s[HOLD, i] == ALL_DAYS:
        return True
    survival: int = s[SURVIVAL, i]
    if s[SURVIVOR, i] == 1:
        return LAST_DAY_OF_MONTH_35 < survival < LONGEST_SURVIVAL
    shortest = EARLIEST_DEATH if s[DIED, i] == 1 else SHORTEST_CENSORED_SURVIVAL
    return shortest <= survival <= LAST_DAY_OF_MONTH_35


@njit(cache=True)
def _mrd_is_possible(s: IntArray, i: int) -> bool:
    """A response comes on treatment: in a cycle, before transplant, relapse and the last day."""
    if s[EVALUABLE, i] == 1 and s[SURVIVAL, i] < EARLIEST_END_OF_EVALUABLE:
        return False
    day: int = s[MRD_RESPONSE, i]
    if day == NEVER:
        return True
    if s[EVALUABLE, i] == 0 or day >= min(s[SURVIVAL, i], s[REMISSION_END, i], s[TRANSPLANT, i]):
        return False
    for first, last in MRD_WINDOWS:  # noqa: SIM110 - compiled
        if first <= day <= last:
            return True
    return False


@njit(cache=True)
def _transplant_is_possible(s: IntArray, i: int) -> bool:
    kind: int = s[TRANSPLANT_KIND, i]
    day: int = s[TRANSPLANT, i]
    remission: int = s[REMISSION, i]
    end: int = s[REMISSION_END, i]
    survival: int = s[SURVIVAL, i]
    if kind == IN_REMISSION:
        return remission + TRANSPLANT_AFTER_REMISSION <= day < end
    if kind == AFTER_RELAPSE:
        return end + TRANSPLANT_AFTER_RELAPSE <= day < survival
    if kind == WITHOUT_REMISSION:
        return EARLIEST_TRANSPLANT_WITHOUT_REMISSION <= day < survival
    return True


@njit(cache=True)
def _remission_is_possible(s: IntArray, i: int) -> bool:
    first: int = s[REMISSION, i]
    end: int = s[REMISSION_END, i]
    survival: int = s[SURVIVAL, i]
    died: int = s[DIED, i]
    in_first = FIRST_CYCLE_REMISSION[0] <= first <= FIRST_CYCLE_REMISSION[1]
    in_second = SECOND_CYCLE_REMISSION[0] <= first <= SECOND_CYCLE_REMISSION[1]
    if not (in_first or in_second) or end > survival or end - first < SHORTEST_REMISSION:
        return False
    kind = s[END_KIND, i]
    if kind == RELAPSED:
        return survival - end >= SHORTEST_SURVIVAL_AFTER_RELAPSE
    if kind == DIED_IN_REMISSION:
        return end == survival and died == 1
    if s[HOLD, i] == ALL_DAYS:
        return True
    if s[HOLD, i] == FREE and end != survival:
        return False
    return SHORTEST_CENSORED_REMISSION < end - first <= LONGEST_REMISSION and died == 0


@njit(cache=True)
def _t411_is_possible(s: IntArray, i: int) -> bool:
    """All with t(4;11) die; the responders among them are in every model of RFS."""
    if s[DIED, i] == 0:
        return False
    return i >= RESPONDERS or (s[EVALUABLE, i] == 1 and s[RACE, i] != UNKNOWN)


@njit(cache=True)
def keep_linked_days(s: IntArray, i: int) -> None:
    """Let a death or a last visit in remission end survival too, after survival was moved."""
    kind = s[END_KIND, i]
    if kind == DIED_IN_REMISSION or (kind == FOLLOWED and s[HOLD, i] == FREE):
        s[REMISSION_END, i] = s[SURVIVAL, i]
