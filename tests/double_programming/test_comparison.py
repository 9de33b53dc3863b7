"""What counts as the same number; R is not needed here."""

from pathlib import Path

import duckdb
import polars as pl
import pytest
from comparison import (
    DIFFERENT,
    MISSING_IN_R,
    MISSING_IN_RESULTS,
    NAME,
    SAME,
    QcError,
    compare,
    numbers_of,
)
from export import plan_rows
from findings import DATABASE, SUMMARY, Findings, summary_lines, write

Values = dict[tuple[str, str], float | None]


def numbers(side: str, values: Values) -> pl.DataFrame:
    """Numbers of one table by key and column."""
    rows = [("cox_term", key, column, value) for (key, column), value in values.items()]
    schema = {**dict.fromkeys(NAME, pl.String), side: pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def verdict_on(ours: float | None, independent: float | None, column: str = "hr") -> str:
    """The verdict on one number."""
    name = ("model=age", column)
    found = compare(numbers("ours", {name: ours}), numbers("independent", {name: independent}))
    return str(found.rows(named=True)[0]["verdict"])


@pytest.mark.parametrize(
    ("ours", "independent", "verdict"),
    [
        (1000.0, 1000.0 * (1 + 0.9e-8), SAME),
        (1000.0, 1000.0 * (1 + 1.1e-8), DIFFERENT),
        (-0.5, 0.5, DIFFERENT),
        (0.0, 0.0, SAME),
        (None, None, SAME),
        (None, 1.0, DIFFERENT),
        (1.0, None, DIFFERENT),
    ],
)
def test_numbers_agree_to_eight_digits(
    ours: float | None, independent: float | None, verdict: str
) -> None:
    assert verdict_on(ours, independent) == verdict


@pytest.mark.parametrize(
    ("column", "apart", "verdict"),
    [
        ("log_hr", 0.9e-12, SAME),
        ("log_hr", 1.1e-12, DIFFERENT),
        ("lr_statistic", 0.9e-10, SAME),
        ("lr_statistic", 1.1e-10, DIFFERENT),
        ("p_value", 1e-14, DIFFERENT),
        ("lr_p", 1e-14, DIFFERENT),
    ],
)
def test_a_number_near_zero_has_an_absolute_floor_and_a_p_value_has_none(
    column: str, apart: float, verdict: str
) -> None:
    assert verdict_on(0.0, apart, column) == verdict


def test_a_row_of_one_program_alone_is_missing_in_the_other() -> None:
    found = compare(
        numbers("ours", {("model=age", "hr"): 1.0, ("model=sex", "hr"): None}),
        numbers("independent", {("model=age", "hr"): 1.0, ("model=race", "hr"): None}),
    )
    assert dict(found.select("result_key", "verdict").iter_rows()) == {
        "model=age": SAME,
        "model=race": MISSING_IN_RESULTS,
        "model=sex": MISSING_IN_R,
    }


def test_a_number_given_twice_is_refused() -> None:
    twice = pl.concat([numbers("independent", {("model=age", "hr"): 1.0})] * 2)
    with pytest.raises(QcError) as refused:
        compare(numbers("ours", {("model=age", "hr"): 1.0}), twice)
    assert str(refused.value) == "R gives 'cox_term model=age hr' more than once."


def test_every_number_of_a_table_is_read_but_those_of_its_key() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema results")
        connection.execute(
            "create table results.rates (stratum varchar, time_months double, n bigint, "
            "estimate double, matches boolean, status varchar, steps integer)"
        )
        connection.execute(
            "insert into results.rates values (null, 24.0, 7, 0.1, true, 'ok', 5), "
            "('all', 30.4375, 7, null, null, 'not estimable', 5)"
        )
        found = numbers_of(connection, "rates", ("stratum", "time_months"), ["steps"])
    assert found.drop("result_table").rows() == [
        ("stratum=;time_months=24", "n", 7.0),
        ("stratum=;time_months=24", "estimate", 0.1),
        ("stratum=;time_months=24", "matches", 1.0),
        ("stratum=all;time_months=30.4375", "n", 7.0),
        ("stratum=all;time_months=30.4375", "estimate", None),
        ("stratum=all;time_months=30.4375", "matches", None),
    ]


def test_the_plan_is_given_as_tables_of_text() -> None:
    plan = {
        "analyses": [
            {"id": "os", "headline": True, "landmarks_months": [24, 36.5]},
            {"id": "cox", "factors": [{"factor": "age"}, {"factor": "sex", "numerator": ["male"]}]},
        ]
    }
    assert plan_rows(plan) == {
        "analyses": [
            {"id": "os", "headline": "true", "landmarks_months": "24|36.5"},
            {"id": "cox"},
        ],
        "factors": [
            {"analysis_id": "cox", "factor": "age"},
            {"analysis_id": "cox", "factor": "sex", "numerator": "male"},
        ],
    }


@pytest.fixture
def findings() -> Findings:
    """A number that is the same, one that is not, one unknown to both; a table unknown to R."""
    hr, n, p_value = (("model=age", column) for column in ("hr", "n", "p_value"))
    ours = numbers("ours", {hr: 2.0, n: 9.0, p_value: None})
    independent = numbers("independent", {hr: 2.0, n: 8.0, p_value: None})
    return Findings("0123456789ab", compare(ours, independent), ("new_table",), "R 4.2.2")


def test_the_summary_names_what_is_wrong(findings: Findings) -> None:
    lines = list(summary_lines(findings))
    assert lines[1:4] == [
        "cox_term                           3      1  1.1e-01             1 WRONG",
        "new_table                                    -                   "
        "NOT KNOWN to qc.R: write its function",
        "different: cox_term model=age n: 9.0 here, 8.0 in R",
    ]
    assert lines[-1] == (
        "Release 0123456789ab against R 4.2.2: 3 numbers, 1 of them not the same to 1e-08."
    )


def test_a_wrong_number_or_an_unknown_table_is_enough_to_fail(findings: Findings) -> None:
    same = findings.numbers.filter(pl.col("verdict") == SAME)
    assert not Findings("", findings.numbers, (), "").is_same
    assert not Findings("", same, ("new_table",), "").is_same
    assert Findings("", same, (), "").is_same


def test_the_findings_are_for_their_owner_and_replace_older_ones(
    findings: Findings, tmp_path: Path
) -> None:
    for _ in range(2):
        write(findings, tmp_path / "qc")
    assert {path.name for path in (tmp_path / "qc").iterdir()} == {DATABASE, SUMMARY}
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "qc").iterdir()} == {0o600}
    with duckdb.connect(str(tmp_path / "qc" / DATABASE), read_only=True) as connection:
        kept = connection.sql("select * from quality.double_programming").pl()
        silent = connection.execute(
            "select column_name from duckdb_columns() where table_name = 'double_programming' "
            "and comment is null"
        ).fetchall()
    assert kept.equals(findings.numbers)
    assert silent == []
