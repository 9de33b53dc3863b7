"""Construction: patients of the types that Table 2 counts, with days drawn at random.

The counts are exact from the start and no later step changes them. What counting alone tells of
the paper's numbers (see docs/calibration.md) is built in here: how remissions end, the four
patients that a printed range names, and the seven responders with t(4;11) on neighbouring events.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from .columns import (
    AFTER_RELAPSE,
    ALL_DAYS,
    DIED,
    DIED_IN_REMISSION,
    ECOG_KNOWN,
    END_KIND,
    EVALUABLE,
    FOLLOWED,
    HOLD,
    IN_REMISSION,
    LAST_DAY,
    MRD_RESPONSE,
    N_ROWS,
    NEVER,
    NO_REMISSION,
    NO_TRANSPLANT,
    OTHER,
    PATIENTS,
    RACE,
    RELAPSED,
    REMISSION,
    REMISSION_END,
    RESPONDERS,
    SEEN_THEN_CALLED,
    SURVIVAL,
    SURVIVOR,
    T411,
    TRANSPLANT,
    TRANSPLANT_KIND,
    UNKNOWN,
    WHITE,
    WITHOUT_REMISSION,
)
from .rules import (
    FIRST_CYCLE_REMISSION,
    LAST_DAY_OF_MONTH_35,
    LONGEST_SURVIVAL,
    MRD_WINDOWS,
    SECOND_CYCLE_REMISSION,
    SHORTEST_CENSORED_REMISSION,
    SHORTEST_CENSORED_SURVIVAL,
    TRANSPLANT_AFTER_REMISSION,
    is_possible,
)


@dataclass(frozen=True)
class PatientType:
    """How many patients share survivorship, transplant and end of remission."""

    count: int
    survivor: int
    transplant: int
    end: int


TYPES = (
    PatientType(19, 1, IN_REMISSION, FOLLOWED),
    PatientType(2, 1, IN_REMISSION, RELAPSED),
    PatientType(1, 0, IN_REMISSION, FOLLOWED),
    PatientType(14, 0, IN_REMISSION, DIED_IN_REMISSION),
    PatientType(20, 0, IN_REMISSION, RELAPSED),
    PatientType(1, 1, AFTER_RELAPSE, RELAPSED),
    PatientType(7, 0, AFTER_RELAPSE, RELAPSED),
    PatientType(8, 1, NO_TRANSPLANT, FOLLOWED),
    PatientType(6, 1, NO_TRANSPLANT, RELAPSED),
    PatientType(1, 0, NO_TRANSPLANT, FOLLOWED),
    PatientType(7, 0, NO_TRANSPLANT, DIED_IN_REMISSION),
    PatientType(37, 0, NO_TRANSPLANT, RELAPSED),
    PatientType(2, 1, WITHOUT_REMISSION, NO_REMISSION),
    PatientType(5, 1, NO_TRANSPLANT, NO_REMISSION),
    PatientType(14, 0, WITHOUT_REMISSION, NO_REMISSION),
    PatientType(115, 0, NO_TRANSPLANT, NO_REMISSION),
)

# MRD responses of Table 2, by survivorship and cycle (1, 2, 3 or later); how many of them are
# seen without CR or CRh.
MRD_RESPONSES = {1: (32, 2, 1), 0: (65, 5, 2)}
MRD_WITHOUT_REMISSION = {1: 1, 0: 5}

# All remissions end within 24 months but five: four events from 24 to 36 months, one late relapse.
LATEST_COMMON_END = 725
LATE_RELAPSE = 1_500
MRD_DRAWS = 1_000

# Events by day that the printed medians and their limits ask for: of RFS, in remission; of OS.
RFS_EVENTS_BY_DAY = ((1, 14), (37, 165), (48, 187), (51, 189), (62, 234), (73, 305), (89, 722))
DEATHS_BY_DAY = ((1, 8), (113, 166), (130, 228), (146, 259), (197, 728), (205, 1_060))

# Guesses that the search may change: early losses, evaluable patients, races.
LOST_WITHOUT_REMISSION, LOST_AFTER_RELAPSE = 7, 4
EVALUABLE_SHARE = {True: 0.75, False: 0.27}  # of those without a response: responders, others
RACES_OF_RESPONDERS = {OTHER: 15, UNKNOWN: 13}
RACES_OF_OTHERS = {OTHER: 14, UNKNOWN: 12}
ECOG_UNKNOWN = 2
T411_OF_RESPONDERS, T411_OF_OTHERS = 7, 9
FIRST_T411_EVENT = 38  # rank of the first of their events among the 94


def build_skeleton(rng: Generator) -> np.ndarray:
    """A skeleton with exact counts in which every patient is possible."""
    s = np.zeros((N_ROWS, PATIENTS), np.int64)
    s[[REMISSION, REMISSION_END, TRANSPLANT, MRD_RESPONSE]] = NEVER
    s[END_KIND] = NO_REMISSION
    s[ECOG_KNOWN] = 1
    s[RACE] = WHITE
    i = 0
    for kind in TYPES:
        for _ in range(kind.count):
            _draw_possible_days(s, i, kind, rng)
            i += 1
    assert i == PATIENTS
    _hold_the_printed_patients(s)
    _lose_some_early(s, rng)
    _let_some_survivors_die(s)
    _place_late_events(s, rng)
    _shape_remissions(s)
    _shape_survival(s)
    _give_mrd_responses(s, rng)
    _make_some_evaluable(s, rng)
    _give_races(s, rng)
    _give_t411(s, rng)
    s[ECOG_KNOWN, _choose(rng, np.flatnonzero(s[EVALUABLE] == 1), ECOG_UNKNOWN)] = 0
    impossible = [k for k in range(PATIENTS) if not is_possible(s, k)]
    assert not impossible, f"patients {impossible} of the construction are impossible"
    return s


def _choose(rng: Generator, patients: np.ndarray, count: int) -> np.ndarray:
    return rng.choice(patients, count, replace=False)


def _draw_possible_days(s: np.ndarray, i: int, kind: PatientType, rng: Generator) -> None:
    """Draw again until the order of events is possible."""
    s[SURVIVOR, i], s[TRANSPLANT_KIND, i], s[END_KIND, i] = kind.survivor, kind.transplant, kind.end
    s[DIED, i] = int(kind.end != FOLLOWED and not kind.survivor)
    while True:
        _draw_days(s, i, kind, rng)
        if is_possible(s, i):
            return


def _draw_days(s: np.ndarray, i: int, kind: PatientType, rng: Generator) -> None:
    if kind.end == NO_REMISSION:
        s[SURVIVAL, i] = _survivor_days(rng) if kind.survivor else 4 + rng.exponential(110)
        if kind.transplant == WITHOUT_REMISSION:
            s[TRANSPLANT, i] = rng.integers(80, 220)
            if not kind.survivor:
                s[SURVIVAL, i] = s[TRANSPLANT, i] + 3 + rng.exponential(180)
        return
    second = rng.random() < 0.2
    window = SECOND_CYCLE_REMISSION if second else FIRST_CYCLE_REMISSION
    remission = s[REMISSION, i] = rng.integers(window[0] + (0 if second else 5), window[1] + 1)
    lasting: float = LAST_DAY
    if kind.transplant == IN_REMISSION:
        s[TRANSPLANT, i] = remission + rng.integers(30, 170)
    while lasting > LATEST_COMMON_END:
        if kind.transplant == IN_REMISSION:
            lasting = s[TRANSPLANT, i] - remission + 8 + rng.lognormal(np.log(150), 0.9)
        else:
            lasting = 15 + rng.lognormal(np.log(190), 0.75)
    if kind.end == FOLLOWED:
        s[SURVIVAL, i] = _survivor_days(rng) if kind.survivor else remission + 560
        s[REMISSION_END, i] = s[SURVIVAL, i]
        return
    s[REMISSION_END, i] = remission + lasting
    if kind.end == DIED_IN_REMISSION:
        s[SURVIVAL, i] = s[REMISSION_END, i]
        return
    after = s[REMISSION_END, i]
    if kind.transplant == AFTER_RELAPSE:
        after = s[TRANSPLANT, i] = after + rng.integers(40, 120)
    s[SURVIVAL, i] = _survivor_days(rng) if kind.survivor else after + 8 + rng.exponential(120)


def _survivor_days(rng: Generator) -> int:
    """Follow-up past month 35: often the planned end near month 36, sometimes years more."""
    draw = rng.random()
    if draw < 0.4:
        return int(rng.integers(1072, 1097))
    return int(rng.integers(1097, 1180) if draw < 0.62 else rng.integers(1180, 1840))


def _first(s: np.ndarray, survivor: int, transplant: int, end: int) -> int:
    same = (
        (s[SURVIVOR] == survivor)
        & (s[TRANSPLANT_KIND] == transplant)
        & (s[END_KIND] == end)
        & (s[HOLD] == 0)
    )
    return int(np.flatnonzero(same)[0])


def _hold_the_printed_patients(s: np.ndarray) -> None:
    """The longest follow-ups are one patient's; the shortest of OS and of RFS are two others'."""
    longest = _first(s, 1, NO_TRANSPLANT, FOLLOWED)
    s[REMISSION, longest] = 40
    s[[SURVIVAL, REMISSION_END], longest] = LONGEST_SURVIVAL
    shortest_remission = _first(s, 0, NO_TRANSPLANT, FOLLOWED)
    s[REMISSION, shortest_remission] = 35
    s[[SURVIVAL, REMISSION_END], shortest_remission] = 35 + SHORTEST_CENSORED_REMISSION
    shortest_survival = _first(s, 0, NO_TRANSPLANT, NO_REMISSION)
    s[SURVIVAL, shortest_survival] = SHORTEST_CENSORED_SURVIVAL
    s[DIED, shortest_survival] = 0
    s[HOLD, [longest, shortest_remission, shortest_survival]] = ALL_DAYS
    # One survivor is last seen long before the last call: RFS has a censoring that OS has not.
    called = _first(s, 1, IN_REMISSION, FOLLOWED)
    s[REMISSION_END, called] = s[REMISSION, called] + 380
    s[HOLD, called] = SEEN_THEN_CALLED


def _lose_some_early(s: np.ndarray, rng: Generator) -> None:
    """OS at 36 months weighs more than the survivors: some others were lost, not dead."""
    not_survivors = (s[SURVIVOR] == 0) & (s[TRANSPLANT_KIND] == NO_TRANSPLANT) & (s[HOLD] == 0)
    unremitted = np.flatnonzero(not_survivors & (s[END_KIND] == NO_REMISSION) & (s[SURVIVAL] > 60))
    relapsed = np.flatnonzero(not_survivors & (s[END_KIND] == RELAPSED))
    s[DIED, _choose(rng, unremitted, LOST_WITHOUT_REMISSION)] = 0
    s[DIED, _choose(rng, relapsed, LOST_AFTER_RELAPSE)] = 0


def _let_some_survivors_die(s: np.ndarray) -> None:
    """The last death after a transplant in remission falls 30.0 months after it."""
    transplanted = _first(s, 1, IN_REMISSION, RELAPSED)
    s[REMISSION, transplanted] = 38
    s[TRANSPLANT, transplanted] = 168
    s[SURVIVAL, transplanted] = 168 + 913
    s[REMISSION_END, transplanted] = 568
    for days, who in (
        (1250, _first(s, 1, NO_TRANSPLANT, RELAPSED)),
        (1300, _first(s, 1, NO_TRANSPLANT, NO_REMISSION)),
    ):
        s[SURVIVAL, who] = days
        s[DIED, who] = 1
        if s[END_KIND, who] == RELAPSED:
            s[REMISSION_END, who] = min(s[REMISSION_END, who], days - 30)
    s[DIED, transplanted] = 1


def _place_late_events(s: np.ndarray, rng: Generator) -> None:
    """Three relapses and a death from 24 to 36 months after remission, and one late relapse."""

    def end(i: int, duration: int, survival: int) -> None:
        s[REMISSION_END, i] = s[REMISSION, i] + duration
        s[SURVIVAL, i] = max(survival, s[REMISSION_END, i])

    relapsed = (s[SURVIVOR] == 1) & (s[TRANSPLANT_KIND] == NO_TRANSPLANT) & (s[DIED] == 0)
    late, *earlier = _choose(rng, np.flatnonzero(relapsed & (s[END_KIND] == RELAPSED)), 3)
    end(late, LATE_RELAPSE, 1_700)
    for i in earlier:
        end(i, int(rng.integers(740, 960)), s[SURVIVAL, i])
    i = _first(s, 0, IN_REMISSION, RELAPSED)
    end(i, int(rng.integers(740, 900)), 1_020)
    i = _first(s, 0, IN_REMISSION, DIED_IN_REMISSION)
    end(i, int(rng.integers(740, 960)), 0)


def _shape_remissions(s: np.ndarray) -> None:
    """Stretch the durations of remissions, in their order, to the printed curve of RFS.

    Each duration goes to the first patient in line who can have it: a transplant in remission
    needs its time.
    """
    ranks, days = zip(*RFS_EVENTS_BY_DAY, strict=True)
    duration = s[REMISSION_END, :RESPONDERS] - s[REMISSION, :RESPONDERS]
    common = (s[END_KIND, :RESPONDERS] != FOLLOWED) & (duration <= LATEST_COMMON_END)
    waiting = [*np.flatnonzero(common)[np.argsort(duration[common], kind="stable")]]
    for rank in range(1, len(waiting) + 1):
        wanted = int(np.interp(rank, ranks, days))
        for i in waiting:
            before = s[:, i].copy()
            _end_remission(s, i, wanted)
            if is_possible(s, i):
                waiting.remove(i)
                break
            s[:, i] = before


def _end_remission(s: np.ndarray, i: int, duration: int) -> None:
    """Let a remission last so long; what follows it moves with it, transplants make room."""
    after = s[SURVIVAL, i] - s[REMISSION_END, i]
    end = s[REMISSION_END, i] = s[REMISSION, i] + duration
    kind = s[TRANSPLANT_KIND, i]
    if s[END_KIND, i] == DIED_IN_REMISSION:
        s[SURVIVAL, i] = end
    elif not s[SURVIVOR, i]:
        s[SURVIVAL, i] = min(end + max(after, 40), LAST_DAY_OF_MONTH_35)
    if kind == IN_REMISSION and s[TRANSPLANT, i] >= end:
        s[TRANSPLANT, i] = (s[REMISSION, i] + TRANSPLANT_AFTER_REMISSION + end) // 2
    if kind == AFTER_RELAPSE:
        s[TRANSPLANT, i] = min(end + 30, s[SURVIVAL, i] - 1)


def _shape_survival(s: np.ndarray) -> None:
    """Choose the deaths without remission or transplant so that OS has its printed curve."""
    free = (s[END_KIND] == NO_REMISSION) & (s[TRANSPLANT_KIND] == NO_TRANSPLANT)
    free &= (s[SURVIVOR] == 0) & (s[DIED] == 1)
    others = np.sort(s[SURVIVAL][~free & (s[DIED] == 1)])
    deaths, days = (np.array(column) for column in zip(*DEATHS_BY_DAY, strict=True))
    wanted = np.maximum.accumulate(deaths - np.searchsorted(others, days, side="right"))
    ordered = np.flatnonzero(free)[np.argsort(s[SURVIVAL][free], kind="stable")]
    for rank, i in enumerate(ordered, start=1):
        s[SURVIVAL, i] = int(np.interp(rank, wanted, days))


def _give_mrd_responses(s: np.ndarray, rng: Generator) -> None:
    """Responders first; the cycle counts of Table 2, late cycles where the days allow them."""
    for survivor, by_cycle in MRD_RESPONSES.items():
        group = s[SURVIVOR] == survivor
        responders = np.flatnonzero(group & (s[END_KIND] != NO_REMISSION))
        others = np.flatnonzero(group & (s[END_KIND] == NO_REMISSION) & (s[SURVIVAL] > 150))
        n_others = MRD_WITHOUT_REMISSION[survivor]
        chosen = [*_choose(rng, responders, sum(by_cycle) - n_others)]
        chosen += [*_choose(rng, others, n_others)]
        rng.shuffle(chosen)
        chosen.sort(key=lambda i: min(s[REMISSION_END, i], s[TRANSPLANT, i], s[SURVIVAL, i]) <= 160)
        cycles = np.repeat((2, 1, 0), by_cycle[::-1])  # the latest to those with time for it
        for i, cycle in zip(chosen, cycles, strict=True):
            s[EVALUABLE, i] = 1
            _draw_mrd_day(s, i, MRD_WINDOWS[cycle], rng)


def _draw_mrd_day(s: np.ndarray, i: int, window: tuple[int, int], rng: Generator) -> None:
    """Near remission, where the window holds it, else anywhere in the window."""
    for _ in range(MRD_DRAWS):
        near = s[REMISSION, i] + rng.integers(-8, 4)
        within = window[0] <= near <= window[1] and rng.random() < 0.9
        s[MRD_RESPONSE, i] = near if within else rng.integers(window[0], window[1] + 1)
        if is_possible(s, i):
            return
    raise AssertionError(f"patient {i} of the construction has no day for an MRD response")


def _make_some_evaluable(s: np.ndarray, rng: Generator) -> None:
    for i in map(int, np.flatnonzero(s[EVALUABLE] == 0)):
        s[EVALUABLE, i] = int(rng.random() < EVALUABLE_SHARE[bool(i < RESPONDERS)])
        if not is_possible(s, i):
            s[EVALUABLE, i] = 0


def _give_races(s: np.ndarray, rng: Generator) -> None:
    for patients, counts in (
        (np.arange(RESPONDERS), RACES_OF_RESPONDERS),
        (np.arange(RESPONDERS, PATIENTS), RACES_OF_OTHERS),
    ):
        order = rng.permutation(patients)
        for race, count in counts.items():
            s[RACE, order[:count]] = race
            order = order[count:]


def _give_t411(s: np.ndarray, rng: Generator) -> None:
    """Seven responders whose remissions end close together, and nine others; all dead.

    The printed interval of RFS is reached only if the seven leave almost together: every second
    event from FIRST_T411_EVENT on is one of theirs.
    """
    duration = s[REMISSION_END, :RESPONDERS] - s[REMISSION, :RESPONDERS]
    ended = np.flatnonzero(s[END_KIND, :RESPONDERS] != FOLLOWED)
    by_duration = ended[np.argsort(duration[ended], kind="stable")]
    eligible = [i for i in by_duration[FIRST_T411_EVENT - 1 :] if s[DIED, i] and not s[SURVIVOR, i]]
    chosen = eligible[: 2 * T411_OF_RESPONDERS : 2]
    s[EVALUABLE, chosen] = 1
    for i in chosen:
        if s[RACE, i] == UNKNOWN:
            white = np.flatnonzero(s[RACE, :RESPONDERS] == WHITE)
            partner = rng.choice([k for k in white if k not in chosen])
            s[RACE, i], s[RACE, partner] = s[RACE, partner], s[RACE, i]
    s[T411, chosen] = 1
    dead = RESPONDERS + np.flatnonzero(s[DIED, RESPONDERS:] == 1)
    s[T411, _choose(rng, dead, T411_OF_OTHERS)] = 1
