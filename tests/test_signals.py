"""A run that is told to end does so within five seconds, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from project import PROJECT

from analytics.release.log import INTERRUPTED, read_runs

pytestmark = pytest.mark.integration  # waits for processes

# each run prints a line when it is at its place, and then waits there for a signal
BEGIN = """
import sys, time
from pathlib import Path
from analytics.release.folders import StudyReleases
from analytics.release.log import logged
from analytics.signals import end_on_signals, ended_as_told, temporary_folder, undisturbed
from analytics.warehouse import connect

folder = Path(sys.argv[1])
releases = StudyReleases(folder, "trial")
end_on_signals()
def at_its_place():
    print("there", flush=True)
"""
RUNS = {
    "Python": "time.sleep(60)",
    "the engine": """
with connect(":memory:") as connection:
    connection.execute("select sum(hash(a.range + b.range)) from range(10000000) a, range(10000) b")
""",
    "a library that keeps the interpreter": """
numbers = []
while True:
    try:
        if not numbers:
            started = time.process_time()
            sum(range(2_000_000))
            numbers.append(int(1.5 / (time.process_time() - started) * 2_000_000))
            sum(range(numbers[0]))  # without a look at signals or other threads
        time.sleep(60)
    except BaseException:
        pass
""",
    "a library that drops exceptions": """
for _ in range(3):
    try:
        time.sleep(60)
    except BaseException:
        pass
time.sleep(60)
""",
    "a callback that drops exceptions": """
class Dropped:
    def __del__(self):
        time.sleep(60)
Dropped()
time.sleep(60)
""",
}
IN_A_BUILD = """
with releases.one_builder(), logged(releases.log), releases.building("x") as building:
    (building / "warehouse.duckdb").touch()
    with temporary_folder("plateau-test-") as other:
        (other / "patients.csv").touch()
        at_its_place()
        with ended_as_told():
            exec(sys.argv[2])
"""


def started(folder: Path, code: str, *arguments: str) -> "subprocess.Popen[str]":
    """A run at its place, whose temporary folder is in that folder too."""
    (folder / "tmp").mkdir(exist_ok=True)
    run = subprocess.Popen(
        [sys.executable, "-c", BEGIN + code, str(folder), *arguments],
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(folder / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    assert run.stdout.readline() == "there\n"
    return run


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("place", RUNS)
def test_a_run_ends_within_five_seconds_wherever_it_is(
    tmp_path: Path, place: str, number: signal.Signals
) -> None:
    if number == signal.SIGHUP and place != "Python":
        pytest.skip("the two signals differ in their number alone")
    run = started(tmp_path, IN_A_BUILD, RUNS[place])
    time.sleep(0.2)
    asked = time.monotonic()
    run.send_signal(number)
    assert run.wait(10) == 128 + number
    assert time.monotonic() - asked < 5
    assert run.stderr is not None
    assert "Traceback" not in run.stderr.read()
    left = {path.name for path in (tmp_path / "trial").iterdir()}
    assert left == {".lock", "log.jsonl"}
    assert list((tmp_path / "tmp").iterdir()) == []
    assert [line["event"] for line in read_runs(tmp_path / "trial/log.jsonl")] == [INTERRUPTED]


def test_a_second_signal_does_not_stop_the_tidying(tmp_path: Path) -> None:
    code = """
try:
    at_its_place()
    time.sleep(60)
finally:
    time.sleep(1)
    (folder / "tidy").touch()
"""
    run = started(tmp_path, code)
    run.terminate()
    assert run.wait(10) == 128 + signal.SIGTERM
    assert (tmp_path / "tidy").exists()


def test_what_was_done_whole_is_told_as_done(tmp_path: Path) -> None:
    """A signal during or after the moment in which a release is published."""
    code = """
with undisturbed():
    at_its_place()
    time.sleep(1)
time.sleep(1)
print("published")
"""
    for seconds in (0.2, 1.3):
        run = started(tmp_path, code)
        time.sleep(seconds)
        run.terminate()
        said, complaint = run.communicate(timeout=10)
        assert (run.returncode, said, complaint) == (0, "published\n", "")


def test_what_failed_inside_is_not_done(tmp_path: Path) -> None:
    code = """
try:
    with undisturbed():
        raise OSError
except OSError:
    pass
at_its_place()
time.sleep(60)
"""
    run = started(tmp_path, code)
    run.terminate()
    assert run.wait(10) == 128 + signal.SIGTERM


@pytest.mark.parametrize("seconds", [1.0, 2.5])
def test_a_check_that_is_stopped_leaves_no_patient_behind(
    tmp_path: Path, study_copy: Path, seconds: float
) -> None:
    (tmp_path / "tmp").mkdir()
    run = subprocess.Popen(
        [sys.executable, "-m", "analytics", "check", str(study_copy)],
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        stderr=subprocess.DEVNULL,
    )
    for _ in range(600):
        if list((tmp_path / "tmp").iterdir()):
            break
        time.sleep(0.05)
    time.sleep(seconds)
    run.terminate()
    assert run.wait(10) == 128 + signal.SIGTERM
    assert list((tmp_path / "tmp").iterdir()) == []
