"""Sites that share only counts: the default study parted by trial, exported, pooled again."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from project import STUDY
from typer.testing import CliRunner, Result

from analytics.cli import app
from analytics.release.digests import file_digest
from analytics.results.schemas import RESULT_TABLES
from analytics.results.site_pooling import BY_SITE

TRIALS = {"first": "MT103-206", "second": "MT103-211"}
COUNTED = """
insert into marts.risk_counts
select
    analysis_id, stratum, day, sum(n_entry), sum(n_event), sum(n_competing), sum(n_censored)
from (
    from (select distinct analysis_id, stratum from intermediate.int_analysis_subjects)
    select analysis_id, stratum, 0::double as day, 0 as n_entry, 0 as n_event, 0 as n_competing,
        0 as n_censored
    union all
    select analysis_id, stratum, entry_day, 1, 0, 0, 0 from intermediate.int_analysis_subjects
    union all
    select analysis_id, stratum, exit_day, 0, (event_code = 1)::int, (event_code = 2)::int,
        (event_code = 0)::int
    from intermediate.int_analysis_subjects
)
group by all
"""


def plateau(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def site_of(release: Path, trial: str, folder: Path) -> Path:
    """A release as the trial alone would have it, as far as counts are made of it."""
    folder.mkdir()
    shutil.copy(release / "warehouse.duckdb", folder)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as warehouse:
        warehouse.execute(
            "create temp table others as select usubjid from marts.subject_factors "
            "where factor = 'trial' and level != ?",
            [trial],
        )
        tables = warehouse.execute(
            "select table_schema, table_name from information_schema.columns "
            "where table_schema = 'marts' and column_name = 'usubjid' "
            "or table_name = 'int_analysis_subjects' and column_name = 'usubjid'"
        ).fetchall()
        for schema, table in tables:
            warehouse.execute(f"delete from {schema}.{table} where usubjid in (from others)")
        warehouse.execute("delete from marts.risk_counts")
        warehouse.execute(COUNTED)
    manifest = json.loads((release / "manifest.json").read_text())
    manifest["release_id"] = f"release-{trial}"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture(scope="module")
def sites(default_release: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The release of each site."""
    folder = tmp_path_factory.mktemp("sites")
    return {name: site_of(default_release, trial, folder / name) for name, trial in TRIALS.items()}


def export(site: Path, target: Path, *more: object, name: str | None = None) -> Result:
    named = ("--site", name or site.name)
    stamp = ("--created", "2026-01-01T00:00:00Z")
    arguments = (target, "--release", site, "--definitions", STUDY, *named, *stamp)
    return plateau("export", "counts", *arguments, *more)


