"""The counts frame: per day, how many come under observation and how many leave, and by what.

One row per day: `time` (days, Float64), `n_entry`, `n_event`, `n_competing`, `n_censored`. All that
Kaplan-Meier, Aalen-Johansen, the log-rank test and follow-up need is in it, whatever the number of
subjects. A day-0 row always exists.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.checked import event_codes, known_days, whole_numbers

COUNT_COLUMNS = ("n_entry", "n_event", "n_competing", "n_censored")
NOBODY = pl.DataFrame(
    {"time": [0.0]} | {name: [0] for name in COUNT_COLUMNS},
    schema={"time": pl.Float64} | dict.fromkeys(COUNT_COLUMNS, pl.Int64),
)
_CODES = "An event code is 0 (censored), 1 (event) or 2 (competing event)."
_WEIGHTS = "A weight is not whole; it says how many subjects a row stands for."
_COUNTS = "A count is unknown or not whole; counts are numbers of subjects."


def added_counts(counts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The counts of all these subjects together, by day; of none, a day-0 row of nobody."""
    return (
        pl.concat([NOBODY, *(one.select(NOBODY.columns) for one in counts)])
        .group_by("time")
        .agg(pl.col(COUNT_COLUMNS).sum())
        .sort("time")
    )


@dataclass(frozen=True)
class RiskTable:
    """The counts as arrays in order of time, with the number at risk just before each day.

    `n_risk` on day t is the entries before t less the exits before t: a subject entering on day t
    is not at risk for that day's events. Entries of day 0 are there from the start and count on
    day 0 too.
    """

    time: FloatArray
    n_entry: IntArray
    n_event: IntArray
    n_competing: IntArray
    n_censored: IntArray
    n_risk: IntArray

    @property
    def has_delayed_entry(self) -> bool:
        return bool(self.n_entry[1:].any())


def counts_from_times(
    time: npt.ArrayLike,
    event_code: npt.ArrayLike,
    *,
    entry: npt.ArrayLike | None = None,
    weight: npt.ArrayLike | None = None,
) -> pl.DataFrame:
    """The counts frame of subjects with a time in days and an event code.

    Codes: 0 censored, 1 event, 2 competing event. `entry` is the day from which a subject is under
    observation (default 0), `weight` how many subjects a row stands for (default 1).
    Raises ValueError for an unknown or negative time or entry, another code, an entry on or after
    the exit (other than on day 0), or a broken weight.
    """
    times = known_days(time, "Time")
    codes = event_codes(event_code, (0, 1, 2), _CODES)
    entries = np.zeros_like(times) if entry is None else known_days(entry, "Entry")
    weights = np.ones_like(codes) if weight is None else whole_numbers(weight, _WEIGHTS)
    _refuse_unusable_subjects(times, codes, entries, weights)
    days = np.unique(np.concatenate([[0.0], times, entries]))
    exit_day, entry_day = np.searchsorted(days, times), np.searchsorted(days, entries)

    def per_day(day: npt.NDArray[np.intp], counted: IntArray) -> IntArray:
        return np.bincount(day, weights=counted, minlength=len(days)).astype(np.int64)

    return pl.DataFrame(
        {
            "time": days,
            "n_entry": per_day(entry_day, weights),
            "n_event": per_day(exit_day, weights * (codes == 1)),
            "n_competing": per_day(exit_day, weights * (codes == 2)),
            "n_censored": per_day(exit_day, weights * (codes == 0)),
        }
    )


def _refuse_unusable_subjects(
    times: FloatArray, codes: IntArray, entries: FloatArray, weights: IntArray
) -> None:
    if not len(times) == len(codes) == len(entries) == len(weights):
        raise ValueError("Times, codes, entries and weights have different numbers of rows.")
    if (weights < 0).any():
        raise ValueError("A weight is negative; it says how many subjects a row stands for.")
    never_at_risk = (entries >= times) & (entries > 0)
    if never_at_risk.any():
        row = int(np.argmax(never_at_risk))
        raise ValueError(
            f"Subject {row} enters on day {entries[row]:g} and leaves on day {times[row]:g}, "
            "so is never at risk; leave such subjects out and count them."
        )


def risk_table(counts: pl.DataFrame) -> RiskTable:
    """The counts as a risk table.

    Raises ValueError, naming the day, when the counts cannot be those of a cohort: no day-0 row, a
    day twice, an unknown day, a negative, broken or unknown count, more exits than subjects at
    risk, or a subject who never leaves.
    """
    ordered = counts if counts["time"].is_sorted() else counts.sort("time")
    time = known_days(ordered["time"], "Day")
    entry, event, competing, censored = (
        whole_numbers(ordered[name], _COUNTS) for name in COUNT_COLUMNS
    )
    exits = event + competing + censored
    n_risk = np.concatenate([entry[:1], np.cumsum(entry - exits)[:-1]])
    table = RiskTable(time, entry, event, competing, censored, n_risk)
    _refuse_impossible_counts(table, exits)
    return table


def _refuse_impossible_counts(table: RiskTable, exits: IntArray) -> None:
    if len(table.time) == 0 or table.time[0] != 0:
        raise ValueError("The counts have no day-0 row, or a day before 0; the clock starts at 0.")
    if (np.diff(table.time) == 0).any():
        day = table.time[1:][np.diff(table.time) == 0][0]
        raise ValueError(f"Day {day:g} has two rows of counts; add them up first.")
    if min(table.n_entry.min(), exits.min(), table.n_event.min()) < 0:
        raise ValueError("A count is negative; counts are numbers of subjects.")
    if (exits > table.n_risk).any():
        day = table.time[exits > table.n_risk][0]
        raise ValueError(f"On day {day:g} more subjects leave than are at risk; check n_entry.")
    if table.n_entry.sum() != exits.sum():
        raise ValueError("More subjects enter than leave; censor each at the last observation.")


def weighted_spells(table: RiskTable) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Spells (entry, exit, event or not, number) that have exactly these counts.

    First in, first out: who leaves is not in the counts. It matters neither to a product limit nor
    to a likelihood with left truncation, a product over the exits and one over the entries.
    """
    leaving = np.column_stack([table.n_event, table.n_competing + table.n_censored]).ravel()
    entered, left = np.cumsum(table.n_entry), np.cumsum(leaving)
    bounds = np.unique(np.concatenate([entered, left]))
    bounds = bounds[bounds > 0]
    entry_row, leave_row = np.searchsorted(entered, bounds), np.searchsorted(left, bounds)
    return (
        table.time[entry_row],
        table.time[leave_row // 2],
        (leave_row % 2 == 0).astype(np.int64),
        np.diff(bounds, prepend=0),
    )


def curve_status(counts: pl.DataFrame, *, event: str = "event") -> str:
    """Whether these counts carry a curve of the event: 'ok', or what is missing.

    The curve functions give the arithmetic in any case (survival 1 when all are censored); a caller
    that must not show a number for too little data asks here.
    """
    n_subjects = int(counts["n_entry"].sum())
    if n_subjects == 0:
        return statuses.not_estimable(statuses.NO_SUBJECTS)
    if n_subjects == 1:
        return statuses.not_estimable(statuses.ONE_SUBJECT)
    if int(counts[f"n_{event}"].sum()) == 0:
        return statuses.not_estimable(statuses.NO_EVENTS)
    return statuses.OK
