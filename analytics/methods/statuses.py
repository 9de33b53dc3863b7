"""The words of `status`: 'ok', or 'not estimable: <reason>'. Every reason stands here."""

from typing import Final

OK: Final = "ok"

NO_SUBJECTS: Final = "no subjects"
ONE_SUBJECT: Final = "fewer than two subjects at risk"
NO_EVENTS: Final = "no events"
ONE_GROUP: Final = "fewer than two groups at risk"
NO_VARIATION: Final = "the covariate never varies among those at risk at an event"
DEPENDENT_COVARIATES: Final = "the covariates are linearly dependent"
MONOTONE_LIKELIHOOD: Final = (
    "monotone likelihood, an estimate runs to infinity (a level without events; consider Firth)"
)
NO_CONVERGENCE: Final = "no convergence"
NO_VARIATION_IN_TIME: Final = "too few distinct event times"


def not_estimable(reason: str, subject: str | None = None) -> str:
    """The status of a result the data cannot carry; `subject` names the covariate concerned."""
    return f"not estimable: {reason}" + (f": {subject}" if subject else "")
