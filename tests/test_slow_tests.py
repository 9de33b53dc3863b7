"""What `make test-unit` leaves out is what takes long, and nothing that is not there."""

import ast
from functools import cache
from pathlib import Path

import pytest
from project import PROJECT
from slow_tests import SECONDS_OF_A_CASE, SLOW_TESTS, SlowTests


@cache
def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_slow_test_is_there_once_and_in_order() -> None:
    names = SLOW_TESTS.read_text(encoding="utf-8").splitlines()
    assert names == sorted(set(names))
    for name in names:
        file, _, function = name.partition("::")
        assert function in functions(PROJECT / file), name


def report(name: str, seconds: float) -> pytest.TestReport:
    return pytest.TestReport(name, ("", 0, ""), {}, "passed", None, "call", duration=seconds)


def test_a_function_is_slow_by_one_case_or_by_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slow_tests.SLOW_TESTS", tmp_path / "slow_tests.txt")
    times = SlowTests()
    for case in range(10):
        times.pytest_runtest_logreport(report(f"tests/a.py::test_all[{case}]", 0.11))
        times.pytest_runtest_logreport(report(f"tests/a.py::test_quick[{case}]", 0.09))
    times.pytest_runtest_logreport(report("tests/a.py::test_one[a::b]", SECONDS_OF_A_CASE / 2))
    times.pytest_runtest_logreport(report("tests/a.py::test_one[a::b]", SECONDS_OF_A_CASE))
    times.pytest_sessionfinish()
    written = (tmp_path / "slow_tests.txt").read_text()
    assert written == "tests/a.py::test_all\ntests/a.py::test_one\n"
