"""Tables as PDF: each on a page of its own, heads repeated, numbers aligned, fonts embedded."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal
from xml.sax.saxutils import escape

from reportlab.lib.colors import black
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from analytics.report.paper import MARGIN, sheet, widths_on_paper
from analytics.report.printed_tables import Cell, PrintedColumn, PrintedTable, after_the_units

_REGULAR, _BOLD = "Plateau", "Plateau-Bold"
_SIZE, _NOTE, _TITLE, _LEADING = 7.5, 7, 9.5, 1.22
_PADDING: Final = 2.2  # points beside the text of a cell
_INDENT: Final = 8.0  # points
_FOOT: Final = 11 * mm


class _Number(Flowable):
    """A number whose units stand above those of the other numbers of its column."""

    def __init__(self, text: str, marks: str, room: float) -> None:
        super().__init__()
        self._text, self._marks, self._room = text, marks, room

    def wrap(self, width: float, _: float) -> tuple[float, float]:
        self._width = width
        return width, _SIZE * _LEADING

    def draw(self) -> None:
        rest = after_the_units(self._text)
        units = self._text[: len(self._text) - len(rest)]
        place = self._width - self._room
        base = _SIZE * (_LEADING - 1)
        canvas = self.canv
        canvas.setFont(_REGULAR, _SIZE)
        canvas.drawRightString(place, base, units)
        canvas.drawString(place, base, rest)
        if self._marks:
            end = place + pdfmetrics.stringWidth(rest, _REGULAR, _SIZE)
            canvas.setFont(_REGULAR, 0.7 * _SIZE)
            canvas.drawString(end, base + 0.35 * _SIZE, self._marks)


class _Counting(Canvas):
    """A canvas that writes page x of y, once it knows y."""

    def __init__(self, *arguments: Any, foot: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._foot, self._pages = foot, []  # type: ignore[var-annotated]

    def showPage(self) -> None:  # noqa: N802 - named by reportlab
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            width = self._pagesize[0] - 2 * MARGIN * mm  # type: ignore[attr-defined]
            told = Paragraph(
                f"{escape(self._foot)} Page {number} of {len(self._pages)}", _style(_REGULAR, 6.5)
            )
            _, height = told.wrap(width, _FOOT)
            told.drawOn(self, MARGIN * mm, MARGIN * mm - height - 1.5 * mm)
            super().showPage()
        super().save()


class _Document(BaseDocTemplate):
    """A document whose outline lists its tables."""

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - named by reportlab
        name = getattr(flowable, "outline", None)
        if name is not None:
            key, words = name
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(words, key, level=0)


def write_pdf(tables: Sequence[PrintedTable], title: str, path: Path) -> None:
    """Write a document with a list of the tables, then each table on a page of its own."""
    _register([title, *(text for table in tables for text in _texts(table))])
    document = _Document(
        str(path), title=title, author="", subject="", creator="Plateau", invariant=1,
        initialFontName=_REGULAR,
        pageTemplates=[_template(name, is_wide=name == "wide") for name in ("tall", "wide")],
    )  # fmt: skip
    story: list[Flowable] = [Paragraph(f"<b>{escape(title)}</b>", _style(_REGULAR, 13)), _gap(6)]
    for table in tables:
        link = f'<a href="#{table.name}">{escape(f"{table.number}. {table.title}")}</a>'
        story.append(Paragraph(link, _style(_REGULAR, 8.5)))
    for table in tables:
        story += [NextPageTemplate("wide" if table.is_wide else "tall"), PageBreak()]
        story += _flowables(table)
    foot = tables[0].source if tables else ""
    document.build(
        story,
        canvasmaker=lambda *arguments, **options: _Counting(*arguments, foot=foot, **options),
    )


def _texts(table: PrintedTable) -> list[str]:
    cells = [cell.text for row in table.rows for cell in row.cells]
    notes = [text for _, text in table.notes]
    heads = [column.heading for column in table.columns] + [text for text, _ in table.spanners]
    return [table.title, table.source, *cells, *notes, *heads]


def _register(texts: Sequence[str]) -> None:
    """Let the document be written in a sans serif that has its letters."""
    from analytics.report.fonts import PRINT_FONTS, file_of  # noqa: PLC0415 - slow to import

    for name, is_bold in ((_REGULAR, False), (_BOLD, True)):
        file = file_of(PRINT_FONTS, texts, is_bold=is_bold)
        pdfmetrics.registerFont(TTFont(name, str(file)))
    pdfmetrics.registerFontFamily(
        _REGULAR, normal=_REGULAR, bold=_BOLD, italic=_REGULAR, boldItalic=_BOLD
    )


def _template(name: str, *, is_wide: bool) -> PageTemplate:
    width, height = (side * mm for side in sheet(is_wide=is_wide))
    margin = MARGIN * mm
    frame = Frame(
        margin, margin, width - 2 * margin, height - 2 * margin,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    return PageTemplate(id=name, frames=[frame], pagesize=(width, height))


def _flowables(table: PrintedTable) -> list[Flowable]:
    caption = Paragraph(
        f'<a name="{table.name}"/><b>{escape(table.number)}.</b> {escape(table.title)}',
        _style(_REGULAR, _TITLE),
    )
    caption.outline = (table.name, f"{table.number}. {table.title}")  # type: ignore[attr-defined]
    caption.keepWithNext = True
    notes = [
        Paragraph(
            (f"<super>{escape(letter)}</super> " if letter else "") + escape(text),
            _style(_REGULAR, _NOTE),
        )
        for letter, text in (*table.notes, ("", table.source))
    ]
    return [caption, _gap(3), _grid(table), _gap(3), *notes]


def _grid(table: PrintedTable) -> Table:
    widths = [width * mm for width in widths_on_paper(table)]
    heads, style = _heads(table)
    rows = list(heads)
    rooms = [_room(table, i, column) for i, column in enumerate(table.columns)]
    for line in table.rows:
        at = len(rows)
        if line.is_group:
            lines = simpleSplit(line.cells[0].text, _BOLD, _SIZE, sum(widths) - 2 * _PADDING)
            rows.append(["\n".join(lines)] + [""] * (len(widths) - 1))
            style += [("SPAN", (0, at), (-1, at)), ("NOSPLIT", (0, at), (-1, at + 1))]
            style += [("FONT", (0, at), (-1, at), _BOLD, _SIZE, _SIZE * _LEADING)]
        else:
            rows.append(
                [
                    _body(cell, column, width, room)
                    for cell, column, width, room in zip(
                        line.cells, table.columns, widths, rooms, strict=True
                    )
                ]
            )
    grid = Table(rows, colWidths=widths, repeatRows=len(heads), splitByRow=1, hAlign="LEFT")
    commands: list[Any] = [
        ("FONT", (0, 0), (-1, -1), _REGULAR, _SIZE),
        ("VALIGN", (0, 0), (-1, len(heads) - 1), "BOTTOM"),
        ("VALIGN", (0, len(heads)), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 1.2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.2),
        ("LINEABOVE", (0, 0), (-1, 0), 1.2, black),
        ("LINEBELOW", (0, len(heads) - 1), (-1, len(heads) - 1), 0.5, black),
        ("LINEBELOW", (0, "splitlast"), (-1, "splitlast"), 0.5, black),
        ("LINEBELOW", (0, -1), (-1, -1), 1.2, black),
        *style,
    ]
    grid.setStyle(TableStyle(commands))
    return grid


def _heads(table: PrintedTable) -> tuple[list[list[Any]], list[tuple[Any, ...]]]:
    """The rows of headings, and what spans columns in them."""
    rows: list[list[Any]] = []
    style: list[tuple[Any, ...]] = []
    if table.has_spanners:
        cells: list[Any] = []
        for text, n in table.spanners:
            start, end = len(cells), len(cells) + n - 1
            cells += [_paragraph(Cell(text), TA_CENTER, is_bold=True)] + [""] * (n - 1)
            style.append(("SPAN", (start, 0), (end, 0)))
            if text:
                style.append(("LINEBELOW", (start, 0), (end, 0), 0.4, black))
        rows.append(cells)
    rows.append(
        [
            _paragraph(Cell(c.heading), TA_LEFT if c.is_text else TA_RIGHT, is_bold=True)
            for c in table.columns
        ]
    )
    return rows, style


def _room(table: PrintedTable, i: int, column: PrintedColumn) -> float:
    """Points that the longest part right of the units takes."""
    if column.is_text:
        return 0.0
    cells = [row.cells[i].text for row in table.rows if not row.is_group]
    return max(
        (pdfmetrics.stringWidth(after_the_units(text), _REGULAR, _SIZE) for text in cells),
        default=0.0,
    )


def _body(cell: Cell, column: PrintedColumn, width: float, room: float) -> Flowable:
    """A text that is wrapped, or a number on its line; one too long for that is wrapped, too."""
    fits = pdfmetrics.stringWidth(cell.text, _REGULAR, _SIZE) <= width - 2 * _PADDING
    if column.is_text or not fits:
        return _paragraph(cell, TA_LEFT if column.is_text else TA_RIGHT)
    units = cell.text[: len(cell.text) - len(after_the_units(cell.text))]
    left = width - 2 * _PADDING - pdfmetrics.stringWidth(units, _REGULAR, _SIZE)
    return _Number(cell.text, cell.marks, min(room, left))


def _paragraph(cell: Cell, align: Literal[0, 1, 2], *, is_bold: bool = False) -> Paragraph:
    marks = f"<super>{escape(cell.marks)}</super>" if cell.marks else ""
    style = _style(_BOLD if is_bold else _REGULAR, _SIZE, align, cell.indent * _INDENT)
    return Paragraph(escape(cell.text) + marks, style)


def _style(
    font: str, size: float, align: Literal[0, 1, 2] = TA_LEFT, indent: float = 0.0
) -> ParagraphStyle:
    return ParagraphStyle(
        f"{font}-{size}-{align}-{indent}", fontName=font, fontSize=size, leading=size * _LEADING,
        alignment=align, leftIndent=indent,
    )  # fmt: skip


def _gap(points: float) -> Spacer:
    return Spacer(1, points)
