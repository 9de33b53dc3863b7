"""Curves, tests and incidences: from a table of subjects in DuckDB to finished frames.

Ours begins with the table on disk and includes its GROUP BY. The floor is that GROUP BY alone, as
one would type it; peers begin with arrays already in memory.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl
from peers import CURVE_PEERS, available
from rounds import alternated, compared, median_ratio, median_seconds, timed
from samples import read_subjects, write_subjects

from analytics.methods.competing_risks import EventType, cumulative_incidence_curve
from analytics.methods.counts import COUNT_COLUMNS
from analytics.methods.follow_up import follow_up
from analytics.methods.kaplan_meier import kaplan_meier_curve, median_survival
from analytics.methods.log_rank import log_rank_test
from analytics.results.counting import counts_of_table
from analytics.warehouse import connect

Counts = dict[str, pl.DataFrame]
Step = Callable[[Counts], object]

FLOOR: Final = "plain GROUP BY"
_PLAIN: Final = "select stratum, day, event, count(*) as n from subjects group by all"
_CAUSES: Final[tuple[EventType, ...]] = ("event", "competing")
_LIMITS: Final[dict[str, Any]] = {"conf_level": 0.95, "ci_transform": "log-log"}


def either_event(counts: pl.DataFrame) -> pl.DataFrame:
    """The counts with the competing events among the events: event-free survival."""
    return counts.with_columns(
        n_event=pl.col("n_event") + pl.col("n_competing"), n_competing=pl.lit(0, pl.Int64)
    ).select("time", *COUNT_COLUMNS)


def survival(counts: Counts) -> pl.DataFrame:
    """Kaplan-Meier with Greenwood's error, log-log limits and the median with its limits."""
    curves = []
    for stratum, days in counts.items():
        curve = kaplan_meier_curve(either_event(days), **_LIMITS)
        median = median_survival(curve)
        curves.append(curve.with_columns(stratum=pl.lit(stratum), median=pl.lit(median.median)))
    return pl.concat(curves)


def log_rank(counts: Counts) -> object:
    """The log-rank test between the strata."""
    return log_rank_test({stratum: either_event(days) for stratum, days in counts.items()})


def incidence(counts: Counts) -> pl.DataFrame:
    """Aalen-Johansen of both causes with variance and limits."""
    return pl.concat(
        cumulative_incidence_curve(days, event=event, variance="aalen", **_LIMITS)
        for days in counts.values()
        for event in _CAUSES
    )


def followed(counts: Counts) -> pl.DataFrame:
    """Follow-up: the reverse Kaplan-Meier median and the ranges."""
    return pl.concat(follow_up(either_event(days)) for days in counts.values())


STEPS: Final[dict[str, Step]] = {
    "Kaplan-Meier": survival,
    "log-rank": log_rank,
    "Aalen-Johansen": incidence,
    "follow-up": followed,
}


def against_floor(sizes: Sequence[int], work: Path, rounds: int) -> list[dict[str, Any]]:
    """Per size and step its milliseconds, and its ratio to the plain GROUP BY of the same table."""
    rows = []
    for n in sizes:
        with connect(work / "subjects.duckdb", threads=2) as connection:
            write_subjects(connection, n)
            seconds = alternated(_own_sides(connection), rounds)
        rows += [
            {
                "n": n,
                "step": step,
                "seconds": median_seconds(seconds, step),
                "by_floor": median_ratio(seconds, step, FLOOR),
            }
            for step in seconds
        ]
    return rows


def against_peers(sizes: Sequence[int], work: Path, rounds: int) -> list[dict[str, Any]]:
    """Per size, step and peer the seconds of both, and how many times ours the peer's are."""
    rows = []
    for n in sizes:
        with connect(work / "subjects.duckdb", threads=2) as connection:
            write_subjects(connection, n)
            own = _own_sides(connection)
            subjects = read_subjects(connection)
            for peer in available(CURVE_PEERS):
                if n > peer.largest:
                    continue
                with peer.ready(subjects, work) as side:
                    seconds = alternated({peer.step: own[peer.step], peer.name: side}, rounds)
                rows.append({"n": n, **peer.row, **compared(seconds, peer.step, peer.name)})
    return rows


def _own_sides(connection: duckdb.DuckDBPyConnection) -> dict[str, Callable[[], float]]:
    def plain() -> object:
        connection.execute("reset perfect_ht_threshold")
        return connection.execute(_PLAIN).pl()

    def whole(step: Step) -> object:
        return step(counts_of_table(connection, "subjects"))

    return {FLOOR: timed(plain)} | {
        name: timed(partial(whole, step)) for name, step in STEPS.items()
    }
