"""Tables as an Excel workbook: a sheet of contents, then one sheet for each table."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]

from analytics.report.printed_tables import Cell, PrintedTable
from analytics.study.number_styles import as_plain

_NUMBER: Final = re.compile(r"-?\d*(?:\.\d+)?")
_WIDEST: Final = 60  # letters
PLAIN_TEXTS: Final = {  # a text stays one, whatever it begins with
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_workbook(tables: Sequence[PrintedTable], title: str, path: Path) -> None:
    """Write a workbook; plain numbers are Excel's own, shown with the decimals of the print."""
    with xlsxwriter.Workbook(path, PLAIN_TEXTS) as book:
        book.set_properties({"title": title, "created": datetime(2000, 1, 1, tzinfo=UTC)})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        bold = book.add_format({"bold": True})
        contents = book.add_worksheet("Contents")
        contents.write_string(0, 0, title, bold)
        contents.write_row(1, 0, ["Number", "Title", "Section", "Sheet"], head)
        for i, table in enumerate(tables, start=2):
            contents.write_row(i, 0, [table.number, table.title, table.section])
            contents.write_url(i, 3, f"internal:'{table.number}'!A1", string=table.number)
        contents.write_string(len(tables) + 3, 0, tables[0].source if tables else "")
        contents.autofit()
        for table in tables:
            _sheet(book, table, head, bold)


def _sheet(book: Any, table: PrintedTable, head: Any, bold: Any) -> None:
    sheet = book.add_worksheet(table.number)
    sheet.write_string(0, 0, f"{table.number}. {table.title}", bold)
    at = 1
    if table.has_spanners:
        start = 0
        for text, n in table.spanners:
            if n > 1:
                sheet.merge_range(at, start, at, start + n - 1, text, head)
            else:
                sheet.write_string(at, start, text, head)
            start += n
        at += 1
    for i, column in enumerate(table.columns):
        sheet.write_string(at, i, column.heading, head)
        sheet.set_column(i, i, min(column.width, _WIDEST))
    sheet.freeze_panes(at + 1, 1)
    for row in table.rows:
        at += 1
        for i, cell in enumerate(row.cells):
            _write(book, sheet, (at, i), cell, bold if row.is_group else None)
    for letter, text in table.notes:
        at += 1
        sheet.write_string(at, 0, f"{letter} {text}".strip())
    sheet.write_string(at + 1, 0, table.source)
    sheet.set_landscape() if table.is_wide else sheet.set_portrait()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1, 2 if table.has_spanners else 1)
    sheet.set_footer("&L&8" + table.source.replace("&", "&&")[:200] + "&R&8&P of &N")


def _write(book: Any, sheet: Any, place: tuple[int, int], cell: Cell, form: Any) -> None:
    text = f"{cell.text} {cell.marks}".rstrip() if cell.marks else cell.text
    number = as_plain(text)
    if number.strip("-.") and _NUMBER.fullmatch(number) and place[1]:
        decimals = len(number.partition(".")[2])
        shown = "#" if number.lstrip("-").startswith(".") else "0"
        form = book.add_format({"num_format": f"{shown}.{'0' * decimals}" if decimals else "0"})
        sheet.write_number(*place, float(number), form)
    elif cell.indent:
        sheet.write_string(*place, text, book.add_format({"indent": cell.indent}))
    else:
        sheet.write_string(*place, text, form)
