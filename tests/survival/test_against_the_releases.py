"""The functions give the result tables of the embedded studies: every row, numbers to 1e-12."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
from project import MYELOID, NSCLC, STUDY

from analytics.study import load_study
from analytics.study.specification import Analysis

STUDIES = {
    "default_releases": STUDY,
    "myeloid_releases": MYELOID,
    "nsclc_releases": NSCLC,
}
AS_PUBLISHED = {"os_hsct_from_first_dose"}
"""What the guard lets pass with a reason, the functions refuse."""

Calls = Iterator[tuple[str, str, str]]


def curve_analyses() -> Iterator[tuple[str, Analysis]]:
    for fixture, folder in STUDIES.items():
        for analysis in load_study(folder).analyses:
            if analysis.method in ("kaplan_meier", "cumulative_incidence"):
                yield fixture, analysis


ANALYSES = [
    pytest.param(fixture, analysis, id=f"{fixture}-{analysis.analysis_id}")
    for fixture, analysis in curve_analyses()
    if analysis.as_published is None
]


def arguments(analysis: Analysis) -> str:
    """What an analysis of the plan is asked by, the endpoint and a number of months left out."""
    given = {
        "population": f"'{analysis.population}'",
        "by_factor": analysis.strata and f"'{analysis.strata}'",
        "landmark": analysis.landmark_days,
        "time_dependent": analysis.time_dependent_strata or None,
        "delayed_entry": bool(analysis.entry_facts) or None,
    }
    return "".join(f", {name} := {value}" for name, value in given.items() if value is not None)


def calls(analysis: Analysis) -> Calls:
    """Result table, the call that gives its rows, what selects them from the table."""
    endpoint, more = f"'{analysis.endpoint}'", arguments(analysis)
    months = list(analysis.landmarks_months)
    if analysis.method == "kaplan_meier":
        yield "survival_curve", f"km({endpoint}{more})", "true"
        yield "survival_summary", f"median({endpoint}{more})", "true"
        if months:
            yield "survival_rate", f"rate({endpoint}, {months}{more})", "true"
        if analysis.restricted_mean_months:
            horizons = list(analysis.restricted_mean_months)
            yield "restricted_mean", f"restricted_mean({endpoint}, {horizons}{more})", "true"
        yield "follow_up", f"follow_up({endpoint}{more})", "true"
        if analysis.strata:
            yield "group_test", f"log_rank({endpoint}{more})", "test in ('log_rank', 'mantel_byar')"
        if analysis.stratified_by:
            strata = f", stratified_by := {list(analysis.stratified_by)}"
            tests = "test in ('stratified_log_rank', 'stratified_mantel_byar')"
            yield "group_test", f"log_rank({endpoint}{more}{strata})", tests
    else:
        yield "cumulative_incidence_curve", f"incidence({endpoint}{more})", "true"
        if months:
            yield (
                "cumulative_incidence_rate",
                f"incidence_rate({endpoint}, {months}{more})",
                "true",
            )


def largest_difference(found: pl.DataFrame, expected: pl.DataFrame) -> float:
    """Every row and column is there in its order; the largest relative difference of a number."""
    assert found.height == expected.height > 0
    largest = 0.0
    for name in found.columns:
        mine, theirs = found[name], expected[name]
        assert mine.is_null().to_list() == theirs.is_null().to_list(), name
        if not mine.dtype.is_numeric():
            assert mine.to_list() == theirs.to_list(), name
            continue
        one, other = mine.drop_nulls().to_numpy(), theirs.drop_nulls().to_numpy()
        differs = one != other
        if differs.any():
            relative = np.abs(one - other)[differs] / np.abs(other)[differs]
            largest = max(largest, float(relative.max()))
    return largest


def compared(connection: duckdb.DuckDBPyConnection, analysis: Analysis) -> dict[str, float]:
    """The largest difference of every call from the rows of its result table."""
    differences = {}
    for table, call, selection in calls(analysis):
        expected = connection.sql(
            f"from results.{table} where analysis_id = '{analysis.analysis_id}' and {selection}"
        ).pl()
        if table == "group_test" and expected.is_empty():
            continue  # a stratified analysis has no plain test
        found = connection.sql(f"from survival.{call}").pl()
        if table != "group_test":
            assert ["analysis_id", *found.columns] == expected.columns
        differences[call] = largest_difference(found, expected)
    return differences


@pytest.mark.parametrize(("fixture", "analysis"), ANALYSES)
def test_an_analysis_of_the_plan_asked_in_sql(
    fixture: str, analysis: Analysis, request: pytest.FixtureRequest
) -> None:
    releases: Path = request.getfixturevalue(fixture)
    (study,) = [folder for folder in releases.iterdir() if folder.is_dir()]
    with duckdb.connect(str(study / "current/warehouse.duckdb"), read_only=True) as connection:
        differences = compared(connection, analysis)
    assert differences
    assert max(differences.values()) < 1e-12, differences


def test_only_what_is_shown_as_published_is_left_out() -> None:
    left_out = {
        analysis.analysis_id
        for _, analysis in curve_analyses()
        if analysis.as_published is not None
    }
    assert left_out == AS_PUBLISHED
    assert len(ANALYSES) > 35


def test_the_functions_are_in_the_warehouse_and_not_in_the_files_for_everybody(
    default_release: Path,
) -> None:
    """Patients' rows are behind them; `bi.duckdb` has none."""
    made_here = "select function_name from duckdb_functions() where not internal"
    with duckdb.connect(str(default_release / "bi.duckdb"), read_only=True) as connection:
        assert connection.sql(made_here).fetchall() == []
    with duckdb.connect(str(default_release / "warehouse.duckdb"), read_only=True) as connection:
        functions = {name for (name,) in connection.sql(made_here).fetchall()}
        assert functions > {"km", "rate", "median", "incidence", "log_rank", "follow_up"}
        without_words = "select function_name from duckdb_functions() where not internal "
        assert connection.sql(f"{without_words} and comment is null").fetchall() == []
