"""Text for a terminal: rows as a table, and nothing that a terminal would obey."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Final

_OBEYED: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of controls, format marks, halves of characters and line separators."""


def aligned(
    names: Sequence[str], rows: Sequence[Sequence[Any]], *, null: str = ""
) -> Iterator[str]:
    """The lines of a table: numbers to the right, NULL as an empty cell or the word given."""
    cells = [[_shown(value, null) for value in row] for row in rows]
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


def upright(
    names: Sequence[str], rows: Sequence[Sequence[Any]], *, null: str = ""
) -> Iterator[str]:
    """The lines of a table turned upright: under the number of a row each column on its own."""
    width = max((len(name) for name in names), default=0)
    for number, row in enumerate(rows, start=1):
        yield f"row {number}"
        for name, value in zip(names, row, strict=True):
            yield f"  {name.ljust(width)}  {_shown(value, null)}".rstrip()


def cut(line: str, width: int) -> str:
    """The line, or what fits into the width and a mark that something is missing."""
    return line if len(line) <= width else f"{line[: width - 1]}\N{HORIZONTAL ELLIPSIS}"


def _shown(value: object, null: str) -> str:
    if value is None:
        return null
    return f"{value:.10g}" if isinstance(value, float) else cell(value)


def cell(value: object) -> str:
    """A value as text: NULL is empty, truth in small letters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return printable(str(value)).replace("\n", "\\n").replace("\t", "\\t")


def printable(text: str) -> str:
    """The text with what a terminal would obey, or cannot show, written out: ESC is \\x1b.

    Line ends and tabulators stay. So do letters of any script; marks that turn the direction of
    writing (bidi controls) are written out, because they let a text look like another.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if _is_shown(character) else _written_out(character) for character in text
    )


def _is_shown(character: str) -> bool:
    if character in "\n\t":
        return True
    return unicodedata.category(character) not in _OBEYED


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
