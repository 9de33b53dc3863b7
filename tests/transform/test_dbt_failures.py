"""What dbt says about a failure becomes one sentence with the failing node and its reason."""

from pathlib import Path
from types import SimpleNamespace as Node

import pytest

from analytics.errors import BuildError, GateError
from analytics.transform import dbt_run
from analytics.transform.dbt_run import Transformation, _failure


def result(status: str, kind: str, name: str, message: str) -> Node:
    return Node(status=status, message=message, node=Node(name=name, resource_type=kind))


def nothing(_: object) -> None:
    return None


FAILED = [
    result("success", "model", "subjects", "OK"),
    result("fail", "test", "subjects_are_unique", "Got 3 results, configured to fail if != 0"),
    result("skipped", "model", "responses", ""),
]


def test_a_failed_test_refuses_the_data() -> None:
    error = _failure(None, FAILED, nothing)
    assert isinstance(error, GateError)
    assert str(error) == (
        "dbt test 'subjects_are_unique' refused the data and nothing was published: "
        "Got 3 results, configured to fail if != 0."
    )


def test_failed_checks_of_a_model_are_told_with_what_they_found() -> None:
    FAILED[1].node.attached_node = "model.plateau.int_deaths"
    error = _failure(None, FAILED, lambda _: "usubjid is null (3); dthdt is null (1)")
    assert isinstance(error, GateError)
    assert str(error) == (
        "dbt's checks of 'int_deaths' refused the data and nothing was published: "
        "usubjid is null (3); dthdt is null (1)."
    )


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (
            "Runtime Error in model risk_counts (models/x.sql)\n  Binder Error: no column y",
            "Binder Error: no column y",
        ),
        (
            "Compilation Error in model risk_counts (models/x.sql)\n  This is wrong.\n  More.",
            "This is wrong",
        ),
        ("Conversion Error: not a date", "Conversion Error: not a date"),
    ],
)
def test_a_failed_model_is_told_with_its_reason(message: str, reason: str) -> None:
    error = _failure(None, [result("error", "model", "risk_counts", message)] * 2, nothing)
    assert isinstance(error, BuildError)
    assert str(error) == (f"dbt model 'risk_counts' could not be built: {reason} (1 more failed).")


def test_too_little_memory_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEAU_MEMORY", "50MB")
    message = "Runtime Error in model x\n  Out of Memory Error: could not allocate block"
    assert str(_failure(None, [result("error", "model", "risk_counts", message)], nothing)) == (
        "dbt model or test 'risk_counts' needs more memory than the 50MB that it may take; give "
        "more with --memory."
    )


def test_a_project_that_cannot_be_read_is_told() -> None:
    error = _failure(RuntimeError("Compilation Error\n  macro 'x' takes no argument"), [], nothing)
    assert str(error) == "dbt could not read its project: macro 'x' takes no argument."


def run_dbt(monkeypatch: pytest.MonkeyPatch, folder: Path, answer: Node) -> list[str]:
    """Parse with a dbt that gives this answer; the arguments it was called with."""
    called: list[str] = []
    for name in ("PLATEAU_WAREHOUSE", "PLATEAU_THREADS", "PLATEAU_MEMORY", "DO_NOT_TRACK"):
        monkeypatch.setenv(name, "")
    runner = Node(invoke=lambda arguments: called.extend(arguments) or answer)
    monkeypatch.setattr("dbt.cli.main.dbtRunner", lambda **_: runner)
    monkeypatch.setattr(dbt_run, "kept_manifest", lambda *_: None)
    monkeypatch.setattr(dbt_run, "keep_manifest", lambda *_: None)
    Transformation(folder / "warehouse.duckdb", folder, {}, 1, print).parse()
    return called


@pytest.mark.parametrize("stop", [SystemExit(143), KeyboardInterrupt()])
def test_an_interruption_that_dbt_catches_is_no_failure_of_dbt(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stop: BaseException
) -> None:
    answer = Node(success=False, exception=stop, result=None)
    with pytest.raises(type(stop)) as caught:
        run_dbt(monkeypatch, tmp_path, answer)
    assert caught.value is stop


def test_dbt_leaves_nothing_in_its_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """dbt takes a relative target folder for one inside the project."""
    monkeypatch.chdir(tmp_path)
    answer = Node(success=True, exception=None, result=None)
    called = run_dbt(monkeypatch, Path("work"), answer)
    assert called[called.index("--target-path") + 1] == str(tmp_path / "work/target")
    assert called[called.index("--log-path") + 1] == str(tmp_path / "work/logs")
