"""The days on which a curve with late entries is known: where enough subjects are at risk.

At first few have entered. One event among them lowers a survival curve to where nothing brings it
back, however many enter later, so that the curve tells of a handful of subjects. Such a curve is
therefore started later: it is that of the subjects without an event on the day from which enough
are at risk, conditional on having come so far. Reference: Klein and Moeschberger, Survival
Analysis, 2nd ed. 2003, section 4.6; Tsai, Jewell and Wang, Biometrika 1987;74:883.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.methods.arrays import IntArray
from analytics.methods.counts import COUNT_COLUMNS, RiskTable, risk_table

ESTIMATES = ("estimate", "std_error", "ci_lower", "ci_upper")
_MOVES = (("n_entry",), ("n_event", "n_competing", "n_censored"))
_RECOVERED = 2  # times as many at risk later as at an event: the event was not near the end


@dataclass(frozen=True)
class KnownSpan:
    """A curve is known from day `start` on, given no event up to it, and before day `end`.

    `end` None is 'to the last row'.
    """

    start: float = 0.0
    end: float | None = None

    def holds(self, day: float) -> bool:
        """Whether the curve is known on a day."""
        return day >= self.start and (self.end is None or day < self.end)


def known_span(counts: pl.DataFrame, *, smallest_risk_set: int) -> KnownSpan | None:
    """Where the curve of the counts is known; None when never so many are at risk.

    Without late entries it is known throughout, however few there are. Otherwise it starts on the
    last day, up to that of the largest risk set, after which at least `smallest_risk_set` are at
    risk while fewer were before. It ends where fewer have an event and later at least twice as
    many, and enough, are at risk.
    """
    if smallest_risk_set < 1:
        raise ValueError(f"The smallest risk set is {smallest_risk_set}, but must be at least 1.")
    table = risk_table(counts)
    if not table.has_delayed_entry:
        return KnownSpan()
    n_risk = table.n_risk
    largest = int(np.argmax(n_risk))
    if n_risk[largest] < smallest_risk_set:
        return None
    few = np.flatnonzero(n_risk[:largest] < smallest_risk_set)
    first = int(few[-1]) + 1 if len(few) else 0
    start = float(table.time[first - 1]) if first else 0.0
    return KnownSpan(start, _end(table, first, smallest_risk_set))


def counts_given(counts: pl.DataFrame, day: float) -> pl.DataFrame:
    """The counts of those followed beyond a day, all of whom enter on it or later.

    The clock is still that of the origin: an estimator finds nothing happening up to the day, and
    gives numbers that are conditional on no event by then.
    """
    if day <= 0:
        return counts
    ordered = counts.sort("time")
    before = ordered.filter(pl.col("time") <= day)
    entered, left = (int(before[list(names)].sum_horizontal().sum()) for names in _MOVES)
    origin = {"time": 0.0} | dict.fromkeys(COUNT_COLUMNS, 0)
    here = {"time": float(day)} | dict.fromkeys(COUNT_COLUMNS, 0) | {"n_entry": entered - left}
    start = pl.DataFrame([origin, here], schema=ordered.schema)
    return pl.concat([start, ordered.filter(pl.col("time") > day)], how="diagonal")


def curve_in_span(
    counts: pl.DataFrame, span: KnownSpan, estimator: Callable[[pl.DataFrame], pl.DataFrame]
) -> pl.DataFrame:
    """The estimator's curve of all counts with the estimates conditional on the span's start.

    They are null outside the span; the numbers at risk and of events stay those of every day. The
    row of the start has survival 1, or incidence 0.
    """
    curve = estimator(counts)
    if span == KnownSpan():
        return curve
    found = estimator(counts_given(counts, span.start)).select("time", *ESTIMATES)
    inside = found.filter(
        pl.col("time") >= span.start,
        pl.col("time") < (np.inf if span.end is None else span.end),
    )
    joined = curve.drop(ESTIMATES).join(inside, on="time", how="left", maintain_order="left")
    return joined.select(curve.columns)


def _end(table: RiskTable, first: int, smallest: int) -> float | None:
    """The first day from row `first` on with an event among too few, of whom more follow."""
    later: IntArray = np.maximum.accumulate(table.n_risk[::-1])[::-1]
    failing = table.n_event + table.n_competing > 0
    few = table.n_risk < smallest
    more = (later >= smallest) & (later >= _RECOVERED * table.n_risk)
    rows = np.flatnonzero(failing & few & more)
    rows = rows[rows >= first]
    return float(table.time[rows[0]]) if len(rows) else None
