"""Counts frames from a table of subjects, made inside DuckDB: one GROUP BY, whatever its size.

A build has its counts from the mart `risk_counts`. Use this for another table: every
estimator of `analytics.methods` takes the frames, so a curve of a hundred million subjects costs
what it costs to read them once.
"""

import duckdb
import polars as pl

from analytics.methods.counts import counts_from_times

# Groups of whole numbers within 2^16 are found by their number and not by a hash.
_DIRECT_GROUPS = "set perfect_ht_threshold = 16"
_PATTERNS = "select stratum, day, event, count(*) as n from {table} group by all"


def counts_of_table(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, pl.DataFrame]:
    """Stratum -> counts (time, n_entry, n_event, n_competing, n_censored), sorted by time.

    `table` (a name or a query in brackets) has a row per subject, all of them there from day 0:
    `stratum`, `day` of the end, `event` 0 censored, 1 event, 2 competing event. Whole numbers are
    counted fastest. The strata come in their own order. Raises ValueError for a NULL or another
    code.
    """
    connection.execute(_DIRECT_GROUPS)
    patterns = connection.execute(_PATTERNS.format(table=table)).pl()
    _refuse_unusable(patterns)
    parts = patterns.sort("stratum").partition_by("stratum", as_dict=True, maintain_order=True)
    return {
        str(stratum): counts_from_times(part["day"], part["event"], weight=part["n"])
        for (stratum,), part in parts.items()
    }


def _refuse_unusable(patterns: pl.DataFrame) -> None:
    for name in ("stratum", "day", "event"):
        if patterns[name].null_count():
            raise ValueError(f"The table has subjects without '{name}'; leave them out and say so.")
    others = sorted(set(patterns["event"].unique()) - {0, 1, 2})
    if others:
        raise ValueError(
            f"The table has the event code {others[0]}; a code is 0 (censored), 1 (event) or 2 "
            "(competing event)."
        )
