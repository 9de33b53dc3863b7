"""The whole walk on the default study, through the command."""

import hashlib
import json
import random
import re
import shutil
from pathlib import Path

import duckdb
import pytest
from project import PROJECT, STUDY, Plateau
from torture_scale import full_only

from analytics.results.schemas import RESULT_TABLES

SENTENCE = re.compile(r"plateau: [^\n]+\.\n\Z")


def manifest_of(release: Path) -> dict[str, dict[str, object]]:
    content: dict[str, dict[str, object]] = json.loads((release / "manifest.json").read_text())
    return content


def shuffle_rows(study: Path) -> None:
    """Put the records of every SDTM file in another order."""
    order = random.Random(7)
    for path in sorted(study.glob("sdtm/*/*.csv")):
        header, *records = path.read_text(encoding="utf-8").splitlines(keepends=True)
        order.shuffle(records)
        path.write_text("".join([header, *records]), encoding="utf-8")


@pytest.fixture
def releases(default_releases: Path, tmp_path: Path) -> Path:
    """A copy of the releases, in which a build may fail."""
    copy = tmp_path / "releases"
    shutil.copytree(default_releases, copy, symlinks=True)
    return copy


def test_a_release_holds_what_it_promises(default_release: Path) -> None:
    names = {path.relative_to(default_release).as_posix() for path in default_release.rglob("*")}
    assert {"warehouse.duckdb", "bi.duckdb", "manifest.json", "report/headline.txt"} <= names
    assert "bi/about.parquet" in names
    assert not [name for name in names if name.startswith(".")]
    assert (default_release / "warehouse.duckdb").stat().st_mode & 0o777 == 0o600


def test_the_manifest_has_the_digest_of_every_file(default_release: Path) -> None:
    files = manifest_of(default_release)["files"]
    found = {
        path.relative_to(default_release).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in default_release.rglob("*")
        if path.is_file() and path.name not in ("manifest.json", "manifest.sha256")
    }
    assert files == found


def test_every_result_table_has_a_digest_and_rows_in_some_study(
    default_releases: Path, myeloid_releases: Path, nsclc_releases: Path
) -> None:
    filled = set()
    for releases in (default_releases, myeloid_releases, nsclc_releases):
        (study,) = (path for path in releases.iterdir() if path.is_dir())
        results = manifest_of(study / "current")["results"]
        assert set(results) == set(RESULT_TABLES)
        filled |= {name for name, table in results.items() if table["rows"]}
    assert filled == set(RESULT_TABLES)


def test_every_check_has_left_its_outcome(default_release: Path) -> None:
    with duckdb.connect(str(default_release / "warehouse.duckdb"), read_only=True) as connection:
        counts = connection.execute(
            "select count(*), count(distinct check_id), count(error), "
            "count(*) filter (where severity = 'critical' and not success) "
            "from quality.validation_result"
        ).fetchall()
    (n_outcomes, n_checks, n_errors, n_critical) = counts[0]
    assert n_outcomes == n_checks > 150
    assert (n_errors, n_critical) == (0, 0)


def test_the_warehouse_describes_its_tables(default_release: Path) -> None:
    with duckdb.connect(str(default_release / "warehouse.duckdb"), read_only=True) as connection:
        silent = connection.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where schema_name in ('marts', 'results', 'bi', 'quality') and comment is null"
        ).fetchall()
    assert silent == []


def test_what_bi_opens_names_no_patient(default_release: Path) -> None:
    with duckdb.connect(str(default_release / "bi.duckdb"), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() where not internal"
        ).fetchall()
    assert columns
    assert not [column for column in columns if column[1] in ("usubjid", "subjid")]


def test_a_second_build_is_up_to_date_and_tells_the_same_headline(
    plateau: Plateau, releases: Path
) -> None:
    result = plateau("build", STUDY, "--releases", releases)
    assert result.returncode == 0
    assert "is up to date." in result.stderr
    assert result.stdout == (releases / "blinatumomab/current/report/headline.txt").read_text()


