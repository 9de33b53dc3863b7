"""The manifest says what a release was made from and what it holds."""

import hashlib
from pathlib import Path

import pytest

from analytics.errors import BuildError
from analytics.release.digests import Fingerprint
from analytics.release.manifest import read_manifest, write_manifest

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
