"""The process that publishes prepared releases."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from project import PROJECT
from torture.places import Publisher


@pytest.fixture(scope="session")
def publisher() -> Iterator[Publisher]:
    """Ask the publisher: see `torture.publisher` for request and answer."""
    with subprocess.Popen(
        [sys.executable, "-m", "torture.publisher"],
        cwd=PROJECT / "tests",
        env={**os.environ, "PYTHONPATH": f"{PROJECT / 'tests'}:{PROJECT}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def ask(**request: Any) -> dict[str, Any]:
            stdin.write(
                json.dumps({"kill_at": None, "exchange": True, **request}, default=str) + "\n"
            )
            stdin.flush()
            answer: dict[str, Any] = json.loads(stdout.readline())
            return answer

        yield ask
        stdin.close()
