"""One figure of a published report in a format for journals."""

import logging
from pathlib import Path
from typing import Final

from analytics.readers.published_report import (
    FOLDER,
    ReportError,
    outside_releases,
    sections_of,
)
from analytics.release.manifest import read_manifest
from analytics.report import drawing
from analytics.report.elements import Figure
from analytics.report.numbering import numbered

FORMATS: Final = ("pdf", "svg", "tiff", "png")
LEAST_DPI, MOST_DPI = 72, 2400


def write_figure(  # noqa: PLR0913 - what is chosen of a figure
    release: Path,
    releases: Path,
    name: str,
    *,
    kind: str,
    dpi: int,
    has_title: bool,
    output: Path | None,
) -> Path:
    """Draw a figure of the release's report for print; the file's path.

    `name` is that of the figure, of its analysis, or its printed number (`Figure 2`). Raises
    ReportError for an unknown one or format, and for a file among the releases.
    """
    if kind not in FORMATS:
        raise ReportError(f"Format '{kind}' is not one of {', '.join(FORMATS)}.")
    if not LEAST_DPI <= dpi <= MOST_DPI:
        raise ReportError(f"--dpi is {dpi}; choose {LEAST_DPI} to {MOST_DPI} dots an inch.")
    manifest = read_manifest(release)
    _, sections = sections_of(release, manifest)
    figure = _chosen(
        {
            number: item
            for _, items in numbered(sections)
            for number, item in items
            if isinstance(item, Figure)
        },
        name,
    )
    path = output or FOLDER / manifest["study"]["study_id"] / f"{figure.name}.{kind}"
    if path.suffix.lower() != f".{kind}":
        raise ReportError(f"{path} does not end in .{kind}; rename it or choose another --format.")
    outside_releases(path.parent, releases, release)
    path.parent.mkdir(parents=True, exist_ok=True)
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # a font that is not there
    with drawing.in_print(has_title=has_title):
        drawing.write_for_print(figure.draw(), path, dpi=dpi)
    return path


def _chosen(figures: dict[str, Figure], name: str) -> Figure:
    for number, figure in figures.items():
        if name in {number, figure.name, figure.name.partition("_")[2]}:
            return figure
    listed = ", ".join(f"{figure.name} ({number})" for number, figure in figures.items())
    raise ReportError(f"There is no figure '{name}'; choose among {listed}.")
