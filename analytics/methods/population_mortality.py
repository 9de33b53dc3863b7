"""The mortality of a population by age, year and group, accumulated along the lives of subjects.

The hazard is constant within a year of age, which has 365.25 days, and a calendar year. Below the
youngest and above the oldest age of the table, before its first and after its last year, those next
to it are taken.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.checked import known_days, known_numbers

DAYS_PER_YEAR: Final = 365.25
_EPOCH_YEAR: Final = 1970


@dataclass(frozen=True)
class PopulationMortality:
    """Daily hazards of death (groups x ages x years), ages and years without a gap.

    `first_age` in whole years, `first_year` of the calendar.
    """

    hazard: FloatArray
    first_age: int
    first_year: int


@dataclass(frozen=True)
class Subjects:
    """Who is followed: to which day from the origin, with the event (1) or without it (0).

    `age` at the origin in years, `origin` as days since 1970-01-01, `group` as a row of the table.
    Raises ValueError for unknown or negative values and unequal lengths.
    """

    time: FloatArray
    event: IntArray
    age: FloatArray
    origin: IntArray
    group: IntArray

    def __post_init__(self) -> None:
        lengths = {len(column) for column in (self.time, self.event, self.age, self.origin)}
        if lengths != {len(self.group)}:
            raise ValueError("Times, events, ages, origins and groups have different lengths.")
        known_days(self.time, "Time of subject")
        known_numbers(self.age, "Age of subject")


def cumulative_hazards(
    mortality: PopulationMortality, subjects: Subjects, days: FloatArray
) -> FloatArray:
    """What the population's hazard adds up to from the origin to each day (subjects x days).

    `days` are the same for all subjects, or have a row for each.
    """
    days_of = np.broadcast_to(days, (len(subjects.time), days.shape[-1]))
    lives = zip(subjects.age, subjects.origin, subjects.group, days_of, strict=True)
    found = np.empty(days_of.shape)
    for i, (age, origin, group, own) in enumerate(lives):
        found[i] = _along_a_life(mortality.hazard[group], mortality, age, origin, own)
    return found


def outside_of_table(mortality: PopulationMortality, subjects: Subjects) -> tuple[int, int]:
    """How many subjects are followed at ages, and in years, that the table does not have."""
    _, n_ages, n_years = mortality.hazard.shape
    end_age = subjects.age + subjects.time / DAYS_PER_YEAR
    outside_age = (subjects.age < mortality.first_age) | (end_age >= mortality.first_age + n_ages)
    begin = _year_of(subjects.origin)
    end = _year_of(subjects.origin + np.floor(subjects.time).astype(np.int64))
    outside_year = (begin < mortality.first_year) | (end >= mortality.first_year + n_years)
    return int(outside_age.sum()), int(outside_year.sum())


def _along_a_life(
    hazard: FloatArray, mortality: PopulationMortality, age: float, origin: int, days: FloatArray
) -> FloatArray:
    """The cumulative hazard (days) is a line between birthdays and New Year's days.

    `hazard`: that of the subject's group (ages x years).
    """
    last = float(days.max(initial=0.0))
    years_of_age = np.arange(np.floor(age) + 1, np.ceil(age + last / DAYS_PER_YEAR))
    first, end = _year_of(np.array([origin, origin + int(last)]))
    new_years = _new_year(np.arange(first + 1, end + 1)) - origin
    inner = np.unique(np.concatenate([(years_of_age - age) * DAYS_PER_YEAR, new_years]))
    ends = np.concatenate([[0.0], inner[(inner > 0) & (inner < last)], [last]])
    middle = (ends[:-1] + ends[1:]) / 2
    at_age = np.floor(age + middle / DAYS_PER_YEAR).astype(np.int64) - mortality.first_age
    at_year = _year_of(np.floor(origin + middle).astype(np.int64)) - mortality.first_year
    n_ages, n_years = hazard.shape
    on_stretch = hazard[np.clip(at_age, 0, n_ages - 1), np.clip(at_year, 0, n_years - 1)]
    total = np.concatenate([[0.0], np.cumsum(on_stretch * np.diff(ends))])
    return np.asarray(np.interp(days, ends, total), dtype=np.float64)


def _year_of(day: IntArray) -> IntArray:
    """The calendar year of days since 1970-01-01."""
    dates = np.asarray(day, dtype=np.int64).astype("datetime64[D]")
    return dates.astype("datetime64[Y]").astype(np.int64) + _EPOCH_YEAR


def _new_year(year: IntArray) -> IntArray:
    """The first day of years, in days since 1970-01-01."""
    dates = (np.asarray(year) - _EPOCH_YEAR).astype("datetime64[Y]").astype("datetime64[D]")
    return np.asarray(dates.astype(np.int64), dtype=np.int64)
