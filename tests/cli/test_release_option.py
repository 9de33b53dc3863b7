"""Every command takes the same words for a release, and refuses the same ones in the same words."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analytics.cli import app
from analytics.errors import UsageError
from analytics.release.choice import chosen_release, release_of
from analytics.release.folders import MANIFEST, WAREHOUSE, StudyReleases
from analytics.release.history import Release, next_place

READS = {  # command: the call without the release, and what gets the release's folder
    "verify": (["verify"], "analytics.release.verify.verify_release"),
    "diff": (["diff", "first"], "analytics.readers.differences.difference"),
    "rollback": (["rollback"], "analytics.release.upkeep.release_at"),
    "query": (["query", "select 1"], "analytics.readers.queries.answer"),
    "query to a file": (
        ["query", "select 1", "--format", "parquet", "--output", "x.parquet"],
        "analytics.readers.queries.write_parquet",
    ),
    "explain": (["explain", "os_all"], "analytics.readers.explain.explain"),
    "ask": (["ask", "OS"], "analytics.readers.asking.ask"),
    "report": (["report"], "analytics.readers.published_report.published_report"),
    "patients": (
        ["report", "--patient-level"],
        "analytics.readers.published_report.patient_report",
    ),
    "adam": (["export", "adam", "out"], "analytics.export.source.release_to_export"),
    "ard": (["export", "ard", "out"], "analytics.export.source.release_to_export"),
    "docs": (["docs"], "analytics.readers.documents.write_documents"),
    "publish": (
        ["publish", "--to", "postgresql://user@host:5432/trials"],
        "analytics.serving.publish.publish",
    ),
    "superset": (["superset"], "analytics.superset.bundle.write_bundle"),
}
ARGUMENT = ("verify", "diff", "rollback")
NAMES = {  # what a user says, and the folder that is meant
    "current": "third",
    "previous": "second",
    "first": "first",
    "second": "second",
    "broken": "broken",
    "{releases}/trial/first": "first",
    "{releases}/trial/current": "third",
}
NEED_A_MANIFEST = ("diff", "superset")  # before anything else is read
NAMED = [
    (command, name)
    for command in READS
    for name in NAMES
    if not (name == "broken" and command in NEED_A_MANIFEST)
]
NOT_THERE = ("fourth", "fir", "", "..", "../trial", "{releases}", "failed-x", "log.jsonl", ".lock")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three releases, the last one current, one that is damaged, and a failed build."""
    study = StudyReleases(tmp_path_factory.mktemp("published"), "trial")
    for release_id in ("first", "second", "third"):
        publish(study, release_id)
    for folder in ("broken", "failed-x"):
        (study.folder / folder).mkdir()
    study.log.touch()
    return study.root


@pytest.fixture
def releases(published: Path, tmp_path: Path) -> Path:
    """A copy of the releases that a test may change."""
    return Path(shutil.copytree(published, tmp_path / "releases", symlinks=True))


def publish(study: StudyReleases, release_id: str) -> None:
    place = next_place(study, release_id)
    manifest = {
        "release_id": release_id,
        "study": {"study_id": "trial"},
        "history": {"release_order": place.release_order, "previous": place.previous},
    }
    with study.one_builder(), study.building(release_id) as building:
        (building / WAREHOUSE).touch()
        (building / MANIFEST).write_text(json.dumps(manifest))
        study.publish(building, release_id)


def told(monkeypatch: pytest.MonkeyPatch, releases: Path, command: str, *words: str) -> str:
    """What a command that gets no further than its release says."""
    call, reader = READS[command]

    def seen(first: Path | Release, *others: object, **_: object) -> None:
        after = others[0] if command == "diff" else first
        folder = after.folder if isinstance(after, Release) else after
        assert isinstance(folder, Path)
        raise UsageError(f"It is {folder.resolve()}")

    monkeypatch.setattr(reader, seen)
    result = CliRunner().invoke(app, [*call, *words, "--releases", str(releases)])
    assert result.exit_code == 2
    return result.stderr


def not_among(releases: Path, name: str) -> str:
    return (
        f"plateau: Release '{name}' is not among the releases of study 'trial' in "
        f"{releases}/trial; choose current, previous, first, second, third, broken or the folder "
        "of a release.\n"
    )


@pytest.mark.parametrize(("command", "name"), NAMED)
def test_a_release_is_named_alike_in_every_command(
    releases: Path, monkeypatch: pytest.MonkeyPatch, command: str, name: str
) -> None:
    given = name.format(releases=releases)
    it_is = f"plateau: It is {releases / 'trial' / NAMES[name]}\n"
    assert told(monkeypatch, releases, command, "--release", given) == it_is
    if command in ARGUMENT:
        assert told(monkeypatch, releases, command, given) == it_is


@pytest.mark.parametrize("name", NOT_THERE)
@pytest.mark.parametrize("command", READS)
def test_a_release_that_is_not_there_is_told_alike(
    releases: Path, monkeypatch: pytest.MonkeyPatch, command: str, name: str
) -> None:
    given = name.format(releases=releases)
    sentence = not_among(releases, given)
    assert told(monkeypatch, releases, command, "--release", given) == sentence
    if command in ARGUMENT:
        assert told(monkeypatch, releases, command, given) == sentence


@pytest.mark.parametrize("command", READS)
def test_the_release_by_default(
    releases: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    default = "second" if command == "rollback" else "third"
    assert told(monkeypatch, releases, command) == (
        f"plateau: It is {releases / 'trial' / default}\n"
    )


@pytest.mark.parametrize("command", ARGUMENT)
def test_a_release_named_twice_is_refused(
    releases: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    assert told(monkeypatch, releases, command, "second", "--release", "third") == (
        "plateau: Both 'second' and --release 'third' name the release; omit one of them.\n"
    )


@pytest.mark.parametrize("command", READS)
def test_a_release_that_was_copied_elsewhere_is_read_there_but_never_made_current(
    releases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    publish(StudyReleases(releases, "another"), "fifth")
    copy = Path(shutil.copytree(releases / "trial/first", tmp_path / "copy"))
    if command == "rollback":
        words = ("--release", str(copy), "--study", "trial")
        assert told(monkeypatch, releases, command, *words) == not_among(releases, str(copy))
        return
    words = ("--study", "trial") if command == "diff" else ()  # for the release before
    assert told(monkeypatch, releases, command, "--release", str(copy), *words) == (
        f"plateau: It is {copy}\n"
    )


def test_current_stays_the_link_that_follows_each_publication(releases: Path) -> None:
    assert chosen_release(releases, None) == releases / "trial/current"


def test_before_the_first_there_is_no_previous_one(releases: Path) -> None:
    study = StudyReleases(releases, "trial")
    study.point_current("first")
    with pytest.raises(UsageError) as error:
        release_of(study, "previous")
    assert str(error.value) == (
        "Release 'previous' is not among the releases of study 'trial' in "
        f"{releases}/trial; choose current, first, second, third, broken or the folder of a "
        "release."
    )


def test_previous_is_the_one_published_before_the_current_one(releases: Path) -> None:
    study = StudyReleases(releases, "trial")
    study.point_current("second")
    assert release_of(study, "previous") == study.release("first")
