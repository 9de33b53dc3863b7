"""What one expectation said: a row of `quality.validation_result`."""

from dataclasses import dataclass

from expectations.suite import Expectation, Suite


@dataclass(frozen=True)
class Outcome:
    """One check's outcome; a check that could not run has success false and an error."""

    gate: str
    suite: str
    check_id: str
    description: str
    severity: str
    success: bool
    observed: str | None
    n_unexpected: int | None
    error: str | None


def failed_to_run(suite: Suite, expectation: Expectation, error: str) -> Outcome:
    """An expectation that raised: it has failed, and says how."""
    return Outcome(
        gate=suite.gate,
        suite=suite.name,
        check_id=expectation.check_id,
        description=expectation.description,
        severity=expectation.severity,
        success=False,
        observed=None,
        n_unexpected=None,
        error=error,
    )
