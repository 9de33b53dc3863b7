"""Whose history a release carries on, also when a file before it is damaged."""

import json
from pathlib import Path

import duckdb
import pytest

from analytics.errors import BuildError
from analytics.release.folders import MANIFEST, WAREHOUSE, StudyReleases
from analytics.release.history import Place
from analytics.release.history_tables import lineage


@pytest.fixture
def releases(tmp_path: Path) -> StudyReleases:
    """Two releases, published one after the other."""
    releases = StudyReleases(tmp_path, "trial")
    for order, (release_id, previous) in enumerate([("first", None), ("second", "first")], 1):
        folder = releases.release(release_id)
        folder.mkdir(parents=True)
        place = {"release_order": order, "previous": previous}
        (folder / MANIFEST).write_text(json.dumps({"release_id": release_id, "history": place}))
        with duckdb.connect(str(folder / WAREHOUSE)) as connection:
            connection.execute("create schema history")
            for table in ("release", "headline_number", "subject_change"):
                connection.execute(f"create table history.{table} (release_id varchar)")
    return releases


def damage(releases: StudyReleases, release_id: str) -> None:
    path = releases.release(release_id) / WAREHOUSE
    path.write_bytes(path.read_bytes()[:1000])


def test_the_first_release_has_nothing_to_carry_on(tmp_path: Path) -> None:
    origin = lineage(StudyReleases(tmp_path, "trial"), "first")
    assert (origin.place, origin.previous, origin.source) == (Place(1, None), None, None)


def test_a_new_release_carries_on_the_last_one(releases: StudyReleases) -> None:
    origin = lineage(releases, "third")
    assert origin.place == Place(3, "second")
    assert origin.previous == origin.source
    assert origin.source is not None
    assert origin.source.release_id == "second"


def test_a_release_built_again_carries_on_its_own_rows(releases: StudyReleases) -> None:
    origin = lineage(releases, "second")
    assert origin.place == Place(2, "first")
    assert origin.previous is not None
    assert origin.source is not None
    assert (origin.previous.release_id, origin.source.release_id) == ("first", "second")


def test_a_damaged_release_can_be_built_again(releases: StudyReleases) -> None:
    damage(releases, "second")
    origin = lineage(releases, "second")
    assert origin.place == Place(2, "first")
    assert origin.source is not None
    assert origin.source.release_id == "first"


def test_after_a_damaged_release_nothing_is_carried_on_silently(releases: StudyReleases) -> None:
    damage(releases, "second")
    with pytest.raises(BuildError) as error:
        lineage(releases, "third")
    path = releases.release("second") / WAREHOUSE
    assert str(error.value) == (
        f"{path}, of the previous release, cannot be read, so its history cannot be continued; "
        "restore its folder, or remove it to continue from the release before it."
    )


def test_a_removed_release_before_is_no_obstacle(releases: StudyReleases) -> None:
    releases.remove("first")
    origin = lineage(releases, "second")
    assert (origin.place, origin.previous) == (Place(2, "first"), None)
