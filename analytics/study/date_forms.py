"""The dates that a --DTC variable may hold, by example; dates.sql of the dbt project reads them."""

from dataclasses import dataclass
from typing import Final

READABLE_YEARS: Final = range(1900, 2100)  # as dates.sql reads them


@dataclass(frozen=True)
class DateForm:
    """A text, what it means, and the days it can mean.

    `flag` is what had to be imputed, as ADaM's --DTF has it: D the day, M the month and the
    day, Y the year too. A form without days is not readable (rule unreadable_date).
    """

    text: str
    meaning: str
    first_day: str = ""
    last_day: str = ""
    flag: str = ""


DATE_FORMS: Final = (
    DateForm("2012-05-17", "a day", "2012-05-17", "2012-05-17"),
    DateForm(
        "2012-05-17T10:30",
        "a day; hour, minute, second and its fraction as far as they are known",
        "2012-05-17",
        "2012-05-17",
    ),
    DateForm(
        "2012-05-17T-:15",
        "a day, the hour is not known (T13:-:17: the minute)",
        "2012-05-17",
        "2012-05-17",
    ),
    DateForm(
        "2012-05-17T23:30-05:00",
        "the day as written: a time zone (or Z) moves none",
        "2012-05-17",
        "2012-05-17",
    ),
    DateForm("2012-05-17T24:00", "00:00 of the next day", "2012-05-18", "2012-05-18"),
    DateForm("2012-05", "the day is not known", "2012-05-01", "2012-05-31", "D"),
    DateForm("2012", "nor is the month", "2012-01-01", "2012-12-31", "M"),
    DateForm("2012---17", "the month alone is not known", "2012-01-17", "2012-12-17", "M"),
    DateForm("2012-05--T10:30", "the time, but not the day", "2012-05-01", "2012-05-31", "D"),
    DateForm(
        "2015-03-01/2015-03-20",
        "an interval of uncertainty: some day in it",
        "2015-03-01",
        "2015-03-20",
        "D",
    ),
    DateForm("2015-03/2015-05", "an interval of months", "2015-03-01", "2015-05-31", "M"),
    DateForm("2012/2013-02", "an interval across years", "2012-01-01", "2013-02-28", "Y"),
    DateForm("2015-05/2015-03", "an end before its start"),
    DateForm("2015-02-30", "no day of the calendar"),
    DateForm("2012-05-17T24:30", "no time of a clock"),
    DateForm("2012-05-17 10:30", "a blank for the T"),
    DateForm("--12-15", "the year is not known"),
    DateForm("9999-12-31", "a year outside 1900-2099 means unknown"),
)
