"""An exit code never lies: the order in which a build publishes, logs and prunes.

Everything before the publish step is replaced; the releases folder and the log are real.
"""

import errno
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest
from project import STUDY

from analytics.build import pipeline
from analytics.build.pipeline import BuildOptions, BuildOutcome
from analytics.errors import BuildError, UsageError
from analytics.release import log as run_log
from analytics.release.digests import Fingerprint
from analytics.release.folders import HEADLINE, WAREHOUSE, StudyReleases
from analytics.release.history import next_place
from analytics.release.history_tables import Lineage
from analytics.release.log import FAILED, PRUNED, PUBLISHED, UP_TO_DATE, read_runs
from analytics.release.signing import signer_of
from analytics.release.soundness import visible_damage
from analytics.release.upkeep import Retention, roll_back
from analytics.study import load_study

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Builds:
    """Builds of a study in which only a number differs."""

    def __init__(self, root: Path) -> None:
        self.number = 1
        self.options = BuildOptions(root)
        self.releases = StudyReleases(root, STUDY.name)

    def run(self, number: int, **options: Any) -> BuildOutcome:
        self.number = number
        return pipeline.build(STUDY, BuildOptions(self.options.releases, **options))

    def fill(self, walk: Any) -> list[Any]:
        with duckdb.connect(str(walk.warehouse)) as connection:
            connection.execute(f"create table answer as select {self.number} as answer")
        (walk.folder / HEADLINE).parent.mkdir()
        (walk.folder / HEADLINE).write_text(f"The answer is {self.number}.\n")
        return []

    def fingerprint(self, *_: object) -> Fingerprint:
        return Fingerprint({"study.toml": str(self.number)}, "code", "lock", "parameters")

    def fingerprint_id(self, number: int) -> str:
        self.number = number
        return self.fingerprint().release_id

    def current(self) -> str:
        return (self.releases.current / HEADLINE).read_text()

    def events(self) -> list[str]:
        return [run["event"] for run in read_runs(self.releases.log)]


@pytest.fixture
def builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builds:
    builds = Builds(tmp_path)
    study = load_study(STUDY)
    monkeypatch.setattr(pipeline, "load_study", lambda _: study)
    monkeypatch.setattr(pipeline, "load_suites", lambda _: [])
    monkeypatch.setattr(pipeline, "load_published", lambda _: [])
    monkeypatch.setattr(pipeline, "unused_files", lambda _: ())
    monkeypatch.setattr(pipeline, "fingerprint_of", builds.fingerprint)
    monkeypatch.setattr(pipeline, "_fill", builds.fill)
    monkeypatch.setattr(
        pipeline, "lineage", lambda releases, name: Lineage(next_place(releases, name), None, None)
    )
    builds.run(1)
    return builds


