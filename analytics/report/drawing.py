"""What all figures share: fonts, colours, axes, the numbers at risk, and how they are saved."""

import io
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from cycler import cycler
from matplotlib import colors as mcolors
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox, ScaledTranslation

from analytics.report.formats import time_ticks

INK: Final = "#1b1b1b"
MUTED: Final = "#5b6570"
FAINT: Final = "#c9ced4"
PAPER: Final = "#ffffff"
# every two of them are told apart by colour-blind readers; in grey the dashes and marks help
SERIES: Final = (
    "#1f4e8c", "#e08a1e", "#3b8f6f", "#8c3b7a", "#a00000", "#2aa0b8",
    "#111417", "#7800f0", "#f050f0", "#50c878", "#782828", "#d9a0f0",
)  # fmt: skip
_UNKNOWN: Final = "#8a9099"
DASHES: Final[tuple[Any, ...]] = (
    "-",
    (0, (6, 2)),
    (0, (2, 1.5)),
    (0, (6, 2, 1.5, 2)),
    (0, (1, 1)),
    (0, (9, 3)),
)
_MARKERS: Final = ("o", "s", "^", "D", "v", "P")
WIDTH: Final = 7.2  # inches: a page of two columns
_NARROW: Final = 5.0  # inches: below it a figure is of one column
POINTS: Final = 72.0
_SETTINGS: Final[Any] = {
    "font.size": 8,
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.prop_cycle": cycler(color=[INK]),
    "axes.edgecolor": INK,
    "axes.linewidth": 0.8,
    "axes.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "lines.linewidth": 1.6,
    "lines.solid_joinstyle": "miter",
    "svg.fonttype": "path",
    "svg.hashsalt": "plateau",
    "path.simplify": False,
}
_CSS_COLOURS: Final = {
    INK: "currentColor",
    MUTED: "var(--muted)",
    FAINT: "var(--faint)",
    PAPER: "var(--paper)",
    _UNKNOWN: "var(--unknown)",
    **{colour: f"var(--series-{i})" for i, colour in enumerate(SERIES, start=1)},
}
_LETTER: Final = re.compile(r'<path id="(DejaVu[^"]+)".*?/>', re.DOTALL)
_NOT_DRAWN: Final = re.compile(
    r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<!--.*?-->", re.DOTALL
)
_DIGITS: Final = re.compile(r"-?\d+\.\d{3,}")
_PNG_DPI: Final = 200
_PAD: Final = 0.05  # inches
_SAMPLE: Final = 17.0  # points
_DATED: Final = re.compile(rb"%%(?:Title|CreationDate):[^\n]*\n")
_NOTE_WIDTH: Final = 126  # characters on a page of two columns
_TITLE_WIDTH: Final = 90
RISK_TABLES: Final = {
    "full": "No. at risk (events; censored)",
    "censored": "Number at risk (number censored)",
    "plain": "No. at risk",
}
"""What stands below curves of groups, by what journals ask for; events and censored are so far."""
# inches: the left edge of the panels of a figure, the gap between them, and their height
LEFT: Final = 1.0
_GAP: Final = 0.35
_PANEL_HEIGHT: Final = 2.95


@dataclass(frozen=True)
class _Print:
    """For whom a figure is drawn.

    `width` is in inches. An opaque figure has no transparency, which EPS does not know.
    """

    fonts: tuple[str, ...] = ("DejaVu Sans",)  # the same letters, and so bytes, everywhere
    has_title: bool = True
    width: float = WIDTH
    is_opaque: bool = False
    has_ratio: bool = False
    risk_table: str = "full"
    source: str | None = None


_ON_SCREEN: Final = _Print()
_IN_PRINT: ContextVar[_Print] = ContextVar("in_print", default=_ON_SCREEN)


@dataclass(frozen=True)
class Look:
    """How the curve of a group is drawn: its colour, dashes, and marks along it."""

    colour: str
    dashes: Any = "-"
    marker: str | None = None


UNKNOWN_LOOK: Final = Look(_UNKNOWN, (0, (1, 1.4)))
"""Of those whose group is unknown: grey, as no group is."""


