"""What dbt says about a failure becomes one sentence with the failing node and its reason."""

from types import SimpleNamespace as Node

import pytest

from analytics.errors import BuildError, GateError
from analytics.transform import _failure


def result(status: str, kind: str, name: str, message: str) -> Node:
    return Node(status=status, message=message, node=Node(name=name, resource_type=kind))


def test_a_failed_test_refuses_the_data() -> None:
    error = _failure(
        None,
        [
            result("success", "model", "subjects", "OK"),
            result(
                "fail", "test", "subjects_are_unique", "Got 3 results, configured to fail if != 0"
            ),
            result("skipped", "model", "responses", ""),
        ],
    )
    assert isinstance(error, GateError)
    assert str(error) == (
        "dbt test 'subjects_are_unique' refused the data and nothing was published: "
        "Got 3 results, configured to fail if != 0."
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
    error = _failure(None, [result("error", "model", "risk_counts", message)] * 2)
    assert isinstance(error, BuildError)
    assert str(error) == (f"dbt model 'risk_counts' could not be built: {reason} (1 more failed).")


def test_a_project_that_cannot_be_read_is_told() -> None:
    error = _failure(RuntimeError("Compilation Error\n  macro 'x' takes no argument"), [])
    assert str(error) == "dbt could not read its project: macro 'x' takes no argument."
