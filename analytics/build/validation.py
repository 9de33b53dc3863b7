"""`quality.validation_result`: the results of the gates, kept in the warehouse."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Final

import duckdb
import polars as pl

from analytics.results.creation import KEEP, create_table
from analytics.results.schemas import tables_of
from expectations.outcome import Outcome

_TABLE: Final = tables_of("quality")["validation_result"]


def keep_outcomes(connection: duckdb.DuckDBPyConnection, outcomes: Iterable[Outcome]) -> None:
    """Append outcomes to the table, which is made if it is not there."""
    connection.execute("create schema if not exists quality")
    name = create_table(connection, _TABLE, statement=KEEP)
    rows = [asdict(outcome) for outcome in outcomes]
    connection.register("outcomes", pl.DataFrame(rows, schema=_TABLE.schema).to_arrow())
    connection.execute(f"insert into {name} by name select * from outcomes")
    connection.unregister("outcomes")
