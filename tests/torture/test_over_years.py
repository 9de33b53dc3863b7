"""A hundred refreshes leave nothing behind, and a backup is a release folder like any other."""

import os
import shutil
import subprocess
import sys
import tarfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from project import PROJECT, STUDY, Plateau
from torture.places import Publisher
from torture.tiny_release import publish_small
from torture.tiny_study import tiny_study
from torture_scale import scaled

from analytics.release.folders import StudyReleases
from analytics.release.log import PUBLISHED, log_files, read_runs
from analytics.release.verify import verify_log, verify_release

# refreshes in one process, as a service would do, and tells what it holds before and after
IN_ONE_PROCESS = """
import gc, os, sys, threading
from pathlib import Path
from analytics.build.freshness import standing_release

def held():
    gc.collect()
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return len(os.listdir("/proc/self/fd")), threading.active_count(), resident

study, releases, n = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
for _ in range(3):  # what is kept for good is kept by the first runs
    assert standing_release(study, releases) is not None
before = held()
for _ in range(n):
    assert standing_release(study, releases) is not None
after = held()
print(after[0] - before[0], after[1] - before[1], after[2] - before[2])
"""


@pytest.fixture
def releases(default_releases: Path, tmp_path: Path) -> StudyReleases:
    copy = shutil.copytree(default_releases, tmp_path / "releases", symlinks=True)
    return StudyReleases(Path(copy), STUDY.name)


def names(releases: StudyReleases) -> set[str]:
    return {path.name for path in releases.folder.iterdir()}


def processes_of(session: int) -> list[str]:
    """The processes of a session that are there, when those that are ending have ended."""
    deadline = time.monotonic() + 5
    while found := _processes_now(session):
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return found


def _processes_now(session: int) -> list[str]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(stat.parent.name)
    return found


