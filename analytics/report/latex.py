"""Tables as LaTeX: one longtable each, with booktabs rules, to be read with \\input."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from analytics.report.printed_tables import Cell, PrintedTable

_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
    **{letter: f"{{{letter}}}" for letter in "[]*"},  # of the end of the row before, if first
    "\n": " ",
}


def write_latex(tables: Sequence[PrintedTable], title: str, path: Path) -> None:
    """Write a file for \\input; its first lines name the packages that it needs."""
    lines = [
        f"% {title}".replace("\n", " "),
        r"% Needs \usepackage{booktabs,longtable} and a Unicode engine (XeLaTeX, LuaLaTeX).",
        *(line for table in tables for line in _table(table)),
    ]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _table(table: PrintedTable) -> Iterator[str]:
    n = len(table.columns)
    yield ""
    yield f"% {table.number}: {table.name}"
    yield rf"\begin{{longtable}}{{{''.join('l' if c.is_text else 'r' for c in table.columns)}}}"
    yield rf"\caption*{{\textbf{{{_text(table.number)}.}} {_text(table.title)}}}\\"
    yield r"\toprule"
    if table.has_spanners:
        start = 1
        cells, rules = [], []
        for text, width in table.spanners:
            cells.append(rf"\multicolumn{{{width}}}{{c}}{{{_text(text)}}}")
            if text:
                rules.append(rf"\cmidrule(lr){{{start}-{start + width - 1}}}")
            start += width
        yield f"{' & '.join(cells)} \\\\ {''.join(rules)}"
    yield " & ".join(_text(column.heading) for column in table.columns) + r" \\"
    yield r"\midrule \endhead \bottomrule \endfoot"
    for row in table.rows:
        if row.is_group:
            yield rf"\multicolumn{{{n}}}{{l}}{{\textbf{{{_text(row.cells[0].text)}}}}} \\*"
        else:
            yield " & ".join(map(_cell, row.cells)) + r" \\"
    yield r"\end{longtable}"
    for letter, text in table.notes:
        mark = rf"\textsuperscript{{{letter}}} " if letter else ""
        yield rf"{{\footnotesize {mark}{_text(text)}\par}}"
    yield rf"{{\footnotesize {_text(table.source)}\par}}"


def _cell(cell: Cell) -> str:
    indent = rf"\hspace*{{{cell.indent}em}}" if cell.indent else ""
    marks = rf"\textsuperscript{{{cell.marks}}}" if cell.marks else ""
    return f"{indent}{_text(cell.text)}{marks}"


def _text(text: str) -> str:
    return "".join(_SPECIAL.get(letter, letter) for letter in text)
