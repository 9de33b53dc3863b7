"""Patients read back from a published Kaplan-Meier curve and the numbers at risk below it.

The algorithm of Guyot: between two published numbers at risk, censorings are spread evenly, events
are what the digitised curve falls by, and the number of censorings is corrected until the number at
risk that is left is the published one. After the last number the censorings go on at the same rate,
corrected until the events add up to the published total where there is one.
Reference: Guyot, Ades, Ouwens and Welton, BMC Med Res Methodol 2012;12:9.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from analytics.methods.arrays import FloatArray, IntArray

_BORDER: Final = 1e-7  # of the distance of two points: who is censored on one belongs before it


@dataclass(frozen=True)
class PublishedCurve:
    """A digitised curve: `survival` at `time`, and `at_risk` just before `at_risk_time`.

    The first time of both is 0, where survival is 1. Times rise, survival and numbers at risk
    never do. `n_events` is the published total of events, None where there is none.
    Raises ValueError for a curve that breaks one of these rules, or has fewer than two points.
    """

    time: FloatArray
    survival: FloatArray
    at_risk_time: FloatArray
    at_risk: IntArray
    n_events: int | None = None

    def __post_init__(self) -> None:
        if len(self.time) != len(self.survival) or len(self.at_risk_time) != len(self.at_risk):
            raise ValueError("Each time needs one value.")
        if len(self.time) < 2 or len(self.at_risk) < 1:
            raise ValueError("A curve needs two points and one number at risk.")
        if self.time[0] != 0 or self.survival[0] != 1 or self.at_risk_time[0] != 0:
            raise ValueError("The curve starts at time 0 with survival 1 and the number at risk.")
        if (np.diff(self.time) <= 0).any() or (np.diff(self.at_risk_time) <= 0).any():
            raise ValueError("The times do not rise.")
        if (np.diff(self.survival) > 0).any() or (np.diff(self.at_risk) > 0).any():
            raise ValueError("Survival or the numbers at risk rise.")
        if not (self.survival >= 0).all() or self.at_risk[-1] < 0:
            raise ValueError("Survival or a number at risk is below 0.")


@dataclass(frozen=True)
class Patients:
    """A patient a place, in order of time: `event` is 1 at an event and 0 at a censoring."""

    time: FloatArray
    event: IntArray


def reconstructed_patients(curve: PublishedCurve) -> Patients:
    """The patients behind a published curve, as many as are at risk at the start.

    Events fall on the points of the curve, censorings half way to the next one; those left at the
    end are censored on the last point. A number at risk without a point of the curve before the
    next one is passed over.
    """
    spans = _spans(curve)
    state = _State.at_start(len(curve.time), int(spans[0].at_risk))
    n_censored: list[int] = []
    for span, following in pairwise(spans):
        state, censored = _between(curve, span, following, state)
        n_censored.append(censored)
    state = _after_the_last(curve, spans, state, n_censored)
    return _patients(curve, state, int(spans[0].at_risk))


@dataclass(frozen=True)
class _Span:
    """The points `first` to `last` of the curve from a published number at risk to the next."""

    first: int
    last: int
    at_risk: int


@dataclass(frozen=True)
class _State:
    """Events, censorings, number at risk and Kaplan-Meier estimate at each point so far.

    `fall` is the last point with an event: the height of the reconstructed curve.
    """

    events: IntArray
    censored: IntArray
    at_risk: IntArray
    estimate: FloatArray
    fall: int

    @classmethod
    def at_start(cls, size: int, n: int) -> "_State":
        nobody = np.zeros(size, dtype=np.int64)
        at_risk = np.zeros(size + 1, dtype=np.int64)
        at_risk[0] = n
        return cls(nobody, nobody.copy(), at_risk, np.ones(size), 0)


def _spans(curve: PublishedCurve) -> list[_Span]:
    first = np.searchsorted(curve.time, curve.at_risk_time, side="left")
    stop = np.append(first[1:], len(curve.time))
    return [
        _Span(int(start), int(end) - 1, int(number))
        for start, end, number in zip(first, stop, curve.at_risk, strict=True)
        if start < end
    ]


def _between(
    curve: PublishedCurve, span: _Span, following: _Span, state: _State
) -> tuple[_State, int]:
    """The span with as many censorings as leave the published number; and how many they are.

    Numbers that come back would come back for ever: the correction then ends.
    """
    ratio = curve.survival[following.first] / curve.survival[span.first]
    at_risk = state.at_risk[span.first]
    number = int(np.rint(at_risk * ratio - following.at_risk))
    tried: set[int] = set()
    while True:
        number = max(number, 0)
        tried.add(number)
        found = _filled(curve, span.first, span.last, state, number, until=following.first)
        excess = int(found.at_risk[following.first]) - following.at_risk
        if excess == 0 or (excess < 0 and number == 0) or max(number + excess, 0) in tried:
            break
        number += excess
    if excess > 0:
        found.at_risk[following.first] = following.at_risk
    return found, number


def _after_the_last(
    curve: PublishedCurve, spans: list[_Span], state: _State, n_censored: list[int]
) -> _State:
    """The last span: censored as often as before, then corrected by the total of events."""
    span = spans[-1]
    at_risk = int(state.at_risk[span.first])
    number = 0
    if n_censored:
        before = curve.time[span.first - 1] - curve.time[0]
        rate = sum(n_censored) / before if before > 0 else 0.0
        expected = np.rint(rate * (curve.time[span.last] - curve.time[span.first]))
        number = min(int(expected), at_risk)
    n_before = int(state.events[: span.first].sum())
    total = curve.n_events
    if total is not None and n_censored and n_before >= total:
        return state
    found = _filled(curve, span.first, span.last, state, number, until=span.last)
    tried = {number}
    while total is not None:
        excess = int(found.events.sum()) - total
        next_number = max(number + excess, 0)
        if excess == 0 or next_number in tried:
            break
        number = next_number
        tried.add(number)
        found = _filled(curve, span.first, span.last, state, number, until=span.last)
    return found


def _filled(  # noqa: PLR0913, PLR0917 - the points of a span, what was before, and a number
    curve: PublishedCurve, first: int, last: int, state: _State, n_censored: int, until: int
) -> _State:
    """The span's events as the curve falls, with so many censorings spread evenly until a point."""
    events, censored = state.events.copy(), state.censored.copy()
    at_risk, estimate, fall = state.at_risk.copy(), state.estimate.copy(), state.fall
    censored[first : last + 1] = 0
    spread = _spread(curve.time[first : until + 1], n_censored)
    censored[first : first + len(spread)] = spread
    for k in range(first, last + 1):
        n, level = int(at_risk[k]), estimate[fall]
        d = 0
        if k > 0 and n > 0 and level > 0:
            d = min(max(int(np.rint(n * (1 - curve.survival[k] / level))), 0), n)
        events[k] = d
        estimate[k] = level * (1 - d / n) if n else level
        censored[k] = min(int(censored[k]), n - d)
        at_risk[k + 1] = n - d - censored[k]
        fall = k if d else fall
    return replace(
        state, events=events, censored=censored, at_risk=at_risk, estimate=estimate, fall=fall
    )


def _spread(borders: FloatArray, number: int) -> IntArray:
    """How many of `number` evenly spread times fall between each two of the borders."""
    if number == 0 or len(borders) < 2:
        return np.zeros(max(len(borders) - 1, 0), dtype=np.int64)
    times = borders[0] + np.arange(1, number + 1) * (borders[-1] - borders[0]) / (number + 1)
    near = _BORDER * np.median(np.diff(borders))
    places = np.searchsorted(borders[1:] + near, times, side="left")
    return np.bincount(places, minlength=len(borders) - 1).astype(np.int64)


def _patients(curve: PublishedCurve, state: _State, n: int) -> Patients:
    half_way = (curve.time[:-1] + curve.time[1:]) / 2
    time = np.concatenate(
        [
            np.repeat(curve.time, state.events),
            np.repeat(half_way, state.censored[:-1]),
        ]
    )
    event = np.zeros(n, dtype=np.int64)
    event[: int(state.events.sum())] = 1
    time = np.concatenate([time, np.full(n - len(time), curve.time[-1])])
    order = np.lexsort((1 - event, time))
    return Patients(time[order], event[order])
