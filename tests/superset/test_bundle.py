"""The bundle says what the warehouse says, names nothing of a study, and hangs together."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from analytics.dashboard.specification import read_specification
from analytics.errors import PlateauError
from analytics.project_files import DASHBOARD, SUPERSET
from analytics.release.folders import StudyReleases
from analytics.superset.bundle import bundle_files, write_bundle
from analytics.warehouse import connect

PROJECT = Path(__file__).parent.parent.parent
MODELS = PROJECT / "dbt_project/models"
SPECIFICATION = read_specification()
TABLES = [name for name, dataset in SPECIFICATION.datasets.items() if "sql" not in dataset]

Files = dict[str, Any]


@pytest.fixture(scope="module")
def connection(default_release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(default_release / "bi.duckdb", read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def files(connection: duckdb.DuckDBPyConnection) -> Files:
    return bundle_files("one", SPECIFICATION, connection, Path("/data/bi.duckdb"))


@pytest.fixture(scope="module")
def columns_of(files: Files) -> dict[str, set[str]]:
    """The columns of each dataset by the dataset's name."""
    return {
        name: {column["column_name"] for column in _dataset(files, name)["columns"]}
        for name in SPECIFICATION.datasets
    }


def _dataset(files: Files, name: str) -> Any:
    return files[f"datasets/plateau/{name}.yaml"]


def _contract(table: str) -> list[tuple[str, str]]:
    """Names and descriptions of a bi model's columns, its doc blocks put in."""
    blocks = {
        name: " ".join(text.split())
        for page in ("glossary.md", "glossary_sdtm.md")
        for name, text in re.findall(
            r"{% docs (\w+) %}\s*(.*?)\s*{% enddocs %}", (MODELS / page).read_text(), re.DOTALL
        )
    }
    model = yaml.safe_load((MODELS / f"bi/{table}.yml").read_text())["models"][0]
    return [
        (
            column["name"],
            re.sub(
                r"{{ doc\('(\w+)'\) }}",
                lambda found: blocks[found.group(1)],
                column["description"],
            ).strip(),
        )
        for column in model["columns"]
    ]


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_the_columns_and_descriptions_of_its_contract(files: Files, table: str) -> None:
    described = [
        (column["column_name"], " ".join(column["description"].split()))
        for column in _dataset(files, table)["columns"]
        if column["expression"] is None
    ]
    assert described == _contract(table)


def test_every_column_of_every_dataset_is_described(files: Files) -> None:
    silent = [
        (name, column["column_name"])
        for name in SPECIFICATION.datasets
        for column in _dataset(files, name)["columns"]
        if not column["description"]
    ]
    assert silent == []


def test_what_charts_ask_for_is_in_their_datasets(
    files: Files, columns_of: dict[str, set[str]]
) -> None:
    for name, chart in SPECIFICATION.charts.items():
        query = json.loads(files[f"charts/{name}.yaml"]["query_context"])["queries"][0]
        columns = [
            column if isinstance(column, str) else column["label"] for column in query["columns"]
        ]
        columns += [one["col"] for one in query["filters"]]
        metrics = {one["metric_name"] for one in _dataset(files, chart["dataset"])["metrics"]}
        assert set(columns) <= columns_of[chart["dataset"]], name
        assert set(query.get("metrics", [])) <= metrics, name
        ordered = {column for column, _ in query.get("orderby", [])}
        assert ordered <= columns_of[chart["dataset"]] | metrics, name


def test_a_filter_is_understood_by_every_chart_it_reaches(
    columns_of: dict[str, set[str]],
) -> None:
    """Superset leaves a filter out, silently, where the dataset has no such column."""
    for one in SPECIFICATION.dashboard["filters"]:
        assert one["column"] in columns_of[one["dataset"]]
        for chart in one["charts"]:
            assert one["column"] in columns_of[SPECIFICATION.charts[chart]["dataset"]], chart


def test_every_chart_stands_on_the_dashboard_once(files: Files) -> None:
    dashboard = files["dashboards/plateau.yaml"]
    shown = [
        place["meta"]["uuid"]
        for place in dashboard["position"].values()
        if isinstance(place, dict) and place["type"] == "CHART"
    ]
    charts = [file["uuid"] for name, file in files.items() if name.startswith("charts/")]
    assert sorted(shown) == sorted(charts)


def test_charts_are_told_apart_by_their_titles() -> None:
    titles = [chart["title"] for chart in SPECIFICATION.charts.values()]
    assert len(titles) == len(set(titles))


def test_rows_fill_the_grid() -> None:
    for tab in SPECIFICATION.dashboard["tabs"]:
        for row in tab["rows"]:
            assert sum(row["charts"].values()) == 12


