"""What a build may take over, and what it may not."""

import shutil
from pathlib import Path

import pytest
from project import PROJECT
from test_order_of_the_rooms import MODULES, room_of, rooms_read

from analytics.build.reuse import (
    GATE,
    ROOMS,
    EarlierBuild,
    earlier_build,
    earlier_outcomes,
    new_tables,
)
from analytics.release.folders import StudyReleases
from analytics.release.history import Place, Release, current_release
from analytics.warehouse import connect
from expectations.suite import Expectation, Suite

FIRST_ROOMS = {
    "tables": ("ingest", "transform"),
    "results": ("results",),
    "figures": ("report",),
}


def closure(rooms: tuple[str, ...]) -> set[str]:
    """The rooms and all that they import from, directly or through others."""
    read: dict[str, set[str]] = {}
    for module in MODULES:
        read.setdefault(room_of(module), set()).update(rooms_read(module))
    found: set[str] = set()
    waiting = list(rooms)
    while waiting:
        room = waiting.pop()
        if room not in found:
            found.add(room)
            waiting.extend(read[room])
    return found


@pytest.mark.parametrize("step", FIRST_ROOMS)
def test_the_program_of_a_step_is_all_that_it_imports(step: str) -> None:
    assert set(ROOMS[step]) == closure(FIRST_ROOMS[step])


def test_the_program_of_the_gates_is_all_that_the_expectations_import() -> None:
    read = {
        room for module in (PROJECT / "expectations").rglob("*.py") for room in rooms_read(module)
    }
    assert set(ROOMS[GATE]) == closure(tuple(read))


@pytest.mark.parametrize(
    ("query", "is_new"),
    [
        ("select * from (values (2, null), (1, 'a'), (1, 'a')) as t (x, y)", False),
        ("select * from (values (2, null), (1, 'a')) as t (x, y)", True),
        ("select * from (values (2, null), (2, null), (1, 'a')) as t (x, y)", True),
        ("select * from (values (2, ''), (1, 'a'), (1, 'a')) as t (x, y)", True),
        ("select * from (values (2.0, null), (1.0, 'a'), (1.0, 'a')) as t (x, y)", True),
        ("select * from (values (2, null), (1, 'a'), (1, 'a')) as t (x, z)", True),
    ],
)
def test_a_table_is_new_when_a_column_or_a_row_is(query: str, is_new: bool, tmp_path: Path) -> None:
    rows = "select * from (values (1, 'a'), (1, 'a'), (2, null)) as t (x, y)"
    for folder, statement in (("earlier", rows), ("later", query)):
        (tmp_path / folder).mkdir()
        with connect(tmp_path / folder / "warehouse.duckdb") as connection:
            connection.execute("create schema marts")
            connection.execute(f"create table marts.t as {statement}")
    earlier = EarlierBuild(Release("one", tmp_path / "earlier", Place(1, None)))
    found = new_tables(tmp_path / "later/warehouse.duckdb", earlier, [("marts", "t")])
    assert found == ({("marts", "t")} if is_new else set())


def suite(query: str) -> Suite:
    """A suite that asks otherwise than that of the release, whose outcomes it finds there."""
    check = Expectation("X-1", "unexpected_rows_expectation", {"query": query}, "info", "It holds.")
    return Suite("marts.subjects", "marts", "marts", "subjects", (check,))


@pytest.mark.integration
@pytest.mark.parametrize(
    ("query", "changed", "is_asked"),
    [
        ("from marts.time_to_event", {"risk_counts"}, False),
        ("from marts.time_to_event", {"time_to_event"}, True),
        ('from "marts"."TIME_TO_EVENT"', {"time_to_event"}, True),
        ("from {batch}", {"subjects"}, True),
        ("from survival.km('OS')", {"risk_counts"}, True),
        ("from quality.validation_result", {"risk_counts"}, True),
        ("select survival from results.survival_rate", {"risk_counts"}, False),
    ],
)
def test_a_suite_is_asked_when_a_check_can_read_what_changed(
    query: str, changed: set[str], is_asked: bool, default_releases: Path
) -> None:
    release = current_release(StudyReleases(default_releases, "blinatumomab"))
    assert release is not None
    earlier = EarlierBuild(release, {("gate", "marts"): "same"})
    other = Suite("marts.responses", "marts", "marts", "responses", ())
    found = earlier_outcomes(earlier, "marts", "same", changed, [suite(query), other])
    assert found.keys() == {"marts.responses", *(() if is_asked else ("marts.subjects",))}
    assert {outcome.suite for name in found for outcome in found[name]} == found.keys()
    assert earlier_outcomes(earlier, "marts", "other", set(), [suite(query)]) == {}


@pytest.mark.integration
@pytest.mark.parametrize(
    "file",
    ["warehouse.duckdb", "bi.duckdb", "report/explore.html", "report/figures/survival_os_all.png"],
)
def test_nothing_is_taken_from_a_release_with_an_altered_byte(
    file: str, default_releases: Path, tmp_path: Path
) -> None:
    releases = tmp_path / "releases"
    shutil.copytree(default_releases, releases, symlinks=True)
    study = StudyReleases(releases, "blinatumomab")
    assert earlier_build(study) is not None
    path = study.current / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert earlier_build(study) is None


def test_without_a_release_nothing_is_taken(tmp_path: Path) -> None:
    assert earlier_build(StudyReleases(tmp_path, "blinatumomab")) is None
