"""A build that is killed in any of its steps leaves the old release; the next needs no hand."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from project import PROJECT, STUDY, Plateau
from torture_scale import FULL

from analytics.release.folders import StudyReleases
from analytics.release.verify import verify_release

STEPS = (
    "read the study",
    "load the files into raw",
    "read the dbt project",
    "build and test the marts",
    "check the marts",
    "estimate the results",
    "check the results",
    "build and test the tables for people",
    "export",
)
TAKING = ("take the tables over", "build and test what changed")
"""Steps of a build that takes over from the release before; the others are killed with --force."""
KILLED = (*STEPS, *TAKING) if FULL else (*STEPS[:2], TAKING[0])
SECONDS_INTO_THE_NEXT = 1.5


@pytest.fixture(scope="module")
def releases(default_releases: Path, tmp_path_factory: pytest.TempPathFactory) -> StudyReleases:
    copy = tmp_path_factory.mktemp("killed") / "releases"
    shutil.copytree(default_releases, copy, symlinks=True)
    return StudyReleases(copy, STUDY.name)


@pytest.fixture
def changed_study(study_copy: Path) -> Path:
    """The default study under another title, which makes it another release."""
    file = study_copy / "study.toml"
    file.write_text(file.read_text().replace('title = "', 'title = "Changed: ', 1))
    return study_copy


def kill_after(step: str, study: Path, releases: Path, seconds: float) -> int:
    """Start a build and kill it so long after a step has ended; its exit code."""
    command = [sys.executable, "-m", "analytics", "build", study, "--releases", releases]
    if step in STEPS:
        command.append("--force")
    with subprocess.Popen(
        list(map(str, command)),
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as build:
        assert build.stderr is not None
        for line in build.stderr:
            if line.rstrip().endswith(f" s  {step}"):
                time.sleep(seconds)
                build.send_signal(signal.SIGKILL)
                break
        return build.wait()


@pytest.mark.parametrize("step", KILLED)
def test_kill_9_after_a_step_leaves_the_old_release_and_the_next_run_needs_no_hand(
    plateau: Plateau, releases: StudyReleases, changed_study: Path, step: str
) -> None:
    before = releases.current.resolve()
    delay = random.Random(step).uniform(0, SECONDS_INTO_THE_NEXT)
    assert kill_after(step, changed_study, releases.root, delay) == -signal.SIGKILL
    assert releases.current.resolve() == before
    assert verify_release(releases.current).findings == ()

    after = plateau("build", STUDY, "--releases", releases.root)
    assert after.returncode == 0, after.stderr
    assert "is up to date." in after.stderr
    assert not list(releases.folder.glob(".building-*"))
