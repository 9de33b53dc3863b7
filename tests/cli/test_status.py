"""`plateau status` says what is published, and how the last run went."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analytics.cli import app

MANIFEST = {
    "release_id": "abc",
    "study": {"title": "Two trials", "synthetic": True, "synthetic_note": "Nobody's data."},
    "checks": {"passed": 198, "critical": 0, "warning": 1, "info": 1},
}


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    release = tmp_path / "trial/abc"
    release.mkdir(parents=True)
    (tmp_path / "trial/current").symlink_to("abc")
    (release / "warehouse.duckdb").touch()
    (release / "manifest.json").write_text(json.dumps(MANIFEST))
    (tmp_path / "trial/log.jsonl").write_text(
        '{"at": "2026-01-01T00:00:00+00:00", "event": "published", "release": "abc"}\n'
        '{"at": "2026-01-02T00:00:00+00:00", "event": "failed", "message": "No death date."}\n'
    )
    return tmp_path


def lines(releases: Path) -> list[str]:
    result = CliRunner().invoke(app, ["status", "--releases", str(releases)])
    assert result.exit_code == 0
    return result.stdout.splitlines()


def test_the_current_release_and_the_last_run_are_told(releases: Path) -> None:
    assert lines(releases) == [
        "trial: Two trials",
        "  data       synthetic. Nobody's data.",
        "  release    abc, published 2026-01-01T00:00:00+00:00",
        "  checks     198 passed, 1 warning, 1 info",
        f"  warehouse  {releases}/trial/current/warehouse.duckdb",
        f"  for BI     {releases}/trial/current/bi.duckdb",
        "  last run   2026-01-02T00:00:00+00:00, failed: No death date.",
    ]


def test_other_releases_and_a_rollback_are_told(releases: Path) -> None:
    for order, release_id in enumerate(("zero", "abc", "later")):
        release = releases / "trial" / release_id
        release.mkdir(exist_ok=True)
        place = {"release_order": order, "previous": None}
        manifest = {**MANIFEST, "release_id": release_id, "history": place}
        (release / "manifest.json").write_text(json.dumps(manifest))
    with (releases / "trial/log.jsonl").open("a") as log:
        log.write('{"at": "2026-01-03T00:00:00+00:00", "event": "rolled back", "release": "abc"}\n')
    told = lines(releases)
    assert told[2:4] == [
        "  release    abc, published 2026-01-01T00:00:00+00:00; a rollback that stands",
        "  also kept  zero, later",
    ]
    assert told[-1] == "  last run   2026-01-03T00:00:00+00:00, rolled back"


def test_a_study_that_never_got_through_is_told(releases: Path) -> None:
    (releases / "trial/current").unlink()
    assert lines(releases) == [
        "trial: nothing is published",
        "  last run   2026-01-02T00:00:00+00:00, failed: No death date.",
    ]


def test_where_nothing_was_built_the_next_step_is_told(tmp_path: Path) -> None:
    assert lines(tmp_path) == [f"Nothing has been built in {tmp_path}; run `plateau build`."]


def test_a_file_that_cannot_be_read_is_one_sentence(
    releases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Path) -> list[str]:
        raise PermissionError(13, "Permission denied", "log.jsonl")

    monkeypatch.setattr("analytics.status.status_lines", refused)
    result = CliRunner().invoke(app, ["status", "--releases", str(releases)])
    assert (result.exit_code, result.stderr) == (
        4,
        "plateau: log.jsonl cannot be used (Permission denied); check that it is there, may be "
        "read or written, and has room.\n",
    )
