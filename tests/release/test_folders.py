"""Readers see a whole release, old or new, at every moment."""

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from analytics.errors import BuildError, BusyError
from analytics.release import folders
from analytics.release.exchange import exchange
from analytics.release.folders import MANIFEST, WAREHOUSE, StudyReleases


@pytest.fixture
def releases(tmp_path: Path) -> StudyReleases:
    return StudyReleases(tmp_path, "trial")


@pytest.fixture
def no_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a disk where two folders cannot change names in one step."""
    monkeypatch.setattr(folders, "exchange", lambda *_: False)


def publish(releases: StudyReleases, release_id: str, answer: int) -> Path:
    with releases.one_builder(), releases.building(release_id) as building:
        with duckdb.connect(str(building / WAREHOUSE)) as connection:
            connection.execute(f"create table answer as select {answer} as answer")
        (building / MANIFEST).write_text("{}")
        return releases.publish(building, release_id)


def answer_in(warehouse: Path) -> int:
    """Ask in a process of its own, as a reader does."""
    code = (
        "import duckdb, sys; "
        "print(duckdb.connect(sys.argv[1], read_only=True)"
        ".execute('from answer').fetchall()[0][0])"
    )
    return int(subprocess.check_output([sys.executable, "-c", code, str(warehouse)]))


def names(releases: StudyReleases) -> list[str]:
    return sorted(path.name for path in releases.folder.iterdir() if path.name != ".lock")


def test_a_published_release_is_current_and_nothing_else_is_left(releases: StudyReleases) -> None:
    publish(releases, "one", 1)
    assert names(releases) == ["current", "one"]
    assert releases.current.readlink() == Path("one")
    assert answer_in(releases.current / WAREHOUSE) == 1


def test_the_warehouse_with_its_patients_is_for_its_owner_only(releases: StudyReleases) -> None:
    release = publish(releases, "one", 1)
    assert (release / WAREHOUSE).stat().st_mode & 0o777 == 0o600


def test_a_reader_with_the_old_file_open_keeps_working(releases: StudyReleases) -> None:
    publish(releases, "one", 1)
    with duckdb.connect(str(releases.current / WAREHOUSE), read_only=True) as reader:
        publish(releases, "two", 2)
        assert reader.execute("from answer").fetchall() == [(1,)]
        assert answer_in(releases.current / WAREHOUSE) == 2


@pytest.mark.parametrize("disk", ["exchange", "no_exchange"])
def test_a_release_built_again_replaces_itself_under_its_readers(
    releases: StudyReleases, disk: str, request: pytest.FixtureRequest
) -> None:
    if disk == "no_exchange":
        request.getfixturevalue(disk)
    publish(releases, "one", 1)
    with duckdb.connect(str(releases.current / WAREHOUSE), read_only=True) as reader:
        publish(releases, "one", 2)
        assert reader.execute("from answer").fetchall() == [(1,)]
    assert answer_in(releases.current / WAREHOUSE) == 2
    assert names(releases) == ["current", "one"]


def test_two_folders_change_names_in_one_step(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    exchanged = exchange(tmp_path / "one", tmp_path / "other")
    assert exchanged or sys.platform != "linux"
    assert ((tmp_path / "one/file").read_text() == "other") is exchanged
    assert ((tmp_path / "other/file").read_text() == "one") is exchanged
    assert not exchange(tmp_path / "one", tmp_path / "nowhere")


@pytest.mark.usefixtures("no_exchange")
def test_current_leads_to_a_whole_release_at_each_step_of_a_replacement(
    releases: StudyReleases, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(releases, "one", 1)
    seen: list[int] = []
    lead = StudyReleases._lead

    def watched(self: StudyReleases, link: Path) -> None:
        seen.append(answer_in(self.current / WAREHOUSE))
        lead(self, link)
        seen.append(answer_in(self.current / WAREHOUSE))

    monkeypatch.setattr(StudyReleases, "_lead", watched)
    publish(releases, "one", 2)
    assert seen == [1, 1, 1, 2]


def test_a_failed_build_leaves_the_old_release_and_no_folder(releases: StudyReleases) -> None:
    publish(releases, "one", 1)
    with (
        pytest.raises(RuntimeError),
        releases.one_builder(),
        releases.building("two") as building,
    ):
        (building / WAREHOUSE).touch()
        raise RuntimeError
    assert names(releases) == ["current", "one"]
    assert answer_in(releases.current / WAREHOUSE) == 1


def test_the_folder_of_a_failed_build_can_be_kept(releases: StudyReleases) -> None:
    with (
        pytest.raises(RuntimeError),
        releases.one_builder(),
        releases.building("two", keep_failed=True) as building,
    ):
        (building / WAREHOUSE).touch()
        raise RuntimeError
    assert names(releases) == ["failed-two"]


def test_what_a_killed_build_left_is_removed_by_the_next(releases: StudyReleases) -> None:
    publish(releases, "one", 1)
    (releases.folder / ".building-two-123").mkdir()
    (releases.folder / ".current-123").symlink_to("nowhere")
    (releases.folder / ".previous-zero").mkdir()
    with releases.one_builder():
        assert names(releases) == ["current", "one"]


def test_a_build_killed_while_it_replaced_its_release_leaves_current_readable(
    releases: StudyReleases,
) -> None:
    publish(releases, "one", 1)
    releases._step_aside(releases.release("one"))
    assert answer_in(releases.current / WAREHOUSE) == 1
    publish(releases, "one", 2)
    assert answer_in(releases.current / WAREHOUSE) == 2
    assert names(releases) == ["current", "one"]


def test_a_removed_release_stays_readable_to_who_reads_it(releases: StudyReleases) -> None:
    publish(releases, "one", 1)
    publish(releases, "two", 2)
    with duckdb.connect(str(releases.release("one") / WAREHOUSE), read_only=True) as reader:
        releases.remove("one")
        assert reader.execute("from answer").fetchall() == [(1,)]
    assert names(releases) == ["current", "two"]


def test_a_removal_that_was_killed_is_ended_by_the_next_run(releases: StudyReleases) -> None:
    publish(releases, "one", 1)
    publish(releases, "two", 2)
    releases.release("one").rename(releases.folder / ".removed-one")
    with releases.one_builder():
        assert names(releases) == ["current", "two"]


def test_two_builds_of_a_study_do_not_run_at_once(releases: StudyReleases) -> None:
    other = StudyReleases(releases.root, releases.study_id)
    with releases.one_builder(), pytest.raises(BusyError) as error, other.one_builder():
        pass
    assert re.fullmatch(
        rf"Another run on study 'trial' is at work in {releases.folder} "
        rf"\(process {os.getpid()} of \S+ on \S+ since \d{{4}}-\d\d-\d\dT[\d:]+\+00:00\); "
        "wait until it has ended\\.",
        str(error.value),
    )


def test_nobody_but_the_owner_can_take_the_lock(releases: StudyReleases) -> None:
    releases.folder.mkdir()
    lock = releases.folder / ".lock"
    lock.touch(mode=0o644)
    with releases.one_builder():
        assert lock.stat().st_mode & 0o777 == 0o600


def test_the_lock_of_a_killed_build_is_taken_over(releases: StudyReleases) -> None:
    code = (
        "import sys, time; from pathlib import Path; "
        "from analytics.release.folders import StudyReleases\n"
        "releases = StudyReleases(Path(sys.argv[1]), 'trial')\n"
        "with releases.one_builder(), releases.building('one'):\n"
        "    print('held', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(releases.root)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BusyError), releases.one_builder():
            pass
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    publish(releases, "two", 2)
    assert names(releases) == ["current", "two"]


def test_builds_of_two_studies_run_at_once(releases: StudyReleases) -> None:
    other = StudyReleases(releases.root, "another")
    with releases.one_builder(), other.one_builder():
        assert other.folder.is_dir()


def test_a_releases_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    releases = StudyReleases(tmp_path / "file", "trial")
    with (
        pytest.raises(BuildError, match="choose another folder with --releases"),
        releases.one_builder(),
    ):
        pass


def test_a_release_without_manifest_is_not_there(releases: StudyReleases) -> None:
    publish(releases, "one", 1)
    assert releases.has("one")
    (releases.release("one") / MANIFEST).unlink()
    assert not releases.has("one")
    assert not releases.is_current("one")
