"""The same patients give the same results on any machine: whatever the network, the locale, the
time zone, the hash seed, the threads, the order of records and files, and the patients' names."""

import csv
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from project import PROJECT, STUDY
from torture_scale import full_only

from analytics.release.disclosure import limited
from analytics.release.hidden_counts import hidden_counts
from analytics.release.verify import verify_release
from analytics.study import load_study
from analytics.study.specification import Publication
from analytics.warehouse import connect

Records = list[dict[str, str]]

IDS = ("USUBJID", "SUBJID")
SMALLEST_CELL = 11
NO_NETWORK = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "-r"]
CAN_UNSHARE = (
    shutil.which("unshare") is not None
    and subprocess.run([*NO_NETWORK, "true"], capture_output=True, check=False).returncode == 0
)
SETTINGS = {
    "LC_ALL": "tr_TR.UTF-8",
    "LANG": "tr_TR.UTF-8",
    "TZ": "Pacific/Kiritimati",
    "PYTHONHASHSEED": "20261122",
}


def rewrite(study: Path, change: Callable[[Records], Records]) -> None:
    """Change the records of every SDTM file."""
    for path in sorted(study.glob("sdtm/*/*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            names, records = list(reader.fieldnames or []), list(reader)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, lineterminator="\n")
            writer.writeheader()
            writer.writerows(change(records))


def shuffle_rows(study: Path) -> None:
    order = random.Random(7)
    rewrite(study, lambda records: order.sample(records, len(records)))


def shuffle_files(study: Path) -> None:
    """Lay the files down anew in another order; each trial's folder, too."""
    order = random.Random(8)
    paths = [path for path in study.rglob("*") if path.is_file()]
    for path in order.sample(paths, len(paths)):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)


def rename_subjects(study: Path, *, keep_order: bool) -> None:
    """Give every subject another id, in the order of the old ones or in any."""
    found: set[tuple[str, str]] = set()

    def note(records: Records) -> Records:
        found.update((name, row[name]) for row in records for name in IDS if row.get(name))
        return records

    rewrite(study, note)
    new: dict[tuple[str, str], str] = {}
    for name in IDS:
        old = sorted(value for column, value in found if column == name)
        order = old if keep_order else random.Random(9).sample(old, len(old))
        new.update({(name, value): f"P{i:05d}" for i, value in enumerate(order)})
    rewrite(
        study,
        lambda records: [
            {name: new.get((name, value), value) for name, value in row.items()} for row in records
        ],
    )


def suppress_small_cells(study: Path) -> None:
    with (study / "study.toml").open("a") as file:
        file.write(f"\n[publication]\nsmallest_cell = {SMALLEST_CELL}\n")


def built(study: Path, folder: Path, settings: dict[str, str], threads: int = 2) -> Path:
    """The release of a study, built with no network, an empty home and an open umask."""
    home = folder / "home"
    home.mkdir(parents=True)
    command = [sys.executable, "-m", "analytics", "build", study, "--threads", threads]
    result = subprocess.run(
        [*(NO_NETWORK if CAN_UNSHARE else []), *map(str, command), "--releases", folder],
        cwd=PROJECT,
        env={**os.environ, "HOME": str(home), **settings},
        umask=0,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    assert not list(home.rglob("*.duckdb_extension*"))
    return folder / STUDY.name / "current"


def manifest_of(release: Path) -> dict[str, Any]:
    return dict(json.loads((release / "manifest.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default study where everything is different, and with small cells suppressed."""
    folder = tmp_path_factory.mktemp("elsewhere")
    study = folder / "study"
    shutil.copytree(STUDY, study)
    shuffle_rows(study)
    rename_subjects(study, keep_order=False)
    suppress_small_cells(study)
    shuffle_files(study)
    return built(study, folder / "releases", SETTINGS, threads=1)


def test_results_are_the_same_where_everything_is_different(
    default_release: Path, elsewhere: Path
) -> None:
    assert manifest_of(elsewhere)["results"] == {}
    found = json.loads((elsewhere / "private.json").read_text())["results"]
    expected = manifest_of(default_release)["results"]
    assert [name for name in expected if found[name] != expected[name]] == []


@pytest.mark.skipif(not CAN_UNSHARE, reason="no network namespace can be made here")
def test_a_query_needs_no_network(elsewhere: Path) -> None:
    command = [sys.executable, "-m", "analytics", "query", "select n_subjects from bi.about"]
    result = subprocess.run(
        [*NO_NETWORK, *command, "--format", "csv", "--releases", elsewhere.parent.parent],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (0, "n_subjects\n259\n"), result.stderr


def test_no_extension_is_loaded_beside_those_built_in(elsewhere: Path) -> None:
    with duckdb.connect(str(elsewhere / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("select count(*) from bi.survival_curves").fetchall()
        loaded = connection.execute(
            "select extension_name from duckdb_extensions() "
            "where loaded and install_mode <> 'STATICALLY_LINKED'"
        ).fetchall()
    assert loaded == []


def test_a_release_made_under_an_open_umask_keeps_its_patients_to_itself(elsewhere: Path) -> None:
    assert (elsewhere / "warehouse.duckdb").stat().st_mode & 0o777 == 0o600
    assert (elsewhere.parent / "log.jsonl").stat().st_mode & 0o777 == 0o600
    assert verify_release(elsewhere).findings == ()


def tables_for_people(release: Path) -> dict[str, Any]:
    with duckdb.connect(str(release / "bi.duckdb"), read_only=True) as connection:
        names = connection.execute("select table_name from duckdb_tables()").fetchall()
        return {name: connection.sql(f'from "{name}"').pl() for (name,) in names}


# counts of something else than subjects, and the steps of curves, which have a bound of their own
NOT_CELLS = {"n_trials", "n_cutoffs", "n_analyses", "n_read"}
CURVES = {"survival_curves"}


def test_no_small_cell_is_published_when_the_study_says_so(elsewhere: Path) -> None:
    tables = tables_for_people(elsewhere)
    small = [
        (name, column)
        for name, frame in tables.items()
        for column in frame.columns
        if str(frame.schema[column]) == "Int64" and column not in NOT_CELLS
        if not (name in CURVES and column != "n_risk")
        and frame[column].drop_nulls().is_between(1, SMALLEST_CELL - 1).any()
    ]
    assert small == []
    for name, column in (("table_1", "percent"), ("table_2", "percent"), ("event_free_rates", "n")):
        frame = tables[name]
        hidden = frame.filter(frame["status"].str.starts_with("suppressed: fewer"))
        assert hidden.height > 0
        assert column == "n" or hidden[column].null_count() == hidden.height
    curve_ends = tables["survival_curves"].filter(tables["survival_curves"]["n_risk"] > 0)
    assert curve_ends["n_risk"].min() == SMALLEST_CELL
    headline = (elsewhere / "report/headline.txt").read_text()
    assert "-: none, or not published: counts below 11, curves below 11 at risk." in headline


def test_what_is_suppressed_is_what_the_limits_say_and_no_more(
    default_release: Path, elsewhere: Path
) -> None:
    limits = Publication(smallest_cell=SMALLEST_CELL)
    everything = tables_for_people(default_release)
    study = load_study(STUDY).model_copy(update={"publication": limits})
    with connect(default_release / "warehouse.duckdb", read_only=True) as connection:
        shown = limited(everything, limits, hidden_counts(study, connection, everything))
    for name, frame in tables_for_people(elsewhere).items():
        mine, theirs = (  # the two releases have another id each
            rows.drop("release_id", strict=False) for rows in (frame, shown[name])
        )
        assert sorted(mine.rows(), key=repr) == sorted(theirs.rows(), key=repr), name


GRID: dict[str, tuple[Callable[[Path], None], dict[str, str], int]] = {
    "8 threads": (lambda _: None, {}, 8),
    "order of rows": (shuffle_rows, {}, 2),
    "order of files": (shuffle_files, {}, 2),
    "Turkish": (lambda _: None, {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}, 2),
    "C locale": (lambda _: None, {"LC_ALL": "C", "PYTHONUTF8": "0"}, 2),
    "time zone": (lambda _: None, {"TZ": "Pacific/Kiritimati"}, 2),
    "hash seed": (lambda _: None, {"PYTHONHASHSEED": "1"}, 2),
    "other ids in the same order": (lambda study: rename_subjects(study, keep_order=True), {}, 2),
    "other ids in any order": (lambda study: rename_subjects(study, keep_order=False), {}, 2),
}


@full_only
@pytest.mark.parametrize("setting", GRID)
def test_no_setting_changes_a_result(
    default_release: Path, study_copy: Path, tmp_path: Path, setting: str
) -> None:
    change, environment, threads = GRID[setting]
    change(study_copy)
    found = manifest_of(built(study_copy, tmp_path / "releases", environment, threads))
    expected = manifest_of(default_release)
    for group in ("results", "bi"):
        differing = [
            name for name in expected[group] if found[group][name] != expected[group][name]
        ]
        assert differing == [], group
