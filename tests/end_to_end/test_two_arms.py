"""Where the comparison of two arms is shown: the report, and `plateau explain`."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from analytics.readers.explain import explain
from analytics.warehouse import connect_for_queries


@pytest.fixture(scope="module")
def release(nsclc_releases: Path) -> Path:
    return nsclc_releases / "nsclc/current"


@pytest.fixture(scope="module")
def warehouse(release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect_for_queries(release / "warehouse.duckdb") as connection:
        yield connection


def printed(release: Path, table: str) -> list[dict[str, str]]:
    with (release / f"report/tables/{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def listing(text: str) -> list[str]:
    """The queries that a text offers to go on with."""
    blocks = re.findall(r"  to list them:\n((?:    .*\n?)+)", text)
    return ["\n".join(line[4:] for line in block.splitlines()) for block in blocks]


def test_the_report_compares_the_responses_of_the_arms(release: Path) -> None:
    response, complete, _ = printed(release, "responses_compared")
    (n, of, n_reference, of_reference) = (35, 118, 9, 122)
    shown = response["Difference, points (95% CI)"]
    assert shown.startswith(f"{100 * (n / of - n_reference / of_reference):.1f} (")
    odds = n / (of - n) / n_reference * (of_reference - n_reference)
    assert response["Odds ratio (95% CI)"].startswith(f"{odds:.2f} (")
    assert response["caution"].startswith("Strata: 1 of 12 without information")
    assert complete["Odds ratio (95% CI)"].startswith("not estimable: ")
    rates = printed(release, "responses")[0]
    assert rates["Intention to treat, SYN1042 (n = 118)"] == "35 (29.7) [21.6-38.8]"


def test_the_report_shows_the_differences_of_survival(
    release: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    n_landmarks = warehouse.execute("select count(*) from results.survival_difference").fetchall()
    lines = printed(release, "survival_differences")
    assert [(len(lines),)] == n_landmarks
    first = lines[0]
    assert (first["group"], first["Groups"]) == (
        "Overall survival by arm",
        "SYN1042 minus Placebo",
    )
    assert len(printed(release, "restricted_mean_differences")) == 2


def test_a_difference_of_outcomes_is_explained_by_its_subjects(
    release: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    ((value,),) = warehouse.execute(
        "select difference from results.outcome_difference where outcome = 'disease_control'"
    ).fetchall()
    (sql,) = listing("\n".join(explain(release, "responses", f"{value:.6f}")))
    counted = warehouse.execute(
        "select population, count(*), count(*) filter (has_outcome), "
        f"bool_and(stratum not like '%unknown%') from ({sql}) group by all order by all"
    ).fetchall()
    assert counted == [("itt_placebo", 122, 83, True), ("itt_syn1042", 118, 91, True)]


@pytest.mark.parametrize("table", ["survival_difference", "restricted_mean_difference"])
def test_a_difference_of_survival_is_explained_by_both_curves(
    table: str, release: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    ((value,),) = warehouse.execute(
        f"select max(difference) from results.{table} where analysis_id = 'os_by_arm'"
    ).fetchall()
    text = "\n".join(explain(release, "os_by_arm", f"{value:.6f}"))
    assert f"is difference of results.{table}" in text
    assert [len(warehouse.execute(sql).fetchall()) for sql in listing(text)] == [118, 122]
