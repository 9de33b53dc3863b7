"""The marts that the estimates are made of, read once."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final

import duckdb
import polars as pl

_TEXT: Final = pl.String
_REAL: Final = pl.Float64
_WHOLE: Final = pl.Int64

MART_SCHEMAS: Final[dict[str, dict[str, type[pl.DataType]]]] = {
    "subjects": {"usubjid": _TEXT},
    "population_members": {"usubjid": _TEXT, "population": _TEXT},
    "population_conditions": {
        "usubjid": _TEXT,
        "population": _TEXT,
        "condition_order": _WHOLE,
        "is_met": pl.Boolean,
    },
    "subject_factors": {"usubjid": _TEXT, "factor": _TEXT, "level": _TEXT, "value": _REAL},
    "time_to_event": {
        "usubjid": _TEXT,
        "paramcd": _TEXT,
        "aval": _REAL,
        "event_code": _WHOLE,
    },
    "covariate_intervals": {
        "usubjid": _TEXT,
        "paramcd": _TEXT,
        "interval_number": _WHOLE,
        "tstart": _REAL,
        "tstop": _REAL,
        "event_code": _WHOLE,
    },
    "factor_changes": {
        "usubjid": _TEXT,
        "paramcd": _TEXT,
        "factor": _TEXT,
        "day": _REAL,
        "level": _TEXT,
    },
    "entry_times": {"usubjid": _TEXT, "paramcd": _TEXT, "fact": _TEXT, "day": _REAL},
    "risk_counts": {
        "analysis_id": _TEXT,
        "stratum": _TEXT,
        "day": _REAL,
        "n_entry": _WHOLE,
        "n_event": _WHOLE,
        "n_competing": _WHOLE,
        "n_censored": _WHOLE,
    },
}


@dataclass(frozen=True)
class Marts:
    """The columns of schema `marts` that results are computed from; the row order is free."""

    subjects: pl.DataFrame
    population_members: pl.DataFrame
    population_conditions: pl.DataFrame
    subject_factors: pl.DataFrame
    time_to_event: pl.DataFrame
    covariate_intervals: pl.DataFrame
    factor_changes: pl.DataFrame
    entry_times: pl.DataFrame
    risk_counts: pl.DataFrame

    def members(self, population: str) -> pl.DataFrame:
        """The subjects of a population: one column, `usubjid`, sorted."""
        nobody = pl.DataFrame(schema={"usubjid": pl.String})
        return self._members_by_population.get(population, nobody)

    @cached_property
    def _members_by_population(self) -> dict[str, pl.DataFrame]:
        rows = self.population_members.unique().sort("population", "usubjid")
        parts = rows.partition_by("population", as_dict=True)
        return {str(name): part.select("usubjid") for (name,), part in parts.items()}


def read_marts(connection: duckdb.DuckDBPyConnection) -> Marts:
    """The marts of an open warehouse, each column with the type the assembly expects."""
    return Marts(**{field.name: _read(connection, field.name) for field in fields(Marts)})


def _read(connection: duckdb.DuckDBPyConnection, table: str) -> pl.DataFrame:
    schema = MART_SCHEMAS[table]
    frame = connection.sql(f"select {', '.join(schema)} from marts.{table}").pl()
    return frame.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
