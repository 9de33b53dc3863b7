"""`quality.validation_result`: what the gates said, kept in the warehouse."""

from collections.abc import Iterable
from dataclasses import astuple
from typing import Final

import duckdb

from expectations.outcome import Outcome

_TABLE: Final = "quality.validation_result"
_WORDS: Final = (
    "One row per expectation and build: what it asks, how grave it is, what it found. "
    "An expectation that could not run has success false and an error."
)
_COLUMNS: Final = (
    ("gate", "varchar not null", "Gate the check belongs to: marts or results."),
    ("suite", "varchar not null", "Suite: the table that is checked."),
    ("check_id", "varchar not null", "Identifier of the check."),
    ("description", "varchar not null", "What is claimed."),
    ("severity", "varchar not null", "critical stops a build; warning and info are shown."),
    ("success", "boolean not null", "Whether the claim holds."),
    ("observed", "varchar", "What was found. NULL: nothing to show."),
    ("n_unexpected", "bigint", "Rows that contradict the claim. NULL: not a count of rows."),
    ("error", "varchar", "Why the check could not be run. NULL: it was run."),
)


def keep_outcomes(connection: duckdb.DuckDBPyConnection, outcomes: Iterable[Outcome]) -> None:
    """Append outcomes to the table, which is made if it is not there."""
    columns = ", ".join(f"{name} {kind}" for name, kind, _ in _COLUMNS)
    connection.execute("create schema if not exists quality")
    connection.execute(f"create table if not exists {_TABLE} ({columns})")
    connection.execute(f"comment on table {_TABLE} is '{_WORDS}'")
    for name, _, words in _COLUMNS:
        connection.execute(f"comment on column {_TABLE}.{name} is '{words}'")
    marks = ", ".join("?" for _ in _COLUMNS)
    connection.executemany(
        f"insert into {_TABLE} values ({marks})", [astuple(outcome) for outcome in outcomes]
    )
