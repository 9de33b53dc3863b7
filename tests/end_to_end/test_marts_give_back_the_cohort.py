"""The marts, derived from SDTM records alone, give back the cohort they were made from."""

from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from project import PROJECT

RFS = ("remission_duration_days", "remission_end")


@pytest.fixture(scope="module")
def cohort() -> pl.DataFrame:
    return pl.read_csv(PROJECT / "synthesis/blinatumomab/cohort.csv", infer_schema=False).rename(
        {"patient": "usubjid"}
    )


@pytest.fixture(scope="module")
def warehouse(default_release: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(default_release / "warehouse.duckdb"), read_only=True)


def times_of(warehouse: duckdb.DuckDBPyConnection, paramcd: str) -> pl.DataFrame:
    return pl.DataFrame(
        warehouse.execute(
            "select usubjid, cast(aval as bigint), event_code from marts.time_to_event "
            "where paramcd = ? order by usubjid",
            [paramcd],
        ).fetchall(),
        schema={"usubjid": pl.String, "days": pl.Int64, "event_code": pl.Int64},
        orient="row",
    )


def expected_times(
    cohort: pl.DataFrame, days: str, end: str, codes: dict[str, int]
) -> pl.DataFrame:
    return (
        cohort.filter(pl.col(days).is_not_null())
        .select(
            "usubjid",
            pl.col(days).cast(pl.Int64).alias("days"),
            pl.col(end).replace_strict(codes, return_dtype=pl.Int64).alias("event_code"),
        )
        .sort("usubjid")
    )


def test_survival_of_all_259(warehouse: duckdb.DuckDBPyConnection, cohort: pl.DataFrame) -> None:
    expected = expected_times(cohort, "survival_days", "died", {"yes": 1, "no": 0})
    assert expected.height == 259
    assert_frame_equal(times_of(warehouse, "OS"), expected)


def test_relapse_free_survival_of_all_responders(
    warehouse: duckdb.DuckDBPyConnection, cohort: pl.DataFrame
) -> None:
    codes = {"relapse": 1, "death": 1, "followed": 0}
    expected = expected_times(cohort, *RFS, codes)
    assert expected.height == 123
    assert_frame_equal(times_of(warehouse, "RFS"), expected)


def test_relapse_with_death_competing(
    warehouse: duckdb.DuckDBPyConnection, cohort: pl.DataFrame
) -> None:
    codes = {"relapse": 1, "death": 2, "followed": 0}
    expected = expected_times(cohort, *RFS, codes)
    assert_frame_equal(times_of(warehouse, "CIR"), expected)


@pytest.mark.parametrize(
    ("fact", "column"),
    [
        ("first_remission", "remission_day"),
        ("mrd_evaluated", "mrd_first_result_day"),
        ("mrd_response", "mrd_response_day"),
        ("hsct", "transplant_day"),
    ],
)
def test_day_of_each_fact(
    warehouse: duckdb.DuckDBPyConnection, cohort: pl.DataFrame, fact: str, column: str
) -> None:
    found = warehouse.execute(
        "select facts.usubjid, facts.adt - subjects.trtsdt "
        "from intermediate.int_dated_facts as facts "
        "inner join marts.subjects on facts.usubjid = subjects.usubjid "
        "where facts.fact = ? and subjects.in_analysis_set order by 1",
        [fact],
    ).fetchall()
    expected = cohort.filter(pl.col(column).is_not_null()).sort("usubjid")
    assert found == list(expected.select("usubjid", pl.col(column).cast(pl.Int64)).iter_rows())


def test_transplants_are_classified_as_they_were_made(
    warehouse: duckdb.DuckDBPyConnection, cohort: pl.DataFrame
) -> None:
    states = {
        "in_remission": "in_continuous_remission",
        "after_relapse": "after_relapse",
        "without_remission": "without_remission",
    }
    found = warehouse.execute(
        "select timing.usubjid, timing.remission_state from marts.hsct_timing as timing "
        "inner join marts.subjects on timing.usubjid = subjects.usubjid "
        "where timing.is_first_allogeneic and subjects.in_analysis_set order by 1"
    ).fetchall()
    expected = cohort.filter(pl.col("transplant") != "none").sort("usubjid")
    assert found == [
        (usubjid, states[transplant])
        for usubjid, transplant in expected.select("usubjid", "transplant").iter_rows()
    ]
