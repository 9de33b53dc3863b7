"""One figure of a published report in a format for journals."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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
from analytics.report import drawing
from analytics.report.elements import Figure
from analytics.report.fonts import PRINT_FONTS, MissingLettersError, families_for
from analytics.report.numbering import numbered
from analytics.report.writing import report_sections
from analytics.study.number_styles import written_as

FORMATS: Final = ("pdf", "eps", "svg", "tiff", "png")
LEAST_DPI, MOST_DPI = 72, 2400
_OPAQUE: Final = ("eps",)  # no transparency
_LENGTH: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(mm|cm|in)")
_MILLIMETRES: Final = {"mm": 1.0, "cm": 10.0, "in": 25.4}
_MOST: Final = 250.0  # mm
_RISK_TABLES: Final = {"plain": "full", "lancet": "censored"}  # the other journals: at risk alone


@dataclass(frozen=True)
class Chosen:
    """What is chosen of a figure: format, dots an inch, width, style, and what stands inside.

    `width` is a length such as 85mm; the style None is that of the study.
    """

    kind: str = "pdf"
    dpi: int = 600
    width: str = "180mm"
    style: str | None = None
    has_title: bool = False
    has_ratio: bool = False


def write_figure(
    release: Path, releases: Path, name: str, chosen: Chosen, output: Path | None
) -> Path:
    """Draw a figure of the release's report for print; the file's path.

    `name` is that of the figure, of its analysis, or its printed number (`Figure 2`). Raises
    ReportError for an unknown one, for what it cannot be drawn as, for letters that no font of the
    machine has, and for a file among the releases.
    """
    check_format(chosen.kind, FORMATS)
    if not LEAST_DPI <= chosen.dpi <= MOST_DPI:
        raise ReportError(f"--dpi is {chosen.dpi}; choose {LEAST_DPI} to {MOST_DPI} dots an inch.")
    across = _millimetres(chosen.width)
    manifest = read_manifest(release)
    bi = readable(release, manifest)
    style = style_for(bi, chosen.style)
    with written_as(style):
        provenance = provenance_of(release, manifest)
        sections = report_sections(bi, provenance)
        numbers = [
            (number, item)
            for _, items in numbered(sections)
            for number, item in items
            if isinstance(item, Figure)
        ]
        number, figure = _chosen(numbers, name)
        _check(number, figure, across, chosen)
        path = output or FOLDER / manifest["study"]["study_id"] / f"{figure.name}.{chosen.kind}"
        if path.suffix.lower() != f".{chosen.kind}":
            raise ReportError(
                f"{path} does not end in .{chosen.kind}; rename it or choose another --format."
            )
        outside_releases(path.parent, releases, release)
        path.parent.mkdir(parents=True, exist_ok=True)
        with _as_in_print(figure, across, chosen, style or "plain", provenance.note):
            drawing.write_for_print(figure.draw(), path, dpi=chosen.dpi)
    return path


@contextmanager
def _as_in_print(
    figure: Figure, across: float, chosen: Chosen, style: str, source: str
) -> Iterator[None]:
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # a font that is not there
    try:
        fonts = families_for((figure.title, figure.caption, figure.alternative), PRINT_FONTS)
    except MissingLettersError as error:
        raise ReportError(
            f"No font of this machine has the letters {error} of figure '{figure.name}'; install "
            "one, such as Noto Sans with CJK."
        ) from error
    with drawing.in_print(
        fonts=fonts,
        has_title=chosen.has_title,
        across=across / _MILLIMETRES["in"],
        is_opaque=chosen.kind in _OPAQUE,
        has_ratio=chosen.has_ratio,
        risk_table=_RISK_TABLES.get(style, "plain"),
        source=source,
    ):
        yield


def _check(number: str, figure: Figure, across: float, chosen: Chosen) -> None:
    if across < figure.least_width:
        raise ReportError(
            f"{number} needs {figure.least_width:g} mm, as its words would not fit into "
            f"{across:g} mm; choose a larger --width."
        )
    if chosen.has_ratio and not figure.ratios:
        raise ReportError(
            f"{number} has no hazard ratio to show; the plan needs a cox_univariate analysis of "
            "the same endpoint and patients, with the two groups of the figure as its factor."
        )


def _millimetres(text: str) -> float:
    found = _LENGTH.fullmatch(text.strip())
    if found is None:
        raise ReportError(f"--width is '{text}'; write a length such as 85mm, 18cm or 7in.")
    length = float(found[1]) * _MILLIMETRES[found[2]]
    if not 0 < length <= _MOST:
        raise ReportError(f"--width is {text}; choose {_MOST:g} mm at most.")
    return length


def _chosen(figures: Sequence[tuple[str, Figure]], name: str) -> tuple[str, Figure]:
    for number, figure in figures:
        if name in {number, figure.name, figure.name.partition("_")[2]}:
            return number, figure
    listed = ", ".join(f"{figure.name} ({number})" for number, figure in figures)
    raise ReportError(f"There is no figure '{name}'; choose among {listed}.")
