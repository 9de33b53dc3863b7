"""Forest plots: a line per factor, with its patients, its missing, its ratio and its P value."""

import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D

from analytics.report import drawing
from analytics.report.drawing import FAINT, INK, MUTED, SERIES
from analytics.report.elements import Bi, Figure, Row, as_of, distinct, rows_of
from analytics.report.factor_words import contrast_of, is_sibling
from analytics.report.formats import (
    confidence,
    decimal_places,
    hazard_ratio,
    p_phrase,
    p_value,
    whole,
)

TIMINGS: Final = {
    "baseline": "Baseline",
    "post_baseline": "Post-baseline (time-dependent)",
}
_LINE: Final = 0.235  # inches
_TICKS: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10)
_WIDEST: Final = (0.1, 10.0)
# columns in inches from the left: factor, plot's end, ratio, P
_FACTOR, _PLOT_END, _RATIO, _P = 0.1, 5.66, 5.76, 7.12


@dataclass(frozen=True)
class _Columns:
    """The columns whose place, in inches from the left, depends on whether one has the analysis
    set, and how many letters the words of a line may have."""

    analysis_set: float | None
    n: float
    missing: float
    plot: float
    letters: int


_SEVERAL_SETS: Final = _Columns(2.06, 3.66, 4.14, 4.3, 31)
_ONE_SET: Final = _Columns(None, 3.2, 3.68, 3.84, 40)
"""Where all lines are of one set its name stands above them, and the plot is wider."""


@dataclass(frozen=True)
class _Ratio:
    """One line: its words and its estimate."""

    factor: str
    population: str
    row: Row
    estimate: float | None
    is_sibling: bool


_SPLINE = " / knots "
_SEPARATOR: Final = " / "
_ANY: Final = "numerator / denominator"
_MODELS = {
    "cox_stepwise": "of the selected factors",
    "cox_multivariable": "of all factors",
    "fine_gray_multivariable": "of all factors",
}


def sides_of(contrast: str) -> tuple[str, str] | None:
    """Numerator and denominator: where the hazard is lower. Whether that is good depends on the
    event, so neither side is said to be favoured. None for labels that cannot be told apart."""
    parts = contrast.split(_SEPARATOR)
    return (parts[0], parts[1]) if len(parts) == 2 else None


def wrapped_sides(sides: tuple[str, str] | None) -> list[list[str]]:
    """The words of both sides on as many lines as there is room for under the axis."""
    return [] if sides is None else [textwrap.wrap(f"Lower with {side}", 26) for side in sides]


def height_of_sides(words: Sequence[Sequence[str]]) -> float:
    """Inches that the words of both sides need."""
    return 0.12 * max(map(len, words), default=0)


def write_sides(axes: Axes, sides: Sequence[Sequence[str]]) -> None:
    """Under the axis, on either side of 1, with which level the hazard is lower."""
    for words, arrow, align, shift in zip(
        sides, ("← {}", "{} →"), ("right", "left"), (-4, 4), strict=False
    ):
        axes.annotate(
            arrow.format("\n".join(words)), (1, 0), (shift, -27),
            xycoords=("data", "axes fraction"), textcoords="offset points", ha=align, va="top",
            fontsize=6.8, color=MUTED, annotation_clip=False,
        )  # fmt: skip


def forest_figure(bi: Bi, analysis: Row, *, is_main: bool) -> Figure | None:
    """The forest plot of one analysis of Cox or Fine-Gray models; None when it has no factor.

    A selection may end with no factor at all.
    """
    is_fine_gray = analysis["method"] in ("fine_gray", "fine_gray_multivariable")
    table = bi["subdistribution_hazards" if is_fine_gray else "forest"]
    every = rows_of(table, analysis_id=analysis["analysis_id"])
    rows = [row for row in every if _SPLINE not in row["contrast"]]
    if not rows:
        return None
    measure = "Subdistribution hazard ratio" if is_fine_gray else "Hazard ratio"
    grouped = _grouped(rows, "shr" if is_fine_gray else "hr")
    note = as_of(bi)
    ci = confidence(analysis["conf_level"])
    strata = analysis["stratified_by_label"]
    sentences = [
        f"{measure}, numerator over denominator, with {ci}; below 1: lower in the numerator. "
        f"One model {_MODELS.get(analysis['method'], 'per factor')}.",
        f"Stratified by: {strata}." if strata else "",
        "n / events: patients and events of the model; missing: patients excluded because a "
        f"factor of the model {'or its strata ' if strata else ''}is unknown.",
        "The terms of a spline have no ratio to show; its test is in the table of tests."
        if len(rows) < len(every)
        else "",
        "* Read the caution below." if any(row["caution"] for row in rows) else "",
    ]
    return Figure(
        name=f"forest_{analysis['analysis_id']}",
        title=analysis["analysis_label"],
        caption=" ".join(sentence for sentence in sentences if sentence),
        alternative=" ".join(
            [f"Forest plot: {analysis['analysis_label']}."]
            + [_in_words(item) for _, items in grouped for item in items]
        ),
        draw=partial(_draw, analysis["analysis_label"], grouped, (measure, ci), note),
        cautions=_cautions(rows),
        is_main=is_main,
        analysis_id=analysis["analysis_id"],
    )


