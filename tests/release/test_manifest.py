"""The manifest says what a release was made from and what it holds."""

import hashlib
from pathlib import Path

import pytest

from analytics.errors import BuildError
from analytics.release.digests import Fingerprint
from analytics.release.manifest import (
    private_digests,
    read_manifest,
    write_manifest,
    write_private_digests,
)

FINGERPRINT = Fingerprint({"study.toml": "aa"}, "code", "lock", "parameters")


def test_the_manifest_names_inputs_contents_and_files(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report/headline.txt").write_text("OS")
    written = write_manifest(tmp_path, FINGERPRINT, {"study_id": "x"}, {"results": {}})
    assert read_manifest(tmp_path) == written
    assert written["release_id"] == FINGERPRINT.release_id
    assert written["inputs"] == {"study.toml": "aa"}
    assert written["files"] == {"report/headline.txt": hashlib.sha256(b"OS").hexdigest()}


def test_the_manifest_holds_no_time(tmp_path: Path) -> None:
    first = write_manifest(tmp_path, FINGERPRINT, {}, {})
    for name in ("manifest.json", "manifest.sha256"):
        (tmp_path / name).unlink()
    assert write_manifest(tmp_path, FINGERPRINT, {}, {}) == first


def test_a_damaged_manifest_is_told(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(BuildError, match="build the study again with --force"):
        read_manifest(tmp_path)


def test_private_digests_are_their_owners_alone_and_no_part_of_the_manifest(
    tmp_path: Path,
) -> None:
    digests = {"results": {"cox_term": {"rows": 1, "sha256": "aa"}}}
    write_private_digests(tmp_path, digests)
    written = write_manifest(tmp_path, FINGERPRINT, {}, {"results": {}})
    assert (tmp_path / "private.json").stat().st_mode & 0o777 == 0o600
    assert "cox_term" not in (tmp_path / "manifest.json").read_text()
    assert private_digests(tmp_path, written) == digests


def test_a_release_without_limits_has_no_private_digests(tmp_path: Path) -> None:
    assert private_digests(tmp_path, write_manifest(tmp_path, FINGERPRINT, {}, {})) == {}
