"""Reasons of the `status` column beyond those of `analytics.methods.statuses`."""

from typing import Final

from analytics.methods import statuses
from analytics.methods.statuses import NO_EVENTS, OK, not_estimable

BEYOND: Final = statuses.BEYOND
MEDIAN_NOT_REACHED: Final = statuses.MEDIAN_NOT_REACHED
QUANTILE_NOT_REACHED: Final = "quantile not reached"
NOBODY_CENSORED: Final = "nobody censored"
MOVING: Final = "subjects move between the strata"
SHARED: Final = "the groups share subjects"
NO_CANDIDATE: Final = "no candidate factor"
NONE_ENTERED: Final = "no factor entered"
NO_VALUES: Final = "no known values"
ONE_VALUE: Final = "fewer than two known values"
NO_SUCH_NUMBER: Final = "no such number under this convention"


def status_of_probability(status: str) -> str:
    """A probability without events is known: survival is 1, the incidence 0."""
    return OK if status == not_estimable(NO_EVENTS) else status
