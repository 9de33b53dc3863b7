"""Tables as Rich Text Format: what Word, SAS and every reviewer's program reads."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from analytics.report.paper import MARGIN, place_of_units, sheet, widths_on_paper
from analytics.report.printed_tables import Cell, PrintedColumn, PrintedTable

_TWIPS: Final = 1440 / 25.4  # in a millimetre
_GAP: Final = 1.5  # mm: what stays free beside the text of a cell
_SPECIAL: Final = {"\\": r"\\", "{": r"\{", "}": r"\}", "\n": r"\line "}
_LANDSCAPE, _CENTRED, _RIGHT, _REPEATED = r"\lndscpsxn", r"\qc", r"\qr", r"\trhdr"
_RULES: Final = {"top": r"\clbrdrt\brdrs\brdrw15", "bottom": r"\clbrdrb\brdrs\brdrw15"}


def write_rich_text(tables: Sequence[PrintedTable], title: str, path: Path) -> None:
    """Write a file with a list of the tables, then each table in a section of its own."""
    path.write_text("".join(f"{line}\n" for line in _lines(tables, title)), encoding="ascii")


def _lines(tables: Sequence[PrintedTable], title: str) -> Iterator[str]:
    source = tables[0].source if tables else ""
    yield r"{\rtf1\ansi\deff0{\fonttbl{\f0\fswiss Arial;}}\fs20"
    yield rf"{{\info{{\title {_text(title)}}}}}"
    yield _page(is_wide=False)
    page, pages = (rf"{{\field{{\*\fldinst{{\f0\fs15 {name}}}}}}}" for name in ("PAGE", "NUMPAGES"))
    yield rf"{{\footer\pard\f0\fs15 {_text(source)} Page {page} of {pages}\par}}"
    yield rf"{{\b\fs28 {_text(title)}\par}}"
    for table in tables:
        yield rf"{_text(f'{table.number}. {table.title}')}\par"
    for table in tables:
        yield r"\sect\sectd" + _page(is_wide=table.is_wide)
        yield from _table(table)
    yield "}"


def _page(*, is_wide: bool) -> str:
    width, height = (_twips(mm) for mm in sheet(is_wide=is_wide))
    margin = _twips(MARGIN)
    sides = "".join(rf"\marg{side}sxn{margin}" for side in "lrtb")
    return rf"{_LANDSCAPE if is_wide else ''}\pgwsxn{width}\pghsxn{height}{sides}"


def _table(table: PrintedTable) -> Iterator[str]:
    widths = widths_on_paper(table)
    edges = [_twips(sum(widths[: i + 1])) for i in range(len(widths))]
    yield rf"\pard\keepn\sb120\sa60{{\b {_text(table.number)}. }}{_text(table.title)}\par"
    if table.has_spanners:
        ends = _running([n for _, n in table.spanners])
        cells = [
            rf"\pard\intbl{_CENTRED if i else ''}{{\b\fs16 {_text(text)}}}\cell"
            for i, (text, _) in enumerate(table.spanners)
        ]
        yield _row(cells, [edges[end - 1] for end in ends], ["top"], is_head=True)
    heads = [
        rf"\pard\intbl{'' if column.is_text else _RIGHT}{{\b\fs16 {_text(column.heading)}}}\cell"
        for column in table.columns
    ]
    rules = ["bottom"] if table.has_spanners else ["top", "bottom"]
    yield _row(heads, edges, rules, is_head=True)
    for i, row in enumerate(table.rows):
        rules = ["bottom"] if i == len(table.rows) - 1 else []
        if row.is_group:
            text = rf"\pard\intbl\keepn{{\b\fs16 {_text(row.cells[0].text)}}}\cell"
            yield _row([text], edges[-1:], rules)
        else:
            cells = [
                _cell(cell, column, width)
                for cell, column, width in zip(row.cells, table.columns, widths, strict=True)
            ]
            yield _row(cells, edges, rules)
    for letter, text in table.notes:
        mark = rf"{{\super {letter}}} " if letter else ""
        yield rf"\pard\fs15 {mark}{_text(text)}\par"
    yield rf"\pard\fs15 {_text(table.source)}\par\fs20"


def _row(
    cells: Sequence[str], edges: Sequence[int], rules: Sequence[str], *, is_head: bool = False
) -> str:
    """A row that no page break tears; a head stands again on each page."""
    begin = rf"\trowd\trgaph{_twips(_GAP)}\trkeep{_REPEATED if is_head else ''}"
    borders = "".join(_RULES[rule] for rule in rules)
    places = "".join(rf"{borders}\cellx{edge}" for edge in edges)
    return f"{begin}{places}{' '.join(cells)}\\row"


def _cell(cell: Cell, column: PrintedColumn, width: float) -> str:
    place = place_of_units(column, width, _GAP)
    shape = "" if column.is_text else rf"\tqdec\tx{_twips(place)}"
    indent = rf"\li{_twips(3 * cell.indent)}" if cell.indent else ""
    marks = rf"{{\super {cell.marks}}}" if cell.marks else ""
    return rf"\pard\intbl{shape}{indent}{{\fs16 {_text(cell.text)}{marks}}}\cell"


def _running(counts: Sequence[int]) -> list[int]:
    return [sum(counts[: i + 1]) for i in range(len(counts))]


def _twips(mm: float) -> int:
    return round(mm * _TWIPS)


def _text(text: str) -> str:
    """The text as RTF writes it: letters beyond ASCII by the halves of UTF-16."""
    return "".join(_SPECIAL.get(letter) or _letter(letter) for letter in text)


def _letter(letter: str) -> str:
    if letter.isascii():
        return letter
    halves = memoryview(letter.encode("utf-16-le")).cast("H")
    return "".join(rf"\u{half - 0x10000 if half >= 0x8000 else half}?" for half in halves)
