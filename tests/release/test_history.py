"""The order of releases, rolling back to it, and removing the oldest."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from analytics.cli import app
from analytics.errors import BusyError, UsageError
from analytics.release.folders import MANIFEST, WAREHOUSE, StudyReleases
from analytics.release.history import (
    Place,
    current_release,
    next_place,
    published_releases,
    release_at,
)
from analytics.release.log import PRUNED, PUBLISHED, ROLLED_BACK, read_runs
from analytics.release.upkeep import KEEP_ALL, Retention, prune, prune_now, roll_back


@pytest.fixture
def releases(tmp_path: Path) -> StudyReleases:
    """Three releases, published as they are named; the third is current."""
    releases = StudyReleases(tmp_path, "trial")
    for release_id in ("first", "second", "third"):
        publish(releases, release_id)
    return releases


def publish(releases: StudyReleases, release_id: str) -> None:
    place = next_place(releases, release_id)
    manifest = {
        "release_id": release_id,
        "history": {"release_order": place.release_order, "previous": place.previous},
    }
    with releases.one_builder(), releases.building(release_id) as building:
        with duckdb.connect(str(building / WAREHOUSE)) as connection:
            connection.execute(f"create table answer as select '{release_id}' as answer")
        (building / MANIFEST).write_text(json.dumps(manifest))
        releases.publish(building, release_id)


def ids(releases: StudyReleases) -> list[str]:
    return [release.release_id for release in published_releases(releases)]


def last_run(releases: StudyReleases) -> dict[str, object]:
    run = read_runs(releases.log)[-1]
    who_and_when = ("at", "previous", "version", "user", "host")
    return {key: value for key, value in run.items() if key not in who_and_when}


def test_releases_stand_in_the_order_they_were_published(releases: StudyReleases) -> None:
    assert ids(releases) == ["first", "second", "third"]
    assert [release.place for release in published_releases(releases)] == [
        Place(1, None),
        Place(2, "first"),
        Place(3, "second"),
    ]


def test_a_release_that_is_built_again_keeps_its_place(releases: StudyReleases) -> None:
    publish(releases, "second")
    assert ids(releases) == ["first", "second", "third"]
    assert releases.is_current("second")


def test_the_place_after_a_rollback_follows_what_was_published_last(
    releases: StudyReleases,
) -> None:
    roll_back(releases, "first")
    assert next_place(releases, "fourth") == Place(4, "third")


def test_a_folder_without_a_manifest_is_no_release(releases: StudyReleases) -> None:
    (releases.release("second") / MANIFEST).write_text("{")
    (releases.folder / "failed-x").mkdir()
    assert ids(releases) == ["first", "third"]


def test_a_folder_that_is_no_release_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="contains no release"):
        release_at(tmp_path)


def test_a_rollback_leads_to_the_release_before_and_is_logged(releases: StudyReleases) -> None:
    assert roll_back(releases).release_id == "second"
    current = current_release(releases)
    assert current is not None
    assert current.release_id == "second"
    assert ids(releases) == ["first", "second", "third"]
    assert last_run(releases) == {"event": ROLLED_BACK, "release": "second", "before": "third"}


def test_a_rollback_can_be_taken_back(releases: StudyReleases) -> None:
    roll_back(releases)
    roll_back(releases, "third")
    assert releases.is_current("third")


def test_a_rollback_to_the_current_release_is_refused(releases: StudyReleases) -> None:
    with pytest.raises(UsageError) as error:
        roll_back(releases, "third")
    assert str(error.value) == (
        "Release third of study 'trial' is already current; name another release."
    )
    assert read_runs(releases.log) == []


def test_the_oldest_are_pruned_and_it_is_logged(releases: StudyReleases) -> None:
    assert prune_now(releases, Retention(2)) == ["first"]
    assert ids(releases) == ["second", "third"]
    assert last_run(releases) == {"event": PRUNED, "pruned": ["first"]}
    assert [path.name for path in releases.folder.glob(".removed-*")] == []


def test_the_current_release_is_never_pruned(releases: StudyReleases) -> None:
    roll_back(releases, "first")
    assert prune_now(releases, Retention(1)) == ["second"]
    assert ids(releases) == ["first", "third"]
    assert (releases.current / WAREHOUSE).is_file()


def test_with_fewer_releases_than_are_kept_nothing_is_pruned(releases: StudyReleases) -> None:
    assert prune(releases, Retention(3)) == []
    assert prune(releases, Retention(30)) == []


def test_what_follows_a_pruned_release_still_knows_its_place(releases: StudyReleases) -> None:
    prune(releases, Retention(1))
    publish(releases, "fourth")
    places = [release.place for release in published_releases(releases)]
    assert places == [Place(3, "second"), Place(4, "third")]


def test_a_rollback_to_a_release_with_a_broken_manifest_is_refused(releases: StudyReleases) -> None:
    (releases.release("second") / MANIFEST).write_text("{")
    with pytest.raises(UsageError, match="second contains no release"):
        roll_back(releases, "second")
    assert releases.is_current("third")


def test_nothing_is_moved_while_another_run_is_at_work(releases: StudyReleases) -> None:
    other = StudyReleases(releases.root, releases.study_id)
    with other.one_builder():
        with pytest.raises(BusyError):
            roll_back(releases)
        with pytest.raises(BusyError):
            prune_now(releases, Retention(1))
    assert releases.is_current("third")


def test_a_pruning_killed_at_any_moment_leaves_current_and_whole_releases(
    releases: StudyReleases,
) -> None:
    code = (
        "import os, signal, shutil, sys; from pathlib import Path; "
        "from analytics.release.folders import StudyReleases; "
        "from analytics.release.upkeep import Retention, prune_now\n"
        "shutil.rmtree = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
        "prune_now(StudyReleases(Path(sys.argv[1]), 'trial'), Retention(1))"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(releases.root)], check=False)
    assert killed.returncode == -9
    assert ids(releases) == ["second", "third"]
    assert releases.is_current("third")
    assert prune_now(releases, Retention(1)) == ["second"]
    assert sorted(path.name for path in releases.folder.iterdir() if path.is_dir()) == [
        "current",
        "third",
    ]


DAY_20 = datetime(2026, 1, 20, 12, tzinfo=UTC)


def write_log(releases: StudyReleases, *events: tuple[int, str, str]) -> None:
    """A log of runs on days of January, with the release that each made current."""
    lines = [
        {"at": f"2026-01-{day:02d}T12:00:00+00:00", "event": event, "release": release}
        for day, event, release in events
    ]
    releases.log.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


PUBLICATIONS = ((1, PUBLISHED, "first"), (10, PUBLISHED, "second"), (18, PUBLISHED, "third"))


@pytest.mark.parametrize(
    ("retention", "removed"),
    [
        (Retention(days=1), ["first", "second"]),
        (Retention(days=5), ["first"]),  # the second was current until two days ago
        (Retention(days=11), []),
        (Retention(days=365), []),  # the log is not that old
        (Retention(last=2, days=1), ["first"]),
        (Retention(last=1, days=5), ["first"]),
        (KEEP_ALL, []),
    ],
)
def test_a_release_stays_as_long_as_it_was_current_lately(
    releases: StudyReleases, retention: Retention, removed: list[str]
) -> None:
    write_log(releases, *PUBLICATIONS)
    assert prune(releases, retention, DAY_20) == removed
    assert releases.is_current("third")


def test_a_release_that_a_rollback_left_is_as_old_as_the_rollback(releases: StudyReleases) -> None:
    write_log(releases, *PUBLICATIONS, (19, ROLLED_BACK, "first"))
    releases.point_current("first")
    assert prune(releases, Retention(days=1), DAY_20) == ["second"]


def test_without_a_log_no_release_is_too_old(releases: StudyReleases) -> None:
    assert prune(releases, Retention(days=1), DAY_20) == []


def test_a_call_that_would_keep_nothing_is_refused(releases: StudyReleases) -> None:
    result = CliRunner().invoke(app, ["prune", "--releases", str(releases.root)])
    assert result.exit_code == 2
    assert result.stderr == (
        "plateau: Say what to keep: --keep-last 10, --keep-days 365, or both.\n"
    )
    write_log(releases, *PUBLICATIONS)
    result = CliRunner().invoke(
        app, ["prune", "--releases", str(releases.root), "--keep-days", "1", "--keep-last", "2"]
    )
    assert (result.exit_code, result.stderr) == (0, "Removed: first.\n")
