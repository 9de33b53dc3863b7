"""The test functions that `make test-unit` leaves out for their time, kept in a file."""

from collections import defaultdict

import pytest
from project import PROJECT

SLOW_TESTS = PROJECT / "tests/slow_tests.txt"
"""A function a line: its file and its name. `make test-times` writes it."""
SECONDS_OF_A_CASE, SECONDS_OF_ALL_CASES = 0.3, 1.0
"""A test function is slow if one of its cases takes longer, or all of them together."""


def function_of(nodeid: str) -> str:
    """The test function without the name of the case."""
    return nodeid.partition("[")[0]


class SlowTests:
    """The time of each case with what it sets up; the slow functions are written at the end."""

    def __init__(self) -> None:
        self._seconds: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[function_of(report.nodeid)][report.nodeid] += report.duration

    def pytest_sessionfinish(self) -> None:
        slow = [
            function
            for function, cases in self._seconds.items()
            if max(cases.values()) > SECONDS_OF_A_CASE or sum(cases.values()) > SECONDS_OF_ALL_CASES
        ]
        SLOW_TESTS.write_text("".join(f"{name}\n" for name in sorted(slow)), encoding="utf-8")
