"""`quality.validation_result`: the results of the gates, kept in the warehouse."""

from collections.abc import Iterable
from dataclasses import astuple
from typing import Final

import duckdb

from analytics.results.creation import KEEP, create_table
from analytics.results.schemas import tables_of
from expectations.outcome import Outcome

_TABLE: Final = tables_of("quality")["validation_result"]


def keep_outcomes(connection: duckdb.DuckDBPyConnection, outcomes: Iterable[Outcome]) -> None:
    """Append outcomes to the table, which is made if it is not there."""
    connection.execute("create schema if not exists quality")
    name = create_table(connection, _TABLE, statement=KEEP)
    marks = ", ".join("?" for _ in _TABLE.columns)
    connection.executemany(
        f"insert into {name} values ({marks})", [astuple(outcome) for outcome in outcomes]
    )
