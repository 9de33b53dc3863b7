"""Risk counts as they stand when every time has a day more, or a day less."""

import polars as pl

from analytics.methods.counts import COUNT_COLUMNS

_KEYS = ("analysis_id", "stratum", "day")
_EXITS = tuple(name for name in COUNT_COLUMNS if name != "n_entry")


def shifted_counts(risk_counts: pl.DataFrame, days: int) -> pl.DataFrame:
    """The mart `risk_counts` with every event, censoring and late entry moved by `days`.

    Who is under observation from the origin stays there, so entries of day 0 do not move.
    The rows are sorted by analysis, stratum and day. Holds for analyses without a landmark
    day, which leaves out other patients on another clock.
    """
    moved = pl.col("day") + days
    from_origin = pl.col("day") == 0
    entries = risk_counts.filter((pl.col("n_entry") > 0) | from_origin).select(
        "analysis_id",
        "stratum",
        pl.when(from_origin).then(pl.col("day")).otherwise(moved).alias("day"),
        "n_entry",
    )
    exits = risk_counts.filter(pl.sum_horizontal(_EXITS) > 0).select(
        "analysis_id", "stratum", moved, *_EXITS
    )
    days_of_both = pl.concat([entries, exits], how="diagonal").group_by(_KEYS)
    counts = days_of_both.agg(pl.col(COUNT_COLUMNS).sum())
    return counts.select(risk_counts.columns).sort(_KEYS)