def test_a_publication_is_in_the_log_before_readers_see_it(
    builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    swap = StudyReleases.swap

    def watched(releases: StudyReleases, building: Path, release_id: str) -> Path:
        seen.append([builds.current(), *builds.events()])
        return swap(releases, building, release_id)

    monkeypatch.setattr(StudyReleases, "swap", watched)
    assert builds.run(2).event == PUBLISHED
    assert seen == [["The answer is 1.\n", PUBLISHED, PUBLISHED]]
    assert builds.current() == "The answer is 2.\n"


def test_a_log_that_cannot_be_written_is_told_before_the_work(builds: Builds) -> None:
    builds.releases.log.unlink()
    builds.releases.log.mkdir()
    with pytest.raises(BuildError, match=r"log\.jsonl cannot be written .*; nothing was published"):
        builds.run(2)
    assert builds.current() == "The answer is 1.\n"


@pytest.mark.parametrize("again", [False, True])
def test_without_room_for_its_line_nothing_is_published(
    builds: Builds, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    """A new release, and one that is there and would be made current again."""
    if again:
        builds.run(2)
        builds.run(1, force=True)
        roll_back(builds.releases, builds.fingerprint_id(2))
    before = builds.current()

    def refused(*_: object, **__: object) -> None:
        raise FULL

    monkeypatch.setattr(run_log, "append_run", refused)
    with pytest.raises(OSError, match="No space"):
        builds.run(1 if again else 2)
    assert builds.current() == before


def test_a_swap_that_fails_withdraws_its_line(
    builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise FULL

    monkeypatch.setattr(StudyReleases, "swap", refused)
    with pytest.raises(OSError, match="No space"):
        builds.run(2)
    assert builds.current() == "The answer is 1.\n"
    assert builds.events() == [PUBLISHED, PUBLISHED, FAILED]
    assert read_runs(builds.releases.log)[-1]["withdraws"] == PUBLISHED


def test_old_releases_that_cannot_be_pruned_do_not_undo_a_publication(
    builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise FULL

    monkeypatch.setattr(StudyReleases, "remove", refused)
    outcome = builds.run(2, retention=Retention(1))
    assert outcome.event == PUBLISHED
    assert outcome.problems == ("Old releases could not be pruned (No space left on device).",)
    assert builds.current() == "The answer is 2.\n"


def test_pruning_has_a_line_of_its_own(builds: Builds) -> None:
    builds.run(2, retention=Retention(1))
    assert builds.events() == [PUBLISHED, PUBLISHED, PRUNED]
    builds.run(2, retention=Retention(1))
    assert builds.events()[-1] == UP_TO_DATE


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_swap_does_not_end_the_run(
    builds: Builds, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    swap = StudyReleases.swap
    handler = signal.getsignal(number)

    def interrupted(releases: StudyReleases, building: Path, release_id: str) -> Path:
        os.kill(os.getpid(), number)
        return swap(releases, building, release_id)

    monkeypatch.setattr(StudyReleases, "swap", interrupted)
    assert builds.run(2).event == PUBLISHED
    assert builds.current() == "The answer is 2.\n"
    assert signal.getsignal(number) == handler


def damage_warehouse(release: Path) -> None:
    (release / WAREHOUSE).unlink()


def cut_warehouse(release: Path) -> None:
    with (release / WAREHOUSE).open("r+b") as file:
        file.truncate(100)


def replace_by_link(release: Path) -> None:
    (release / HEADLINE).rename(release.parent / "elsewhere")
    (release / HEADLINE).symlink_to(release.parent / "elsewhere")


def break_manifest(release: Path) -> None:
    (release / "manifest.json").write_text("{")


def remove_digest(release: Path) -> None:
    (release / "manifest.sha256").unlink()


@pytest.mark.parametrize(
    ("damage", "clause"),
    [
        (damage_warehouse, "warehouse.duckdb is missing"),
        (cut_warehouse, "warehouse.duckdb has 100 bytes instead of 274,432"),
        (replace_by_link, "report/headline.txt is not a file of its own"),
        (break_manifest, "manifest.json or manifest.sha256 cannot be read"),
        (remove_digest, "manifest.sha256 is missing"),
    ],
)
def test_a_release_that_is_visibly_damaged_is_built_again(
    builds: Builds, damage: Any, clause: str
) -> None:
    release = builds.releases.current.resolve()
    damage(release)
    (found,) = visible_damage(release)
    assert found.partition(" instead")[0] == clause.partition(" instead")[0]
    assert builds.run(1).event == PUBLISHED
    assert visible_damage(release) == ()


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("no ssh-keygen is installed here")
    path = tmp_path_factory.mktemp("key") / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


def test_a_release_is_signed_before_it_is_published(builds: Builds, key: Path) -> None:
    assert builds.run(2, sign=key).event == PUBLISHED
    signer = signer_of(builds.releases.current, None)
    assert read_runs(builds.releases.log)[-1]["signed"] == signer.key
    assert builds.run(2, sign=key).event == UP_TO_DATE


def test_a_release_without_a_signature_is_built_again_when_one_is_asked_for(
    builds: Builds, key: Path
) -> None:
    assert builds.run(1).event == UP_TO_DATE
    assert builds.run(1, sign=key).event == PUBLISHED
    assert signer_of(builds.releases.current, None).key
    assert builds.run(1).event == UP_TO_DATE


def test_a_key_that_cannot_sign_is_told_before_the_work(builds: Builds, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no file; name an SSH key"):
        builds.run(2, sign=tmp_path / "nowhere")
    assert builds.current() == "The answer is 1.\n"
    assert builds.events() == [PUBLISHED, FAILED]
