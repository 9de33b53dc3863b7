"""The rows of a Cox model, checked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.checked import event_codes, known_days, known_numbers

_EVENTS = "An event is neither 0 nor 1; competing events are 0 in a Cox model."


@dataclass(frozen=True)
class CoxData:
    """Counting-process rows: at risk in (tstart, tstop], `event` 1 if it happens at tstop.

    `covariates` is n rows x p columns, named by `names`; the value of a row holds throughout it, so
    a change on the day of an event does not count at that event. `stratum` (integer codes) gives
    each stratum its own baseline hazard. `weight` (above 0) is how much a row counts in the
    likelihood, 1 without it. A subject may have any number of rows that do not overlap.
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


def with_covariates(data: CoxData, names: Sequence[str]) -> CoxData:
    """The same rows with these covariates only, in this order."""
    missing = [name for name in names if name not in data.names]
    if missing:
        raise ValueError(f"Covariate '{missing[0]}' is not in the data: {', '.join(data.names)}.")
    columns = [data.names.index(name) for name in names]
    return replace(data, covariates=data.covariates[:, columns], names=tuple(names))
