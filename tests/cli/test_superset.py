"""`plateau superset` as a user calls it."""

import zipfile
from pathlib import Path

from typer.testing import CliRunner

from analytics.cli import app


def test_the_bundle_is_written_where_asked(default_releases: Path, tmp_path: Path) -> None:
    target = tmp_path / "dashboard.zip"
    call = ["superset", "--releases", str(default_releases), "--output", str(target)]
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 0
    with zipfile.ZipFile(target) as archive:
        assert "plateau-blinatumomab/metadata.yaml" in archive.namelist()


def test_without_a_published_study_nothing_is_written(tmp_path: Path) -> None:
    target = tmp_path / "dashboard.zip"
    call = ["superset", "--releases", str(tmp_path), "--output", str(target)]
    assert CliRunner().invoke(app, call).exit_code == 2
    assert not target.exists()