def looks(are_known: Sequence[bool]) -> list[Look]:
    """The looks of so many groups, no two alike; the unknown are grey and take none of them.

    Raises ValueError for more than twelve known groups.
    """
    if sum(are_known) > len(SERIES):
        raise ValueError(f"{sum(are_known)} groups are more than {len(SERIES)} looks")
    free = (
        Look(
            colour,
            DASHES[i % len(DASHES)],
            _MARKERS[i % len(_MARKERS)] if i >= len(DASHES) else None,
        )
        for i, colour in enumerate(SERIES)
    )
    return [next(free) if is_known else UNKNOWN_LOOK for is_known in are_known]


@dataclass(frozen=True)
class RiskRow:
    """A line of numbers below a time axis, one for each tick; the look is that of its curve."""

    label: str
    numbers: Sequence[str]
    look: Look | None = None


def drawing(height: float) -> Drawing:
    """An empty drawing of that height in inches, as wide as figures are now."""
    return Drawing(figsize=(width(), height))


def width() -> float:
    """How wide figures are drawn now, in inches."""
    return _IN_PRINT.get().width


def is_narrow() -> bool:
    """Whether figures are drawn for one column."""
    return width() < _NARROW


def shows_ratio() -> bool:
    """Whether a hazard ratio was asked for on the curves of two groups."""
    return _IN_PRINT.get().has_ratio


def risk_table() -> str:
    """Which numbers stand below the curves of groups: a name of RISK_TABLES."""
    return "plain" if is_narrow() else _IN_PRINT.get().risk_table


def shade(colour: str, alpha: float) -> dict[str, Any]:
    """A pale colour as options of a drawn area: transparent, or mixed with the paper."""
    if not _IN_PRINT.get().is_opaque:
        return {"color": colour, "alpha": alpha}
    parts = zip(mcolors.to_rgb(colour), mcolors.to_rgb(PAPER), strict=True)
    return {"color": tuple(alpha * one + (1 - alpha) * paper for one, paper in parts)}


def title(figure: Drawing, text: str, note: str | None) -> None:
    """The title at the top left, and at the foot the note that goes with every figure."""
    across, height = figure.get_size_inches()
    size = 9.5 if len(text) <= _TITLE_WIDTH else 8
    if _IN_PRINT.get().has_title:
        figure.text(
            0.08 / across, 1 - 0.07 / height, textwrap.fill(text, _TITLE_WIDTH + 15), fontsize=size,
            fontweight="bold", va="top", ha="left",
        )  # fmt: skip
    if lines := "\n".join(_note_lines(note)):
        figure.text(
            0.08 / across, 0.05 / height, lines, fontsize=6.5, color=MUTED, va="bottom", ha="left"
        )


def percent_axis(axes: Axes, label: str) -> None:
    """A vertical axis from 0 to 100."""
    axes.set_ylim(0, 101)
    axes.set_yticks(range(0, 101, 20))
    axes.set_ylabel(label)


def time_axis(axes: Axes, last_month: float, label: str = "Months") -> list[float]:
    """A horizontal axis from 0 to the last month; its ticks."""
    ticks = month_ticks(last_month)
    axes.set_xlim(-0.012 * last_month, 1.015 * last_month)
    axes.set_xticks(ticks)
    axes.set_xlabel(label, labelpad=2)
    return ticks


def month_ticks(last_month: float) -> list[float]:
    """The ticks of a time axis: as many as have room for the numbers at risk below them."""
    return time_ticks(last_month, 6 if is_narrow() else 7)


