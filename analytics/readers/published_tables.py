"""The tables of a published report as one document: Word, RTF, PDF, Excel or LaTeX."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from analytics.readers.published_report import (
    FOLDER,
    ReportError,
    check_format,
    outside_releases,
    provenance_of,
    readable,
    style_for,
)
from analytics.release.manifest import read_manifest
from analytics.report.latex import write_latex
from analytics.report.pdf import write_pdf
from analytics.report.printed_tables import PrintedTable, printed_tables
from analytics.report.rich_text import write_rich_text
from analytics.report.word import write_word
from analytics.report.workbook import write_workbook
from analytics.report.writing import report_sections, source_note
from analytics.study.number_styles import written_as

Writer = Callable[[Sequence[PrintedTable], str, Path], None]
WRITERS: Final[dict[str, Writer]] = {
    "docx": write_word,
    "rtf": write_rich_text,
    "pdf": write_pdf,
    "xlsx": write_workbook,
    "tex": write_latex,
}


def write_tables(  # noqa: PLR0913, PLR0917 - what is chosen of the tables
    release: Path,
    releases: Path,
    kind: str,
    only: Sequence[str],
    output: Path | None,
    number_style: str | None = None,
) -> tuple[Path, int]:
    """Write the tables of the release's report into one file; its path and their number.

    `only` are names of tables or their printed numbers (`Table 2`); none means every table.
    Raises ReportError for an unknown format, style or table, and for a file among the releases.
    """
    check_format(kind, WRITERS)
    manifest = read_manifest(release)
    study = manifest["study"]
    path = output or FOLDER / study["study_id"] / f"tables.{kind}"
    outside_releases(path.parent, releases, release)
    bi = readable(release, manifest)
    with written_as(style_for(bi, number_style)):
        provenance = provenance_of(release, manifest)
        sections = report_sections(bi, provenance)
        source = source_note(bi, provenance)
        tables = _chosen(printed_tables(sections, source), only)
        path.parent.mkdir(parents=True, exist_ok=True)
        WRITERS[kind](tables, study["title"], path)
    return path, len(tables)


def _chosen(tables: Sequence[PrintedTable], only: Sequence[str]) -> Sequence[PrintedTable]:
    known = {name: table for table in tables for name in (table.name, table.number)}
    for name in only:
        if name not in known:
            listed = ", ".join(f"{table.name} ({table.number})" for table in tables)
            raise ReportError(f"There is no table '{name}'; choose among {listed}.")
    wanted = {known[name].name for name in only}
    return [table for table in tables if not only or table.name in wanted]
