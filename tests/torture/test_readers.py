"""Readers never block, never break, and never see two releases in one answer."""

import subprocess
import sys
from pathlib import Path

from project import PROJECT, STUDY
from torture.places import Publisher
from torture.tiny_release import publish_small
from torture_scale import full_only

from analytics.release.folders import StudyReleases

N_READERS = 8
N_PUBLISHES = 20
TABLES = ("third", "fourth")

# asks every table of the current release, again and again, until the file `stop` appears
READER = """
import sys
import time
from pathlib import Path
from analytics.readers.queries import answer
from analytics.release.choice import chosen_release
from analytics.warehouse import connect_for_queries

releases, study, stop = sys.argv[1:]
current = Path(releases) / study / "current"
n_answers, mixed = 0, []
while not Path(stop).exists() or not n_answers:
    with connect_for_queries(current / "bi.duckdb") as connection:
        answers = {
            value
            for table in ("third", "fourth")
            for (value,) in connection.execute(f"select distinct answer from {table}").fetchall()
        }
    sql = "select distinct answer from bi.third union select distinct answer from results.first"
    [_, *lines] = answer(chosen_release(Path(releases), study), sql, "csv")
    n_answers += 1
    for seen in (answers, set(lines)):
        if len(seen) != 1 or not seen <= {1, 2, "1", "2"}:
            mixed.append(seen)
    time.sleep(0.2)
print(n_answers, mixed)
"""


@full_only
def test_eight_readers_see_twenty_publishes_without_an_error_or_a_mixed_answer(
    publisher: Publisher, tmp_path: Path
) -> None:
    prepared = {
        number: publish_small(StudyReleases(tmp_path / f"prepared {number}", "small"), number)
        for number in (1, 2)
    }
    releases = StudyReleases(tmp_path / "releases", STUDY.name)

    def publish(number: int) -> None:
        request = {"releases": releases.root, "prepared": prepared[number], "number": number}
        result = publisher(**request)
        assert result["code"] == 0, result["stderr"]

    publish(1)
    stop = tmp_path / "stop"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(releases.root), STUDY.name, str(stop)],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(N_READERS)
    ]
    try:
        for turn in range(N_PUBLISHES):  # 2, 2, 1, 1, ...: every other release replaces itself
            publish(2 - turn // 2 % 2)
    finally:
        stop.touch()
    for reader in readers:
        said, complaint = reader.communicate(timeout=120)
        assert reader.returncode == 0, complaint
        n_answers, mixed = said.split(maxsplit=1)
        assert mixed == "[]\n"
        assert int(n_answers) > 0
