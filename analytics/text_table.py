"""Rows as a table in plain text."""

from collections.abc import Iterator, Sequence
from typing import Any


def aligned(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """The lines of a table: numbers to the right, NULL as an empty cell."""
    cells = [
        [f"{value:.10g}" if isinstance(value, float) else cell(value) for value in row]
        for row in rows
    ]
    columns = range(len(names))
    is_number = [
        any(_is_number(row[i]) for row in rows)
        and all(_is_number(row[i]) or row[i] is None for row in rows)
        for i in columns
    ]
    widths = [max(len(names[i]), *(len(row[i]) for row in cells), 0) for i in columns]

    def line(values: Sequence[str]) -> str:
        padded = [
            values[i].rjust(widths[i]) if is_number[i] else values[i].ljust(widths[i])
            for i in columns
        ]
        return "  ".join(padded).rstrip()

    yield line(names)
    yield "  ".join("-" * width for width in widths)
    yield from (line(row) for row in cells)


def cell(value: object) -> str:
    """A value as text: NULL is empty, truth in small letters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
