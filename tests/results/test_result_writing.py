"""Schema `results`: exact types, comments, no NaN, all tables or none."""

import duckdb
import polars as pl
import pytest
from small_marts import analysis, counts, marts, study

from analytics.results.assembly import compute_results
from analytics.results.creation import KEEP, REPLACE, create_table
from analytics.results.frames import ResultsError, conform
from analytics.results.schemas import RESULT_TABLES, WRITTEN_TABLES
from analytics.results.writing import write_frames

CURVE = counts("os", "all", (0, 2, 0, 0, 0), (60, 0, 1, 0, 0), (150, 0, 1, 0, 0))


@pytest.fixture
def warehouse():
    connection = duckdb.connect()
    yield connection
    connection.close()


def results():
    return compute_results(study(analysis("kaplan_meier")), marts(risk_counts=CURVE))


def test_every_table_exists_even_when_the_plan_has_nothing_for_it(warehouse):
    write_frames(results(), warehouse)
    tables = warehouse.execute(
        "select table_name from duckdb_tables() where schema_name = 'results'"
    ).fetchall()
    assert {name for (name,) in tables} == set(RESULT_TABLES)
    assert warehouse.execute("select count(*) from results.cox_term").fetchall() == [(0,)]


@pytest.mark.parametrize("table", WRITTEN_TABLES, ids=lambda table: table.name)
def test_a_table_is_created_as_it_is_described(warehouse, table):
    warehouse.execute(f"create schema {table.in_schema}")
    assert create_table(warehouse, table) == f"{table.in_schema}.{table.name}"
    assert warehouse.execute("select comment from duckdb_tables()").fetchall() == [
        (table.description,)
    ]
    assert warehouse.execute(
        "select column_name, lower(data_type), is_nullable, comment from duckdb_columns() "
        "where schema_name = ? order by column_index",
        [table.in_schema],
    ).fetchall() == [
        (column.name, column.sql_type, column.nullable, column.description)
        for column in table.columns
    ]


@pytest.mark.parametrize(("statement", "rows"), [(KEEP, 1), (REPLACE, 0)])
def test_a_table_that_is_there_is_kept_or_replaced(warehouse, statement, rows):
    table = RESULT_TABLES["attrition"]
    warehouse.execute("create schema results")
    name = create_table(warehouse, table)
    warehouse.execute(f"insert into {name} values ('os', 1, 'all', 'left', 3, 1, 2)")
    create_table(warehouse, table, statement=statement)
    assert warehouse.execute(f"select count(*) from {name}").fetchall() == [(rows,)]


def test_written_rows_read_back_as_they_were(warehouse):
    frames = results()
    write_frames(frames, warehouse)
    curve = warehouse.sql("select * from results.survival_curve").pl()
    assert curve.equals(frames["survival_curve"])


def test_second_writing_replaces_the_first(warehouse):
    write_frames(results(), warehouse)
    write_frames({}, warehouse)
    assert warehouse.execute("select count(*) from results.survival_curve").fetchall() == [(0,)]


def test_failed_writing_leaves_the_former_tables(warehouse):
    write_frames(results(), warehouse)
    broken = {"survival_curve": pl.DataFrame(), "cox_term": pl.DataFrame({"analysis_id": ["os"]})}
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        write_frames(broken, warehouse)
    assert warehouse.execute("select count(*) from results.survival_curve").fetchall() == [(3,)]


def test_nan_becomes_null():
    frame = results()["survival_summary"].with_columns(median_months=pl.lit(float("nan")))
    assert conform("survival_summary", frame)["median_months"].to_list() == [None]


def test_infinite_number_is_refused():
    frame = results()["survival_summary"].with_columns(median_months=pl.lit(float("inf")))
    with pytest.raises(ResultsError, match="has an infinite 'median_months'"):
        conform("survival_summary", frame)


def test_row_that_appears_twice_is_refused():
    frame = results()["survival_summary"]
    with pytest.raises(ResultsError, match="has more than one row for"):
        conform("survival_summary", pl.concat([frame, frame]))


def test_null_where_every_row_has_a_value_is_refused():
    frame = results()["survival_summary"].with_columns(n=pl.lit(None))
    with pytest.raises(ResultsError, match="has 1 rows without 'n'"):
        conform("survival_summary", frame)
