"""The second study gives the numbers that R computes straight from its data set.

`tests/reference/make_reference_myeloid.R` reads survival::myeloid itself, so that the SDTM files,
the rules and the estimators are all on trial.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest
from project import MYELOID, PROJECT, Plateau

from analytics.study import load_study
from expectations.runner import run_gate
from expectations.suite import load_suites

REFERENCE = Path(__file__).parents[1] / "reference"
RELATIVE = 1e-9
# twice the difference of two log-likelihoods of about 2,000, each good to about 1e-12
ABSOLUTE = 1e-11
CURVE_KEY = ["analysis_id", "stratum", "event", "time_days"]


@pytest.fixture(scope="module")
def warehouse(myeloid_releases: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    path = myeloid_releases / "myeloid/current/warehouse.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def reference(name: str) -> pl.DataFrame:
    return pl.read_csv(REFERENCE / name, infer_schema_length=None)


def at_place(frame: pl.DataFrame, place: str) -> pl.DataFrame:
    """The rows where every `column=value` of the place holds; numbers compare as numbers."""
    for part in place.split(";"):
        column, _, text = part.partition("=")
        is_text = frame.schema[column] == pl.String
        frame = frame.filter(pl.col(column) == (text if is_text else float(text)))
    return frame


def test_every_number_is_the_one_r_computes_from_its_data_set(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    expected = reference("myeloid_study.csv")
    results = {
        table: warehouse.sql(f"select * from results.{table}").pl()
        for table in expected["result_table"].unique()
    }
    wrong = []
    for row in expected.iter_rows(named=True):
        found = at_place(results[row["result_table"]], row["place"])[row["column"]].to_list()
        wanted = None if row["value"] is None else pytest.approx(row["value"], RELATIVE, ABSOLUTE)
        if found != [wanted]:
            wrong.append((row["result_table"], row["place"], row["column"], row["value"], found))
    assert wrong == []


def test_every_step_of_the_curves_by_arm_is_r_s(warehouse: duckdb.DuckDBPyConnection) -> None:
    expected = reference("myeloid_study_curve.csv")
    columns = [*CURVE_KEY, "n_risk", "estimate", "std_error", "ci_lower", "ci_upper"]
    analyses = ", ".join(f"'{name}'" for name in expected["analysis_id"].unique())
    found = warehouse.sql(
        f"""
        with curves as (
            select * exclude (n_event), n_event as n_own, 'event' as event
            from results.survival_curve
            union all by name
            select * exclude (n_event), n_event as n_own
            from results.cumulative_incidence_curve
            where event = 'event'
        )
        select {", ".join(columns)}
        from curves
        where analysis_id in ({analyses}) and n_own > 0
        """
    ).pl()
    both = expected.sort(CURVE_KEY), found.sort(CURVE_KEY)
    assert both[0].select(CURVE_KEY[:3]).equals(both[1].select(CURVE_KEY[:3]))
    for column in columns[3:]:
        ours, rs = (side[column].cast(pl.Float64).to_list() for side in reversed(both))
        assert ours == pytest.approx(rs, RELATIVE, ABSOLUTE), column


def test_every_analysis_but_attrition_is_held_against_r() -> None:
    held = {
        place.split(";")[0].removeprefix("analysis_id=")
        for place in reference("myeloid_study.csv")["place"]
    }
    planned = {a.analysis_id for a in load_study(MYELOID).analyses if a.method != "attrition"}
    assert held == planned


def test_every_record_is_used_but_the_relapses_that_end_no_remission(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """survival::myeloid has 20 patients with a relapse time and no time of a complete response."""
    found = warehouse.sql("select rule, count(*) from quality.rejected_record group by all")
    assert found.fetchall() == [("relapse_without_remission", 20)]
    source = pl.read_csv(PROJECT / "synthesis/myeloid/myeloid.csv", null_values=["", "NA"])
    relapsed = source.filter(pl.col("rltime").is_not_null() & pl.col("crtime").is_null())
    assert relapsed.height == 20


def test_it_never_passes_for_data_of_patients(plateau: Plateau, myeloid_releases: Path) -> None:
    headline = (myeloid_releases / "myeloid/current/report/headline.txt").read_text()
    assert headline.splitlines()[-1].startswith("SYNTHETIC DATA: R's survival::myeloid, simulated")
    about = plateau(
        *("query", "--releases", myeloid_releases, "--format", "csv"),
        "select is_synthetic, starts_with(synthetic_note, 'SYNTHETIC DATA: ') from bi.about",
    )
    assert about.stdout.splitlines()[1] == "true,true"


DAMAGE = {
    "MYEL-01": "update times set adt = adt + 1 where paramcd = 'TTR' and event_code = 1",
    "MYEL-02": "update times set event_code = 0 where paramcd = 'EFS'",
    "MYEL-03": "delete from times where paramcd = 'CIR' and event_code = 2",
}


def test_each_check_of_the_study_notices_its_damage(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (suite,) = load_suites([MYELOID / "expectations"])
    assert [check.check_id for check in suite.expectations] == list(DAMAGE)
    times = warehouse.sql("from marts.time_to_event").to_arrow_table()
    for check in suite.expectations:
        damaged = tmp_path / f"{check.check_id}.duckdb"
        with duckdb.connect(str(damaged)) as connection:
            connection.execute("create schema marts")
            connection.register("given", times)
            connection.execute("create table marts.time_to_event as from given")
            connection.execute(DAMAGE[check.check_id].replace("times", "marts.time_to_event"))
        (outcome,) = run_gate(damaged, "marts", [replace(suite, expectations=(check,))])
        assert (outcome.success, outcome.error) == (False, None), check.check_id
