"""`plateau status` says what is published, and how the last run went."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analytics.cli import app
from analytics.readers.status import status_lines
from analytics.release.digests import file_digest

MANIFEST = {
    "release_id": "abc",
    "study": {"title": "Two trials", "synthetic": True, "synthetic_note": "Nobody's data."},
    "checks": {"passed": 198, "critical": 0, "warning": 1, "info": 1},
    "failing_checks": [
        {
            "severity": "warning",
            "check_id": "SUBJ-16",
            "description": "No subject is lost to follow-up.",
            "finding": "2 subjects are lost to follow-up.",
        },
        {"severity": "info", "check_id": "OLD-01", "description": "Written before findings were."},
    ],
}
NOW = datetime(2026, 1, 4, 12, tzinfo=UTC)


def write_manifest(release: Path, manifest: dict[str, object]) -> None:
    path = release / "manifest.json"
    path.write_text(json.dumps(manifest))
    (release / "manifest.sha256").write_text(f"{file_digest(path)}  manifest.json\n")


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    release = tmp_path / "trial/abc"
    release.mkdir(parents=True)
    (tmp_path / "trial/current").symlink_to("abc")
    (release / "warehouse.duckdb").touch()
    write_manifest(release, MANIFEST)
    (tmp_path / "trial/log.jsonl").write_text(
        '{"at": "2026-01-01T00:00:00+00:00", "event": "published", "release": "abc"}\n'
        '{"at": "2026-01-02T00:00:00+00:00", "event": "failed", "message": "No death date."}\n'
    )
    return tmp_path


def lines(releases: Path) -> list[str]:
    return list(status_lines(releases, NOW))


def test_the_command_prints_these_lines(releases: Path) -> None:
    result = CliRunner().invoke(app, ["status", "--releases", str(releases)])
    assert result.exit_code == 0
    told, known = result.stdout.splitlines(), lines(releases)
    assert [line for line in told if "ago" not in line] == [
        line for line in known if "ago" not in line
    ]


def test_the_current_release_and_the_last_run_are_told(releases: Path) -> None:
    assert lines(releases) == [
        "trial: Two trials",
        "  data       synthetic. Nobody's data.",
        "  release    abc, published 2026-01-01T00:00:00+00:00, 3 days ago",
        "  checks     198 passed, 1 warning, 1 info",
        "    warning: SUBJ-16: 2 subjects are lost to follow-up.",
        "    info: OLD-01: Written before findings were.",
        f"  warehouse  {releases}/trial/current/warehouse.duckdb",
        f"  for BI     {releases}/trial/current/bi.duckdb",
        "  last run   2026-01-02T00:00:00+00:00, failed: No death date.",
        "  next       fix what the last run reports and run `plateau refresh`; until then the "
        "release above stays current",
    ]


def test_other_releases_and_a_rollback_are_told(releases: Path) -> None:
    for order, release_id in enumerate(("zero", "abc", "later")):
        release = releases / "trial" / release_id
        release.mkdir(exist_ok=True)
        place = {"release_order": order, "previous": None}
        manifest = {**MANIFEST, "release_id": release_id, "history": place}
        write_manifest(release, manifest)
    with (releases / "trial/log.jsonl").open("a") as log:
        log.write('{"at": "2026-01-03T00:00:00+00:00", "event": "rolled back", "release": "abc"}\n')
    told = lines(releases)
    assert told[2:4] == [
        "  release    abc, published 2026-01-01T00:00:00+00:00, 3 days ago; rollback in effect",
        "  also kept  zero, later",
    ]
    assert told[-2] == "  last run   2026-01-03T00:00:00+00:00, rolled back"
    assert told[-1].startswith("  next       `plateau refresh` when files have changed")


def test_a_study_that_never_got_through_is_told(releases: Path) -> None:
    (releases / "trial/current").unlink()
    assert lines(releases) == [
        "trial: nothing is published",
        "  last run   2026-01-02T00:00:00+00:00, failed: No death date.",
        "  next       fix what the last run reports and run `plateau refresh`",
    ]


def test_a_release_without_its_log_is_told(releases: Path) -> None:
    for log in releases.glob("*/log*.jsonl"):
        log.unlink()
    told = lines(releases)
    assert "published at a time that is not in the log" in " ".join(told)
    log = releases / "trial/log.jsonl"
    assert told[-1] == f"  log        {log} has no run; compare it with a backup"


def test_where_nothing_was_built_the_next_step_is_told(tmp_path: Path) -> None:
    assert lines(tmp_path) == [f"Nothing has been built in {tmp_path}; run `plateau build`."]


def test_a_file_that_cannot_be_read_is_one_sentence(
    releases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Path) -> list[str]:
        raise PermissionError(13, "Permission denied", "log.jsonl")

    monkeypatch.setattr("analytics.readers.status.status_lines", refused)
    result = CliRunner().invoke(app, ["status", "--releases", str(releases)])
    assert (result.exit_code, result.stderr) == (
        4,
        "plateau: log.jsonl cannot be used (Permission denied); check that it exists, its "
        "permissions, and the free disk space.\n",
    )


@pytest.mark.parametrize(("settings", "is_red"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_messages_are_without_colours_when_asked(
    tmp_path: Path, settings: dict[str, str], is_red: bool
) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "analytics", "query", "from t", "--releases", str(tmp_path)],
        env={**os.environ, "FORCE_COLOR": "1", "TERM": "xterm", **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Nothing is published" in result.stderr
    assert ("\x1b[31m" in result.stderr) is is_red


def test_findings_are_counted_as_a_check_counts_them(default_releases: Path) -> None:
    """`plateau check` of the default study: see tests/check/test_check_report.py."""
    told = list(status_lines(default_releases, NOW))
    assert "  records    14 findings need an answer; `plateau check` lists them" in told
