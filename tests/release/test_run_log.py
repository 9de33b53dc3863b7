"""The log only grows, and a lost line shows."""

import json
from pathlib import Path

from analytics.release.digests import text_digest
from analytics.release.log import append_run, read_runs


def test_runs_are_read_in_the_order_they_were_told(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    append_run(log, "failed", release="a", message="No.")
    append_run(log, "published", release="b")
    runs = read_runs(log)
    assert [(run["event"], run["release"]) for run in runs] == [("failed", "a"), ("published", "b")]


def test_each_line_holds_the_digest_of_the_one_before(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    for release in ("a", "b"):
        append_run(log, "published", release=release)
    first, second = log.read_text().splitlines()
    assert json.loads(first)["previous"] is None
    assert json.loads(second)["previous"] == text_digest(first)


def test_a_line_cut_short_by_a_crash_is_passed_over(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    append_run(log, "published", release="a")
    with log.open("a") as file:
        file.write('{"at": "2026-')
    assert [run["release"] for run in read_runs(log)] == ["a"]


def test_there_may_be_no_log_yet(tmp_path: Path) -> None:
    assert read_runs(tmp_path / "log.jsonl") == []


def test_only_its_owner_reads_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    append_run(log, "failed", message="1 unexpected, e.g. SYN-206-001.")
    assert log.stat().st_mode & 0o777 == 0o600
