"""Writes a report: the page, each figure as SVG and PNG, each table as CSV."""

from pathlib import Path

from analytics.report import drawing
from analytics.report.bi_tables import read_bi
from analytics.report.contents import contents
from analytics.report.elements import Figure, Table
from analytics.report.page import page
from analytics.report.provenance import Provenance
from analytics.report.typesetting import table_csv

PAGE = "report.html"


def write_report(bi_file: Path, folder: Path, provenance: Provenance) -> Path:
    """Write report.html, figures/ and tables/ into the folder, made when absent; the page.

    Reads schema bi alone. The same tables and provenance give the same bytes.
    """
    bi = read_bi(bi_file)
    note = bi["about"]["synthetic_note"][0]
    sections = contents(bi, provenance)
    for name in ("figures", "tables"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    svgs = {}
    for section in sections:
        for item in section.items:
            if isinstance(item, Figure):
                svgs[item.name] = _write_figure(item, folder / "figures")
            else:
                _write_table(item, note, folder / "tables")
    path = folder / PAGE
    path.write_text(page(bi, sections, svgs, provenance.release_id), encoding="utf-8")
    return path


def _write_figure(figure: Figure, folder: Path) -> str:
    """Write the figure's files; its SVG for the page."""
    drawn = figure.draw()
    svg = drawing.svg_of(drawn)
    (folder / f"{figure.name}.svg").write_text(svg, encoding="utf-8")
    drawing.write_png(drawn, folder / f"{figure.name}.png")
    return drawing.inline_svg(svg, figure.name, f"alt-{figure.name}")


def _write_table(table: Table, note: str | None, folder: Path) -> None:
    path = folder / f"{table.name}.csv"
    path.write_text(table_csv(table, note), encoding="utf-8")
