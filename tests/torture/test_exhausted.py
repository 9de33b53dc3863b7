"""A full disk, a folder that cannot be written, too little memory: one sentence, not zero, and
the old release is as it was."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from project import PROJECT, STUDY
from torture.places import SENTENCE
from torture_scale import full_only
from typer.testing import CliRunner

from analytics.cli import app

IN_A_NAMESPACE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "-r"]
CAN_MOUNT = (
    shutil.which("unshare") is not None
    and subprocess.run(
        [*IN_A_NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False
    ).returncode
    == 0
)
mounts = pytest.mark.skipif(not CAN_MOUNT, reason="no mount namespace can be made here")
PLATEAU = f"{sys.executable} -m analytics"


@pytest.fixture
def changed_study(study_copy: Path) -> Path:
    """The default study under another title, which makes it another release."""
    file = study_copy / "study.toml"
    file.write_text(file.read_text().replace('title = "', 'title = "Changed: ', 1))
    return study_copy


@pytest.fixture
def releases(default_releases: Path, tmp_path: Path) -> Path:
    """A copy of the releases, in which a build may fail."""
    return Path(shutil.copytree(default_releases, tmp_path / "releases", symlinks=True))


def in_a_namespace(script: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run a shell script with mounts of its own; its arguments are $1, $2 ..."""
    return subprocess.run(
        [*IN_A_NAMESPACE, "bash", "-c", script, "bash", *map(str, arguments)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def assert_refused(result: "subprocess.CompletedProcess[str]", code: int = 4) -> None:
    """One sentence after the lines of progress, the code, and the old release verified."""
    *progress, sentence = result.stderr.splitlines(keepends=True)
    assert SENTENCE.match(sentence), result.stderr
    assert not [line for line in progress if " s  " not in line], result.stderr
    assert result.stdout.splitlines()[0] == f"code {code}", (result.stdout, result.stderr)
    assert "match the manifest" in result.stdout.splitlines()[-2]
    assert result.stdout.splitlines()[-1].startswith("The log of runs is unbroken: ")


ON_A_SMALL_DISK = f"""
mkdir -p "$3" && mount -t tmpfs -o size="$4" tmpfs "$3" && cp -a "$2"/. "$3"/
left=$(df --output=avail -k "$3" | tail -1); keep="$5"
[ "$left" -le "$keep" ] || head -c $(((left - keep) * 1024)) /dev/zero > "$3/filling"
{PLATEAU} build "$1" --releases "$3"; echo "code $?"
ls -A "$3"/* | grep -c building
{PLATEAU} verify --releases "$3"
"""


@mounts
@pytest.mark.parametrize(
    "kilobytes_left",
    [
        64,
        *(
            pytest.param(size, marks=full_only)
            for size in (0, 1024, 4096, 8192, 16384, 24576, 32768, 40960, 45056, 49152)
        ),
    ],
)
def test_a_full_disk_is_one_sentence_and_leaves_the_old_release(
    changed_study: Path, releases: Path, tmp_path: Path, kilobytes_left: int
) -> None:
    result = in_a_namespace(
        ON_A_SMALL_DISK, changed_study, releases, tmp_path / "disk", "200m", kilobytes_left
    )
    assert_refused(result)
    assert result.stdout.splitlines()[1] == "0"  # nothing of the failed build is left


ON_A_READ_ONLY_DISK = f"""
mount --bind "$2" "$2" && mount -o remount,ro,bind "$2"
{PLATEAU} build "$1" --releases "$2"; echo "code $?"
{PLATEAU} verify --releases "$2"
"""


@mounts
def test_a_read_only_folder_is_one_sentence(changed_study: Path, releases: Path) -> None:
    result = in_a_namespace(ON_A_READ_ONLY_DISK, changed_study, releases)
    assert_refused(result)
    assert "(Read-only file system)" in result.stderr


@pytest.mark.parametrize(
    "error",
    [MemoryError(), duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate 1 GiB")],
    ids=["Python", "DuckDB"],
)
def test_too_little_memory_is_one_sentence(
    error: Exception, changed_study: Path, releases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the records are loaded. A limit of the system itself may end the process anywhere."""

    def refused(*_: object) -> None:
        raise error

    monkeypatch.setattr("analytics.build.pipeline.load_raw", refused)
    arguments = ["build", str(changed_study), "--releases", str(releases), "--force"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 4
    said = result.stderr.splitlines()[-1]
    assert "emory" in said
    assert "nothing was published" in said
    assert "Traceback" not in result.stderr
    verified = run([sys.executable, "-m", "analytics", "verify", "--releases", releases])
    assert verified.returncode == 0, verified.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_folder_of_somebody_else_is_one_sentence(releases: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own is closed to other users
        place = Path(folder) / "releases"
        shutil.move(releases, place)
        Path(folder).chmod(0o755)
        result = run([*NOBODY, *build_of(STUDY, place)])
        verified = run([sys.executable, "-m", "analytics", "verify", "--releases", place])
    assert result.returncode == 4
    assert result.stderr.splitlines()[-1] == (
        f"plateau: {place / STUDY.name} cannot be written (Permission denied); "
        "choose another folder with --releases."
    )
    assert verified.returncode == 0, verified.stderr


NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def build_of(study: Path, releases: Path) -> list[object]:
    return [sys.executable, "-m", "analytics", "build", study, "--releases", releases]


def run(command: Sequence[object]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        list(map(str, command)), cwd=PROJECT, capture_output=True, text=True, check=False
    )
