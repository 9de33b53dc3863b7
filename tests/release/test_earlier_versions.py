"""What earlier versions of Plateau wrote is read, or refused with both versions.

`corpus/` holds a few rows of a release of each version; `corpus/take.py` took them.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from project import STUDY
from typer.testing import CliRunner, Result

from analytics import __version__
from analytics.cli import app
from analytics.readers.differences import difference
from analytics.readers.status import status_lines
from analytics.release.bi_files import export_bi
from analytics.release.digests import bytes_digest, file_digest
from analytics.release.folders import WAREHOUSE, StudyReleases
from analytics.release.history import published_releases, release_at
from analytics.release.history_tables import lineage, write_history
from analytics.release.log import read_runs
from analytics.release.upkeep import Retention, prune_now, roll_back
from analytics.release.verify import verify_log, verify_release
from analytics.study import load_study

CORPUS = Path(__file__).parent / "corpus"
TABLES = {"0.1.0": "0.1.0.sql", "0.2.0": "0.1.0.sql"}
VERSIONS = sorted(TABLES)


def taken(version: str) -> dict[str, Any]:
    return dict(json.loads((CORPUS / f"{version}.json").read_text(encoding="utf-8")))


def put(study: StudyReleases, version: str, order: int, previous: str | None) -> str:
    """Lay a release of the corpus down as that version left it; its id."""
    manifest = taken(version)["manifest"]
    other_id = taken(TABLES[version].removesuffix(".sql"))["manifest"]["release_id"]
    release = study.folder / manifest["release_id"]
    (release / "report").mkdir(parents=True)
    with duckdb.connect(str(release / WAREHOUSE)) as connection:
        sql = (CORPUS / TABLES[version]).read_text(encoding="utf-8")
        first = TABLES[version].removesuffix(".sql")
        connection.execute(
            sql.replace(other_id, manifest["release_id"]).replace(f"'{first}", f"'{version}")
        )
    export_bi(release / WAREHOUSE, release, {"study": STUDY.name})
    (release / "report/headline.txt").write_text(f"Headline of {version}.\n")
    (release / WAREHOUSE).chmod(0o600)
    manifest["history"] |= {"release_order": order, "previous": previous}
    manifest["files"] = {
        path.relative_to(release).as_posix(): file_digest(path)
        for path in sorted(release.rglob("*"))
        if path.is_file()
    }
    (release / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    digest = file_digest(release / "manifest.json")
    (release / "manifest.sha256").write_text(f"{digest}  manifest.json\n")
    return str(manifest["release_id"])


def continued(lines: list[str]) -> str:
    """Lines of several logs as one: each with the digest of the one before."""
    written: list[str] = []
    for line in lines:
        before = bytes_digest(written[-1].encode()) if written else None
        written.append(json.dumps({**json.loads(line), "previous": before}, ensure_ascii=False))
    return "".join(f"{line}\n" for line in written)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> StudyReleases:
    """A release of each version, one after the other; the last one is current."""
    study = StudyReleases(tmp_path_factory.mktemp("kept"), STUDY.name)
    previous = None
    for order, version in enumerate(VERSIONS, start=1):
        previous = put(study, version, order, previous)
    study.point_current(str(previous))
    study.log.write_text(continued([line for v in VERSIONS for line in taken(v)["log"]]))
    return study


@pytest.fixture
def study(kept: StudyReleases, tmp_path: Path) -> StudyReleases:
    shutil.copytree(kept.root, tmp_path / "releases", symlinks=True)
    return StudyReleases(tmp_path / "releases", STUDY.name)


def command(study: StudyReleases, *arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments), "--releases", str(study.root)])


def test_each_release_is_verified_to_the_last_table(study: StudyReleases) -> None:
    for release in published_releases(study):
        found = verify_release(release.folder)
        assert found.findings == ()
        assert found.n_tables > 50
    log = verify_log(study.current)
    assert log is not None
    assert (log.n_lines, log.findings) == (2, ())


def test_damage_to_a_release_without_sizes_is_still_found(study: StudyReleases) -> None:
    with duckdb.connect(str(study.current / WAREHOUSE)) as connection:
        connection.execute("update results.survival_summary set n = 1")
    assert "Table results.survival_summary of warehouse.duckdb was altered." in (
        verify_release(study.current).findings
    )


def test_status_tells_of_each(study: StudyReleases) -> None:
    first, second = published_releases(study)
    lines = list(status_lines(study.root))
    assert any(line.startswith(f"  release    {second.release_id}, published 20") for line in lines)
    assert f"  also kept  {first.release_id}" in lines


def test_queries_are_answered(study: StudyReleases) -> None:
    for release in published_releases(study):
        told = command(
            study, "query", "select n from bi.endpoint_summary", "--format", "csv",
            "--release", release.release_id,
        )  # fmt: skip
        assert (told.exit_code, told.stdout) == (0, "n\n259\n"), told.stderr


def test_two_of_them_are_compared(study: StudyReleases) -> None:
    found = difference(*published_releases(study))
    assert (found.patients, found.estimates) == ((), ())


def test_one_is_compared_with_a_release_of_today(
    study: StudyReleases, default_release: Path
) -> None:
    today = release_at(default_release.resolve())
    found = difference(published_releases(study)[0], today)
    known = {"SYN-206-001", "SYN-211-010"}
    assert {change.usubjid for change in found.patients if change.change != "new subject"} <= known
    moved = [move for move in found.estimates if move.analysis_id == "os_all"]
    assert [move for move in moved if move.before is not None or move.number == "median"] == []


def test_a_rollback_leads_to_one_and_pruning_takes_one_away(study: StudyReleases) -> None:
    first, second = published_releases(study)
    assert roll_back(study).release_id == first.release_id
    assert prune_now(study, Retention(last=1)) == []  # the one, the other current
    assert roll_back(study, second.release_id).release_id == second.release_id
    assert prune_now(study, Retention(last=1)) == [first.release_id]
    log = verify_log(study.current)
    assert log is not None
    assert log.findings == ()
    assert len(read_runs(study.log)) == 6


def test_a_build_of_today_carries_their_history_on(
    study: StudyReleases, default_release: Path, tmp_path: Path
) -> None:
    first, second = published_releases(study)
    warehouse = tmp_path / WAREHOUSE
    shutil.copyfile(default_release / WAREHOUSE, warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("drop schema history cascade")
    write_history(warehouse, load_study(STUDY), "today", lineage(study, "today"))
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute(
            "select release_order, release_id, previous_release_id from history.release "
            "order by release_order"
        ).fetchall() == [
            # the release of the second version was built in a folder of its own
            (1, second.release_id, None),
            (3, "today", second.release_id),
        ]
        medians = connection.execute(
            "select release_id, value from history.headline_number "
            "where analysis_id = 'os_all' and number = 'median' order by release_id"
        ).fetchall()
        changes = connection.execute(
            "select change, sum(n_subjects) from history.subject_change "
            "where release_id = 'today' and endpoint = 'OS' group by all order by all"
        ).fetchall()
    assert len(medians) == 2
    assert medians[0][1] == medians[1][1]
    assert changes == [("new subject", 257), ("unchanged", 2)]
    assert first.release_id not in dict(medians)


@pytest.mark.parametrize(
    "call",
    [
        ("explain", "os_all"),
        ("superset",),
        ("report", "--output", "{out}"),
        ("report", "--patient-level", "--output", "{out}"),
        ("tables", "--output", "{out}.docx"),
        ("figure", "os_all", "--output", "{out}.svg"),
        ("export", "ard", "{out}"),
        ("export", "adam", "{out}"),
    ],
    ids=" ".join,
)
def test_what_they_lack_is_refused_with_both_versions(
    study: StudyReleases, tmp_path: Path, call: tuple[str, ...]
) -> None:
    arguments = [word.format(out=tmp_path / "out") for word in call]
    told = command(study, *arguments)
    assert told.exit_code == 4, (told.stderr, told.exception)
    assert told.stderr.count("\n") == 1
    release_id = study.current.readlink()
    assert told.stderr.startswith(
        f"plateau: Release {release_id} was written by Plateau 0.2.0 or an earlier version and "
        f"lacks what Plateau {__version__} reads here ("
    )
    assert "KeyError" not in told.stderr


def test_a_format_of_the_future_is_refused_by_every_command(study: StudyReleases) -> None:
    manifest = study.current / "manifest.json"
    content = {**json.loads(manifest.read_text()), "format": 2}
    manifest.write_text(json.dumps(content))
    (study.current / "manifest.sha256").write_text(f"{file_digest(manifest)}  manifest.json\n")
    for call in (
        ("verify",), ("status",), ("diff",), ("rollback",), ("query", "select 1"),
        ("explain", "os_all"), ("superset",), ("report",), ("prune", "--keep-last", "1"),
    ):  # fmt: skip
        told = command(study, *call)
        assert told.exit_code == 4, call
        assert (
            f"has format 2, but Plateau {__version__} reads formats up to 1; use the version"
            in (told.stderr)
        ), call
