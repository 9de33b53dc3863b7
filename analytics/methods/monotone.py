"""Whether a partial likelihood rises for ever: its directions without a maximum.

Along a direction of the coefficients the likelihood never falls when at every event the subject
that has it is the one with the largest value of the covariates in that direction, among all at
risk. If such a direction exists, no finite estimate does, as for a level without events; if none
does, the maximum is finite, however far out. It is a question of linear inequalities and no
matter of the size of an estimate.
Reference: Albert and Anderson, Biometrika 1984;71:1, for the logistic model; Jacobsen, Scand J Stat
1989;16:335, for Cox's.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.risk_sets import RiskSets
from analytics.methods.scaled_rows import ScaledRows
from analytics.methods.subdistribution import SubdistributionSets

MOST_ROWS = 2000  # inequalities of one linear programme
TOLERANCE = 1e-10
SMALLEST_PART = 1e-6


def rising_names(rows: ScaledRows, steps: FloatArray, names: Sequence[str]) -> str:
    """The covariates whose coefficients run to infinity, by name, or '' if the maximum is finite.

    `steps`: see `cox_steps`.
    """
    directions = list(_directions(steps))
    if not directions:
        return ""
    moved = np.zeros(len(names), dtype=np.bool_)
    for direction in directions:
        given = np.abs(rows.as_given(direction)) * _sizes(rows)
        moved |= given > SMALLEST_PART * given.max()
    return ", ".join(name for name, moves in zip(names, moved, strict=True) if moves)


def cox_steps(rows: ScaledRows) -> FloatArray:
    """The differences (m x p) that must not be above 0 in a direction that rises for ever.

    Of each row at risk to an event of the set, and of tied events to each other. Where a set's
    event was at risk in an earlier set, what holds of it there need not be asked of each row again.
    """
    sets = rows.sets
    has_event = sets.has_event()
    first, last = sets.spans()
    event_row = np.zeros(len(sets.time), dtype=np.int64)
    event_row[last[has_event]] = np.flatnonzero(has_event)
    reached = _reached(sets, first[has_event], last[has_event])
    found = [rows.x[has_event] - rows.x[event_row[last[has_event]]]]
    found.append(-found[0])
    # an event's own set asks nothing of it: it begins with the one before
    place = last - has_event
    asked = np.flatnonzero(place >= first)
    place = place[asked]
    while len(asked):
        found.append(rows.x[asked] - rows.x[event_row[place]])
        place = reached[place] - 1
        more = place >= first[asked]
        asked, place = asked[more], place[more]
    return np.concatenate(found)


def exact_steps(rows: ScaledRows) -> FloatArray:
    """The differences of `cox_steps` for the exact likelihood of tied events.

    There the tied events are one choice, so nothing is asked of them among each other: in a
    direction that rises for ever none of the others at risk is above any of them.
    """
    sets = rows.sets
    first, last = sets.spans()
    has_event = sets.has_event()
    found = [np.zeros((0, rows.x.shape[1]))]
    for place in range(len(sets.time)):
        at_risk = (first <= place) & (last >= place)
        at_event = at_risk & has_event & (last == place)
        events = np.unique(rows.x[at_event], axis=0)
        others = np.unique(rows.x[at_risk & ~at_event], axis=0)
        differences = others[:, None] - events
        found.append(differences.reshape(-1, rows.x.shape[1]))
    return np.concatenate(found)


def subdistribution_steps(sets: SubdistributionSets, x: FloatArray) -> FloatArray:
    """The differences of `cox_steps` for a subdistribution hazard; `x` has a row per subject.

    A subject with a competing event stays at risk as long as its weight is above 0.
    """
    event_row = np.zeros(len(sets.time), dtype=np.int64)
    event_row[sets.event_set] = sets.event_row
    tied = x[sets.event_row] - x[event_row[sets.event_set]]
    last = sets.n_before - 1
    n_weighted = (sets.followed > 0).sum(axis=1)
    stays = sets.tail > 0
    last[stays] = np.maximum(last[stays], n_weighted[sets.group[stays]] - 1)
    at_risk = np.flatnonzero(last >= 0)
    earlier = x[event_row[1:]] - x[event_row[:-1]]
    return np.concatenate([tied, -tied, earlier, x[at_risk] - x[event_row[last[at_risk]]]])


def _reached(sets: RiskSets, first: IntArray, last: IntArray) -> IntArray:
    """Per set the earliest one down to which its event's value is no larger than theirs."""
    reached = np.arange(len(sets.time))
    np.minimum.at(reached, last, first)
    for place in range(len(reached)):
        reached[place] = reached[reached[place] : place + 1].min()
    return reached


def _sizes(rows: ScaledRows) -> FloatArray:
    """Two standard deviations of each covariate, in which its coefficient is judged."""
    return np.asarray(np.sqrt((rows.basis**2).sum(axis=0)), dtype=np.float64)


def _directions(steps: FloatArray) -> Iterator[FloatArray]:
    """Directions in which no step is above 0, one for each way a coordinate can be moved."""
    steps = _distinct(steps)
    for coordinate in range(steps.shape[1]):
        for sign in (1.0, -1.0):
            direction = _furthest(steps, coordinate, sign)
            if sign * direction[coordinate] > SMALLEST_PART:
                yield direction


def _distinct(steps: FloatArray) -> FloatArray:
    """The different steps, each of length 1."""
    size = np.abs(steps).max(axis=1, initial=0.0)
    steps = steps[size > 0] / size[size > 0, None]
    return np.unique(steps, axis=0) if len(steps) else steps


def _furthest(steps: FloatArray, coordinate: int, sign: float) -> FloatArray:
    """The direction within [-1, 1] along which a coordinate moves most.

    A few inequalities, then those it breaks as well, until it breaks none.
    """
    from scipy.optimize import linprog  # noqa: PLC0415  (slow to import)

    p = steps.shape[1]
    cost = np.zeros(p)
    cost[coordinate] = -sign
    used = np.zeros(len(steps), dtype=np.bool_)
    used[:: max(1, len(steps) // MOST_ROWS)] = True
    while True:
        found = linprog(
            cost,
            A_ub=steps[used] if used.any() else None,
            b_ub=np.zeros(int(used.sum())) if used.any() else None,
            bounds=[(-1.0, 1.0)] * p,
            method="highs",
            options={"primal_feasibility_tolerance": TOLERANCE},
        )
        if not found.success:
            return np.zeros(p)
        direction = np.asarray(found.x, dtype=np.float64)
        broken = np.where(used, 0.0, steps @ direction)
        if not (broken > TOLERANCE).any():
            return direction
        worst = np.argsort(broken, kind="stable")[-MOST_ROWS:]
        used[worst[broken[worst] > TOLERANCE]] = True
