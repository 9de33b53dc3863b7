"""Datasets as SAS transport files, version 5, one a dataset.

The files say that they were made at the database lock, whenever that really was: the same records
give the same bytes.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl
import pyreadstat

from .catalogue import Column, Dataset
from .records import Record
from .trial import DATABASE_LOCK

_MOMENT: Final = DATABASE_LOCK.strftime("%d%b%y").upper().encode() + b":00:00:00"
_ANY_MOMENT: Final = re.compile(rb"\d\d[A-Z]{3}\d\d:\d\d:\d\d:\d\d")
_MOMENTS_AT: Final = (144, 160, 464, 480)  # made and changed, of the library and of the member
LONGEST_TEXT: Final = 200  # bytes


def write_xport(
    dataset: Dataset, columns: Sequence[Column], records: Sequence[Record], path: Path
) -> None:
    """Write the records; texts get the length of the longest, numbers 8 bytes.

    Raises ValueError for a text that a transport file cannot hold, and if the writer lays files out
    in another way.
    """
    for column in columns:
        longest = max((width_of(column, record) for record in records), default=0)
        if not column.is_number and longest > LONGEST_TEXT:
            raise ValueError(
                f"{dataset.name}.{column.name} has a text of {longest} bytes, but a transport "
                f"file allows {LONGEST_TEXT}; shorten it."
            )
    frame = pl.DataFrame(
        {column.name: [_value(column, record) for record in records] for column in columns},
        schema={column.name: pl.Float64 if column.is_number else pl.String for column in columns},
    )
    pyreadstat.write_xport(
        frame,
        str(path),
        file_label=dataset.label,
        column_labels=[column.label for column in columns],
        table_name=dataset.name,
        file_format_version=5,
    )
    with path.open("r+b") as file:
        for place in _MOMENTS_AT:
            file.seek(place)
            if not _ANY_MOMENT.fullmatch(file.read(len(_MOMENT))):
                raise ValueError(
                    f"{path.name} has no moment of writing at byte {place}; check that the locked "
                    "packages are the ones installed (make setup)."
                )
            file.seek(place)
            file.write(_MOMENT)


def width_of(column: Column, record: Record) -> int:
    """The bytes that a value needs as a text."""
    value = record.get(column.name)
    return 0 if value is None else len(text_of(value).encode())


def text_of(value: str | int | float) -> str:
    """A number in its shortest form."""
    return value if isinstance(value, str) else f"{value:g}"


def _value(column: Column, record: Record) -> str | float | None:
    value = record.get(column.name)
    if column.is_number:
        assert not isinstance(value, str)
        return None if value is None else float(value)
    assert value is None or isinstance(value, str)
    return value
