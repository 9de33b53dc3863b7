"""The outcome of one expectation: a row of `quality.validation_result`."""

from dataclasses import dataclass

from expectations.suite import Expectation, Suite


@dataclass(frozen=True)
class Outcome:
    """One check's outcome; a check that could not run has success false and an error.

    `finding` is the failure in a sentence; None: the check passed.
    """

    gate: str
    suite: str
    check_id: str
    description: str
    severity: str
    success: bool
    finding: str | None
    observed: str | None
    n_unexpected: int | None
    error: str | None


def failed_to_run(suite: Suite, expectation: Expectation, error: str) -> Outcome:
    """An expectation that raised: it has failed, with the error's text."""
    return Outcome(
        gate=suite.gate,
        suite=suite.name,
        check_id=expectation.check_id,
        description=expectation.description,
        severity=expectation.severity,
        success=False,
        finding=f'The check "{expectation.description}" could not be run.',
        observed=None,
        n_unexpected=None,
        error=error,
    )
