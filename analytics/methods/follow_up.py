"""How long the subjects were followed: the reverse Kaplan-Meier median, and ranges."""

import numpy as np
import polars as pl

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.counts import RiskTable, risk_table
from analytics.methods.curves import first_time_below


def follow_up(counts: pl.DataFrame) -> pl.DataFrame:
    """Follow-up in days, a row per statistic and the subjects it is taken over.

    Columns: statistic (reverse_km_median, median_censored, min, max), over (censored, all), time.
    The reverse Kaplan-Meier median is null when not reached; ranges without subjects are null. The
    published ranges of follow-up are usually those over the censored.
    Reference: Schemper and Smith, Control Clin Trials 1996;17:343.
    """
    table = risk_table(counts)
    leaving = table.n_event + table.n_competing + table.n_censored
    rows = [
        ("reverse_km_median", "all", first_time_below(table.time, reverse_survival(table))),
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
