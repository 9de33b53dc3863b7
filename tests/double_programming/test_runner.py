"""What the runner refuses before R is asked, each with one sentence; R is not needed here."""

import json
from pathlib import Path

import pytest
import runner


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study of which only the name and the plan matter."""
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "study.toml").write_text('study_id = "trial"\n')
    (folder / "plan.toml").write_text("analyses = []\n")
    return folder


def test_a_folder_without_a_study_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.main([str(tmp_path / "none"), "--releases", str(tmp_path)]) == 4
    assert capsys.readouterr().err == (
        f"qc: {tmp_path / 'none'} has no readable study.toml; name the folder of a study.\n"
    )


def test_a_study_that_is_not_published_is_refused(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.main([str(study), "--releases", str(tmp_path / "releases")]) == 4
    assert capsys.readouterr().err == (
        f"qc: Study 'trial' is not published in {tmp_path / 'releases'}; run `make build`.\n"
    )


def test_a_plan_other_than_the_release_s_is_refused(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release = tmp_path / "releases/trial/current"
    release.mkdir(parents=True)
    (release / "warehouse.duckdb").touch()
    manifest = {"release_id": "0123456789ab", "inputs": {"plan.toml": "another digest"}}
    (release / "manifest.json").write_text(json.dumps(manifest))
    assert runner.main([str(study), "--releases", str(tmp_path / "releases")]) == 4
    assert capsys.readouterr().err == (
        f"qc: {study / 'plan.toml'} is not the one the release was built from; run `make build`.\n"
    )
