"""Forest plots of pooled trials: the ratio of each trial, then what they say together."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from matplotlib.figure import Figure as Drawing

from analytics.report import drawing
from analytics.report.drawing import INK, MUTED
from analytics.report.elements import Bi, Figure, Row, as_of, distinct, rows_of
from analytics.report.factor_words import contrast_of, is_sibling
from analytics.report.forest_figures import (
    Writer,
    estimate,
    scale,
    writer,
)
from analytics.report.formats import UNKNOWN, confidence, decimal, hazard_ratio, p_value, whole

_LINE: Final = 0.19  # inches
_GAP: Final = 0.08  # above a heading
_SHEET: Final = 7.5  # inches of lines on one sheet of paper
_SHOWN: Final = ("level", "all", "stratified", "random_effects")
_MEASURES: Final = {"hr": "Hazard ratio", "shr": "Subdistribution hazard ratio"}
# columns in inches from the left: patients, n / events, plot, ratio, heterogeneity
_PART, _N, _PLOT, _PLOT_END, _RATIO, _TEST = (0.1, 3.0, 3.16, 5.1, 5.22, 7.12)


@dataclass(frozen=True)
class _Block:
    """A ratio of one model: its heading, its rows of bi.pooling, and the test of its trials."""

    heading: str
    rows: tuple[Row, ...]
    test: str

    @property
    def height(self) -> float:
        """Inches."""
        return _LINE * (1 + len(self.rows)) + _GAP


def pooling_figures(bi: Bi, analysis: Row) -> list[Figure]:
    """The forest plots of the models that one analysis pools; none when it pools no models.

    A model is on one sheet of paper, and an analysis on as many as it needs.
    """
    rows = [
        row
        for row in rows_of(bi["pooling"], analysis_id=analysis["analysis_id"])
        if row["quantity"] in _MEASURES
    ]
    sheets = _sheets(_blocks(bi, rows))
    return [
        _figure(bi, analysis, blocks, (number, len(sheets)))
        for number, blocks in enumerate(sheets, start=1)
    ]


def _blocks(bi: Bi, rows: Sequence[Row]) -> Iterator[_Block]:
    for model, factor, contrast in dict.fromkeys(
        (row["model"], row["factor"], row["contrast"]) for row in rows
    ):
        place = {"model": model, "factor": factor, "contrast": contrast}
        own = [row for row in rows if all(row[key] == value for key, value in place.items())]
        (test,) = rows_of(bi["pooling_heterogeneity"], analysis_id=own[0]["analysis_id"], **place)
        late = ", with delayed entry" if is_sibling(own[0]) else ""
        shown = sorted(
            (row for row in own if row["part"] in _SHOWN), key=lambda row: _SHOWN.index(row["part"])
        )
        yield _Block(contrast_of(own[0]) + late, tuple(shown), _differing(test))


def _differing(test: Row) -> str:
    if test["p_value"] is None:
        return UNKNOWN
    return f"I2 {decimal(test['i_squared_percent'], 0)}%, P {p_value(test['p_value'])}"


def _sheets(blocks: Iterable[_Block]) -> list[list[_Block]]:
    """The blocks, sheet by sheet."""
    sheets: list[list[_Block]] = []
    for block in blocks:
        if sheets and sum(one.height for one in (*sheets[-1], block)) <= _SHEET:
            sheets[-1].append(block)
        else:
            sheets.append([block])
    return sheets


def _figure(bi: Bi, analysis: Row, blocks: Sequence[_Block], sheet: tuple[int, int]) -> Figure:
    """One sheet of so many."""
    number, n_sheets = sheet
    first = blocks[0].rows[0]
    pooled, measure = first["pooled_over_label"], _MEASURES[first["quantity"]]
    ci = confidence(analysis["conf_level"])
    note = as_of(bi)
    part = f", sheet {number} of {n_sheets}" if n_sheets > 1 else ""
    title = f"{analysis['analysis_label']}: by {pooled.lower()}{part}"
    caption = (
        f"{measure}, numerator over denominator, with {ci}, in each trial by a model of its own, "
        "then of all patients (All), within the trials (Stratified), and the mean of random "
        "effects. I2 and P: whether the trials differ (Cochran's test). The areas of squares grow "
        "with the events."
    )
    return Figure(
        name=f"pooling_{analysis['analysis_id']}" + (f"_{number}" if number > 1 else ""),
        title=title,
        caption=caption,
        alternative=" ".join([f"Forest plot: {title}.", *_in_words(blocks)]),
        draw=partial(_draw, title, blocks, (measure, ci), note),
        cautions=distinct([row["caution"] for block in blocks for row in block.rows]),
        analysis_id=analysis["analysis_id"],
    )


def _draw(
    label: str, blocks: Sequence[_Block], about: tuple[str, str], note: str | None
) -> Drawing:
    measure, ci = about
    plot = sum(block.height for block in blocks)
    with drawing.settings():
        foot = 0.42 + drawing.note_height(note)
        height = plot + foot + 0.62
        figure = drawing.drawing(height)
        axes = figure.add_axes(
            (
                _PLOT / drawing.WIDTH,
                foot / height,
                (_PLOT_END - _PLOT) / drawing.WIDTH,
                plot / height,
            )
        )
        write = writer(axes)
        scale(axes, [row for block in blocks for row in block.rows], plot, measure)
        _headings(write, plot, "HR" if measure == _MEASURES["hr"] else "sHR", ci)
        y = plot
        for block in blocks:
            y -= _GAP + _LINE
            write(_PART, y + _LINE / 2, block.heading, weight="bold", color=INK)
            write(_TEST, y + _LINE / 2, block.test, ha="right")
            for row in block.rows:
                middle = y - _LINE / 2
                _line(write, row, middle)
                if row["value"] is not None:
                    faint = row["part"] not in ("level", "all")
                    estimate(axes, row, row["value"], middle, is_faint=faint)
                y -= _LINE
        drawing.title(figure, label, note)
    return figure


def _headings(write: Writer, plot: float, short: str, ci: str) -> None:
    for x, text, align in (
        (_PART, "Factor (numerator/denominator)", "left"),
        (_N, "n / events", "right"),
        (_RATIO, f"{short} ({ci})", "left"),
        (_TEST, "Differences", "right"),
    ):
        write(x, plot + 0.16, text, ha=align, weight="bold", size=6.8)


def _line(write: Writer, row: Row, y: float) -> None:
    colour = INK if row["part"] in ("level", "all") else MUTED
    write(_PART + 0.14, y, textwrap.shorten(row["part_label"], 44), color=colour)
    write(_N, y, f"{whole(row['n'])} / {whole(row['n_event'])}", ha="right", color=colour)
    if row["value"] is None:
        write(_RATIO, y, textwrap.shorten(row["status"], 46), color=colour, size=6)
        return
    write(_RATIO, y, hazard_ratio(row["value"], row["ci_lower"], row["ci_upper"]), color=colour)


def _in_words(blocks: Iterable[_Block]) -> Iterator[str]:
    for block in blocks:
        yield f"{block.heading}, {block.test}:"
        for row in block.rows:
            said = row["status"]
            if row["value"] is not None:
                said = hazard_ratio(row["value"], row["ci_lower"], row["ci_upper"])
            yield f"{row['part_label']}: {said}."