@full_only
def test_results_do_not_depend_on_threads_or_on_the_order_of_records(
    plateau: Plateau, default_release: Path, study_copy: Path, tmp_path: Path
) -> None:
    shuffle_rows(study_copy)
    result = plateau("build", study_copy, "--releases", tmp_path / "other", "--threads", 1)
    assert result.returncode == 0, result.stderr
    expected, found = (
        manifest_of(default_release),
        manifest_of(tmp_path / "other/blinatumomab/current"),
    )
    assert found["release_id"] != expected["release_id"]
    assert found["results"] == expected["results"]
    assert found["bi"] == expected["bi"]


def test_a_forced_build_gives_the_same_release(
    plateau: Plateau, default_release: Path, releases: Path
) -> None:
    lines = (releases / "blinatumomab/log.jsonl").read_text().splitlines()
    result = plateau("build", STUDY, "--releases", releases, "--force")
    assert result.returncode == 0, result.stderr
    again = manifest_of(releases / "blinatumomab/current")
    assert again.pop("files").keys() == manifest_of(default_release)["files"].keys()
    expected = manifest_of(default_release)
    del expected["files"]
    log = again["history"].pop("log")
    assert (log["lines"], expected["history"].pop("log")["lines"]) == (len(lines), 0)
    assert again == expected


def test_a_refused_build_leaves_the_old_release(
    plateau: Plateau, default_release: Path, releases: Path, study_copy: Path
) -> None:
    (study_copy / "expectations/impossible.yml").write_text(
        "gate: marts\nschema: marts\ntable: subjects\nexpectations:\n"
        "  - {id: NOBODY, type: expect_table_row_count_to_equal, kwargs: {value: 0},\n"
        "     severity: critical, description: There is nobody.}\n"
    )
    result = plateau("build", study_copy, "--releases", releases)
    assert result.returncode == 3
    assert result.stderr.splitlines()[-1] == (
        "plateau: The marts gate refused the data and nothing was published. NOBODY of "
        'marts.impossible: The check "There is nobody." does not hold. Values of patients are not '
        "shown here; see the log, or set PLATEAU_SHOW_PATIENTS=1."
    )
    folder = releases / "blinatumomab"
    assert manifest_of(folder / "current") == manifest_of(default_release)
    assert [path.name for path in folder.iterdir() if path.name.startswith(".b")] == []
    last = json.loads((folder / "log.jsonl").read_text().splitlines()[-1])
    assert last["event"] == "failed"
    assert last["message"].startswith("The marts gate refused the data")
    assert last["message"].endswith(" Found: 261.")


def test_a_mistake_in_the_study_is_one_sentence(
    plateau: Plateau, releases: Path, study_copy: Path
) -> None:
    (study_copy / "endpoints.csv").unlink()
    result = plateau("build", study_copy, "--releases", releases)
    assert result.returncode == 1
    assert SENTENCE.match(result.stderr)
    assert "endpoints.csv" in result.stderr


def test_a_missing_study_is_one_sentence(plateau: Plateau, tmp_path: Path) -> None:
    result = plateau("build", tmp_path / "nowhere", "--releases", tmp_path / "releases")
    assert result.returncode == 1
    assert SENTENCE.match(result.stderr)
    assert not (tmp_path / "releases").exists()


def test_a_wrong_option_is_a_usage_error(plateau: Plateau) -> None:
    assert plateau("build", "--threads", "0").returncode == 2
    assert plateau("construct").returncode == 2


def test_the_readme_shows_the_headline_as_it_is_printed(default_release: Path) -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"```text\n(.*?)```", readme, re.DOTALL)
    assert shown is not None
    assert shown[1] == (default_release / "report/headline.txt").read_text(encoding="utf-8")


def test_the_first_query_of_the_readme_gives_what_the_readme_shows(
    plateau: Plateau, default_releases: Path
) -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    shown = re.search(
        r'plateau query "(?P<sql>[^"]+)"\n```\n+```text\n(?P<answer>.*?)```', readme, re.DOTALL
    )
    assert shown is not None
    result = plateau("query", "--releases", default_releases, shown["sql"])
    assert result.stdout == shown["answer"]
