"""Tables as HTML by great-tables, and the same cells as CSV."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

import polars as pl
from great_tables import GT, html

from analytics.report.elements import Column, Line, Table
from analytics.report.formats import UNKNOWN

_GROUP: Final = "_group"
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
# what great-tables writes for its own style sheet
_IDLE: Final = re.compile(
    r' (?:rowspan="1" colspan="1"|(?:id|headers|data-quarto-[a-z-]+)="[^"]*")'
    r"|\bgt_(?:row|col_heading|columns_bottom_border) | gt_stub\b|(?<=>)\s+(?=<)"
)
# great-tables escapes text; characters that no text holds stand for markup until it is done
_INDENT, _SUP, _END, _CLOSE = "\ue000", "\ue001", "\ue002", "\ue003"
_LINK, _UNLINK, _ANCHOR, _NUMBER = "\ue004", "\ue005", "\ue006", "\ue007"
_MARKUP: Final = (
    (re.compile(f"{_INDENT}(\\d+){_END}"), r'<span class="indent-\1">'),
    (re.compile(f"{_SUP}([a-z, ]+){_END}"), r"<sup>\1</sup>"),
    (re.compile(_CLOSE), "</span>"),
    (re.compile(f"{_LINK}([a-z0-9_-]+){_END}"), r'<a class="how" href="#\1">'),
    (re.compile(f"{_NUMBER}([a-z0-9_-]+){_END}"), r'<a tabindex="-1" href="#\1">'),
    (re.compile(_UNLINK), "</a>"),
    (re.compile(f"{_ANCHOR}([a-z0-9_-]+){_END}"), r'<span id="analysis-\1"></span>'),
)
# an interval or the size of a group, which no line may break
_LIMIT = r"(?:(?:&[lg]t;)?[-\u2212]?\d[\d.,·]*|NR)"
_BOTH = rf"{_LIMIT}(?:-|\u2013| to ){_LIMIT}"
_INTERVAL: Final = re.compile(rf"\({_BOTH}\)|\[{_BOTH}\]|\(n = \d+\)")
_SIGNED: Final = re.compile(r"[+-]\d[\d.,·]*%?")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def table_html(table: Table, title_id: str, anchors: Mapping[int, str] | None = None) -> str:
    """The table with its notes, without any style of its own: the page has one for all.

    `anchors` has, by the place of a line, where the page tells how its numbers were computed.
    """
    letters = lettered(table.lines)
    anchors = anchors or {}
    frame = pl.DataFrame(
        [
            _cells(table.columns, line, letters, anchors.get(place))
            for place, line in enumerate(table.lines)
        ]
    )
    first, *others = table.columns
    gt = GT(
        frame,
        rowname_col=first.key,
        groupname_col=_GROUP if _GROUP in frame.columns else None,
        id=f"table-{table.name}",
    ).tab_stubhead(html(escape(first.heading)))
    gt = gt.cols_label({column.key: html(escape(column.heading)) for column in others})
    for spanner in dict.fromkeys(column.spanner for column in others if column.spanner):
        under = [column.key for column in others if column.spanner == spanner]
        gt = gt.tab_spanner(label=html(escape(spanner)), columns=under)
    for align in ("left", "right"):
        keys = [column.key for column in others if column.is_text == (align == "left")]
        gt = gt.cols_align(align, columns=keys) if keys else gt
    body = re.sub(r"<style>.*?</style>", "", gt.as_raw_html(), flags=re.DOTALL)
    body = body[body.index("<table") : body.index("</table>") + len("</table>")]
    body = _IDLE.sub("", body)
    for mark, markup in _MARKUP:
        body = mark.sub(markup, body)
    body = _INTERVAL.sub(r'<span class="interval">\g<0></span>', body)
    return body.replace("<table", f'<table aria-labelledby="{title_id}"', 1)


def notes_of(table: Table) -> list[tuple[str, str]]:
    """The notes below the table: those with a letter first, then the others without."""
    letters = lettered(table.lines)
    return [(letter, text) for text, letter in letters.items()] + [("", n) for n in table.notes]


def table_csv(table: Table, note: str) -> str:
    """The cells as printed, cautions and the note about the data beside each line.

    An unknown is empty. A cell that a spreadsheet would take for a formula is quoted.
    """
    has_groups = any(line.group for line in table.lines)
    has_cautions = any(line.cautions for line in table.lines)
    heads = [f"{c.spanner}: {c.heading}" if c.spanner else c.heading for c in table.columns]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    heads = list(map(safe_cell, heads))
    writer.writerow(["group"] * has_groups + heads + ["caution"] * has_cautions + ["note"])
    for line in table.lines:
        cells = [line.cells.get(column.key, "") for column in table.columns]
        writer.writerow(
            [
                *(safe_cell(text) for text in [line.group or ""] * has_groups),
                *("" if text == UNKNOWN else safe_cell(text) for text in cells),
                *[safe_cell(" ".join(line.cautions))] * has_cautions,
                safe_cell(note),
            ]
        )
    return out.getvalue()


def lettered(lines: Sequence[Line]) -> dict[str, str]:
    """The cautions of the lines, each with its letter, in the order of appearance."""
    texts = dict.fromkeys(text for line in lines for text in line.cautions)
    return {text: _letter(i) for i, text in enumerate(texts)}


def _letter(i: int) -> str:
    return _LETTERS[i] if i < len(_LETTERS) else f"{_LETTERS[i // 26 - 1]}{_LETTERS[i % 26]}"


def _cells(
    columns: Sequence[Column], line: Line, letters: dict[str, str], anchor: str | None
) -> dict[str, str]:
    """The cells of a line; what is to become markup stands between the marks of `_MARKUP`.

    Each number leads to the anchor. With the keyboard the name of the line does, so that a table is
    not a hundred stops.
    """
    first, *others = columns
    marks = ", ".join(letters[text] for text in line.cautions)
    name = line.cells.get(first.key, "")
    target = anchor or (line.analysis_id and f"analysis-{line.analysis_id}")
    if target is not None:
        name = f"{_LINK}{target}{_END}{name}{_UNLINK}"
    if line.anchor is not None:
        name = f"{_ANCHOR}{line.anchor}{_END}{name}"
    name = f"{name}{_SUP}{marks}{_END}" if marks else name
    cells = {first.key: f"{_INDENT}{line.indent}{_END}{name}{_CLOSE}" if line.indent else name}
    cells |= {column.key: _linked(line.cells.get(column.key, ""), anchor) for column in others}
    return {_GROUP: line.group, **cells} if line.group is not None else cells


def _linked(text: str, anchor: str | None) -> str:
    """The cell as a link where it has a number and an anchor to lead to."""
    if anchor is None or not any(map(str.isdigit, text)):
        return text
    return f"{_NUMBER}{anchor}{_END}{text}{_UNLINK}"


def safe_cell(text: str) -> str:
    """The cell, quoted where a spreadsheet would compute it; a signed number is only a number."""
    is_formula = text.startswith(_FORMULA) and not _SIGNED.fullmatch(text)
    return f"'{text}" if is_formula else text
