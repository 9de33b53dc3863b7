"""Survival data without a random number: whole days 1 to 2000, two strata, two causes.

Every column is a function of the row's number by DuckDB's hash, so that tables of any size are made
where they are read, and one of 10^7 rows begins with the rows of that of 10^6.
"""

from dataclasses import dataclass
from typing import Final

import duckdb
import numpy as np
import polars as pl

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.cox_data import CoxData

LAST_DAY: Final = 2000
SEED: Final = 20210554
N_COVARIATES: Final = 10
SPLIT_SHARE: Final = 0.54
# the hazard of stratum 1 is higher by a fifth; 60 % cause 1, 18 % cause 2, 22 % censored
_SUBJECTS: Final = f"""
    create or replace table subjects as
    with drawn as (
        select
            cast(hash(number, 1) % 2 as int) as stratum,
            (hash(number, 2) % 1000000 + 0.5) / 1e6 as waiting,
            hash(number, 3) % 100 as cause
        from range(?) as numbers (number)
    )
    select
        stratum,
        cast(least(
            1 - {LAST_DAY / 2} * ln(waiting) / (1 + 0.2 * stratum), {LAST_DAY}
        ) as int) as day,
        case when cause < 60 then 1 when cause < 78 then 2 else 0 end as event
    from drawn
"""


@dataclass(frozen=True)
class Subjects:
    """`stratum` 0 or 1, `day` of the end, `event` 0 censored, 1 event, 2 competing event."""

    stratum: IntArray
    day: IntArray
    event: IntArray


def write_subjects(connection: duckdb.DuckDBPyConnection, n: int) -> None:
    """Table `subjects` (stratum, day, event: 32-bit whole numbers) of n rows."""
    connection.execute(_SUBJECTS, [n])
    connection.execute("checkpoint")


def read_subjects(connection: duckdb.DuckDBPyConnection) -> Subjects:
    """The table as arrays in memory, as the peers take them."""
    columns = connection.execute("select stratum, day, event from subjects").pl()
    stratum, day, event = (column.cast(pl.Int64).to_numpy() for column in columns)
    return Subjects(stratum, day, event)


def cox_rows(n: int, *, split: bool) -> CoxData:
    """n subjects with ten covariates, half of them yes or no; seeded.

    With `split` about every second subject's first covariate changes on a day before the end, which
    makes 1.54 rows per subject.
    """
    random = np.random.default_rng(SEED)
    covariates = random.standard_normal((n, N_COVARIATES))
    covariates[:, ::2] = covariates[:, ::2] > 0
    risk = np.exp(covariates @ np.linspace(-0.5, 0.5, N_COVARIATES))
    stop = np.floor(np.minimum(1 + random.exponential(LAST_DAY / 2 / risk), LAST_DAY))
    event = (random.random(n) < 0.6).astype(np.int64)
    names = tuple(f"x{number}" for number in range(N_COVARIATES))
    if not split:
        return CoxData(np.zeros(n), stop, event, covariates, names)
    can_change = stop > 1
    changes = np.flatnonzero(can_change & (random.random(n) < SPLIT_SHARE / can_change.mean()))
    day = 1 + np.floor(random.random(len(changes)) * (stop[changes] - 1))
    later = covariates[changes]
    later[:, 0] = 1 - later[:, 0]
    stop_before, event_before = stop.copy(), event.copy()
    stop_before[changes], event_before[changes] = day, 0
    return CoxData(
        np.concatenate([np.zeros(n), day]),
        np.concatenate([stop_before, stop[changes]]),
        np.concatenate([event_before, event[changes]]),
        np.concatenate([covariates, later]),
        names,
    )


def matrix_of(data: CoxData) -> FloatArray:
    """The rows as one matrix: start, stop, event and the covariates."""
    return np.column_stack([data.tstart, data.tstop, data.event, data.covariates])