def test_a_filter_reaches_the_charts_it_names_and_no_other(files: Files) -> None:
    dashboard = files["dashboards/plateau.yaml"]
    numbers = {
        place["meta"]["chartId"]: name.removeprefix("CHART-")
        for name, place in dashboard["position"].items()
        if name.startswith("CHART-")
    }
    filters = dashboard["metadata"]["native_filter_configuration"]
    for one, built in zip(SPECIFICATION.dashboard["filters"], filters, strict=True):
        reached = set(numbers) - set(built["scope"]["excluded"])
        assert {numbers[number] for number in reached} == set(one["charts"])


def test_the_files_are_linked_by_their_identifiers(files: Files) -> None:
    database = files["databases/plateau.yaml"]["uuid"]
    datasets = {file["uuid"]: name for name, file in files.items() if name.startswith("datasets/")}
    assert len(datasets) == len(SPECIFICATION.datasets)
    assert all(files[name]["database_uuid"] == database for name in datasets.values())
    for name, chart in SPECIFICATION.charts.items():
        linked = datasets[files[f"charts/{name}.yaml"]["dataset_uuid"]]
        assert linked == f"datasets/plateau/{chart['dataset']}.yaml"


def test_two_studies_share_no_identifier(connection: duckdb.DuckDBPyConnection) -> None:
    def identifiers(study_id: str) -> set[str]:
        built = bundle_files(study_id, SPECIFICATION, connection, Path("/data/bi.duckdb"))
        return {file["uuid"] for file in built.values() if "uuid" in file}

    assert identifiers("one") == identifiers("one")
    assert not identifiers("one") & identifiers("two")


def test_the_notice_of_a_synthetic_study_is_the_first_thing_read(
    files: Files, connection: duckdb.DuckDBPyConnection
) -> None:
    text = files["dashboards/plateau.yaml"]["position"]["MARKDOWN-header"]["meta"]["code"]
    ((title, note, cutoffs),) = connection.execute(
        "select title, synthetic_note, data_cutoffs from about"
    ).fetchall()
    assert text == f"### {title}\n**{note}**\nData cut-off: {cutoffs}"


def test_a_study_of_real_patients_has_no_notice(default_release: Path) -> None:
    with duckdb.connect() as real:
        real.execute(f"attach '{default_release / 'bi.duckdb'}' as released (read_only)")
        real.execute("copy from database released to memory")
        real.execute("update about set is_synthetic = false, synthetic_note = null")
        built = bundle_files("real", SPECIFICATION, real, Path("/data/bi.duckdb"))
        ((title, cutoffs),) = real.execute("select title, data_cutoffs from about").fetchall()
    text = built["dashboards/plateau.yaml"]["position"]["MARKDOWN-header"]["meta"]["code"]
    assert text == f"### {title}\n\nData cut-off: {cutoffs}"


def test_nothing_of_a_study_stands_in_the_specification(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    files = [*DASHBOARD.glob("*.yaml"), *SUPERSET.glob("*.yaml")]
    written = "".join(path.read_text() for path in files).lower()
    names = {
        value
        for table, column in (
            ("endpoint_summary", "analysis_id"),
            ("endpoint_summary", "analysis_label"),
            ("endpoint_summary", "endpoint_label"),
            ("endpoint_summary", "population_label"),
            ("forest", "factor_label"),
            ("table_1", "group_label"),
            ("table_2", "label"),
            ("about", "study_id"),
        )
        for (value,) in connection.execute(f"select distinct {column} from {table}").fetchall()
    }
    assert {name for name in names if len(name) > 4 and name.lower() in written} == set()


def test_the_bundle_follows_the_published_release(default_releases: Path, tmp_path: Path) -> None:
    study = StudyReleases(default_releases, "blinatumomab")
    first, second, elsewhere = (tmp_path / f"{number}.zip" for number in range(3))
    write_bundle(study.current, study.study_id, first)
    write_bundle(study.current, study.study_id, second)
    write_bundle(study.current, study.study_id, elsewhere, Path("/data/bi.duckdb"))
    assert first.read_bytes() == second.read_bytes()
    assert _uri(first) == f"duckdb:///{study.current}/bi.duckdb"
    assert _uri(elsewhere) == "duckdb:////data/bi.duckdb"


def _uri(bundle: Path) -> Any:
    with zipfile.ZipFile(bundle) as archive:
        (name,) = (name for name in archive.namelist() if "/databases/" in name)
        return yaml.safe_load(archive.read(name))["sqlalchemy_uri"]


def test_a_relative_path_is_refused(default_releases: Path, tmp_path: Path) -> None:
    study = StudyReleases(default_releases, "blinatumomab")
    with pytest.raises(PlateauError) as error:
        write_bundle(study.current, study.study_id, tmp_path / "bundle.zip", Path("bi.duckdb"))
    assert str(error.value) == (
        "bi.duckdb is not an absolute path; name bi.duckdb as Superset sees it, from the root."
    )
    assert not (tmp_path / "bundle.zip").exists()
