"""Counts made inside DuckDB are the counts made from arrays."""

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.methods.counts import counts_from_times
from analytics.results.counting import counts_of_table

SUBJECTS = """
    (values
        ('b', 3, 1), ('b', 3, 1), ('b', 3, 0), ('b', 5, 2),
        ('a', 0, 1), ('a', 4, 0)
    ) as subjects (stratum, day, event)
"""


def counts(table: str) -> dict[str, pl.DataFrame]:
    with duckdb.connect() as connection:
        return counts_of_table(connection, table)


def test_each_stratum_has_its_counts_by_day() -> None:
    found = counts(SUBJECTS)
    assert list(found) == ["a", "b"]
    assert_frame_equal(found["a"], counts_from_times([0, 4], [1, 0]))
    assert_frame_equal(found["b"], counts_from_times([3, 3, 3, 5], [1, 1, 0, 2]))


def test_halves_of_days_and_numbered_strata_are_counted_too() -> None:
    table = "(values (2, 0.5, 1), (10, 1.5, 0)) as subjects (stratum, day, event)"
    found = counts(table)
    assert list(found) == ["2", "10"]
    assert_frame_equal(found["2"], counts_from_times([0.5], [1]))


def test_nobody_has_no_strata() -> None:
    table = "(select 'a' as stratum, 1 as day, 1 as event where false) as subjects"
    assert counts(table) == {}


def test_a_subject_without_a_day_is_refused() -> None:
    table = "(values ('a', 1, 1), ('a', null, 1)) as subjects (stratum, day, event)"
    with pytest.raises(ValueError) as refused:
        counts(table)
    assert str(refused.value) == (
        "The table has subjects without 'day'; leave them out and say so."
    )


def test_an_unknown_code_is_refused() -> None:
    table = "(values ('a', 1, 3)) as subjects (stratum, day, event)"
    with pytest.raises(ValueError) as refused:
        counts(table)
    assert str(refused.value) == (
        "The table has the event code 3; a code is 0 (censored), 1 (event) or 2 (competing event)."
    )
