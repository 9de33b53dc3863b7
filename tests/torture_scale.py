"""How much of the costly testing runs: all of it with PLATEAU_TORTURE=1, else a seeded tenth."""

import os
from typing import Final

import pytest

FULL: Final = os.environ.get("PLATEAU_TORTURE") == "1"

full_only = pytest.mark.skipif(not FULL, reason="runs in make torture (PLATEAU_TORTURE=1)")


def scaled(full: int) -> int:
    """Of so many cases, how many run now."""
    return full if FULL else max(1, full // 10)
