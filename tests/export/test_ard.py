"""Analysis results data: every statistic of every result table, rebuilt exactly from each file."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from small_warehouse import write_small_releases
from typer.testing import CliRunner, Result

from analytics.cli import app
from analytics.export.ard import ABOUT_ANALYSES, RESULTS, operations_frame, statistics_of
from analytics.export.formats import formatted
from analytics.results.schemas import RESULT_TABLES, Table


def export(releases: Path, *arguments: object) -> Result:
    words = ["export", "ard", *map(str, arguments), "--releases", str(releases)]
    return CliRunner().invoke(app, words)


@pytest.fixture
def small_releases(tmp_path: Path) -> Path:
    return write_small_releases(tmp_path)


@pytest.fixture(scope="module")
def exported(default_releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("ard")
    result = export(default_releases, target)
    assert result.exit_code == 0, result.stderr
    assert "SYNTHETIC DATA" in result.stderr
    return target


@pytest.fixture(scope="module")
def results(default_release: Path) -> dict[str, pl.DataFrame]:
    return results_of(default_release)


@pytest.fixture(scope="module")
def studies(
    exported: Path,
    results: dict[str, pl.DataFrame],
    myeloid_releases: Path,
    nsclc_releases: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[tuple[Path, dict[str, pl.DataFrame]]]:
    """What each study exports, and its results: together they have every result table."""
    found = [(exported, results)]
    for name, releases in (("myeloid", myeloid_releases), ("nsclc", nsclc_releases)):
        target = tmp_path_factory.mktemp(f"ard-{name}")
        result = export(releases, target)
        assert result.exit_code == 0, result.stderr
        found.append((target, results_of(releases / name / "current")))
    return found


def results_of(release: Path) -> dict[str, pl.DataFrame]:
    with duckdb.connect(str(release / "warehouse.duckdb"), read_only=True) as connection:
        return {name: connection.sql(f"from results.{name}").pl() for name in RESULT_TABLES}


def from_csv(path: Path) -> list[dict[str, Any]]:
    """The lines of the CSV file; an empty cell is unknown."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [{k: v or None for k, v in row.items()} for row in csv.DictReader(file)]
    return [{**row, "value": float(row["value"]) if row["value"] else None} for row in rows]


def from_json(path: Path) -> list[dict[str, Any]]:
    content = json.loads(path.read_text(encoding="utf-8"))
    names = [item["name"] for item in content["columns"]]
    return [dict(zip(names, row, strict=True)) for row in content["rows"]]


def from_parquet(path: Path) -> list[dict[str, Any]]:
    return pl.read_parquet(path).to_dicts()


READERS = {"csv": from_csv, "json": from_json, "parquet": from_parquet}


def rebuilt(rows: list[dict[str, Any]], table: Table) -> pl.DataFrame:
    """A result table made again of its statistics, their groupings and their status."""
    records: dict[int, dict[str, Any]] = {}
    for row in rows:
        record = records.setdefault(int(row["result_row"]), dict.fromkeys(table.schema))
        for name in ("analysis_id", "status"):
            if name in record:
                record[name] = row[name]
        groupings = (f"group{i}" for i in range(1, 10))
        for name in groupings:
            if row[name] is not None:
                record[row[name]] = row[f"{name}_level"]
        is_text = row["value_type"] == "text"
        record[row["statistic"]] = row["formatted_value" if is_text else "value"]
    typed = {
        name: [_typed(record[name], dtype) for record in records.values()]
        for name, dtype in table.schema.items()
    }
    return pl.DataFrame(typed, schema=table.schema)


def _typed(value: Any, dtype: type[pl.DataType]) -> Any:
    if value is None or dtype == pl.String:
        return value
    if dtype == pl.Boolean:
        return bool(value)
    return float(value) if dtype == pl.Float64 else int(float(value))


@pytest.mark.parametrize("form", READERS)
def test_every_result_table_comes_back_from_every_file(
    studies: list[tuple[Path, dict[str, pl.DataFrame]]], form: str
) -> None:
    seen = set()
    for folder, results in studies:
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in READERS[form](folder / f"ard.{form}"):
            rows.setdefault(row["result_table"], []).append(row)
        for table in RESULTS:
            expected = results[table.name]
            assert expected.is_empty() == (table.name not in rows), table.name
            if expected.is_empty():
                continue
            seen.add(table.name)
            found = rebuilt(rows[table.name], table)
            assert found.sort(table.key, nulls_last=True).equals(
                expected.sort(table.key, nulls_last=True)
            ), table.name
    assert seen == {table.name for table in RESULTS}


def test_no_result_table_and_no_column_can_be_forgotten() -> None:
    operations = set(operations_frame()["operation_id"])
    for name, table in RESULT_TABLES.items():
        expected = {
            f"{name}.{column.name}"
            for column in table.columns
            if column.name not in {*table.key, "analysis_id", "status"}
        }
        if name in ABOUT_ANALYSES:
            assert not operations & expected
        else:
            assert expected <= operations
            assert len(expected) == len(statistics_of(table)) > 0
    assert len(operations) == operations_frame().height