def percent_panel(  # noqa: PLR0913 - what a panel is made of
    figure: Drawing,
    position: int,
    titles: Sequence[str],
    *,
    foot: float,
    label: str,
    last_month: float,
    time_label: str,
) -> Axes:
    """The axes of one of several panels side by side: percent by month, `foot` inches from below.

    The first has the labels of both axes and the numbers of the vertical one; a panel alone has no
    title.
    """
    height = figure.get_size_inches()[1]
    n = max(len(titles), 1)
    left = 0.75 if is_narrow() else LEFT
    across = (width() - left - 0.38 - _GAP * (n - 1)) / n
    start = left + position * (across + _GAP)
    axes = figure.add_axes(
        (start / width(), foot / height, across / width(), panel_height() / height)
    )
    percent_axis(axes, "" if position else label)
    time_axis(axes, last_month)
    axes.set_xlabel("" if position else time_label, labelpad=2, loc="left" if n > 1 else "center")
    if position:
        axes.tick_params(labelleft=False)
    if len(titles) > 1:
        axes.set_title(titles[position], fontsize=7.5, loc="left")
    return axes


def line_width(n_curves: int = 1) -> float:
    """Points: the lines of many curves, and of a figure of one column, are thinner."""
    return 1.2 if is_narrow() or n_curves > 4 else 1.6


def panel_height() -> float:
    """How high the curves of one panel are, in inches."""
    return 2.2 if is_narrow() else _PANEL_HEIGHT


def numbers_below(
    axes: Axes, ticks: Sequence[float], rows: Sequence[RiskRow], heading: str | None = None
) -> None:
    """The rows of numbers under a time axis, each number centred on its tick."""
    below = 32.0
    place: dict[str, Any] = {"textcoords": "offset points", "va": "top", "fontsize": 7.5}
    beside: dict[str, Any] = {"xycoords": "axes fraction", "ha": "right"}
    half = max((len(row.numbers[0]) for row in rows if row.numbers), default=0)
    aside = -max(16.0, 8 + 1.9 * half)  # points: clear of the numbers at the first tick
    if heading:
        edge = axes.get_position().x0 * width() * POINTS
        axes.annotate(
            heading, (0, 0), (6 - edge, -below), xycoords="axes fraction", ha="left",
            fontweight="bold", **place,
        )  # fmt: skip
        below += 12
    for row in rows:
        if row.look is not None:
            _sample(axes, row.look, aside, -below - 3.8)
        shift = aside if row.look is None else aside - _SAMPLE - 4
        axes.annotate(row.label, (0, 0), (shift, -below), **beside, **place)
        for tick, number in zip(ticks, row.numbers, strict=True):
            axes.annotate(
                number, (tick, 0), (0, -below), xycoords=("data", "axes fraction"), ha="center",
                **place,
            )  # fmt: skip
        below += 12 * (1 + row.label.count("\n"))


def _sample(axes: Axes, look: Look, right: float, up: float) -> None:
    """A piece of the line of a curve beside its numbers, in points from the origin of the axes."""
    figure = axes.get_figure()
    assert figure is not None
    across = [(right - part) / POINTS for part in (_SAMPLE, _SAMPLE / 2, 0)]
    inches = figure.dpi_scale_trans + ScaledTranslation(0, 0, axes.transAxes)  # type: ignore[arg-type]
    axes.add_line(
        Line2D(
            across, [up / POINTS] * 3, color=look.colour, linestyle=look.dashes, linewidth=1.2,
            marker=look.marker, markevery=[1], markersize=4, markerfacecolor=PAPER,
            transform=inches, clip_on=False,
        )
    )  # fmt: skip


def height_below(rows: Sequence[RiskRow], note: str | None, *, has_heading: bool) -> float:
    """Inches that the axis label, the rows of numbers and the note need."""
    lines = has_heading + sum(1 + row.label.count("\n") for row in rows)
    return (38 + 12 * lines) / POINTS + note_height(note)


def note_height(note: str | None) -> float:
    """Inches that the note at the foot needs."""
    lines = _note_lines(note)
    return (8 + 9 * len(lines)) / POINTS if lines else 0.05


def _note_lines(note: str | None) -> list[str]:
    """The note in lines, with the source that is named for print."""
    text = " ".join(part for part in (note, _IN_PRINT.get().source) if part)
    return textwrap.wrap(text, int(_NOTE_WIDTH * width() / WIDTH))


def svg_of(figure: Drawing) -> str:
    """The drawing as SVG, the same bytes each time."""
    out = io.StringIO()
    with settings():
        figure.savefig(out, format="svg", metadata={"Date": None}, facecolor=PAPER)
    return out.getvalue()


