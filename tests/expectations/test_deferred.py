"""What Great Expectations would import and nothing here needs is not imported with it."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from expectations.deferred import as_if_absent


def test_a_package_is_absent_within_and_there_afterwards(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ends_the_process.py").write_text("raise SystemExit(0)\n")
    monkeypatch.syspath_prepend(tmp_path)
    with as_if_absent("ends_the_process"), pytest.raises(ImportError):
        import_module("ends_the_process")
    with pytest.raises(SystemExit):
        import_module("ends_the_process")


def test_a_package_that_is_imported_already_stays() -> None:
    with as_if_absent("json"):
        assert import_module("json") is sys.modules["json"]
    assert sys.modules["json"] is not None
