"""Tables as Word, RTF, Excel and LaTeX documents: every cell, note and source comes back."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from docx import Document

from analytics.report.elements import Column, Line, Section, Table
from analytics.report.latex import write_latex
from analytics.report.pdf import write_pdf
from analytics.report.printed_tables import PrintedTable, fitted, printed_tables
from analytics.report.rich_text import write_rich_text
from analytics.report.word import write_word
from analytics.report.workbook import write_workbook

SOURCE = "Release abc. Data cut-off: T 2020-01-01."
RATES = Table(
    "rates",
    "Rates, 50% & more",
    [
        Column("line", "Group", is_text=True),
        Column("n", "n"),
        Column("low", "24 mo", "Event-free, %"),
        Column("high", "36 mo", "Event-free, %"),
    ],
    [
        Line({"line": "Ärzte_{1}", "n": "259", "low": "23.4 (18.3-28.9)", "high": ".053"}, "A"),
        Line({"line": "=SUM(1)", "n": "1,204", "low": "-0.5", "high": "-"}, "A", 1, ("Few.",)),
        Line({"line": "東京 \N{ROCKET}", "n": "3", "low": "", "high": "7"}, "B"),
    ],
    notes=["CI: interval."],
    is_main=True,
)
WIDE = Table(
    "wide",
    "Wide",
    [Column("line", "Name", is_text=True), *(Column(f"c{i}", f"Heading {i}") for i in range(9))],
    [Line({"line": "x", **{f"c{i}": "23.4 (18.3-28.9); 55" for i in range(9)}})],
)
TABLES = printed_tables([Section("one", "Section one", items=[RATES, WIDE])], SOURCE)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Callable[..., None], str], Path]:
    def write(writer: Callable[..., None], name: str) -> Path:
        writer(TABLES, "A small study", tmp_path / name)
        return tmp_path / name

    return write


def cells_of(table: PrintedTable) -> list[list[str]]:
    return [[cell.text + cell.marks for cell in row.cells] for row in table.rows]


def test_tables_are_numbered_and_their_groups_are_rows() -> None:
    assert [(table.number, table.title) for table in TABLES] == [
        ("Table 1", "Rates, 50% & more"),
        ("Table S1", "Wide"),
    ]
    assert cells_of(TABLES[0]) == [
        ["A"],
        ["Ärzte_{1}", "259", "23.4 (18.3-28.9)", ".053"],
        ["=SUM(1)a", "1,204", "-0.5", "-"],
        ["B"],
        ["東京 \N{ROCKET}", "3", "", "7"],
    ]
    assert TABLES[0].spanners == (("", 2), ("Event-free, %", 2))
    assert TABLES[0].notes == (("a", "Few."), ("", "CI: interval."))


def test_numbers_are_aligned_by_what_stands_right_of_their_units() -> None:
    """By hand: `.4 (18.3-28.9)` are 14 letters, `.053` four; a text is not aligned."""
    assert [column.after for column in TABLES[0].columns] == [0, 0, 14, 4]


def test_texts_give_way_where_the_paper_is_too_narrow() -> None:
    wanted = [column.width * 1.0 for column in TABLES[0].columns]
    assert fitted(TABLES[0], 500, 1.0) == wanted
    narrow = fitted(TABLES[0], sum(wanted) - 4, 1.0)
    assert narrow == pytest.approx([wanted[0] - 4, *wanted[1:]])
    assert sum(fitted(TABLES[1], 100, 1.0)) == pytest.approx(100)


def test_a_long_text_leaves_the_other_columns_a_few_letters(tmp_path: Path) -> None:
    """A heading of 2,000 letters took all room, and the table could not be set as PDF."""
    *others, last = TABLES[0].columns
    heading = "long " * 400
    long = replace(TABLES[0], columns=(*others, replace(last, heading=heading, width=2000)))
    found = fitted(long, 110, 1.0)
    assert sum(found) == pytest.approx(110)
    assert min(found) >= min(8, *(column.width for column in others)) - 1e-9
    write_pdf([long], "Long", tmp_path / "long.pdf")
    assert (tmp_path / "long.pdf").read_bytes().startswith(b"%PDF")


def test_a_word_document_has_every_cell_and_repeats_its_heads(written: Callable) -> None:  # type: ignore[type-arg]
    document = Document(str(written(write_word, "t.docx")))
    for table, grid in zip(TABLES, document.tables, strict=True):
        heads = 2 if table.has_spanners else 1
        assert [cell.text for cell in grid.rows[heads - 1].cells] == [
            column.heading for column in table.columns
        ]
        found = [
            list(dict.fromkeys(cell.text for cell in row.cells))
            if line.is_group
            else [cell.text for cell in row.cells]
            for row, line in zip(grid.rows[heads:], table.rows, strict=True)
        ]
        assert found == cells_of(table)
        xml = grid._tbl.xml
        assert xml.count("<w:tblHeader/>") == heads
        assert xml.count("<w:cantSplit/>") == len(grid.rows)
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Table 1. Rates, 50% & more" in text
    assert "a Few.\nCI: interval.\nRelease abc." in text
    foot = document.sections[0].footer.paragraphs[0]
    assert foot.text.startswith(SOURCE)
    assert re.findall(r"<w:instrText>(\w+)<", foot._p.xml) == ["PAGE", "NUMPAGES"]
    assert [section.page_width > section.page_height for section in document.sections] == [
        False,
        False,
        True,
    ]


def test_rich_text_is_balanced_and_has_every_cell(written: Callable) -> None:  # type: ignore[type-arg]
    text = written(write_rich_text, "t.rtf").read_text(encoding="ascii")
    plain = re.sub(r"\\[{}\\]", "", text)
    assert plain.count("{") == plain.count("}")
    assert text.count(r"\row") == sum(len(table.rows) + 1 + table.has_spanners for table in TABLES)
    assert text.count(r"\trhdr") == 3
    assert text.count(r"\trkeep") == text.count(r"\row")
    for shown in (r"\u196?rzte_\{1\}", r"=SUM(1){\super a}", r"\u26481?\u20140? \u-10179?\u-8576?"):
        assert shown in text
    assert text.count(SOURCE) == 1 + len(TABLES)


def test_latex_has_every_cell_escaped(written: Callable) -> None:  # type: ignore[type-arg]
    text = written(write_latex, "t.tex").read_text(encoding="utf-8")
    assert r"\begin{longtable}{lrrr}" in text
    assert r"\multicolumn{2}{c}{Event-free, \%} \\ \cmidrule(lr){3-4}" in text
    assert r"Ärzte\_\{1\} & 259 & 23.4 (18.3-28.9) & .053 \\" in text
    assert r"\hspace*{1em}=SUM(1)\textsuperscript{a} & 1,204 & -0.5 & - \\" in text
    assert text.count(r"\end{longtable}") == len(TABLES)


def test_a_workbook_has_contents_and_numbers_that_are_numbers(written: Callable) -> None:  # type: ignore[type-arg]
    with zipfile.ZipFile(written(write_workbook, "t.xlsx")) as parts:
        names = re.findall(r'<sheet name="([^"]+)"', parts.read("xl/workbook.xml").decode())
        sheet = parts.read("xl/worksheets/sheet2.xml").decode()
        strings = ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
        styles = parts.read("xl/styles.xml").decode()
    texts = ["".join(item.itertext()) for item in strings]
    assert names == ["Contents", "Table 1", "Table S1"]
    numbers = re.findall(r'<c r="([B-D]\d+)"[^>]*?(?<!t="s")><v>([^<]+)</v>', sheet)
    assert numbers == [("B5", "259"), ("D5", "0.053"), ("C6", "-0.5"), ("B8", "3"), ("D8", "7")]
    assert 'formatCode="#.000"' in styles
    assert {"=SUM(1) a", "1,204", "23.4 (18.3-28.9)", "a Few.", SOURCE} <= set(texts)
    assert "<f>" not in sheet