def test_refreshes_in_a_row_leave_no_file_and_no_process(releases: StudyReleases) -> None:
    before, n = names(releases), scaled(100)
    for _ in range(n // 2):
        run = subprocess.Popen(
            [sys.executable, "-m", "analytics", "refresh", STUDY, "--releases", releases.root],
            cwd=PROJECT,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        assert run.stderr is not None
        said = run.stderr.read()
        assert run.wait() == 0, said
        assert said.endswith("is up to date.\n")
        assert processes_of(run.pid) == []
    assert names(releases) == before | {".lock"}
    log = verify_log(releases.current)
    assert log is not None
    assert (log.n_lines, log.findings) == (n // 2 + 1, ())


def test_refreshes_in_one_process_hold_no_more_at_the_end(releases: StudyReleases) -> None:
    run = subprocess.run(
        [sys.executable, "-c", IN_ONE_PROCESS, STUDY, releases.root, str(scaled(100))],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    files, threads, memory = map(int, run.stdout.split())
    assert (files, threads) == (0, 0)
    assert memory < 4_000_000


def test_publications_in_a_row_leave_what_is_kept_and_no_more(
    publisher: Publisher, tmp_path: Path
) -> None:
    """Each is another release than the one before; the log goes on over files."""
    prepared = {
        number: publish_small(StudyReleases(tmp_path / f"prepared {number}", "small"), number)
        for number in (1, 2)
    }
    releases = StudyReleases(tmp_path / "releases", STUDY.name)
    for turn in range(scaled(100)):
        number = turn % 2 + 1
        ended = publisher(releases=releases.root, prepared=prepared[number], number=number)
        assert ended["code"] == 0, ended
    left = names(releases) - {path.name for path in log_files(releases.log)}
    kept = {path.name for path in releases.folder.iterdir() if releases.has(path.name)}
    assert left == {*kept, "current", ".lock"} | ({"current"} & kept)
    assert len(kept - {"current"}) == 2
    assert len(read_runs(releases.log)) == scaled(100)
    assert verify_release(releases.current).findings == ()


@dataclass(frozen=True)
class Refreshed:
    """What one refresh took: bytes of memory and open descriptors at most; whether it built."""

    memory: int
    descriptors: int
    is_built: bool


def refreshed(study: Path, releases: Path, temporary: Path) -> Refreshed:
    """One refresh in a process and a session of its own, after which no process is left."""
    command = [sys.executable, "-m", "analytics", "refresh", study, "--keep-last", "2"]
    run = subprocess.Popen(
        [*map(str, command), "--releases", str(releases)],
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(temporary)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    descriptors = 0
    while True:
        with suppress(OSError):
            descriptors = max(descriptors, len([*Path(f"/proc/{run.pid}/fd").iterdir()]))
        pid, status, used = os.wait4(run.pid, os.WNOHANG)
        if pid:
            break
        time.sleep(0.02)
    run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0
    assert processes_of(run.pid) == []
    event = read_runs(next(releases.glob("*/log.jsonl")))[-1]["event"]
    return Refreshed(used.ru_maxrss * 1024, descriptors, event == PUBLISHED)


def test_refreshes_of_a_study_that_changes_leave_nothing_behind(tmp_path: Path) -> None:
    """Every seventh finds a changed study and builds, with workers, drawers and dbt."""
    study, temporary = tiny_study(tmp_path / "study"), tmp_path / "tmp"
    temporary.mkdir()
    title, n = (study / "study.toml").read_text(), scaled(100)
    runs = []
    for turn in range(n):
        if turn % 7 == 0:
            (study / "study.toml").write_text(title.replace('title = "', f'title = "{turn} '))
        runs.append(refreshed(study, tmp_path / "releases", temporary))
        assert list(temporary.iterdir()) == []
    assert [run.is_built for run in runs] == [turn % 7 == 0 for turn in range(n)]
    releases = StudyReleases(tmp_path / "releases", "adam")
    assert len(names(releases) - {".lock", "current", "log.jsonl"}) == 2
    log = verify_log(releases.current)
    assert log is not None
    assert (log.n_lines, log.findings) == (n, ())
    for is_built in (True, False):
        first, *others = [run for run in runs if run.is_built == is_built]
        assert max(run.memory for run in others) < 1.2 * first.memory
        assert max(run.descriptors for run in others) < first.descriptors + 10


def backup(releases: StudyReleases, archive: Path) -> None:
    """As docs/operations.md describes it: with tar, without what is at work."""
    subprocess.run(
        ["tar", "-C", releases.root, "--exclude=.*", "-czf", archive, releases.study_id],
        check=True,
    )


def test_a_backup_that_is_restored_elsewhere_is_whole(
    plateau: Plateau, releases: StudyReleases, tmp_path: Path
) -> None:
    """Taken while a build is at work; verified, asked, refreshed and rolled back."""
    second = shutil.copytree(releases.current.resolve(), releases.folder / ".building-x-1")
    backup(releases, tmp_path / "backup.tar.gz")
    restored = StudyReleases(tmp_path / "restored", releases.study_id)
    restored.root.mkdir()
    subprocess.run(["tar", "-C", restored.root, "-xpzf", tmp_path / "backup.tar.gz"], check=True)
    with tarfile.open(tmp_path / "backup.tar.gz") as archive:
        assert not [name for name in archive.getnames() if Path(second).name in name]

    assert names(restored) == names(releases) - {".building-x-1", ".lock"}
    verified = plateau("verify", "--releases", restored.root)
    assert verified.returncode == 0, verified.stderr
    assert "The log of runs is unbroken: 1 line" in verified.stdout
    assert (restored.current / "warehouse.duckdb").stat().st_mode & 0o777 == 0o600
    assert restored.log.stat().st_mode & 0o777 == 0o600
    asked = plateau("query", "select n_subjects from bi.about", "--releases", restored.root)
    assert "259" in asked.stdout
    refreshed = plateau("refresh", STUDY, "--releases", restored.root)
    assert (refreshed.returncode, refreshed.stderr.split()[-3:]) == (0, ["up", "to", "date."])


def test_a_log_that_was_removed_is_told(
    plateau: Plateau, releases: StudyReleases, tmp_path: Path
) -> None:
    """A release that was copied elsewhere, by itself, has none."""
    alone = shutil.copytree(releases.current, tmp_path / "alone" / "release")
    releases.log.unlink()
    result = plateau("verify", "--releases", releases.root)
    assert result.returncode == 3
    assert result.stderr.startswith("log.jsonl is missing, in which the publication was written.\n")
    assert "the log of runs is not what was written" in result.stderr
    assert plateau("verify", alone).returncode == 0


def test_a_release_alone_is_restored_into_its_folder(
    plateau: Plateau, releases: StudyReleases
) -> None:
    """What docs/operations.md says to do about a release that was damaged."""
    release = releases.current.resolve()
    kept = shutil.copytree(release, releases.root.parent / "kept")
    (release / "bi.duckdb").write_bytes(b"")
    assert plateau("verify", "--releases", releases.root).returncode == 3
    shutil.rmtree(release)
    subprocess.run(["cp", "-a", kept, release], check=True)
    assert plateau("verify", "--releases", releases.root).returncode == 0
