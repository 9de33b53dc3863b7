"""What the paper never prints but must hold: the three ways out of remission sum to one."""

import csv
from pathlib import Path

import duckdb
import pytest
from project import STUDY

CURVES = """
    with days as (
        select distinct time_days
        from results.survival_curve
        where analysis_id = 'rfs_responders'
    ),

    incidences as (
        select time_days, sum(estimate) as incidence
        from results.cumulative_incidence_curve
        where analysis_id = 'cir_responders'
        group by time_days
    )

    select days.time_days, survival.estimate, incidences.incidence
    from days
    left join results.survival_curve as survival
        on days.time_days = survival.time_days and survival.analysis_id = 'rfs_responders'
    left join incidences on days.time_days = incidences.time_days
    order by days.time_days
"""


@pytest.fixture(scope="module")
def warehouse(default_release: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(default_release / "warehouse.duckdb"), read_only=True)


def test_relapse_free_survival_and_both_incidences_sum_to_one_on_every_day(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    days = warehouse.execute(CURVES).fetchall()
    assert len(days) > 100
    for day, survival, incidence in days:
        assert survival + incidence == pytest.approx(1, abs=1e-12), f"day {day}"


def printed(file: str, **wanted: str) -> dict[float, float]:
    """Printed percentages by month."""
    with (STUDY / "published" / file).open(encoding="utf-8", newline="") as rows:
        return {
            float(row["time_months"]): float(row["value"])
            for row in csv.DictReader(rows)
            if all(row[column] == value for column, value in wanted.items())
        }


def test_incidence_of_death_in_remission_is_what_the_printed_rates_leave(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    survival = printed("survival_estimates.csv", endpoint="RFS", statistic="km_rate")
    relapse = printed("cumulative_incidence.csv")
    implied = {month: 100 - survival[month] - relapse[month] for month in survival}
    assert {month: round(percent, 1) for month, percent in implied.items()} == {
        24: 16.4,
        36: 17.3,
        48: 17.3,
    }
    found = dict(
        warehouse.execute(
            "select time_months, 100 * estimate from results.cumulative_incidence_rate "
            "where analysis_id = 'cir_responders' and event = 'competing' and time_months < 60"
        ).fetchall()
    )
    # two printed numbers, each rounded by up to 0.05
    assert found == pytest.approx(implied, abs=0.1)
