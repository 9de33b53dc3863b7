"""The marts that the estimates are made of, read once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Final

import duckdb
import polars as pl

_NAME: Final = pl.Categorical  # a number for each name: most of the bytes are names
_TEXT: Final = pl.String
_REAL: Final = pl.Float64
_WHOLE: Final = pl.Int64
_BATCH: Final = 1_000_000
_COUNTED: Final[dict[str, type[pl.DataType]]] = {
    "stratum": _TEXT,
    "day": _REAL,
    "n_entry": _WHOLE,
    "n_event": _WHOLE,
    "n_competing": _WHOLE,
    "n_censored": _WHOLE,
}

MART_SCHEMAS: Final[dict[str, dict[str, type[pl.DataType]]]] = {
    "subjects": {"usubjid": _NAME},
    "population_members": {"usubjid": _NAME, "population": _NAME},
    "population_conditions": {
        "usubjid": _NAME,
        "population": _NAME,
        "condition_order": _WHOLE,
        "is_met": pl.Boolean,
    },
    "subject_factors": {"usubjid": _NAME, "factor": _NAME, "level": _NAME, "value": _REAL},
    "time_to_event": {
        "usubjid": _NAME,
        "paramcd": _NAME,
        "startdt": pl.Date,
        "aval": _REAL,
        "event_code": _WHOLE,
    },
    "covariate_intervals": {
        "usubjid": _NAME,
        "paramcd": _NAME,
        "interval_number": _WHOLE,
        "tstart": _REAL,
        "tstop": _REAL,
        "event_code": _WHOLE,
    },
    "factor_changes": {
        "usubjid": _NAME,
        "paramcd": _NAME,
        "factor": _NAME,
        "day": _REAL,
        "level": _NAME,
    },
    "entry_times": {"usubjid": _NAME, "paramcd": _NAME, "fact": _NAME, "day": _REAL},
    "risk_counts": {"analysis_id": _TEXT, **_COUNTED},
    "stratified_risk_counts": {"analysis_id": _TEXT, "test_stratum": _TEXT, **_COUNTED},
    "pooled_risk_counts": {"analysis_id": _TEXT, "pooled_level": _TEXT, **_COUNTED},
    "state_moves": {
        "analysis_id": _TEXT,
        "stratum": _TEXT,
        "day": _REAL,
        "from_state": _TEXT,
        "to_state": _TEXT,
        "n": _WHOLE,
    },
}
CONDITIONS: Final = "population_conditions"
OF_EACH_ANALYSIS: Final = tuple(
    name for name, schema in MART_SCHEMAS.items() if "analysis_id" in schema
)
"""The marts that are kept for each analysis."""
_PREPARED: Final = (
    "_factors_by_name",
    "_factors_in_intervals",
    "_intervals_by_endpoint",
    "_last_followed",
    "_members_by_population",
)


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
    stratified_risk_counts: pl.DataFrame
    pooled_risk_counts: pl.DataFrame
    state_moves: pl.DataFrame

    def members(self, population: str) -> pl.DataFrame:
        """The subjects of a population: one column, `usubjid`, sorted."""
        nobody = self.population_members.select("usubjid").clear()
        return self._members_by_population.get(population, nobody)

    def of_analysis(self, analysis_id: str) -> "Marts":
        """These marts with the rows of one analysis where they are kept for each."""
        own = {name: self.rows_of_analysis(name, analysis_id) for name in OF_EACH_ANALYSIS}
        return self._with(own)

    def without_conditions(self) -> "Marts":
        """These marts without who meets which condition of a population."""
        return self._with({CONDITIONS: self.population_conditions.clear()})

    def _with(self, frames: Mapping[str, pl.DataFrame]) -> "Marts":
        """These marts with others in place of some; what is prepared serves them, too."""
        part = replace(self, **frames)
        part.__dict__.update({name: getattr(self, name) for name in _PREPARED})
        return part

    def rows_of_analysis(self, name: str, analysis_id: str) -> pl.DataFrame:
        """The rows of one analysis of a mart that is kept for each."""
        frame: pl.DataFrame = getattr(self, name)
        return frame.filter(pl.col("analysis_id") == analysis_id)

    def factor(self, name: str) -> pl.DataFrame:
        """The rows of `subject_factors` of one factor."""
        return self._factors_by_name.get(name, self.subject_factors.clear())

    def intervals(self, endpoint: str) -> pl.DataFrame:
        """The intervals on an endpoint's clock; those of a subject stand together, in time."""
        return self._intervals_by_endpoint.get(endpoint, self.covariate_intervals.clear())

    def followed(self, endpoint: str, population: str) -> tuple[pl.DataFrame, pl.Series]:
        """The intervals of a population's subjects on an endpoint's clock, and their places.

        The places are those in `intervals`. The last answer is kept: the models of an analysis ask
        the same one after the other.
        """
        key = (endpoint, population)
        if key not in self._last_followed:
            rows = self.intervals(endpoint).with_row_index("place")
            members = self.members(population)
            found = rows.join(members, on="usubjid", how="semi", maintain_order="left")
            self._last_followed.clear()
            self._last_followed[key] = (
                found.select("usubjid", "tstart", "tstop", "event_code"),
                found["place"],
            )
        return self._last_followed[key]

    def factor_in_intervals(
        self, endpoint: str, factor: str, *, changes: bool, is_number: bool
    ) -> pl.Series:
        """What is known of a factor in each of the intervals of an endpoint, in their order.

        The level, or the value of a number. Of a factor that changes it is that of the last change
        on or before the start of the interval.
        """
        key = (endpoint, factor, changes, is_number)
        if key not in self._factors_in_intervals:
            column = "value" if is_number else "level"
            found = (self._after_changes if changes else self._at_baseline)(
                endpoint, factor, column
            )
            self._factors_in_intervals[key] = found if is_number else found.cast(pl.Categorical)
        return self._factors_in_intervals[key]

    def _at_baseline(self, endpoint: str, factor: str, column: str) -> pl.Series:
        known = self.factor(factor).select("usubjid", column)
        intervals = self.intervals(endpoint).select("usubjid")
        return intervals.join(known, on="usubjid", how="left", maintain_order="left")[column]

    def _after_changes(self, endpoint: str, factor: str, column: str) -> pl.Series:
        changes = self.factor_changes.filter(
            (pl.col("paramcd") == endpoint) & (pl.col("factor") == factor)
        ).select("usubjid", "day", column)
        return (
            self.intervals(endpoint)
            .select("usubjid", "tstart")
            .with_row_index("row")
            .sort("tstart", "row")
            .join_asof(
                changes.sort("day", pl.col("usubjid").to_physical()),
                left_on="tstart",
                right_on="day",
                by="usubjid",
                strategy="backward",
                check_sortedness=False,
            )
            .sort("row")[column]
        )

    @cached_property
    def _last_followed(self) -> dict[tuple[str, str], tuple[pl.DataFrame, pl.Series]]:
        return {}

    @cached_property
    def _factors_in_intervals(self) -> dict[tuple[str, str, bool, bool], pl.Series]:
        return {}

    @cached_property
    def _factors_by_name(self) -> dict[str, pl.DataFrame]:
        parts = self.subject_factors.partition_by("factor", as_dict=True)
        return {str(name): part for (name,), part in parts.items()}

    @cached_property
    def _intervals_by_endpoint(self) -> dict[str, pl.DataFrame]:
        rows = self.covariate_intervals.sort(pl.col("usubjid").to_physical(), "tstart")
        parts = rows.partition_by("paramcd", as_dict=True)
        return {str(name): part for (name,), part in parts.items()}

    @cached_property
    def _members_by_population(self) -> dict[str, pl.DataFrame]:
        rows = self.population_members.unique().sort("population", "usubjid")
        parts = rows.partition_by("population", as_dict=True)
        return {str(name): part.select("usubjid") for (name,), part in parts.items()}