@pytest.fixture(scope="module")
def shared(sites: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder that each site shares."""
    folder = tmp_path_factory.mktemp("shared")
    for name, site in sites.items():
        result = export(site, folder / name)
        assert result.exit_code == 0, result.stderr
        assert "Not shared: cox_os_univariate/age: a continuous factor needs the patients." in (
            result.stderr
        )
    return {name: folder / name for name in sites}


@pytest.fixture(scope="module")
def pooled(shared: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("pooled") / "out"
    result = plateau("pool", *shared.values(), "--out", target)
    assert result.exit_code == 0, result.stderr
    assert "SYNTHETIC DATA" in result.stderr
    assert "Not pooled: table_1: a table of groups is no curve and no model." in result.stderr
    return target


def rows(database: Path, table: str) -> pl.DataFrame:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.sql(f"from results.{table}").pl()


def same(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance)
    return bool(one == other)


@pytest.mark.parametrize(
    ("table", "tolerance"),
    [
        ("survival_curve", 1e-12),
        ("survival_summary", 1e-12),
        ("survival_rate", 1e-12),
        ("follow_up", 1e-12),
        ("restricted_mean", 1e-12),
        ("cumulative_incidence_curve", 1e-12),
        ("cumulative_incidence_rate", 1e-12),
        ("group_test", 1e-12),
        ("cox_model", 1e-9),
        ("cox_term", 1e-9),
        ("cox_diagnostic", 1e-9),
    ],
)
def test_the_pool_has_the_results_of_the_patients(
    table: str, tolerance: float, pooled: Path, default_release: Path
) -> None:
    found = rows(pooled / "pooled.duckdb", table)
    found = found.filter(~pl.col("analysis_id").str.ends_with(BY_SITE))
    key = list(RESULT_TABLES[table].key)
    expected = rows(default_release / "warehouse.duckdb", table).join(
        found, on=[name for name in key if name in {"analysis_id", "model"}], how="semi"
    )
    assert found.height == expected.height > 0
    left_out = {"iterations", "caution"} if table == "cox_model" else set()
    for one, other in zip(
        expected.sort(key).iter_rows(named=True), found.sort(key).iter_rows(named=True), strict=True
    ):
        for column in expected.columns:
            if column not in left_out:
                assert same(one[column], other[column], tolerance), (column, one, other)


def test_every_curve_is_pooled(pooled: Path, default_release: Path) -> None:
    found = rows(pooled / "pooled.duckdb", "analysis")["analysis_id"].to_list()
    planned = rows(default_release / "warehouse.duckdb", "analysis")
    curves = planned.filter(pl.col("method").is_in(["kaplan_meier", "cumulative_incidence"]))
    assert set(curves["analysis_id"]) <= set(found)


def test_the_sites_have_the_numbers_of_the_trials(pooled: Path, default_release: Path) -> None:
    found = rows(pooled / "pooled.duckdb", "pooling_effect").filter(analysis_id="os_all")
    expected = rows(default_release / "warehouse.duckdb", "pooling_effect")
    expected = expected.filter(analysis_id="os_all").with_columns(
        level=pl.col("level").replace({trial: name for name, trial in TRIALS.items()})
    )
    key = ["quantity", "time_months", "part", "level"]
    numbers = ["estimate", "std_error", "ci_lower", "ci_upper"]
    for one, other in zip(
        expected.sort(key).select(*key, *numbers).rows(),
        found.sort(key).select(*key, *numbers).rows(),
        strict=True,
    ):
        assert all(same(a, b, 1e-12) for a, b in zip(one, other, strict=True)), (one, other)


def test_stratified_by_site_is_stratified_by_trial(pooled: Path, default_release: Path) -> None:
    found = rows(pooled / "pooled.duckdb", "cox_term").filter(
        analysis_id=f"cox_os_univariate{BY_SITE}", model="sex"
    )
    expected = rows(default_release / "warehouse.duckdb", "cox_term").filter(
        analysis_id="cox_os_univariate_by_trial", model="sex"
    )
    for name in ("log_hr", "std_error", "p_value"):
        assert found[name][0] == pytest.approx(expected[name][0], rel=1e-9)


def test_no_subject_leaves_a_site(shared: dict[str, Path], default_release: Path) -> None:
    with duckdb.connect(str(default_release / "warehouse.duckdb"), read_only=True) as warehouse:
        subjects = warehouse.execute("select usubjid from marts.subjects").fetchall()
    for folder in shared.values():
        for path in folder.iterdir():
            text = path.read_text(encoding="utf-8")
            assert not any(name in text for (name,) in subjects), path
            assert str(STUDY.parent) not in text


def test_a_release_is_pooled_once(sites: dict[str, Path], tmp_path: Path) -> None:
    for name in ("north", "south"):
        assert export(sites["first"], tmp_path / name, name=name).exit_code == 0
    result = plateau("pool", tmp_path / "north", tmp_path / "south", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert " ".join(result.stderr.split()) == (
        f"plateau: {tmp_path / 'north'} and {tmp_path / 'south'} hold the same release "
        "(release-MT103-206 and release-MT103-206), so their patients would be counted twice; "
        "leave one out."
    )
    assert not (tmp_path / "out").exists()


def changed(folder: Path, target: Path, change: Any) -> Path:
    """A copy of what a site shares, with its description changed."""
    shutil.copytree(folder, target)
    about = json.loads((target / "site.json").read_text())
    change(about)
    (target / "site.json").write_text(json.dumps(about))
    return target


def level(about: dict[str, Any]) -> None:
    about["definitions"]["parameters"]["conf_level"] = 0.9


def month(about: dict[str, Any]) -> None:
    about["definitions"]["parameters"]["days_per_month"] = 30.4


def rule(about: dict[str, Any]) -> None:
    first = about["definitions"]["endpoint_rules"][0]
    first["priority"] += 7


def sexes(about: dict[str, Any]) -> None:
    rows = about["definitions"]["factor_levels"]
    about["definitions"]["factor_levels"] = [
        row for row in rows if (row["factor"], row["level"]) != ("sex", "female")
    ]


def landmarks(about: dict[str, Any]) -> None:
    for analysis in about["definitions"]["analyses"]:
        if analysis["analysis_id"] == "os_all":
            analysis["landmarks_months"] = [12]


def steps(about: dict[str, Any]) -> None:
    about["days"]["every_days"] = 30


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            level,
            "Sites 'first' and 'second' define the parameter conf_level differently: 0.95 and 0.9; "
            "pool sites of the same definitions.",
        ),
        (
            month,
            "Sites 'first' and 'second' define the parameter days_per_month differently: 30.4375 "
            "and 30.4; pool sites of the same definitions.",
        ),
        (rule, "Sites 'first' and 'second' define rules of endpoint '"),
        (
            sexes,
            "Sites 'first' and 'second' define levels of factor 'sex', in order differently: "
            '["male", "female"] and ["male"]; pool sites of the same definitions.',
        ),
        (
            landmarks,
            "Sites 'first' and 'second' define analysis 'os_all', landmarks_months differently: "
            "[24.0, 36.0, 48.0, 60.0] and [12.0]; pool sites of the same definitions.",
        ),
        (
            steps,
            "Site 'first' shares single days and site 'second' days in steps of 30; export both "
            "with the same --every-days.",
        ),
    ],
)
def test_other_definitions_are_refused_with_both_values(
    change: Any, sentence: str, shared: dict[str, Path], tmp_path: Path
) -> None:
    other = changed(shared["second"], tmp_path / "other", change)
    result = plateau("pool", shared["first"], other, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert " ".join(result.stderr.split()).startswith("plateau: " + sentence)


def test_mistakes_with_folders_are_one_sentence(shared: dict[str, Path], tmp_path: Path) -> None:
    first = shared["first"]
    altered = changed(shared["second"], tmp_path / "altered", lambda about: None)
    with (altered / "counts.csv").open("a") as file:
        file.write("curve,os_all,,,all,5.0,0,1,0,0\n")
    newer = changed(shared["second"], tmp_path / "newer", lambda about: about.update(format=9))
    named = changed(shared["second"], tmp_path / "named", lambda about: about.update(site="first"))
    (tmp_path / "empty").mkdir()
    for folders, words in (
        ([first], "Pooling needs at least two sites; name a folder for each."),
        (
            [first, tmp_path / "empty"],
            "has no site.json; name folders that `plateau export counts`",
        ),
        (
            [first, altered],
            "counts.csv was altered after it was exported; export the counts again.",
        ),
        ([first, newer], "has format 9, but this version of Plateau reads format 1"),
        ([first, named], "are both of site 'first'; name each site once, or export one of them"),
    ):
        result = plateau("pool", *folders, "--out", tmp_path / "out")
        assert result.exit_code == 1
        assert words in " ".join(result.stderr.split())


def test_another_study_folder_is_not_that_of_the_release(
    sites: dict[str, Path], tmp_path: Path, study_copy: Path
) -> None:
    plan = study_copy / "plan.toml"
    plan.write_text(plan.read_text().replace("[24, 36, 48, 60]", "[24, 36]", 1))
    result = plateau(
        "export", "counts", tmp_path / "out", "--release", sites["first"], "--definitions",
        study_copy, "--created", "2026-01-01T00:00:00Z",
    )  # fmt: skip
    assert result.exit_code == 2
    assert "plan.toml is not the file that release release-MT103-206 was built from" in " ".join(
        result.stderr.split()
    )


def test_counts_that_contradict_themselves_are_refused(
    shared: dict[str, Path], tmp_path: Path
) -> None:
    other = shutil.copytree(shared["second"], tmp_path / "other")
    counts = pl.read_csv(other / "counts.csv", infer_schema_length=None)
    is_model = (pl.col("kind") == "model") & (pl.col("day") == 0)
    counts.with_columns(n_entry=pl.when(is_model).then(0).otherwise("n_entry")).write_csv(
        other / "counts.csv"
    )
    about = json.loads((other / "site.json").read_text())
    about["digests"]["counts.csv"] = file_digest(other / "counts.csv")
    (other / "site.json").write_text(json.dumps(about))
    result = plateau("pool", shared["first"], other, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "The counts of the sites contradict themselves: On day" in result.stderr


def test_a_site_has_a_name(sites: dict[str, Path], tmp_path: Path) -> None:
    result = export(sites["first"], tmp_path / "out", name=" ")
    assert result.exit_code == 2
    assert "--site is not a valid name" in result.stderr


def test_small_cells_are_withheld_or_merged(sites: dict[str, Path], tmp_path: Path) -> None:
    result = export(sites["second"], tmp_path / "refused", "--smallest-cell", 5)
    assert (result.exit_code, "No analysis has only counts of 5 or more" in result.stderr) == (
        2,
        True,
    )
    result = export(sites["second"], tmp_path / "merged", "--smallest-cell", 5, "--merge")
    assert result.exit_code == 0, result.stderr
    counts = pl.read_csv(tmp_path / "merged/counts.csv", infer_schema_length=None)
    for name in ("n_entry", "n_event", "n_competing", "n_censored"):
        assert not counts.filter(pl.col(name).is_between(1, 4)).height
    about = json.loads((tmp_path / "merged/site.json").read_text())
    assert about["days"] == {"smallest_cell": 5, "every_days": None, "merged": True}
    assert "os_after_hsct__delayed_entry" not in counts["analysis_id"].to_list()


def test_days_on_a_grid_give_the_curve_of_rounded_days(
    sites: dict[str, Path], tmp_path: Path
) -> None:
    for name, site in sites.items():
        result = export(site, tmp_path / name, "--every-days", 30)
        assert result.exit_code == 0, result.stderr
    result = plateau("pool", tmp_path / "first", tmp_path / "second", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    curve = rows(tmp_path / "out/pooled.duckdb", "survival_curve").filter(analysis_id="os_all")
    assert all(day % 30 == 0 for day in curve["time_days"])
    assert int(curve["n_event"].sum()) == 204
    caution = rows(tmp_path / "out/pooled.duckdb", "analysis").filter(analysis_id="os_all")
    assert caution["caution"][0] == "Sites shared days rounded up to multiples of 30 days."
