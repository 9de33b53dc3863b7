"""Where a stratified test is told: the report, its figure, and `plateau explain`."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from analytics.readers.explain import explain
from analytics.warehouse import connect_for_queries

STRATIFIED = "os_by_arm_in_strata"


@pytest.fixture(scope="module")
def release(myeloid_releases: Path) -> Path:
    return myeloid_releases / "myeloid/current"


@pytest.fixture(scope="module")
def warehouse(release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect_for_queries(release / "warehouse.duckdb") as connection:
        yield connection


def test_the_table_of_tests_names_the_factors_and_counts_the_strata(release: Path) -> None:
    with (release / "report/tables/group_tests.csv").open(encoding="utf-8-sig") as file:
        lines = [line for line in csv.DictReader(file) if line["Compared"] == "Overall survival"]
    shown = [(line["Test"], line["Stratified by: strata"], line["Missing"]) for line in lines[:2]]
    assert shown == [("Log-rank test", "", "0"), ("Stratified log-rank test", "Sex: 2", "0")]


def test_the_figure_names_the_strata_of_its_test(release: Path) -> None:
    page = (release / "report/report.html").read_text(encoding="utf-8")
    assert "Log-rank test: P = .002" in page
    assert "Stratified log-rank test (strata: Sex): P = .001" in page
    assert "Stratified by: Sex." in page  # the Cox models


def test_a_stratified_test_is_explained_by_its_strata(
    release: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    (statistic,) = warehouse.execute(
        "select statistic from results.group_test where analysis_id = ?", [STRATIFIED]
    ).fetchall()[0]
    text = "\n".join(explain(release, STRATIFIED, f"{statistic:.6f}"))
    strata = re.findall(r"^  (female|male) +(A|B) +(\d+) +(\d+) +\d+ +\d+$", text, re.M)
    assert [found[:2] for found in strata] == [
        ("female", "A"), ("female", "B"), ("male", "A"), ("male", "B")
    ]  # fmt: skip
    assert [sum(int(found[i]) for found in strata) for i in (2, 3)] == [646, 320]
    (listing,) = re.findall(r"  to list them:\n((?:    .*\n?)+)", text)
    sql = "\n".join(line[4:] for line in listing.splitlines())
    assert len(warehouse.execute(sql).fetchall()) == 646


def test_a_stratified_model_is_explained_with_the_stratum_of_each_interval(
    release: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    (hr,) = warehouse.execute(
        "select hr from results.cox_term where analysis_id = 'cox_os_by_sex'"
    ).fetchall()[0]
    text = "\n".join(explain(release, "cox_os_by_sex", f"{hr:.6f}"))
    assert "stratified_by  sex" in "\n".join(explain(release, "cox_os_by_sex", None))
    (listing,) = re.findall(r"  to list them:\n((?:    .*\n?)+)", text)
    sql = "\n".join(line[4:] for line in listing.splitlines())
    strata = warehouse.execute(
        f"select stratum, count(distinct usubjid) from ({sql}) group by all order by all"
    ).fetchall()
    sexes = warehouse.execute(
        "select level, count(*) from marts.subject_factors where factor = 'sex' "
        "group by all order by all"
    ).fetchall()
    assert strata == sexes


def test_a_subject_is_explained_with_its_stratum(
    release: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    usubjid, level = warehouse.execute(
        "select usubjid, level from marts.subject_factors where factor = 'sex' "
        "order by usubjid limit 1"
    ).fetchall()[0]
    text = "\n".join(explain(release, STRATIFIED, usubjid))
    assert re.search(rf"^  (A|B) +{level} +0 +\d+ +[01]$", text, re.M)


def test_the_report_has_the_subgroups_under_the_factor_with_its_interaction(release: Path) -> None:
    with (release / "report/tables/subgroups.csv").open(encoding="utf-8-sig") as file:
        lines = [
            tuple(line[name] for name in ("Subgroup", "n / events", "P for interaction"))
            for line in csv.DictReader(file)
            if line["group"].startswith("Arm and overall survival, stratified by sex:")
        ]
    assert lines == [("Sex", "", ".011"), ("Male", "285 / 149", ""), ("Female", "361 / 171", "")]
