"""The marts as ADaM datasets: ADSL, ADRS, ADTTE and the intervals of time-dependent factors."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import duckdb
import polars as pl

from analytics.export.adam_tables import ADRS, ADSL, ADTTE, ADTTEINT
from analytics.export.code_lists import OF_FACTOR, YES_NO
from analytics.export.datasets import Dataset, Kind, Origin, Variable, dataset
from analytics.export.errors import ExportError
from analytics.export.names import NAME_LENGTH
from analytics.export.study_variables import (
    StudyVariable,
    fact_days,
    factor_variables,
    population_flags,
    read_from_adam,
)


@dataclass(frozen=True)
class AdamDatasets:
    """The datasets, and the variables of them that hold what the study names itself."""

    datasets: tuple[Dataset, ...]
    names: tuple[StudyVariable, ...]


def adam_datasets(connection: duckdb.DuckDBPyConnection, origin: Origin) -> AdamDatasets:
    """ADSL, ADRS, ADTTE and ADTTEINT of an open warehouse, labelled when the data are synthetic.

    Values are those of the marts, unrounded; what the study calls by longer names has the
    variables of `adam_names.csv` or names made of its own. Raises ExportError when a name
    of the study does not fit.
    """
    base, times, intervals = (item.read(connection) for item in (ADSL, ADTTE, ADTTEINT))
    base = _without(base, read_from_adam(connection))
    _check_codes(times.rows["PARAMCD"])
    flags = population_flags(connection, _names(base.variables))
    taken = [*_names(base.variables), *(item.variable for item in flags)]
    factors = factor_variables(connection, "baseline", taken)
    days = fact_days(connection, _names(times.variables))
    changing = factor_variables(connection, "post_baseline", _names(intervals.variables))
    datasets = (
        _adsl(connection, base, flags, factors),
        ADRS.read(connection),
        _adtte(connection, times, days),
        _intervals(connection, intervals, changing),
    )
    return AdamDatasets(
        tuple(replace(item, label=origin.label(item.label)) for item in datasets),
        (*factors, *changing, *flags, *days),
    )


def _without(base: Dataset, variables: Collection[str]) -> Dataset:
    """The dataset without variables that the study's own ones of the same name stand for."""
    kept = tuple(
        item for item in base.variables if item.name in base.keys or item.name not in variables
    )
    return replace(base, variables=kept, rows=base.rows.select(_names(kept)))


def _adsl(
    connection: duckdb.DuckDBPyConnection,
    base: Dataset,
    flags: Sequence[StudyVariable],
    factors: Sequence[StudyVariable],
) -> Dataset:
    """One row per subject: the mart's columns, a flag per population, the baseline factors."""
    members = connection.sql("select usubjid, population from marts.population_members").pl()
    values = connection.sql("select usubjid, factor, level, value from marts.subject_factors").pl()
    rows = base.rows.with_columns(_flag(item, members) for item in flags)
    for item in factors:
        known = values.filter(pl.col("factor") == item.name).select(
            pl.col("usubjid").alias("USUBJID"),
            pl.col("value" if item.is_number else "level").alias(item.variable),
        )
        rows = rows.join(known, on="USUBJID", how="left")
    variables = (
        *base.variables,
        *(
            Variable(
                item.variable,
                item.label,
                "flag",
                f"marts.population_members: {item.name}",
                codes=YES_NO,
            )
            for item in flags
        ),
        *(_variable(item, "marts.subject_factors") for item in factors),
    )
    return dataset(base.name, base.label, base.keys, variables, rows)


def _adtte(
    connection: duckdb.DuckDBPyConnection, base: Dataset, facts: Sequence[StudyVariable]
) -> Dataset:
    """One row per subject and endpoint, with the day on which each fact is known."""
    days = connection.sql(
        "select usubjid as USUBJID, paramcd as PARAMCD, fact, day from marts.entry_times"
    ).pl()
    rows = base.rows
    for item in facts:
        known = days.filter(pl.col("fact") == item.name).select(
            "USUBJID", "PARAMCD", pl.col("day").alias(item.variable)
        )
        rows = rows.join(known, on=["USUBJID", "PARAMCD"], how="left")
    variables = (
        *base.variables,
        *(
            Variable(
                item.variable, item.label, "number", f"marts.entry_times.day: {item.name}", "days"
            )
            for item in facts
        ),
    )
    return dataset(base.name, base.label, base.keys, variables, rows)


def _intervals(
    connection: duckdb.DuckDBPyConnection, base: Dataset, factors: Sequence[StudyVariable]
) -> Dataset:
    """The counting-process rows, with the level each time-dependent factor has in them.

    A factor holds the level of its last change on or before the start of the interval.
    """
    changes = connection.sql(
        "select usubjid as USUBJID, paramcd as PARAMCD, factor, day, level "
        "from marts.factor_changes"
    ).pl()
    rows = base.rows.sort("TSTART")
    for item in factors:
        levels = changes.filter(pl.col("factor") == item.name).select(
            "USUBJID", "PARAMCD", "day", pl.col("level").alias(item.variable)
        )
        rows = rows.join_asof(
            levels.sort("day"),
            left_on="TSTART",
            right_on="day",
            by=["USUBJID", "PARAMCD"],
            check_sortedness=False,
        ).drop("day")
    variables = (*base.variables, *(_variable(item, "marts.factor_changes") for item in factors))
    return dataset(base.name, base.label, base.keys, variables, rows)


def _flag(item: StudyVariable, members: pl.DataFrame) -> pl.Expr:
    inside = members.filter(pl.col("population") == item.name)["usubjid"]
    is_member = pl.col("USUBJID").is_in(inside.implode())
    return pl.when(is_member).then(pl.lit("Y")).otherwise(pl.lit("N")).alias(item.variable)


def _variable(item: StudyVariable, table: str) -> Variable:
    kind: Kind = "number" if item.is_number else "text"
    column = "value" if item.is_number else "level"
    return Variable(
        item.variable,
        item.label,
        kind,
        f"{table}.{column}: {item.name}",
        item.unit,
        codes=None if item.is_number else f"{OF_FACTOR}{item.name}",
    )


def _names(variables: Iterable[Variable]) -> list[str]:
    return [item.name for item in variables]


def _check_codes(codes: pl.Series) -> None:
    """Raise ExportError for an endpoint whose code is too long for PARAMCD."""
    for code in codes.unique().sort():
        if len(code.encode()) > NAME_LENGTH:
            raise ExportError(
                f"endpoints.csv calls an endpoint '{code}', but PARAMCD allows {NAME_LENGTH} "
                "characters; shorten the code in the study and build it again."
            )
