"""Which records are compared as they stand: those that trimming would leave alone."""

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from analytics.ingest.bare_records import bare_records


def found(*values: str | None) -> list[bool]:
    batch = pa.record_batch({"A": pa.array(values, pa.string())})
    return [bool(is_bare) for is_bare in bare_records(batch)]


@pytest.mark.parametrize("value", ["CR", "COMPLETE REMISSION", "x", "a\u00a0b", None])
def test_a_value_with_nothing_to_trim_is_bare(value: str | None) -> None:
    assert found("first", value, "last") == [True, True, True]


@pytest.mark.parametrize("value", ["", " ", " CR", "CR ", "\u00a0CR", "CR\u2003", "\u00c4", "\tCR"])
def test_a_value_that_trimming_may_change_is_not(value: str) -> None:
    assert found("first", value, "last") == [True, False, True]


def test_one_value_decides_on_its_record() -> None:
    batch = pa.record_batch({"A": ["x", "y", "z"], "B": ["p", None, "q "]})

    assert list(bare_records(batch)) == [True, True, False]


def test_a_part_of_a_batch_is_read_at_its_place() -> None:
    batch = pa.record_batch({"A": [" x", "y", "z ", "w"]})

    assert list(bare_records(batch.slice(1, 3))) == [True, False, True]


def test_a_column_without_a_value_is_bare_and_an_empty_text_is_not() -> None:
    assert found(None, None) == [True, True]
    assert found("", None) == [False, True]
