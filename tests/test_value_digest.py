from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from analytics.study.specification import Publication
from analytics.value_digest import rows_digest, value_digest


@dataclass(frozen=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True)
class Place:
    x: float
    y: float


FRAME = pl.DataFrame(
    {"a": [1, None], "b": ["x", None], "c": [0.5, None], "d": [date(2020, 1, 1)] * 2}
)
VALUES: tuple[object, ...] = (
    *(None, False, 0, 0.0, -0.0, "", "0", "None", date(2020, 1, 1), Path("0")),
    *((), {}, set(), (0,), (0, 0), ((0,), 0), ("ab", "c"), ("a", "bc")),
    *({"a": 1}, {"a": 2}, {"b": 1}, {1, 2}),
    *(Point(0.0, 1.0), Place(0.0, 1.0), Point(1.0, 0.0)),
    *(Publication(), Publication(smallest_cell=5)),
    *(partial(value_digest, 1), partial(value_digest, 2), value_digest),
    *(FRAME, FRAME.head(1), FRAME.reverse(), FRAME.rename({"a": "e"})),
    FRAME.with_columns(pl.col("a").cast(pl.Int32)),
    FRAME.with_columns(pl.col("a").fill_null(0)),
    FRAME.with_columns(pl.col("b").fill_null("")),
    FRAME.select("b", "a", "c", "d"),
)


def test_different_values_have_different_digests() -> None:
    digests = [value_digest(value) for value in VALUES]
    assert len(set(digests)) == len(VALUES)


def test_equal_values_have_equal_digests() -> None:
    assert value_digest([1, "a"]) == value_digest((1, "a"))
    assert value_digest({3, 1, 2}) == value_digest({2, 1, 3})
    assert value_digest(partial(value_digest, 1)) == value_digest(partial(value_digest, 1))
    texts = pl.DataFrame({"a": ["x", "y", "x"]})
    assert value_digest(texts) == value_digest(pl.concat([texts.head(1), texts.tail(2)]))


def test_what_lies_in_memory_under_a_null_plays_no_part() -> None:
    whole = pl.DataFrame({"a": [7, 8, 9]})
    hidden = whole.select(pl.when(pl.col("a") < 9).then("a").alias("a"))
    assert value_digest(hidden) == value_digest(pl.DataFrame({"a": [7, 8, None]}))


def test_a_category_counts_as_its_text() -> None:
    ordered = pl.Series("a", ["y", "x"]).cast(pl.Categorical).to_frame()
    pl.Series("other", ["x", "y"]).cast(pl.Categorical)
    again = pl.Series("a", ["y", "x"]).cast(pl.Categorical).to_frame()
    assert value_digest(ordered) == value_digest(again)


def test_what_has_no_contents_has_no_digest() -> None:
    with pytest.raises(TypeError, match=r"^A value of type object has no digest\.$"):
        value_digest(object())


def test_the_digest_of_rows_knows_each_row_and_not_their_order() -> None:
    assert rows_digest(FRAME) == rows_digest(FRAME.reverse())
    others = (
        FRAME.head(1),
        pl.concat([FRAME, FRAME.head(1)]),
        FRAME.with_columns(pl.col("b").reverse()),
        FRAME.with_columns(pl.col("a").fill_null(0)),
        FRAME.rename({"a": "e"}),
    )
    assert len({rows_digest(frame) for frame in (FRAME, *others)}) == len(others) + 1
