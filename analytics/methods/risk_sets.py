"""Who is at risk at each event time of a Cox model, in an order that makes sums over them quick."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics.methods.arrays import BoolArray, FloatArray, IntArray
from analytics.methods.cox_data import CoxData

BLOCK_ROWS = 16384  # with ten covariates a block of them stays in a core's cache
LONGEST_TABLE = 2**16


@dataclass(frozen=True)
class RiskSets:
    """Per stratum and distinct event time one risk set, numbered stratum by stratum in time.

    Sets: `time`, and `n_tied` events; `bounds` is where each stratum's sets begin, and the end.

    Rows are those at risk at some event, the only ones that matter: `row` says which of the data,
    `count` how many equal rows each stands for, and `weight` what these weigh together. First come
    those in the first set of their stratum, then those that enter later, and `entered` is the first
    set each of these is in. Both parts are in order of the last set a row is in, where those with
    its event follow those without.

    A run is a stretch of rows of one part and last set, all with or all without the event, that
    lies in one block of BLOCK_ROWS: it begins at `run_start`, has `run_length` rows and the last
    set `run_set`, and `run_event` says whether they have its event.
    """

    time: FloatArray
    n_tied: IntArray
    bounds: IntArray
    row: IntArray
    count: IntArray
    weight: FloatArray
    entered: IntArray
    run_start: IntArray
    run_length: IntArray
    run_set: IntArray
    run_event: BoolArray

    def strata(self) -> Iterator[slice]:
        """The sets of each stratum."""
        for start, stop in zip(self.bounds[:-1], self.bounds[1:], strict=True):
            yield slice(start, stop)

    def spans(self) -> tuple[IntArray, IntArray]:
        """Per row the first and the last set it is in; it is in all between."""
        last = np.repeat(self.run_set, self.run_length)
        first = np.zeros(len(last), dtype=np.int64)
        if len(self.entered):
            first[-len(self.entered) :] = self.entered
        begin = self.bounds[np.searchsorted(self.bounds, last, "right") - 1]
        return np.maximum(first, begin), last

    def has_event(self) -> BoolArray:
        """Per row whether it has the event of its last set."""
        return np.repeat(self.run_event, self.run_length)


def risk_sets(data: CoxData) -> RiskSets:
    """The risk sets of the data; times are compared exactly."""
    time, bounds, first, last, late = _sets_of_rows(data)
    n_sets = len(time)
    row = np.flatnonzero(first <= last)
    place = 2 * (last[row] + n_sets * late[row]) + data.event[row]
    # 16 bits hold the places of thousands of event times, and are sorted many times faster
    place = place.astype(np.min_scalar_type(4 * n_sets))
    order = np.argsort(place, kind="stable")
    row, place = row[order], place[order]
    run_start = _run_starts(place)
    run_length = np.diff(run_start, append=len(row))
    run_set, run_event = np.divmod(place[run_start].astype(np.int64), 2)
    run_set %= max(n_sets, 1)
    count = data.counts[row]
    n_tied = np.bincount(run_set, run_event * np.add.reduceat(count, run_start), n_sets)
    return RiskSets(
        time=time,
        n_tied=n_tied.astype(np.int64),
        bounds=bounds,
        row=row,
        count=count,
        weight=count.astype(np.float64) if data.weight is None else count * data.weight[row],
        entered=first[row[np.searchsorted(place, 2 * n_sets) :]],
        run_start=run_start,
        run_length=run_length,
        run_set=run_set,
        run_event=run_event == 1,
    )


def _sets_of_rows(data: CoxData) -> tuple[FloatArray, IntArray, IntArray, IntArray, BoolArray]:
    """The event times and where each stratum's begin; per row its first and last set, and lateness.

    A row is late if its stratum has sets before the first it is in. One whose first set is after
    its last is in none.
    """
    n = len(data.tstop)
    first, last = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    late = np.empty(n, dtype=np.bool_)
    times, bounds = [np.zeros(0)], [0]
    for inside in _strata_of_rows(data):
        tstop = data.tstop[inside]
        event_times = _distinct(tstop[data.event[inside] == 1])
        n_before = _n_reached(event_times, data.tstart[inside])
        first[inside] = n_before + bounds[-1]
        last[inside] = _n_reached(event_times, tstop) + (bounds[-1] - 1)
        late[inside] = n_before > 0
        times.append(event_times)
        bounds.append(bounds[-1] + len(event_times))
    return np.concatenate(times), np.array(bounds, dtype=np.int64), first, last, late


def _strata_of_rows(data: CoxData) -> Iterator[BoolArray | slice]:
    """Which rows each stratum has."""
    if data.stratum is None:
        yield slice(None)
    else:
        for code in np.unique(data.stratum):
            yield data.stratum == code


def _distinct(times: FloatArray) -> FloatArray:
    """The different times, in order."""
    day = _whole_days(times)
    if day is None:
        return np.unique(times)
    return np.flatnonzero(np.bincount(day)).astype(np.float64)


def _n_reached(event_times: FloatArray, times: FloatArray) -> IntArray:
    """How many of the event times, which are in order, each time has reached."""
    after_all = np.floor(event_times[-1]) + 1 if len(event_times) else 0.0
    day = _whole_days(np.minimum(times, after_all))
    if day is None:
        return np.searchsorted(event_times, times, "right")
    reached = np.searchsorted(event_times, np.arange(after_all + 1), "right")
    return np.asarray(reached[day], dtype=np.int64)


def _whole_days(times: FloatArray) -> IntArray | None:
    """The times as numbers of a table of days, else None.

    Days are counted and looked up in a table ten times faster than times are sorted and searched.
    """
    if len(times) == 0 or not (times.min() >= 0 and times.max() < LONGEST_TABLE):
        return None
    day = times.astype(np.int64)
    return day if bool((day == times).all()) else None


def _run_starts(place: IntArray) -> IntArray:
    """Where another place begins, or another block."""
    begins = np.ones(len(place), dtype=np.bool_)
    begins[1:] = place[1:] != place[:-1]
    begins[::BLOCK_ROWS] = True
    return np.flatnonzero(begins)
