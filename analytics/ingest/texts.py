"""Typed values of a file as the text they are kept as in `raw`.

A number becomes the shortest text that reads back to the same number (1, 0.1, 1e-7), a date or
time ISO 8601, a truth value true or false; NaN is how files write a missing number.
"""

from typing import Final

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

_READABLE: Final = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_boolean,
    pa.types.is_date,
    pa.types.is_time,
    pa.types.is_timestamp,
    pa.types.is_null,
)


def as_text(values: pa.Array) -> pa.Array:
    """An Arrow array as text, NULL where it is NULL or NaN. Errors: pa.ArrowException."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return as_text(values.dictionary_decode())
    if pa.types.is_floating(kind):
        known = pc.if_else(pc.is_nan(values), pa.scalar(None, kind), values)
        return pc.cast(known, pa.string())
    if pa.types.is_timestamp(kind):
        return _iso(values, "%Y-%m-%dT%H:%M:%S" + ("%z" if kind.tz else ""))
    if pa.types.is_time(kind):
        return _without_zeros(pc.cast(values, pa.string()))
    return pc.cast(values, pa.string())


def is_readable(kind: pa.DataType) -> bool:
    """Whether values of an Arrow type are texts, numbers, truth values, dates or times."""
    if pa.types.is_dictionary(kind):
        return is_readable(kind.value_type)
    return any(holds(kind) for holds in _READABLE)


def _iso(values: pa.Array, form: str) -> pa.Array:
    """2012-05-01T10:30:00, the offset from UTC behind it as -05:00 where there is one."""
    text = _without_zeros(pc.strftime(values, format=form))
    return pc.replace_substring_regex(text, r"([+-]\d{2})(\d{2})$", r"\1:\2")


def _without_zeros(text: pa.Array) -> pa.Array:
    """10:30:00.500000 as 10:30:00.5 and 10:30:00.000 as 10:30:00."""
    shorter = pc.replace_substring_regex(text, r"(\.\d*?)0+([+-]\d{4})?$", r"\1\2")
    return pc.replace_substring_regex(shorter, r"\.([+-]\d{4})?$", r"\1")
