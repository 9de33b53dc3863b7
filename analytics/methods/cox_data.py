"""The rows of a Cox model and who is at risk at each event time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analytics.methods.arrays import FloatArray, IntArray


@dataclass(frozen=True)
class CoxData:
    """Counting-process rows: at risk in (tstart, tstop], `event` 1 if it happens at tstop.

    `covariates` is n rows x p columns, named by `names`; the value of a row holds throughout it, so
    a change on the day of an event does not count at that event. `stratum` (integer codes) gives
    each stratum its own baseline hazard. `weight` (above 0) is how much a row counts in the
    likelihood, 1 without it. A subject may have any number of rows that do not overlap.
    Raises ValueError for rows that cannot be used: zero length, unknown values, unequal shapes.
    """

    tstart: FloatArray
    tstop: FloatArray
    event: IntArray
    covariates: FloatArray
    names: tuple[str, ...]
    stratum: IntArray | None = None
    weight: FloatArray | None = None

    def __post_init__(self) -> None:
        n = len(self.tstop)
        if self.covariates.shape != (n, len(self.names)):
            raise ValueError(
                f"The covariates are {self.covariates.shape[0]} x {self.covariates.shape[1]}, "
                f"but there are {n} rows and {len(self.names)} names."
            )
        if len(self.tstart) != n or len(self.event) != n:
            raise ValueError("tstart, tstop and event have different numbers of rows.")
        if self.stratum is not None and len(self.stratum) != n:
            raise ValueError("The stratum has not one code per row.")
        if self.weight is not None and len(self.weight) != n:
            raise ValueError("The weight has not one number per row.")
        if len(set(self.names)) != len(self.names):
            raise ValueError("Two covariates have the same name.")
        self._refuse_unusable_rows()

    def _refuse_unusable_rows(self) -> None:
        empty = ~(self.tstart < self.tstop)
        if empty.any():
            row = int(np.argmax(empty))
            raise ValueError(
                f"Row {row} is ({self.tstart[row]:g}, {self.tstop[row]:g}], which holds no time; "
                "an event on the origin day stops at 0.5."
            )
        if not np.isin(self.event, (0, 1)).all():
            raise ValueError("An event is neither 0 nor 1; competing events are 0 in a Cox model.")
        unknown = ~np.isfinite(self.covariates).all(axis=0)
        if unknown.any():
            name = self.names[int(np.argmax(unknown))]
            raise ValueError(f"Covariate '{name}' has unknown values; keep complete cases only.")
        if self.weight is not None and not (np.isfinite(self.weight) & (self.weight > 0)).all():
            raise ValueError("A weight is not a number above 0; leave rows of no weight out.")


def with_covariates(data: CoxData, names: Sequence[str]) -> CoxData:
    """The same rows with these covariates only, in this order."""
    missing = [name for name in names if name not in data.names]
    if missing:
        raise ValueError(f"Covariate '{missing[0]}' is not in the data: {', '.join(data.names)}.")
    columns = [data.names.index(name) for name in names]
    return replace(data, covariates=data.covariates[:, columns], names=tuple(names))


@dataclass(frozen=True)
class RiskSets:
    """Per stratum and distinct event time one risk set, numbered stratum by stratum in time.

    `row`: the data rows at risk at some event, the only ones that matter; `first` and `last` number
    the risk sets such a row is in, `weight` is what it counts. `event_row`: positions in `row` of
    the events, in order of `event_set`, their risk set. `tie` numbers the events of a set from 0;
    `n_tied` counts them. `time`: the event time of each set; `bounds`: where each stratum's sets
    begin, and the end.
    """

    row: IntArray
    first: IntArray
    last: IntArray
    weight: FloatArray
    event_row: IntArray
    event_set: IntArray
    tie: IntArray
    n_tied: IntArray
    time: FloatArray
    bounds: IntArray


def risk_sets(data: CoxData) -> RiskSets:
    """The risk sets of the data; times are compared exactly."""
    n = len(data.tstop)
    stratum = np.zeros(n, dtype=np.int64) if data.stratum is None else data.stratum
    first, last = np.zeros(n, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    times, bounds = list[FloatArray](), [0]
    for code in np.unique(stratum):
        inside = stratum == code
        event_times = np.unique(data.tstop[inside & (data.event == 1)])
        first[inside] = bounds[-1] + np.searchsorted(event_times, data.tstart[inside], "right")
        last[inside] = bounds[-1] + np.searchsorted(event_times, data.tstop[inside], "right") - 1
        times.append(event_times)
        bounds.append(bounds[-1] + len(event_times))
    row = np.flatnonzero(first <= last).astype(np.int64)
    time = np.concatenate([*times, np.zeros(0)])
    event_row, n_tied, tie = _ties(data.event[row], last[row], len(time))
    return RiskSets(
        row=row,
        first=first[row],
        last=last[row],
        weight=np.ones(len(row)) if data.weight is None else data.weight[row].astype(np.float64),
        event_row=event_row,
        event_set=last[row][event_row],
        tie=tie,
        n_tied=n_tied,
        time=time,
        bounds=np.array(bounds, dtype=np.int64),
    )


def _ties(event: IntArray, last: IntArray, n_sets: int) -> tuple[IntArray, IntArray, IntArray]:
    """The event rows in order of their sets, the events per set, and their numbers within it."""
    event_row = np.flatnonzero(event == 1).astype(np.int64)
    event_row = event_row[np.argsort(last[event_row], kind="stable")]
    n_tied = np.bincount(last[event_row], minlength=n_sets).astype(np.int64)
    tie = np.arange(len(event_row), dtype=np.int64) - np.repeat(np.cumsum(n_tied) - n_tied, n_tied)
    return event_row, n_tied, tie