def _cautions(rows: Sequence[Row]) -> tuple[str, ...]:
    """Each caution once, after the factors it is about."""
    texts = distinct([row["caution"] for row in rows])
    about = {
        text: distinct([row["factor_label"] for row in rows if row["caution"] == text])
        for text in texts
    }
    if len(texts) == 1 and len(about[texts[0]]) == len(distinct([r["factor_label"] for r in rows])):
        return texts
    return tuple(f"{', '.join(about[text])}: {text}" for text in texts)


def _grouped(rows: Sequence[Row], ratio: str) -> list[tuple[str, list[_Ratio]]]:
    """The lines under their headings; baseline only: one heading."""
    groups = []
    for timing, heading in TIMINGS.items():
        items = [
            _Ratio(
                ("with delayed entry" if is_sibling(row) else contrast_of(row))
                + (" *" if row["caution"] else ""),
                row["population_label"] or "",
                row,
                row[ratio],
                is_sibling(row),
            )
            for row in rows
            if row.get("timing", "baseline") == timing
        ]
        if items:
            groups.append((heading, items))
    return groups


def _draw(
    label: str,
    grouped: Sequence[tuple[str, list[_Ratio]]],
    measure: tuple[str, str],
    note: str | None,
) -> Drawing:
    sets = distinct([item.population for _, items in grouped for item in items])
    columns = _ONE_SET if len(sets) < 2 else _SEVERAL_SETS
    heights = [
        _LINE + 0.13 * (max(map(len, _wrapped(item, columns))) - 1)
        for _, items in grouped
        for item in items
    ]
    plot = sum(heights) + _LINE * len(grouped)
    contrasts = {item.row["contrast"] for _, items in grouped for item in items}
    sides = wrapped_sides(sides_of(contrasts.pop() if len(contrasts) == 1 else _ANY))
    with drawing.settings():
        foot = 0.42 + height_of_sides(sides) + drawing.note_height(note)
        top = 0.62
        height = plot + foot + top
        figure = drawing.drawing(height)
        axes = figure.add_axes(
            (
                columns.plot / drawing.WIDTH,
                foot / height,
                (_PLOT_END - columns.plot) / drawing.WIDTH,
                plot / height,
            )
        )
        write = writer(axes)
        scale(axes, [item.row for _, items in grouped for item in items], plot, measure[0])
        _headings(write, plot, measure, columns)
        y = plot
        remaining = iter(heights)
        whose = f": {sets[0]}" if len(sets) == 1 else ""
        for heading, items in grouped:
            write(_FACTOR, y - _LINE / 2, f"{heading}{whose}", weight="bold")
            y -= _LINE
            for item in items:
                line = next(remaining)
                _line(axes, write, item, y - line / 2, columns)
                y -= line
        write_sides(axes, sides)
        drawing.title(figure, label, note)
    return figure


Writer = Callable[..., Any]


def writer(axes: Axes) -> Writer:
    """Write text at a place in inches: across from the left edge, up from the foot of the plot."""

    def write(x: float, y: float, text: str, **style: Any) -> None:
        height = axes.get_figure().get_size_inches()[1]  # type: ignore[union-attr]
        low = axes.get_position().y0 * height
        weight = style.pop("weight", "normal")
        size = style.pop("size", 7.5)
        axes.figure.text(
            x / drawing.WIDTH, (low + y) / height, text, fontsize=size, fontweight=weight,
            va="center" if "\n" in text else "center_baseline", linespacing=1.05, **style,
        )  # fmt: skip

    return write


def _headings(write: Writer, plot: float, measure: tuple[str, str], columns: _Columns) -> None:
    y = plot + 0.16
    short = "HR" if measure[0] == "Hazard ratio" else "sHR"
    for x, text, align in (
        (_FACTOR, "Factor (numerator/denominator)", "left"),
        (columns.analysis_set, "Analysis set", "left"),
        (columns.n, "n / events", "right"),
        (columns.missing, "Missing", "right"),
        (_RATIO, f"{short} ({measure[1]})", "left"),
        (_P, "P", "right"),
    ):
        if x is not None:
            write(x, y, text, ha=align, weight="bold", size=6.8)


