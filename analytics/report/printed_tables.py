"""A table as it is set on paper: rows of cells, notes, and where it comes from.

What a document of any format is written from: it chooses letters, rules and widths, no words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from analytics.report.elements import Column, Line, Section, Table
from analytics.report.numbering import numbered
from analytics.report.typesetting import lettered, notes_of

_AFTER_THE_UNITS: Final = re.compile(r"^[<>]?[+\u2212-]?[\d,]*(.*)$")
_FEW_LETTERS: Final = 8
PADDING: Final = 3
"""Letters of room beside the text of a column."""


@dataclass(frozen=True)
class Cell:
    """A text, the letters of its notes, and how far it is indented."""

    text: str
    marks: str = ""
    indent: int = 0


@dataclass(frozen=True)
class PrintedRow:
    """The cells of a line; the heading of a group of lines has one, across the table."""

    cells: tuple[Cell, ...]
    is_group: bool = False


@dataclass(frozen=True)
class PrintedColumn:
    """A column: its heading, whether it is set as text, and its measures in letters.

    `after` is what stands right of the units of its numbers, so that they can be aligned.
    """

    heading: str
    is_text: bool
    width: int
    after: int


@dataclass(frozen=True)
class PrintedTable:
    """A table with its number; `spanners` are texts with how many columns they span."""

    name: str
    number: str
    title: str
    section: str
    columns: tuple[PrintedColumn, ...]
    spanners: tuple[tuple[str, int], ...]
    rows: tuple[PrintedRow, ...]
    notes: tuple[tuple[str, str], ...]
    source: str
    is_wide: bool

    @property
    def has_spanners(self) -> bool:
        """Whether any column stands under another heading."""
        return any(text for text, _ in self.spanners)


def printed_tables(sections: Sequence[Section], source: str) -> list[PrintedTable]:
    """Every table of the sections, in their order; `source` is the last line below each."""
    return [
        _printed(number, item, section.title, source)
        for section, items in numbered(sections)
        for number, item in items
        if isinstance(item, Table)
    ]


def _printed(number: str, table: Table, section: str, source: str) -> PrintedTable:
    letters = lettered(table.lines)
    spanners = tuple(
        (spanner or "", len(list(columns)))
        for spanner, columns in groupby(table.columns, lambda column: column.spanner)
    )
    return PrintedTable(
        name=table.name,
        number=number,
        title=table.title,
        section=section,
        columns=tuple(
            _column(column, table.lines, is_first=i == 0) for i, column in enumerate(table.columns)
        ),
        spanners=spanners,
        rows=tuple(_rows(table, letters)),
        notes=tuple(notes_of(table)),
        source=source,
        is_wide=table.is_wide,
    )


def _rows(table: Table, letters: dict[str, str]) -> list[PrintedRow]:
    rows = []
    group = None
    for line in table.lines:
        if line.group is not None and line.group != group:
            rows.append(PrintedRow((Cell(line.group),), is_group=True))
        group = line.group
        first, *others = (line.cells.get(column.key, "") for column in table.columns)
        marks = ", ".join(letters[text] for text in line.cautions)
        cells = (Cell(first, marks, line.indent), *(Cell(text) for text in others))
        rows.append(PrintedRow(cells))
    return rows


def _column(column: Column, lines: Sequence[Line], *, is_first: bool) -> PrintedColumn:
    cells = [line.cells.get(column.key, "") for line in lines]
    is_text = column.is_text or is_first
    words = [len(word) for word in column.heading.split()] or [0]
    width = max([*words, *map(len, cells)])
    after = 0 if is_text else max((len(after_the_units(text)) for text in cells), default=0)
    return PrintedColumn(column.heading, is_text, width + PADDING, after)


def after_the_units(text: str) -> str:
    """What stands right of the units of a number."""
    found = _AFTER_THE_UNITS.match(text)
    return found[1] if found else ""


def fitted(table: PrintedTable, room: float, letter: float) -> list[float]:
    """The widths of the columns within so much room; a letter takes about `letter` of it.

    Numbers keep their width and texts share what is left, as much as they need; no column is
    narrower than a few letters for one that is long.
    """
    wanted = [column.width * letter for column in table.columns]
    if sum(wanted) <= room:
        return wanted
    numbers = sum(w for w, column in zip(wanted, table.columns, strict=True) if not column.is_text)
    texts = sum(wanted) - numbers
    left = room - numbers
    if left < texts / 3:  # the numbers leave too little: all give way
        shared = [width * room / sum(wanted) for width in wanted]
    else:
        shared = [
            width * left / texts if column.is_text else width
            for width, column in zip(wanted, table.columns, strict=True)
        ]
    few = min(_FEW_LETTERS * letter, room / len(wanted))
    least = [min(width, few) for width in wanted]
    missing = sum(max(low - width, 0.0) for low, width in zip(least, shared, strict=True))
    spare = sum(max(width - low, 0.0) for low, width in zip(least, shared, strict=True))
    return [
        low if width < low else width - missing * (width - low) / (spare or 1.0)
        for low, width in zip(least, shared, strict=True)
    ]
