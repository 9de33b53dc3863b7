"""Result frames into schema `results` of the warehouse, with their words as comments."""

from collections.abc import Mapping
from typing import Final

import duckdb
import polars as pl

from analytics.results.frames import ResultsError, conform
from analytics.results.schemas import RESULT_TABLES, ResultTable
from analytics.warehouse import literal

SQL_TYPES: Final[dict[type[pl.DataType], str]] = {
    pl.String: "varchar",
    pl.Float64: "double",
    pl.Int64: "bigint",
    pl.Int32: "integer",
    pl.Boolean: "boolean",
}


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


def table_ddl(table: ResultTable) -> str:
    """The `create or replace table` statement: exact types, NOT NULL where a row must have it."""
    columns = ",\n    ".join(
        f"{column.name} {SQL_TYPES[column.dtype]}{'' if column.nullable else ' not null'}"
        for column in table.columns
    )
    return f"create or replace table results.{table.name} (\n    {columns}\n)"


def _replace(
    table: ResultTable, frame: pl.DataFrame, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute(table_ddl(table))
    connection.register("result_frame", frame.to_arrow())
    connection.execute(f"insert into results.{table.name} by name select * from result_frame")
    connection.unregister("result_frame")
    counted = connection.execute(f"select count(*) from results.{table.name}").fetchall()
    if counted[0][0] != frame.height:
        raise ResultsError(
            f"Result table '{table.name}' holds {counted[0][0]} rows after writing "
            f"{frame.height}; the hand-over to DuckDB lost some."
        )
    _comment(table, connection)


def _comment(table: ResultTable, connection: duckdb.DuckDBPyConnection) -> None:
    name = f"results.{table.name}"
    connection.execute(f"comment on table {name} is {literal(table.description)}")
    for column in table.columns:
        connection.execute(
            f"comment on column {name}.{column.name} is {literal(column.description)}"
        )
