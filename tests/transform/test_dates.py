"""Dates as SDTM allows them: which days a text can mean, and how much of it had to be imputed."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from date_columns import Read, read_dates
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.study.date_forms import DATE_FORMS, DateForm

# text, first possible day, last possible day, flag of imputation, time of day
READABLE = [
    ("2012-05-17", "2012-05-17", "2012-05-17", None, None),
    ("  2012-05-17 ", "2012-05-17", "2012-05-17", None, None),
    ("1900-01-01", "1900-01-01", "1900-01-01", None, None),
    ("2099-12-31", "2099-12-31", "2099-12-31", None, None),
    ("2012-02-29", "2012-02-29", "2012-02-29", None, None),
    # times
    ("2012-05-17T10", "2012-05-17", "2012-05-17", None, None),
    ("2012-05-17T10:30", "2012-05-17", "2012-05-17", None, "10:30"),
    ("2012-05-17T00:00", "2012-05-17", "2012-05-17", None, "00:00"),
    ("2012-05-17T23:59:59", "2012-05-17", "2012-05-17", None, "23:59:59"),
    ("2012-05-17T10:30:15.25", "2012-05-17", "2012-05-17", None, "10:30:15"),
    ("2012-05-17T10:30:15,250", "2012-05-17", "2012-05-17", None, "10:30:15"),
    # a time zone moves no day
    ("2012-05-17T23:30Z", "2012-05-17", "2012-05-17", None, "23:30"),
    ("2012-05-17T23:30:00+02:00", "2012-05-17", "2012-05-17", None, "23:30:00"),
    ("2012-05-17T00:30-05:00", "2012-05-17", "2012-05-17", None, "00:30"),
    ("2012-05-17T23-05:00", "2012-05-17", "2012-05-17", None, None),
    ("2012-05-17T23:30:15.5-05", "2012-05-17", "2012-05-17", None, "23:30:15"),
    # missing parts of a time
    ("2003-12-15T-:15", "2003-12-15", "2003-12-15", None, None),
    ("2003-12-15T13:-:17", "2003-12-15", "2003-12-15", None, None),
    ("2003-12-15T-:-:17", "2003-12-15", "2003-12-15", None, None),
    ("2003-12-15T-:15:17Z", "2003-12-15", "2003-12-15", None, None),
    # the midnight at the end of a day
    ("2012-05-17T24:00", "2012-05-18", "2012-05-18", None, "00:00"),
    ("2012-02-29T24:00:00", "2012-03-01", "2012-03-01", None, "00:00:00"),
    ("2012-12-31T24:00:00.0Z", "2013-01-01", "2013-01-01", None, "00:00:00"),
    # partial dates
    ("2012-02", "2012-02-01", "2012-02-29", "D", None),
    ("2013-02", "2013-02-01", "2013-02-28", "D", None),
    ("2012-12", "2012-12-01", "2012-12-31", "D", None),
    ("2012", "2012-01-01", "2012-12-31", "M", None),
    ("2012---17", "2012-01-17", "2012-12-17", "M", None),
    ("2003---31", "2003-01-31", "2003-12-31", "M", None),
    ("2003-12--T07:15", "2003-12-01", "2003-12-31", "D", None),
    ("2003---15T07:15", "2003-01-15", "2003-12-15", "M", None),
    ("2003----T07:15", "2003-01-01", "2003-12-31", "M", None),
    # intervals of uncertainty
    ("2015-03-01/2015-03-20", "2015-03-01", "2015-03-20", "D", None),
    ("2015-03-30/2015-04-02", "2015-03-30", "2015-04-02", "M", None),
    ("2015-03/2015-05", "2015-03-01", "2015-05-31", "M", None),
    ("2012/2013-02", "2012-01-01", "2013-02-28", "Y", None),
    ("2012-12-31/2013-01-01", "2012-12-31", "2013-01-01", "Y", None),
    ("2012/2012", "2012-01-01", "2012-12-31", "M", None),
    ("2015-05-20/2015-05", "2015-05-20", "2015-05-31", "D", None),
    ("2015-05/2015-05-10", "2015-05-01", "2015-05-10", "D", None),
    ("2012---17/2013-03-02", "2012-01-17", "2013-03-02", "Y", None),
    ("2015-03-01T10:30/2015-03-20T09:15Z", "2015-03-01", "2015-03-20", "D", None),
    ("2003-12-15T10:00/2003-12-15T10:30", "2003-12-15", "2003-12-15", None, None),
    ("2003-12-15T10:00/2003-12-15T24:00", "2003-12-15", "2003-12-16", "D", None),
    ("2003-12-15T10:00:30/2003-12-15T10:00", "2003-12-15", "2003-12-15", None, None),
]
UNREADABLE = [
    *("", " ", "UNK", "17MAY2012", "17/05/2012", "41677", "20120517", "12-05-17"),
    # no day of the calendar
    *("2012-02-30", "2013-02-29", "2012-13", "2012-00", "2012-05-00", "2012-05-32", "2012---32"),
    *("1899-12-31", "2100", "0001-02-07", "9999-12-31"),
    # no time of a clock
    *("2012-05-17T24:30", "2012-05-17T24:00:01", "2012-05-17T24", "2012-05-17T25:00"),
    *("2012-05-17T99:99", "2012-05-17T12:60", "2012-05-17T10:75", "2012-05-17T10:30:61"),
    *("2012-05-17T", "2012-05-17T1030", "2012-05-17T1:30", "2012-05-17T10:30+25:00"),
    *("2012-05-17 10:30", "2012-05-17t10:30", "2012-05-17Tmorning", "2012-02-30T10:30"),
    *("2012-05-17T-", "2012-05-17T13:-", "2012-05-17T-:-", "2012-05-17T13:-:-"),
    # nothing is left of what is not known at the end, and a year is always needed
    *("2012-05-", "2012-05--", "2012-05-UN", "2012----", "2012--15", "2012-05T10:30", "2012T10"),
    *("--12-15", "-----T07:15", "2012-05--T24:00"),
    # no intervals
    *("2012/", "/2012", "2012//2013", "2012/2013/2014", "2012-05-01/20", "2012-05-01/P3D"),
    *("2012-05-01 / 2012-05-03", "2012-05-01/2012-02-30", "2012-02-30/2012-05-01", "2012/UNK"),
    *("2015-05/2015-03", "2015-05-20/2015-05-19", "2013/2012", "2015-05-20/2014---21"),
    "2003-12-15T10:30/2003-12-15T10:00",
    "2003-12-15T24:00/2003-12-15T23:00",
]


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize(("text", "first", "last", "flag", "time"), READABLE)
def test_a_date_is_read(
    text: str, first: str, last: str, flag: str | None, time: str | None
) -> None:
    assert read_dates([text]) == [Read(text.strip(), day(first), day(last), flag, time)]


@pytest.mark.parametrize("text", UNREADABLE)
def test_anything_else_keeps_its_text_and_has_no_day(text: str) -> None:
    assert read_dates([text]) == [Read(text.strip() or None, None, None, None, None)]


@pytest.mark.parametrize("form", DATE_FORMS, ids=lambda form: form.text)
def test_the_forms_of_the_input_contract_are_read_as_it_says(form: DateForm) -> None:
    (read,) = read_dates([form.text])
    days = (day(form.first_day), day(form.last_day), form.flag or None)
    assert (read.first_day, read.last_day, read.flag) == days


FLAGS = (None, "D", "M", "Y")  # from nothing imputed to everything

DAYS = st.dates(date(1900, 1, 1), date(2098, 12, 31))
NUMBERS = st.integers(0, 59).map("{:02}".format)
HOURS = st.integers(0, 23).map("{:02}".format)
ZONES = st.sampled_from(["", "Z", "+02:00", "-05:00", "+14"])
SECONDS = st.one_of(
    NUMBERS, st.builds("{}{}{}".format, NUMBERS, st.sampled_from(".,"), st.integers(0, 999))
)
UNKNOWN = st.just("-")
TIMES = st.one_of(
    st.just("24:00"),
    HOURS,
    st.builds("{}:{}".format, HOURS | UNKNOWN, NUMBERS),
    st.builds("{}:{}:{}".format, HOURS | UNKNOWN, NUMBERS | UNKNOWN, SECONDS),
)
WHOLE = st.one_of(
    DAYS.map(date.isoformat), st.builds("{}T{}{}".format, DAYS.map(date.isoformat), TIMES, ZONES)
)
PARTIAL = st.one_of(
    DAYS.map("{:%Y-%m}".format),
    DAYS.map("{:%Y}".format),
    DAYS.map("{:%Y---%d}".format),
    st.builds("{:%Y-%m}--T{}".format, DAYS, HOURS),
    st.builds("{:%Y}----T{}".format, DAYS, HOURS),
)
PARTS = st.one_of(WHOLE, PARTIAL)


# the forms of one day, each with less of it known than the one before
COARSENED = (
    ("{day:%Y-%m-%d}T{time}", "{day:%Y-%m-%d}", "{day:%Y-%m}", "{day:%Y}"),
    ("{day:%Y-%m-%d}", "{day:%Y---%d}T{hour}", "{day:%Y---%d}", "{day:%Y}"),
    ("{day:%Y-%m}--T{hour}", "{day:%Y-%m}", "{day:%Y}----T{hour}", "{day:%Y}"),
    ("{day:%Y-%m-%d}/{day:%Y-%m}", "{day:%Y-%m}/{day:%Y}", "{day:%Y}/{day:%Y}"),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(PARTS, min_size=1, max_size=50))
def test_every_date_has_a_first_day_not_after_its_last(texts: list[str]) -> None:
    for read in read_dates(texts):
        assert read.first_day is not None
        assert read.last_day is not None
        assert read.first_day <= read.last_day
        assert (read.flag is None) == (read.first_day == read.last_day)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(PARTS, PARTS), min_size=1, max_size=50))
def test_an_interval_goes_from_the_first_day_of_its_start_to_the_last_of_its_end(
    pairs: list[tuple[str, str]],
) -> None:
    starts = read_dates([start for start, _ in pairs])
    ends = read_dates([end for _, end in pairs])
    intervals = read_dates([f"{start}/{end}" for start, end in pairs])
    for start, end, interval in zip(starts, ends, intervals, strict=True):
        assert start.first_day is not None
        assert end.last_day is not None
        found = (interval.first_day, interval.last_day)
        if start.first_day < end.last_day:
            assert found == (start.first_day, end.last_day)
        elif start.first_day > end.last_day:
            assert found == (None, None)
        assert interval.time is None


@settings(max_examples=60, deadline=None)
@given(DAYS, TIMES.filter(lambda time: time != "24:00"), HOURS, st.sampled_from(COARSENED))
def test_less_known_is_a_wider_interval(
    day: date, time: str, hour: str, forms: tuple[str, ...]
) -> None:
    """T24:00 apart, which is the day after the one written down."""
    reads = read_dates([form.format(day=day, time=time, hour=hour) for form in forms])
    for finer, wider in pairwise(reads):
        assert wider.first_day <= finer.first_day <= finer.last_day <= wider.last_day
        assert FLAGS.index(wider.flag) >= FLAGS.index(finer.flag)
    assert reads[0].first_day <= day <= reads[0].last_day


@settings(max_examples=40, deadline=None)
@given(DAYS, st.integers(0, 2000), st.integers(0, 400), st.integers(0, 400))
def test_a_longer_interval_holds_a_shorter_one(
    first: date, length: int, before: int, after: int
) -> None:
    last = min(first + timedelta(length), date(2099, 1, 1))
    around = (
        max(first - timedelta(before), date(1900, 1, 1)),
        min(last + timedelta(after), date(2099, 12, 31)),
    )
    shorter, longer = read_dates([f"{first}/{last}", "{}/{}".format(*around)])
    assert (shorter.first_day, shorter.last_day) == (first, last)
    assert (longer.first_day, longer.last_day) == around
    assert FLAGS.index(longer.flag) >= FLAGS.index(shorter.flag)
