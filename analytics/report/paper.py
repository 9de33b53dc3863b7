"""The sheet that a document is set on, and what a table takes of it, in millimetres."""

from typing import Final

from analytics.report.printed_tables import PrintedColumn, PrintedTable, fitted

MARGIN: Final = 20.0
_SHEET: Final = (210.0, 297.0)
_LETTER: Final = 1.55  # a digit in the size of a table
_AFTER: Final = 1.3  # a letter right of the units, where brackets and points are narrow


def sheet(*, is_wide: bool) -> tuple[float, float]:
    """Width and height of the sheet: A4, turned for a wide table."""
    width, height = _SHEET
    return (height, width) if is_wide else (width, height)


def widths_on_paper(table: PrintedTable) -> list[float]:
    """The widths of the table's columns between the margins of its sheet."""
    width, _ = sheet(is_wide=table.is_wide)
    return fitted(table, width - 2 * MARGIN, _LETTER)


def place_of_units(column: PrintedColumn, width: float, padding: float) -> float:
    """Where in a column so wide the units of its numbers end, after the padding on its left."""
    return max(width - 2 * padding - column.after * _AFTER, _LETTER)
