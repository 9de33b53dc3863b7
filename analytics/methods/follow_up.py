"""How long the subjects were followed: the reverse Kaplan-Meier median, and ranges."""

from typing import Final

import numpy as np
import polars as pl

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.counts import RiskTable, risk_table
from analytics.methods.curves import first_time_below
from analytics.methods.known_span import KnownSpan, counts_given, known_span

REVERSE_MEDIAN: Final = "reverse_km_median"


def follow_up(counts: pl.DataFrame, *, smallest_risk_set: int | None = None) -> pl.DataFrame:
    """Follow-up in days, a row per statistic and the subjects it is taken over.

    Columns: statistic (reverse_km_median, median_censored, min, max), over (censored, all), time.
    The reverse Kaplan-Meier median is null when not reached; ranges without subjects are null. The
    published ranges of follow-up are usually those over the censored. With late entries the reverse
    curve starts where at least `smallest_risk_set` are at risk, as in `known_span`; None starts it
    at the origin.
    Reference: Schemper and Smith, Control Clin Trials 1996;17:343.
    """
    table = risk_table(counts)
    leaving = table.n_event + table.n_competing + table.n_censored
    rows = [
        (REVERSE_MEDIAN, "all", _reverse_median(counts, smallest_risk_set)),
        ("median_censored", "censored", _median(table.time, table.n_censored)),
        ("min", "censored", _first(table.time, table.n_censored)),
        ("max", "censored", _first(table.time[::-1], table.n_censored[::-1])),
        ("min", "all", _first(table.time, leaving)),
        ("max", "all", _first(table.time[::-1], leaving[::-1])),
    ]
    schema = {"statistic": pl.String, "over": pl.String, "time": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def reverse_survival(table: RiskTable) -> FloatArray:
    """The probability of still being followed: censoring is the event, an event ends the watch.

    Those who have an event on a day leave before that day's censorings are counted, the mirror of
    the rule that events precede censorings: times 1, 2, 2+, 3, 4+ give 2/3 after day 2, not 3/4.
    """
    followed = (table.n_risk - table.n_event - table.n_competing).astype(np.float64)
    lost = table.n_censored.astype(np.float64)
    return np.cumprod(1 - np.divide(lost, followed, out=np.zeros_like(lost), where=followed > 0))


def reverse_span(counts: pl.DataFrame, smallest_risk_set: int) -> KnownSpan | None:
    """Where the reverse curve is known; None when nowhere."""
    watched = counts.with_columns(
        n_event=pl.col("n_censored"),
        n_competing=pl.lit(0, pl.Int64),
        n_censored=pl.col("n_event") + pl.col("n_competing"),
    )
    return known_span(watched, smallest_risk_set=smallest_risk_set)


def _reverse_median(counts: pl.DataFrame, smallest_risk_set: int | None) -> float | None:
    span = KnownSpan()
    if smallest_risk_set is not None:
        if (found := reverse_span(counts, smallest_risk_set)) is None:
            return None
        span = found
    table = risk_table(counts_given(counts, span.start))
    known = table.time < (np.inf if span.end is None else span.end)
    return first_time_below(table.time[known], reverse_survival(table)[known])


def _median(time: FloatArray, weight: IntArray) -> float | None:
    """The median of the times, each counted by its weight; the mean of the middle two."""
    total = int(weight.sum())
    if total == 0:
        return None
    middle = np.searchsorted(np.cumsum(weight), [(total + 1) // 2, total // 2 + 1])
    return float(time[middle].mean())


def _first(time: FloatArray, weight: IntArray) -> float | None:
    present = time[weight > 0]
    return float(present[0]) if len(present) else None
