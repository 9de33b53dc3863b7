"""Tables as a Word document: each on a page of its own, heads repeated, numbers aligned."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from analytics.report.paper import MARGIN, place_of_units, sheet, widths_on_paper
from analytics.report.printed_tables import Cell, PrintedRow, PrintedTable

FONT: Final = "Arial"
_SIZES: Final = {"text": Pt(10), "table": Pt(8), "note": Pt(7.5)}
_PADDING: Final = 2.0  # mm: what Word leaves free beside the text of a cell


def write_word(tables: Sequence[PrintedTable], title: str, path: Path) -> None:
    """Write a document with a list of the tables, then each table; the last line is its source."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, _SIZES["text"]
    style.paragraph_format.space_after = Pt(2)
    document.core_properties.title = title
    document.core_properties.author = ""
    document.core_properties.comments = ""
    _shape(document.sections[0], is_wide=False)
    foot(document.sections[0], tables[0].source if tables else "")
    _line(document, title, size=14, is_bold=True)
    for table in tables:
        _line(document, f"{table.number}. {table.title}")
    for table in tables:
        _shape(document.add_section(WD_SECTION.NEW_PAGE), is_wide=table.is_wide)
        _table(document, table)
    document.save(str(path))


def _shape(section: Any, *, is_wide: bool) -> None:
    width, height = sheet(is_wide=is_wide)
    section.orientation = WD_ORIENT.LANDSCAPE if is_wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(MARGIN))


def foot(section: Any, source: str) -> None:
    """What every page ends with: where the tables come from, and page x of y."""
    paragraph = section.footer.paragraphs[0]
    for part in (f"{source} Page ", "PAGE", " of ", "NUMPAGES"):
        run = paragraph.add_run("" if part.isupper() else part)
        run.font.size = _SIZES["note"]
        if part.isupper():
            for kind, text in (("begin", None), (None, part), ("end", None)):
                run._r.append(_field(kind, text))


def _field(kind: str | None, text: str | None) -> Any:
    if kind is None:
        element = OxmlElement("w:instrText")
        element.text = text
        return element
    element = OxmlElement("w:fldChar")
    element.set(qn("w:fldCharType"), kind)
    return element


def _line(document: Any, text: str, size: float | None = None, *, is_bold: bool = False) -> Any:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    run.bold = is_bold
    if size is not None:
        run.font.size = Pt(size)
    return paragraph


def _table(document: Any, table: PrintedTable) -> None:
    caption = document.add_paragraph()
    caption.add_run(f"{table.number}. ").bold = True
    caption.add_run(table.title)
    caption.paragraph_format.keep_with_next = True
    widths = widths_on_paper(table)
    grid = document.add_table(rows=0, cols=len(table.columns))
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Mm(width)
    _heads(grid, table, widths)
    for line in table.rows:
        _body_row(grid, table, widths, line)
    _rule(grid.rows[-1], "bottom", 12)
    for letter, text in table.notes:
        note = document.add_paragraph()
        if letter:
            mark = note.add_run(letter)
            mark.font.superscript, mark.font.size = True, _SIZES["note"]
        note.add_run(f" {text}" if letter else text).font.size = _SIZES["note"]
    document.add_paragraph().add_run(table.source).font.size = _SIZES["note"]


def _heads(grid: Any, table: PrintedTable, widths: Sequence[float]) -> None:
    if table.has_spanners:
        row = _row(grid, widths, is_head=True)
        start = 0
        for text, n in table.spanners:
            cell = row.cells[start].merge(row.cells[start + n - 1])
            _write(cell.paragraphs[0], Cell(text), is_bold=True)
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER if start else None
            start += n
    row = _row(grid, widths, is_head=True)
    for cell, column in zip(row.cells, table.columns, strict=True):
        _write(cell.paragraphs[0], Cell(column.heading), is_bold=True)
        cell.paragraphs[0].alignment = None if column.is_text else WD_ALIGN_PARAGRAPH.RIGHT
    _rule(grid.rows[0], "top", 12)
    _rule(row, "bottom", 6)


def _body_row(grid: Any, table: PrintedTable, widths: Sequence[float], line: PrintedRow) -> None:
    row = _row(grid, widths)
    if line.is_group:
        paragraph = row.cells[0].merge(row.cells[-1]).paragraphs[0]
        _write(paragraph, line.cells[0], is_bold=True)
        paragraph.paragraph_format.keep_with_next = True
        return
    for cell, text, column, width in zip(row.cells, line.cells, table.columns, widths, strict=True):
        paragraph = cell.paragraphs[0]
        _write(paragraph, text)
        if not column.is_text:
            place = Mm(place_of_units(column, width, _PADDING))
            paragraph.paragraph_format.tab_stops.add_tab_stop(place, WD_TAB_ALIGNMENT.DECIMAL)


def _row(grid: Any, widths: Sequence[float], *, is_head: bool = False) -> Any:
    """A row that no page break tears; a head stands again on each page."""
    row = grid.add_row()
    for cell, width in zip(row.cells, widths, strict=True):
        cell.width = Mm(width)
    properties = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", *(["w:tblHeader"] if is_head else [])):
        properties.append(OxmlElement(name))
    return row


def _rule(row: Any, side: str, eighths: int) -> None:
    """A rule along a row, so many eighths of a point thick."""
    for cell in row.cells:
        properties = cell._tc.get_or_add_tcPr()
        borders = properties.find(qn("w:tcBorders"))
        if borders is None:
            borders = OxmlElement("w:tcBorders")
            properties.append(borders)
        border = borders.find(qn(f"w:{side}"))
        if border is None:
            border = OxmlElement(f"w:{side}")
            borders.append(border)
        for name, value in (("val", "single"), ("sz", str(eighths)), ("color", "000000")):
            border.set(qn(f"w:{name}"), value)


def _write(paragraph: Any, cell: Cell, *, is_bold: bool = False) -> None:
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.left_indent = Mm(3 * cell.indent) if cell.indent else None
    run = paragraph.add_run(cell.text)
    run.bold, run.font.size = is_bold, _SIZES["table"]
    if cell.marks:
        marks = paragraph.add_run(cell.marks)
        marks.font.superscript, marks.font.size = True, _SIZES["table"]
