"""Where the project keeps what may be lost: beside a checkout, otherwise with its user."""

from pathlib import Path

import pytest
from project import PROJECT

from analytics import project_files
from analytics.project_files import cache_folder
from analytics.transform.parsed_project import keep_manifest


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The parts of the project in a folder that is no checkout; a user's home beside it."""
    monkeypatch.setattr(project_files, "ROOT", tmp_path / "site-packages")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    return tmp_path


def test_a_checkout_has_its_own_cache() -> None:
    assert cache_folder() == PROJECT / ".cache"


def test_an_installation_uses_its_users_cache(installed: Path) -> None:
    assert cache_folder() == installed / "home/.cache/plateau"


def test_the_user_may_name_the_cache(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(installed / "named"))
    assert cache_folder() == installed / "named/plateau"


def test_a_relative_cache_is_not_one(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the XDG specification has it."""
    monkeypatch.setenv("XDG_CACHE_HOME", "named")
    assert cache_folder() == installed / "home/.cache/plateau"


def test_a_user_without_a_home_keeps_nothing(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dbt.contracts.graph.manifest import Manifest  # noqa: PLC0415  (slow to import)

    def no_home(path: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", no_home)
    keep_manifest(cache_folder(), installed, {}, Manifest())
    assert not cache_folder().exists()
