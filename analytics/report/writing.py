"""Writes a report: the page, each figure as SVG and PNG, each table as CSV."""

from pathlib import Path
from typing import Final

from analytics.report import drawing
from analytics.report.bi_tables import read_bi
from analytics.report.contents import contents
from analytics.report.elements import Figure, Table
from analytics.report.page import page
from analytics.report.provenance import Provenance
from analytics.report.typesetting import table_csv

PAGE: Final = "report.html"
_TABLES: Final = (
    "about", "analyses", "attrition", "concordance", "convention_sensitivity", "data_quality",
    "endpoint_summary", "event_free_rates", "forest", "group_tests", "patient_flow", "plateau",
    "populations", "proportional_hazards", "relapse_incidence", "restricted_means",
    "selection_steps", "subdistribution_hazards", "survival_curves", "table_1", "table_2",
)  # fmt: skip


class MissingTablesError(Exception):
    """Schema bi has not all the tables a report is made from; names the first missing one."""


def write_report(bi_file: Path, folder: Path, provenance: Provenance) -> Path:
    """Write report.html, figures/ and tables/ into the folder, made when absent; the page.

    Reads schema bi alone. The same tables and provenance give the same bytes. Raises
    MissingTablesError for the bi of an older version.
    """
    bi = read_bi(bi_file)
    for table in _TABLES:
        if table not in bi:
            raise MissingTablesError(table)
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
    """Write the figure's files; its SVG."""
    drawn = figure.draw()
    svg = drawing.svg_of(drawn)
    (folder / f"{figure.name}.svg").write_text(svg, encoding="utf-8")
    drawing.write_png(drawn, folder / f"{figure.name}.png")
    return svg


def _write_table(table: Table, note: str | None, folder: Path) -> None:
    path = folder / f"{table.name}.csv"
    path.write_text(table_csv(table, note), encoding="utf-8")