def write_png(figure: Drawing, path: Path) -> None:
    """The drawing as PNG for slides and mail."""
    figure.savefig(path, format="png", dpi=_PNG_DPI, metadata={"Software": None}, facecolor=PAPER)


def write_for_print(figure: Drawing, path: Path, *, dpi: int) -> None:
    """The drawing as a journal takes it, in the format of the file's name.

    PDF, EPS and SVG hold real text, PDF and EPS with its fonts; PNG and TIFF have so many dots an
    inch. The figure is exactly as wide as was asked; without a title its head is cut off.
    """
    kind = path.suffix.removeprefix(".").lower()
    nothing_dated = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}
    more: dict[str, Any] = {"metadata": nothing_dated[kind]} if kind in nothing_dated else {}
    if kind == "tiff":
        more["pil_kwargs"] = {"compression": "tiff_lzw"}
    with settings(), mpl.rc_context({"svg.fonttype": "none"}):
        if not _IN_PRINT.get().has_title:
            used = figure.get_tightbbox()
            top = min(used.y1 + _PAD, figure.get_figheight())
            more["bbox_inches"] = Bbox([[0, max(used.y0 - _PAD, 0)], [figure.get_figwidth(), top]])
        figure.savefig(path, format=kind, dpi=dpi, facecolor=PAPER, **more)
    if kind == "eps":
        path.write_bytes(_DATED.sub(b"", path.read_bytes(), count=2))


@contextmanager
def in_print(  # noqa: PLR0913 - what a journal chooses of a figure
    *,
    fonts: tuple[str, ...],
    has_title: bool,
    across: float,
    is_opaque: bool = False,
    has_ratio: bool = False,
    risk_table: str = "full",
    source: str | None = None,
) -> Iterator[None]:
    """Within it figures are drawn for a journal, `across` inches wide, in these fonts.

    `source` ends the note at their foot.
    """
    chosen = _Print(fonts, has_title, across, is_opaque, has_ratio, risk_table, source)
    token = _IN_PRINT.set(chosen)
    try:
        yield
    finally:
        _IN_PRINT.reset(token)


def settings() -> Any:
    """The context in which figures are drawn."""
    fonts = {"font.family": list(_IN_PRINT.get().fonts), "pdf.fonttype": 42, "ps.fonttype": 42}
    return mpl.rc_context(_SETTINGS | fonts)


def inline_svg(svg: str, prefix: str, alternative_id: str) -> tuple[str, dict[str, str]]:
    """The SVG as part of a page, and the letters it is written with, by id.

    Its other ids get the prefix, its colours become those of the page's theme, and the letters
    are left to the page, which defines each once for all figures.
    """
    body = re.sub(
        r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<!--.*?-->", "", svg, flags=re.S
    )
    body = body[body.index("<svg") :]
    letters = {found[1]: found[0] for found in _LETTER.finditer(body)}
    body = _LETTER.sub("", body)
    body = re.sub(r'<g id="[^"]+"', "<g", body)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", body)
    body = re.sub(
        r'(?:xlink:)?href="#([^"]+)"',
        lambda found: f'href="#{found[1] if found[1] in letters else f"{prefix}-{found[1]}"}"',
        body,
    )
    body = re.sub(
        r'd="[^"]+"|translate\([^)]+\)', lambda found: _DIGITS.sub(_shorter, found[0]), body
    )
    body = re.sub(r"<defs>\s*</defs>|<g>\s*</g>", "", re.sub(r"\s+", " ", body)).replace(
        "> <", "><"
    )
    for colour, variable in _CSS_COLOURS.items():
        body = body.replace(colour, variable)
    opening = re.compile(r'<svg[^>]*?viewBox="([^"]+)"[^>]*>', re.DOTALL)
    role = f'<svg viewBox="\\1" role="img" aria-labelledby="{alternative_id}">'
    return opening.sub(role, body, count=1), letters


def _shorter(number: re.Match[str]) -> str:
    """A coordinate to a hundredth of a point."""
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
