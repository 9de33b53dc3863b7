"""A publish step that is killed between any two file operations leaves a whole release."""

import random
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from project import STUDY
from torture.places import Publisher
from torture.publisher import fingerprint_of
from torture.tiny_release import publish_small
from torture_scale import full_only, scaled

from analytics.release.folders import StudyReleases
from analytics.release.log import read_runs
from analytics.release.verify import verify_release

KILLED = -signal.SIGKILL
STUDY_ID = STUDY.name


def chosen_points(operations: int, wanted: int) -> Sequence[int]:
    """Operations to be killed before: all of them as often as it goes, the rest by chance."""
    choice = random.Random(20261122)
    every = list(range(1, operations))
    rounds, rest = divmod(wanted, len(every))
    return [*(every * rounds), *sorted(choice.sample(every, rest))]


def leftovers(releases: StudyReleases) -> list[str]:
    """What lies in the folder beside releases, the log and the lock."""
    known = {"current", "log.jsonl", ".lock"}
    return sorted(
        path.name
        for path in releases.folder.iterdir()
        if path.name not in known and not releases.has(path.name)
    )


def kill_publishes(
    publisher: Publisher, request: Mapping[str, Any], wanted: int, *, again: bool
) -> int:
    """Kill the publish step of a new or of the same release at so many points; how many."""
    releases = StudyReleases(request["releases"], STUDY_ID)
    for number in (1, 2):  # so that both names are taken, and the second is current
        ended = publisher(**request, number=number)
        assert ended["code"] == 0, ended
    dry = publisher(**request, number=2 if again else 1)
    points = chosen_points(dry["operations"], wanted)
    current = 2 if again else 1
    for point in points:
        publishing = current if again else 3 - current
        old_and_new = {fingerprint_of(number).release_id for number in (current, publishing)}
        assert publisher(**request, number=publishing, kill_at=point)["code"] == KILLED, point
        seen = verify_release(releases.current)
        assert seen.findings == (), point
        assert seen.release_id in old_and_new, point

        after = publisher(**request, number=publishing)
        assert after["code"] == 0, (point, after["stderr"])
        seen = verify_release(releases.current)
        assert (seen.release_id, seen.findings) == (fingerprint_of(publishing).release_id, ())
        assert leftovers(releases) == [], point
        assert read_runs(releases.log)[-1]["event"] == "published"
        current = publishing
    return len(points)


@pytest.mark.parametrize(
    ("again", "exchange"),
    [
        pytest.param(False, True, id="another release"),
        pytest.param(True, True, id="the same release"),
        pytest.param(True, False, id="the same release where folders cannot change names"),
    ],
)
def test_kill_9_anywhere_in_the_publish_step_leaves_the_old_or_the_new_release(
    publisher: Publisher, tmp_path: Path, again: bool, exchange: bool
) -> None:
    prepared = publish_small(StudyReleases(tmp_path / "prepared", "small"), 0)
    request = {"releases": tmp_path, "prepared": prepared, "exchange": exchange}
    assert kill_publishes(publisher, request, scaled(100), again=again) == scaled(100)


@full_only
def test_kill_9_while_the_default_study_is_published(
    publisher: Publisher, default_release: Path, tmp_path: Path
) -> None:
    request = {"releases": tmp_path, "prepared": default_release.resolve()}
    assert kill_publishes(publisher, request, 100, again=False) == 100