def read_marts(
    connection: duckdb.DuckDBPyConnection,
    only: Collection[str] | None = None,
    *,
    judged: Collection[str] | None = None,
) -> Marts:
    """The marts of an open warehouse, each column with the type the assembly expects.

    With `only`, the marts of these names; the others are not read and have no rows. With `judged`,
    the conditions of these populations: there is a row for each subject and condition of any.
    """
    return Marts(
        **{
            field.name: _read(connection, field.name, judged)
            if only is None or field.name in only
            else pl.DataFrame(schema=MART_SCHEMAS[field.name])
            for field in fields(Marts)
        }
    )


def _read(
    connection: duckdb.DuckDBPyConnection, table: str, judged: Collection[str] | None
) -> pl.DataFrame:
    """The table, typed batch by batch, so that its text is never there all at once."""
    schema = MART_SCHEMAS[table]
    query = f"select {', '.join(schema)} from marts.{table}"
    if table == CONDITIONS and judged is not None:
        rows = connection.execute(f"{query} where list_contains($1, population)", [list(judged)])
    else:
        rows = connection.execute(query)
    batches = [_typed(pl.DataFrame(batch), schema) for batch in rows.to_arrow_reader(_BATCH)]
    return pl.concat([pl.DataFrame(schema=schema), *batches])


def _typed(batch: pl.DataFrame, schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """The columns in memory of their own: one shared with the engine keeps all of its batch."""
    everyone = pl.int_range(pl.len())
    return batch.select(pl.col(name).cast(kind).gather(everyone) for name, kind in schema.items())
