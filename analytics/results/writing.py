"""Result frames into schema `results` of the warehouse, with their words as comments."""

from collections.abc import Mapping

import duckdb
import polars as pl

from analytics.results.creation import create_table
from analytics.results.frames import ResultsError, conform
from analytics.results.schemas import RESULT_TABLES, Table


def write_frames(frames: Mapping[str, pl.DataFrame], connection: duckdb.DuckDBPyConnection) -> None:
    """Replace every table of schema `results`, all of them or none.

    A table without a frame is written empty. Raises ResultsError when a table does not
    hold as many rows as its frame.
    """
    connection.execute("begin transaction")
    try:
        connection.execute("create schema if not exists results")
        for name, table in RESULT_TABLES.items():
            frame = frames.get(name, pl.DataFrame(schema=table.schema))
            _replace(table, conform(name, frame), connection)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _replace(table: Table, frame: pl.DataFrame, connection: duckdb.DuckDBPyConnection) -> None:
    name = create_table(connection, table)
    connection.register("result_frame", frame.to_arrow())
    connection.execute(f"insert into {name} by name select * from result_frame")
    connection.unregister("result_frame")
    counted = connection.execute(f"select count(*) from {name}").fetchall()
    if counted[0][0] != frame.height:
        raise ResultsError(
            f"Result table '{table.name}' holds {counted[0][0]} rows after writing "
            f"{frame.height}; some were lost on the way to DuckDB."
        )
