"""What a release exports as ADaM, read back as trials of the kind adam, gives the same results.

Nothing of `results` differs. The release ids do, as the files of the study are others.
"""

import shutil
import tomllib
from pathlib import Path

import duckdb
import pytest
from project import MYELOID, NSCLC, STUDY, Plateau
from torture_scale import full_only

BUILT = {MYELOID: "myeloid_releases", STUDY: "default_releases", NSCLC: "nsclc_releases"}


def write_copy(study: Path, adam: Path, target: Path) -> Path:
    """The study with its trials read from the exported folders, as they are.

    The names of variables and the competing events are those of the export, the definitions and
    the plan those of the study.
    """
    shutil.copytree(study, target, ignore=shutil.ignore_patterns("sdtm"))
    for name in ("adam_names.csv", "adam_events.csv"):
        shutil.copy(adam / name, target)
    text = (target / "study.toml").read_text(encoding="utf-8")
    for trial in tomllib.loads(text)["trials"]:
        path = f"adam/{trial['trial_id']}"
        shutil.copytree(adam / trial["trial_id"], target / path)
        text = text.replace(f'path = "{trial["path"]}"', f'kind = "adam"\npath = "{path}"')
    (target / "study.toml").write_text(text, encoding="utf-8")
    return target


def differing_rows(one: Path, other: Path, table: str, columns: str = "*") -> int:
    """Rows of the table that only one of two warehouses has."""
    query = f"select {columns} from {{}}.{table} except all select {columns} from {{}}.{table}"
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"attach '{path / 'warehouse.duckdb'}' as {name} (read_only)")
        pairs = (("one", "other"), ("other", "one"))
        return sum(len(connection.execute(query.format(*pair)).fetchall()) for pair in pairs)


def result_tables(release: Path) -> list[str]:
    with duckdb.connect(str(release / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'results' order by 1"
        ).fetchall()
    return [f"results.{name}" for (name,) in rows]


@pytest.fixture(
    scope="module",
    params=[pytest.param(STUDY, marks=full_only), MYELOID, NSCLC],
    ids=lambda study: study.name,
)
def releases(
    request: pytest.FixtureRequest, plateau: Plateau, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """The release of a study, and that of the same study read back from its export."""
    study: Path = request.param
    exported_from: Path = request.getfixturevalue(BUILT[study])
    work = tmp_path_factory.mktemp(f"adam-{study.name}")
    options = ("--study", study.name, "--releases", exported_from, "--format", "xpt", "--by-trial")
    result = plateau("export", "adam", work / "adam", *options)
    assert result.returncode == 0, result.stderr
    copy = write_copy(study, work / "adam", work / "study")
    result = plateau("build", copy, "--releases", work / "releases", "--threads", "2")
    assert result.returncode == 0, result.stderr
    return exported_from / study.name / "current", work / "releases" / study.name / "current"


def test_every_result_table_is_the_same(releases: tuple[Path, Path]) -> None:
    exported, read_back = releases
    assert len(result_tables(exported)) > 20
    assert {
        table: differing_rows(exported, read_back, table) for table in result_tables(exported)
    } == dict.fromkeys(result_tables(exported), 0)


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("marts.population_members", "*"),
        ("marts.time_to_event", "usubjid, paramcd, startdt, adt, aval, event_code, evntdesc"),
        ("marts.covariate_intervals", "*"),
        ("marts.factor_changes", "*"),
        ("marts.entry_times", "*"),
        ("marts.risk_counts", "*"),
        ("marts.subject_factors", "usubjid, factor, level"),
    ],
)
def test_the_marts_of_an_analysis_are_the_same(
    releases: tuple[Path, Path], table: str, columns: str
) -> None:
    assert differing_rows(*releases, table, columns) == 0


def test_the_course_of_the_disease_is_not_told_by_adam(releases: tuple[Path, Path]) -> None:
    with duckdb.connect(str(releases[1] / "warehouse.duckdb"), read_only=True) as connection:
        for table in ("responses", "hsct_timing", "mrd_status"):
            assert connection.sql(f"select count(*) from marts.{table}").fetchall() == [(0,)]


def test_every_end_is_traced_to_its_line(releases: tuple[Path, Path]) -> None:
    with duckdb.connect(str(releases[1] / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.sql(
            "select count(*) from marts.time_to_event as ends "
            "anti join marts.source_dates as dates "
            "on ends.usubjid = dates.usubjid and ends.srcdom = dates.srcdom "
            "and ends.srcvar = dates.srcvar and ends.srcseq = dates.srcseq"
        ).fetchall()
        assert rows == [(0,)]
