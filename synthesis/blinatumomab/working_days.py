"""Working days: when clinics start infusions, take marrows, transplant and see patients."""

from collections.abc import Callable
from datetime import date
from random import Random

SATURDAY = 5
HOLIDAYS = ((1, 1), (12, 25), (12, 26))  # month, day: the ones all the countries keep, or nearly
NEAR = 4  # days; of the open days around a weekend those are as often of one name as of another


def is_working_day(day: date) -> bool:
    """Neither a weekend nor one of the holidays of every year."""
    return day.weekday() < SATURDAY and (day.month, day.day) not in HOLIDAYS


def near(day: int, is_open: Callable[[int], bool], earliest: int, latest: int, rng: Random) -> int:
    """The day where it is open, else one of the open days around it; the day where none is.

    Any of them, not the nearest: moving weekends to Fridays and Mondays would show.
    """
    if is_open(day):
        return day
    around = range(max(earliest, day - NEAR), min(latest, day + NEAR) + 1)
    return rng.choice([d for d in around if is_open(d)] or [day])
