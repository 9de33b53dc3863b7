"""Reasons of the `status` column beyond those of `analytics.methods.statuses`."""

from typing import Final

MEDIAN_NOT_REACHED: Final = "median not reached"
NOBODY_CENSORED: Final = "nobody censored"
BEYOND: Final = "beyond the last observation"
NO_CANDIDATE: Final = "no candidate factor"
NONE_ENTERED: Final = "no factor entered"
NO_VALUES: Final = "no known values"
ONE_VALUE: Final = "fewer than two known values"
