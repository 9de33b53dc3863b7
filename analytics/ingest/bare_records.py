"""Which records have nothing to trim, seen from the first and the last byte of each value."""

from typing import Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from analytics.methods.arrays import BoolArray

_BLANK: Final = 0x20
_BEYOND_ASCII: Final = 0x80


def bare_records(batch: pa.RecordBatch) -> BoolArray:
    """Whether each record of a batch of text is as it would be with every value trimmed.

    No value is an empty text or begins or ends with a blank. One that begins or ends beyond ASCII,
    where Unicode has more blanks, is not looked into and counts as having one.
    """
    bare = np.ones(batch.num_rows, dtype=bool)
    for column in batch.columns:
        bare &= _bare_values(column)
    return bare


def _bare_values(column: pa.StringArray) -> BoolArray:
    is_null: BoolArray = np.asarray(column.is_null(), dtype=bool)
    _, offsets, content = column.buffers()
    if content is None or not content.size:
        return is_null
    text = np.frombuffer(content, np.uint8)
    place = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    begins, ends = place[:-1], place[1:]
    is_empty = begins == ends
    first = text[np.minimum(begins, text.size - 1)]
    last = text[np.maximum(ends, 1) - 1]
    is_bare: BoolArray = (
        (first > _BLANK) & (first < _BEYOND_ASCII) & (last > _BLANK) & (last < _BEYOND_ASCII)
    )
    if not is_empty.any():
        return is_bare
    return np.where(is_empty, is_null, is_bare)