def scale(axes: Axes, rows: Sequence[Row], plot: float, label: str) -> None:
    """A logarithmic axis that holds every interval, cut where one is very wide.

    `plot` is its height in inches, so that lines are placed by inches from its foot.
    """
    known = [row for row in rows if row["ci_lower"] is not None]
    low = max(_WIDEST[0], min([row["ci_lower"] for row in known] + [0.5]))
    high = min(_WIDEST[1], max([row["ci_upper"] for row in known] + [2.0]))
    axes.set_xscale("log")
    axes.set_xlim(low / 1.08, high * 1.08)
    axes.set_ylim(0, plot)
    ticks = [tick for tick in _TICKS if low / 1.08 <= tick <= high * 1.08]
    axes.set_xticks(ticks, [decimal_places(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    for tick in ticks:
        axes.axvline(tick, color=FAINT, linewidth=0.5, zorder=0)
    axes.axvline(1, color=MUTED, linewidth=0.8, zorder=0.5)
    axes.set_xlabel(f"{label} (log scale)", fontsize=7, labelpad=2)
    _rule(axes)


def _rule(axes: Axes) -> None:
    """A thin line across the figure, between the headings of the columns and the first line."""
    figure = axes.figure
    across, height = figure.get_size_inches()  # type: ignore[union-attr]
    y = axes.get_position().y1 + 0.04 / height
    ends = [_FACTOR / across, _P / across]
    figure.add_artist(Line2D(ends, [y, y], color=INK, linewidth=0.6))


def _line(axes: Axes, write: Writer, item: _Ratio, y: float, columns: _Columns) -> None:
    row = item.row
    indent = 0.24 if item.is_sibling else 0.12
    colour = MUTED if item.is_sibling else INK
    words, population = _wrapped(item, columns)
    write(_FACTOR + indent, y, "\n".join(words), color=colour)
    if columns.analysis_set is not None:
        write(columns.analysis_set, y, "\n".join(population), color=colour, size=6.5)
    write(columns.n, y, f"{whole(row['n'])} / {whole(row['n_event'])}", ha="right", color=colour)
    write(columns.missing, y, whole(row["n_missing"]), ha="right", color=colour)
    write(_P, y, p_value(row["p_value"]), ha="right", color=colour)
    if item.estimate is None:
        write(_RATIO, y, textwrap.fill(row["status"], 18), color=colour, size=6)
        return
    write(_RATIO, y, hazard_ratio(item.estimate, row["ci_lower"], row["ci_upper"]), color=colour)
    estimate(axes, row, item.estimate, y, is_faint=item.is_sibling)


def estimate(axes: Axes, row: Row, ratio: float, y: float, *, is_faint: bool = False) -> None:
    """The square of a ratio on the line of its limits, with arrows where these leave the axis."""
    low, high = axes.get_xlim()
    series = SERIES[0]
    axes.plot(
        [max(row["ci_lower"], low), min(row["ci_upper"], high)], [y, y], color=series, linewidth=1.3
    )
    for limit, edge, marker in ((row["ci_lower"], low, "<"), (row["ci_upper"], high, ">")):
        outside = limit < low if marker == "<" else limit > high
        if outside:
            axes.plot([edge], [y], marker=marker, markersize=5, color=series, clip_on=False)
    if low <= ratio <= high:
        axes.plot(
            [ratio], [y], marker="s", markersize=_size(row["n_event"]),
            markerfacecolor=FAINT if is_faint else series, markeredgecolor=series,
            markeredgewidth=0.8,
        )  # fmt: skip


def _size(n_event: int | None) -> float:
    """A square whose area grows with the events behind it."""
    return 3.2 + 0.22 * math.sqrt(n_event or 0)


def _wrapped(item: _Ratio, columns: _Columns) -> tuple[list[str], list[str]]:
    """The words of the line and of its analysis set, on as many lines as their columns need."""
    population = "" if columns.analysis_set is None else item.population
    return textwrap.wrap(item.factor, columns.letters), textwrap.wrap(population, 20)


def _in_words(item: _Ratio) -> str:
    row = item.row
    name = f"{row['factor_label']} {item.factor}" if item.is_sibling else item.factor
    if item.estimate is None:
        return f"{name}: {row['status']}."
    ratio = hazard_ratio(item.estimate, row["ci_lower"], row["ci_upper"])
    return f"{name}: {ratio}, {p_phrase(row['p_value'])}."
