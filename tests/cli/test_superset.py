"""`plateau superset` as a user calls it."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

Plateau = Callable[..., "CompletedProcess[str]"]


def test_the_bundle_is_written_where_asked(
    plateau: Plateau, default_releases: Path, tmp_path: Path
) -> None:
    target = tmp_path / "dashboard.zip"
    result = plateau("superset", "--releases", default_releases, "--output", target)
    assert result.returncode == 0, result.stderr
    assert result.stderr == f"{target} is written; import it in Superset under Dashboards.\n"
    with zipfile.ZipFile(target) as archive:
        assert "plateau-blinatumomab/metadata.yaml" in archive.namelist()


def test_without_a_published_study_one_sentence_says_so(plateau: Plateau, tmp_path: Path) -> None:
    result = plateau("superset", "--releases", tmp_path)
    assert result.returncode == 2
    assert result.stderr == (
        f"plateau: Nothing is published in {tmp_path}; run `plateau build` first.\n"
    )
