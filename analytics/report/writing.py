"""Writes a report: the page, each figure as SVG and PNG, each table as CSV."""

import csv
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final, Protocol

from analytics.release.folders import REPORT_PAGE
from analytics.report import drawing
from analytics.report.bi_tables import keys_of, read_bi
from analytics.report.contents import contents, provenance_section
from analytics.report.drawers import WORTH_A_PROCESS
from analytics.report.elements import Bi, Figure, Section, Table, as_of
from analytics.report.numbering import numbered
from analytics.report.page import page
from analytics.report.provenance import Provenance
from analytics.report.text_to_copy import as_plain_text, text_to_copy
from analytics.report.typesetting import safe_cell, table_csv
from analytics.study.number_styles import written_as

PAGE: Final = Path(REPORT_PAGE).name
FIGURES: Final = "figures"
_TABLES: Final = "tables"
_CONTENTS: Final = "contents.csv"
_OF_EXCEL: Final = "utf-8-sig"  # UTF-8 with the mark by which Excel knows it
_TEXT: Final = "sentences.txt"
_NEEDED: Final = (
    "about", "analyses", "attrition", "concordance", "conditional_survival",
    "convention_sensitivity", "cure_models", "cure_terms", "data_quality", "endpoint_definitions",
    "endpoint_summary", "event_free_rates", "excess_mortality", "external_balances",
    "external_checks", "external_comparisons", "external_curves", "external_medians", "forest",
    "group_tests", "incidence_rates", "joint_tests", "median_differences", "outcome_differences",
    "parametric_curves",
    "parametric_fits", "patient_flow", "plateau", "pooling", "pooling_heterogeneity", "populations",
    "proportional_hazards", "relapse_incidence", "relative_survival", "relative_survival_curves",
    "restricted_mean_differences", "restricted_means", "selection_steps",
    "smoothed_hazards", "state_probabilities", "state_times", "state_transitions",
    "subdistribution_hazards", "subgroups", "survival_curves",
    "survival_differences", "survival_quantiles", "table_1", "table_2", "times_lost",
    "transition_hazards", "transition_probabilities",
)  # fmt: skip


_NEEDED_COLUMNS: Final = {
    "analyses": ("groups_change", "penalty", "ratio_limits"),
    "populations": ("population_rule",),
    "table_2": ("is_by_definition",),
}
"""Columns that releases of earlier versions lack, though they have their tables."""


class MissingTablesError(Exception):
    """Schema bi has not all that a report is made from; names the first missing table or column."""


class Drawers(Protocol):
    """Others who draw many figures of a bi file into a folder while the tables are set."""

    def begin(self, bi_file: Path, folder: Path, names: Sequence[str]) -> None:
        """Let them begin with the figures of these names."""

    def finish(self) -> None:
        """Wait until every figure is there."""


def write_report(  # noqa: PLR0913, PLR0917 - what one report needs
    bi_file: Path,
    folder: Path,
    provenance: Provenance,
    drawers: Drawers | None = None,
    number_style: str | None = None,
    drawn: Collection[str] = (),
) -> Path:
    """Write the page, its text to copy, figures/ and tables/ into the folder; the page's path.

    Reads schema bi alone. The same tables and provenance give the same bytes, whoever draws.
    `drawn` are figures that are in the folder already.
    `number_style` is that of the study unless given; others who draw know only that one.
    Raises MissingTablesError for the bi of an older version.
    """
    bi = readable_bi(bi_file)
    for name in (FIGURES, _TABLES):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with written_as(number_style or number_style_of(bi)):
        sections = report_sections(bi, provenance)
        wanted = [one.name for one in figures_of(sections) if one.name not in drawn]
        helpers = drawers if len(wanted) >= WORTH_A_PROCESS else None
        if helpers is not None:
            helpers.begin(bi_file, folder, wanted)
        text = text_to_copy(bi, provenance)
        _write_tables(sections, source_note(bi, provenance), folder / _TABLES)
        write_contents(bi, sections, folder / _CONTENTS)
        (folder / _TEXT).write_text(as_plain_text(text), encoding="utf-8")
        if helpers is None:
            draw_figures(bi_file, folder, wanted, number_style=number_style)
        else:
            helpers.finish()
        svgs = {
            figure.name: (folder / FIGURES / f"{figure.name}.svg").read_text(encoding="utf-8")
            for figure in figures_of(sections)
        }
        path = folder / PAGE
        path.write_text(
            page(bi, keys_of(bi_file), sections, svgs, provenance, text), encoding="utf-8"
        )
    return path


def number_style_of(bi: Bi) -> str | None:
    """The style in which the study has numbers written; None where its release does not say."""
    about = bi["about"].to_dicts()[0]
    return about.get("number_style")


def readable_bi(bi_file: Path) -> Bi:
    """The tables of a bi file, if a report can be made of them. Raises MissingTablesError."""
    bi = read_bi(bi_file)
    for table in _NEEDED:
        if table not in bi:
            raise MissingTablesError(table)
        for column in _NEEDED_COLUMNS.get(table, ()):
            if column not in bi[table].columns:
                raise MissingTablesError(f"{table}.{column}")
    return bi


def report_sections(bi: Bi, provenance: Provenance) -> list[Section]:
    """The sections of the report, the last one about where its numbers come from."""
    return [*contents(bi), provenance_section(provenance)]


def source_note(bi: Bi, provenance: Provenance) -> str:
    """The note of a table that leaves the report: its label, data cut-offs and release."""
    return f"{as_of(bi)} {provenance.note}"


def write_contents(bi: Bi, sections: list[Section], path: Path) -> None:
    """Write a CSV list of the figures and tables, with the analysis and population of each."""
    populations = {row["analysis_id"]: row["population_label"] for row in bi["analyses"].to_dicts()}
    with path.open("w", encoding=_OF_EXCEL, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("number", "title", "section", "analysis_id", "population", "file"))
        for section, items in numbered(sections):
            for number, item in items:
                is_figure = isinstance(item, Figure)
                place = f"{FIGURES}/{item.name}.svg" if is_figure else f"{_TABLES}/{item.name}.csv"
                name = item.analysis_id or ""
                population = populations.get(name) or ""
                about = (number, item.title, section.title, name, population, place)
                writer.writerow(map(safe_cell, about))


def draw_figures(
    bi_file: Path, folder: Path, names: Collection[str], number_style: str | None = None
) -> None:
    """Draw the figures of these names into the folder's figures/."""
    bi = read_bi(bi_file)
    with written_as(number_style or number_style_of(bi)):
        for figure in figures_of(contents(bi)):
            if figure.name in names:
                drawn = figure.draw()
                stem = folder / FIGURES / figure.name
                stem.with_suffix(".svg").write_text(drawing.svg_of(drawn), encoding="utf-8")
                drawing.write_png(drawn, stem.with_suffix(".png"))


def figures_of(sections: list[Section]) -> list[Figure]:
    """The figures of the sections, in order."""
    return [item for section in sections for item in section.items if isinstance(item, Figure)]


def _write_tables(sections: list[Section], note: str, folder: Path) -> None:
    for section in sections:
        for item in section.items:
            if isinstance(item, Table):
                text = table_csv(item, note)
                (folder / f"{item.name}.csv").write_text(text, encoding=_OF_EXCEL)