def test_a_row_tells_the_analysis_the_method_the_groups_and_the_unit(exported: Path) -> None:
    (row,) = (
        pl.read_parquet(exported / "ard.parquet")
        .filter(
            pl.col("operation_id") == "survival_rate.estimate",
            pl.col("analysis_id") == "os_all",
            pl.col("group2_level") == "24",
        )
        .to_dicts()
    )
    known = {name: value for name, value in row.items() if value is not None}
    value, release_id = known.pop("value"), known.pop("release_id")
    assert value == pytest.approx(0.234, abs=0.0005)
    assert len(release_id) == 12
    assert known == {
        "study_id": "blinatumomab",
        "result_table": "survival_rate",
        "result_row": known["result_row"],
        "analysis_id": "os_all",
        "analysis_label": "Overall survival, all patients",
        "method_id": "kaplan_meier",
        "operation_id": "survival_rate.estimate",
        "endpoint": "OS",
        "population": "all",
        "group1": "stratum",
        "group1_level": "all",
        "group2": "time_months",
        "group2_level": "24",
        "statistic": "estimate",
        "statistic_label": "Estimated probability, a fraction from 0 to 1, never rounded",
        "value_type": "number",
        "formatted_value": "23.4%",
        "unit": "fraction",
        "status": "ok",
    }


def test_the_unit_of_a_summary_is_its_factors_and_of_an_alternative_its_numbers(
    exported: Path,
) -> None:
    ard = pl.read_parquet(exported / "ard.parquet")
    ages = ard.filter(
        pl.col("operation_id") == "baseline_characteristics.value",
        pl.col("group2_level") == "age",
    )
    units = dict(ages.select("group3_level", "unit").iter_rows())
    assert units["n"] == "subjects"
    assert {unit for statistic, unit in units.items() if statistic != "n"} == {"years"}
    medians = ard.filter(
        pl.col("operation_id") == "convention_sensitivity.value",
        pl.any_horizontal(pl.col("^group.*_level$") == "median_months"),
    )
    assert set(medians["unit"]) == {"months"}


def test_analyses_and_operations_stand_beside_the_results(
    exported: Path, results: dict[str, pl.DataFrame]
) -> None:
    ard = pl.read_parquet(exported / "ard.parquet")
    analyses = pl.read_csv(exported / "ard_analyses.csv")
    assert set(analyses["analysis_id"]) == set(results["analysis"]["analysis_id"])
    assert set(ard["analysis_id"].drop_nulls()) <= set(analyses["analysis_id"])
    assert {"method", "ci_transform", "ties", "caution", "software_version"} <= set(
        analyses.columns
    )
    operations = pl.read_csv(exported / "ard_operations.csv")
    assert set(ard["operation_id"]) <= set(operations["operation_id"])
    assert set(operations["operation_id"]) == set(operations_frame()["operation_id"])


def test_the_files_name_the_release_and_say_synthetic(
    exported: Path, default_release: Path
) -> None:
    release = json.loads((default_release / "manifest.json").read_text())["release_id"]
    stamp = pl.read_parquet_metadata(exported / "ard.parquet")
    assert stamp["release_id"] == release
    assert stamp["synthetic_note"].startswith("SYNTHETIC DATA")
    assert json.loads((exported / "ard.json").read_text())["label"] == (
        "SYNTHETIC DATA: Analysis Results Data"
    )
    ard = pl.read_parquet(exported / "ard.parquet")
    assert set(ard["release_id"]) == {release}


def test_the_query_of_the_page_runs(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path("docs/exports.md").read_text(encoding="utf-8")
    (query,) = re.findall(r"```sql\n(.+?)```", page, re.DOTALL)
    monkeypatch.chdir(exported)
    rows = duckdb.sql(query).fetchall()
    assert ("Overall survival, all patients", "24", "23.4%") in rows


def test_results_of_nothing_are_an_empty_file(small_releases: Path, tmp_path: Path) -> None:
    result = export(small_releases, tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    assert pl.read_parquet(tmp_path / "out/ard.parquet").height == 0
    assert from_json(tmp_path / "out/ard.json") == []


def test_an_export_stays_out_of_the_releases(small_releases: Path) -> None:
    result = export(small_releases, small_releases / "small/r1")
    assert result.exit_code == 2
    assert "which must not change" in result.stderr


@pytest.mark.parametrize(
    ("value", "name", "unit", "text"),
    [
        (259, "n", "subjects", "259"),
        (0.2345, "estimate", "fraction", "23.5%"),
        (23.45, "percent", "%", "23.5%"),
        (7.457906, "median_months", "months", "7.5"),
        (0.845, "hr", "ratio", "0.85"),
        (0.0004, "p_value", None, "<0.001"),
        (0.0005, "lr_p", None, "<0.001"),
        (0.0495, "p_value", None, "0.0495"),
        (0.0505, "p_value", None, "0.051"),
        (0.9996, "ci_upper", "ratio", "0.9996"),
        (0.0004, "hr", "ratio", "0.0004"),
        (0.99996, "estimate", "fraction", ">99.9%"),
        (-995.9035, "log_likelihood", None, "-995.904"),
        (True, "matches", None, "yes"),
        (42.86, "value", "years", "42.9"),
    ],
)
def test_numbers_print_by_their_unit(value: float, name: str, unit: str | None, text: str) -> None:
    assert formatted(value, name, unit) == text
