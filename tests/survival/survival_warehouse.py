"""A warehouse in memory with made-up patients and the functions of schema `survival`."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import duckdb
import polars as pl
from project import STUDY

from analytics.study import load_study
from analytics.study.specification import StudySpecification
from analytics.survival.functions import write_functions
from analytics.warehouse import connect

Rows = Sequence[tuple[Any, ...]]

_MARTS = {
    "time_to_event": "usubjid varchar, paramcd varchar, aval double, event_code integer",
    "population_members": "usubjid varchar, population varchar",
    "subject_factors": "usubjid varchar, factor varchar, level varchar, value double",
    "factor_changes": "usubjid varchar, paramcd varchar, factor varchar, day double, level varchar",
    "entry_times": "usubjid varchar, paramcd varchar, fact varchar, day double",
}


def study(**parameters: Any) -> StudySpecification:
    """The default study with other parameters: its endpoints, populations and factors."""
    found = _default_study()
    return found.model_copy(update={"parameters": found.parameters.model_copy(update=parameters)})


@cache
def _default_study() -> StudySpecification:
    return load_study(STUDY)


def warehouse(
    ends: Rows,
    *,
    populations: Mapping[str, Sequence[str]] | None = None,
    factors: Rows = (),
    changes: Rows = (),
    entries: Rows = (),
    **parameters: Any,
) -> duckdb.DuckDBPyConnection:
    """The marts with these rows, and the functions; ends: subject, endpoint, day, event code.

    Everybody is in every population unless `populations` says who is. factors: subject, factor,
    level. changes: subject, endpoint, factor, day, level. entries: subject, endpoint, fact, day.
    """
    specification = study(**parameters)
    everybody = dict.fromkeys(str(row[0]) for row in ends)
    members = populations or {
        population.population: list(everybody) for population in specification.populations
    }
    rows: dict[str, Rows] = {
        "time_to_event": ends,
        "population_members": [
            (subject, name) for name, subjects in members.items() for subject in subjects
        ],
        "subject_factors": [(*row, None) for row in factors],
        "factor_changes": changes,
        "entry_times": entries,
    }
    connection = connect(":memory:")
    connection.execute("create schema marts")
    for table, columns in _MARTS.items():
        connection.execute(f"create table marts.{table} ({columns})")
        if rows[table]:
            made_up = pl.DataFrame(list(rows[table]), orient="row", infer_schema_length=None)
            connection.register("made_up", made_up.to_arrow())
            connection.execute(f"insert into marts.{table} from made_up")
            connection.unregister("made_up")
    write_functions(specification, connection)
    return connection


def frame(connection: duckdb.DuckDBPyConnection, call: str) -> pl.DataFrame:
    """The rows of a function, such as "km('OS')"."""
    return connection.sql(f"from survival.{call}").pl()
