"""The rows of a Cox model, checked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.checked import event_codes, known_days, known_numbers, whole_numbers

_EVENTS = "An event is neither 0 nor 1; competing events are 0 in a Cox model."
_COUNTS = "A count is not a whole number above 0; leave rows that count nothing out."


@dataclass(frozen=True)
class CoxData:
    """Counting-process rows: at risk in (tstart, tstop], `event` 1 if it happens at tstop.

    `covariates` is n rows x p columns, named by `names`; the value of a row holds throughout it, so
    a change on the day of an event does not count at that event. `stratum` (integer codes) gives
    each stratum its own baseline hazard. `weight` (above 0) is how much a row counts in the
    likelihood, 1 without it; `count` (1 or more) is how many equal rows it stands for: the results
    are those of the rows one by one. A subject may have any number of rows that do not overlap.
    Raises ValueError for rows that cannot be used: zero length, unknown values, unequal shapes,
    days before the origin.
    """

    tstart: FloatArray
    tstop: FloatArray
    event: IntArray
    covariates: FloatArray
    names: tuple[str, ...]
    stratum: IntArray | None = None
    weight: FloatArray | None = None
    count: IntArray | None = None

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
            raise ValueError("The strata must have one code per row.")
        if self.weight is not None and len(self.weight) != n:
            raise ValueError("The weights must have one number per row.")
        if self.count is not None and len(self.count) != n:
            raise ValueError("The counts must have one number per row.")
        if len(set(self.names)) != len(self.names):
            raise ValueError("Two covariates have the same name.")
        self._refuse_unusable_rows()

    def _refuse_unusable_rows(self) -> None:
        known_days(self.tstart, "Start of row")
        known_days(self.tstop, "Stop of row")
        empty = ~(self.tstart < self.tstop)
        if empty.any():
            row = int(np.argmax(empty))
            raise ValueError(
                f"Row {row} is ({self.tstart[row]:g}, {self.tstop[row]:g}], which is empty; an "
                "event on the origin day stops at 0.5."
            )
        event_codes(self.event, (0, 1), _EVENTS)
        if self.stratum is not None:
            known_numbers(self.stratum, "Stratum of row")
        unusable = ~np.isfinite(self.covariates).all(axis=0)
        if unusable.any():
            column = int(np.argmax(unusable))
            is_unknown = np.isnan(self.covariates[:, column]).any()
            raise ValueError(
                f"Covariate '{self.names[column]}' has {'unknown' if is_unknown else 'infinite'} "
                "values; keep complete cases only."
            )
        if self.weight is not None and not (np.isfinite(self.weight) & (self.weight > 0)).all():
            raise ValueError("A weight is not a number above 0; leave rows of no weight out.")
        if self.count is not None and not (whole_numbers(self.count, _COUNTS) > 0).all():
            raise ValueError(_COUNTS)

    @property
    def counts(self) -> IntArray:
        """How many rows each stands for (n), also where every one stands for itself."""
        return np.ones(len(self.tstop), dtype=np.int64) if self.count is None else self.count

    @property
    def n_rows(self) -> int:
        """The rows, each as often as it counts."""
        return int(self.counts.sum())

    @property
    def n_events(self) -> int:
        """The rows with the event, each as often as it counts."""
        return int(self.counts[self.event == 1].sum())


def counted(data: CoxData) -> CoxData:
    """The same rows, equal ones as one with their number, in the order of their values.

    Times are days and most covariates have a few values, so that a large study has many times fewer
    different rows than rows.
    """
    columns: dict[str, FloatArray | IntArray | None] = {
        "tstart": data.tstart,
        "tstop": data.tstop,
        "event": data.event,
        "stratum": data.stratum,
        "weight": data.weight,
    }
    columns |= {f"covariate {j}": column for j, column in enumerate(data.covariates.T)}
    known = {name: values for name, values in columns.items() if values is not None}
    rows = pl.DataFrame({name: np.ascontiguousarray(values) for name, values in known.items()})
    counts = pl.Series("count", data.counts)
    found = rows.with_columns(counts).group_by(rows.columns).agg(pl.col("count").sum())
    found = found.sort(rows.columns)
    covariates = [name for name in columns if name.startswith("covariate ")]
    return CoxData(
        tstart=found["tstart"].to_numpy(),
        tstop=found["tstop"].to_numpy(),
        event=found["event"].to_numpy(),
        covariates=found.select(covariates).to_numpy().reshape(found.height, len(covariates)),
        names=data.names,
        stratum=None if data.stratum is None else found["stratum"].to_numpy(),
        weight=None if data.weight is None else found["weight"].to_numpy(),
        count=found["count"].to_numpy(),
    )


def with_covariates(data: CoxData, names: Sequence[str]) -> CoxData:
    """The same rows with these covariates only, in this order."""
    missing = [name for name in names if name not in data.names]
    if missing:
        raise ValueError(f"Covariate '{missing[0]}' is not in the data: {', '.join(data.names)}.")
    columns = [data.names.index(name) for name in names]
    return replace(data, covariates=data.covariates[:, columns], names=tuple(names))
