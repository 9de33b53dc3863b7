"""Forest plots of subgroups: the hazard ratio of all patients, then that within each level."""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from analytics.report import drawing
from analytics.report.drawing import INK, MUTED
from analytics.report.elements import Bi, Figure, Row, as_of, distinct, rows_of
from analytics.report.factor_words import contrast_of, is_sibling
from analytics.report.forest_figures import (
    Writer,
    estimate,
    height_of_sides,
    scale,
    sides_of,
    wrapped_sides,
    write_sides,
    writer,
)
from analytics.report.formats import confidence, hazard_ratio, p_phrase, p_value, whole

_LINE: Final = 0.2  # inches
_GAP: Final = 0.06  # above a heading
_SHEET: Final = 7.5  # inches of lines on one sheet of paper
_ALL: Final = "All patients"
_MEASURE: Final = "Hazard ratio"
# columns in inches from the left: subgroup, n / events, missing, plot, ratio, P for interaction
_SUBGROUP, _N, _MISSING, _PLOT, _PLOT_END, _RATIO, _P = (0.1, 2.98, 3.5, 3.66, 5.3, 5.42, 7.12)
_LONGEST: Final = 34  # letters of a subgroup on one line


@dataclass(frozen=True)
class _Line:
    """A line of the figure: a heading, or a row with its estimate.

    `row` is that of bi.forest for all patients, of bi.subgroups for a level; a heading has none.
    `said` is the interaction as part of a sentence.
    """

    words: str
    indent: int = 0
    row: Row | None = None
    missing: str = ""
    interaction: str = ""
    said: str = ""
    is_bold: bool = False

    @property
    def height(self) -> float:
        """Inches."""
        return _LINE + 0.12 * (len(self.wrapped) - 1) + (_GAP if self.row is None else 0)

    @property
    def wrapped(self) -> list[str]:
        """The words on as many lines as their column needs."""
        return textwrap.wrap(self.words, _LONGEST - 2 * self.indent) or [""]


def subgroup_figures(bi: Bi, analysis: Row) -> list[Figure]:
    """The forest plots of the subgroups of one analysis; none when it has no subgroups.

    The models of an analysis are on one sheet of paper, or on as many as they need.
    """
    rows = rows_of(bi["subgroups"], analysis_id=analysis["analysis_id"])
    overall = {
        row["model"]: row for row in rows_of(bi["forest"], analysis_id=analysis["analysis_id"])
    }
    models = distinct([row["model"] for row in rows])
    blocks = [
        list(
            _lines(
                overall.get(model),
                [row for row in rows if row["model"] == model],
                has_heading=len(models) > 1,
            )
        )
        for model in models
    ]
    sheets = _sheets(blocks)
    return [
        _figure(bi, analysis, lines, (number, len(sheets)))
        for number, lines in enumerate(sheets, start=1)
    ]


def _sheets(blocks: Iterable[list[_Line]]) -> list[list[_Line]]:
    """The lines of whole models, sheet by sheet."""
    sheets: list[list[_Line]] = []
    for block in blocks:
        if sheets and sum(line.height for line in (*sheets[-1], *block)) <= _SHEET:
            sheets[-1] += block
        else:
            sheets.append(block)
    return sheets


def _figure(bi: Bi, analysis: Row, lines: list[_Line], sheet: tuple[int, int]) -> Figure:
    """One sheet of so many."""
    number, n_sheets = sheet
    rows = [line.row for line in lines if line.row is not None]
    is_one_model = len({row["model"] for row in rows}) == 1
    dashed = ", its hazard ratio as a dashed line" if is_one_model else ""
    sides = sides_of(rows[0]["contrast"] if is_one_model else "numerator / denominator")
    note = as_of(bi)
    ci = confidence(analysis["conf_level"])
    strata = analysis["stratified_by_label"]
    sentences = [
        f"{_MEASURE}, numerator over denominator, with {ci}; below 1: lower in the numerator, as "
        "the arrows say.",
        f"{_ALL}: the model of the analysis{dashed}.",
        "Each subgroup: a model of its own.",
        f"Stratified by: {strata}." if strata else "",
        "P for interaction: whether the hazard ratio differs between the levels (likelihood "
        "ratio), not adjusted for the number of subgroups. n / events: patients and events of the "
        "model; missing: patients excluded because the level, or a factor of the model or of its "
        "strata, is unknown.",
    ]
    part = f", sheet {number} of {n_sheets}" if n_sheets > 1 else ""
    title = f"{analysis['analysis_label']}: by subgroup{part}"
    return Figure(
        name=f"subgroups_{analysis['analysis_id']}" + (f"_{number}" if number > 1 else ""),
        title=title,
        caption=" ".join(sentence for sentence in sentences if sentence),
        alternative=" ".join([f"Forest plot: {title}.", *_in_words(lines)]),
        draw=partial(_draw, title, lines, (ci, sides), note),
        cautions=distinct([row["caution"] for row in rows]),
        analysis_id=analysis["analysis_id"],
    )


def _lines(overall: Row | None, rows: Sequence[Row], *, has_heading: bool) -> Iterator[_Line]:
    """The lines of one model: all patients first, then each factor with its levels."""
    first = rows[0]
    if has_heading:
        late = ", with delayed entry" if is_sibling(first) else ""
        yield _Line(contrast_of(first) + late, is_bold=True)
    if overall is not None:
        yield _Line(_ALL, row=overall, missing=whole(overall["n_missing"]), is_bold=not has_heading)
    for subgroup in distinct([row["subgroup"] for row in rows]):
        own = [row for row in rows if row["subgroup"] == subgroup]
        yield _Line(
            own[0]["subgroup_label"],
            missing=whole(own[0]["n_missing"]),
            interaction=_interaction(own[0], p_value),
            said=_interaction(own[0], p_phrase),
            is_bold=not has_heading,
        )
        yield from (_Line(row["level_label"], indent=1, row=row) for row in own)


def _interaction(row: Row, written: Callable[[float | None], str]) -> str:
    """The P value of the interaction, or why there is none."""
    if row["interaction_p"] is None:
        return str(row["interaction_status"])
    return written(row["interaction_p"])


def _draw(
    label: str,
    lines: Sequence[_Line],
    about: tuple[str, tuple[str, str] | None],
    note: str | None,
) -> Drawing:
    ci, sides = about
    plot = sum(line.height for line in lines)
    with drawing.settings():
        below = wrapped_sides(sides)
        foot = 0.42 + height_of_sides(below) + drawing.note_height(note)
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
        scale(axes, [line.row for line in lines if line.row is not None], plot, _MEASURE)
        _headings(write, plot, ci)
        _overall(axes, lines)
        y = plot
        for line in lines:
            middle = y - line.height / 2 - (_GAP / 2 if line.row is None else 0)
            _write_line(axes, write, line, middle)
            y -= line.height
        write_sides(axes, below)
        drawing.title(figure, label, note)
    return figure


def _headings(write: Writer, plot: float, ci: str) -> None:
    for x, text, align in (
        (_SUBGROUP, "Subgroup", "left"),
        (_N, "n / events", "right"),
        (_MISSING, "Missing", "right"),
        (_RATIO, f"HR ({ci})", "left"),
        (_P, "P interaction", "right"),
    ):
        write(x, plot + 0.16, text, ha=align, weight="bold", size=6.8)


def _overall(axes: Axes, lines: Iterable[_Line]) -> None:
    """A dashed line at the hazard ratio of all patients, where there is one model."""
    ratios = [line.row["hr"] for line in lines if line.row is not None and line.words == _ALL]
    if len(ratios) == 1 and ratios[0] is not None:
        axes.axvline(ratios[0], color=MUTED, linewidth=0.7, linestyle=(0, (3, 2)), zorder=0)


def _write_line(axes: Axes, write: Writer, line: _Line, y: float) -> None:
    weight = "bold" if line.is_bold else "normal"
    words = "\n".join(line.wrapped)
    write(_SUBGROUP + 0.14 * line.indent, y, words, weight=weight, color=INK)
    write(_MISSING, y, line.missing, ha="right")
    write(_P, y, textwrap.fill(line.interaction, 18), ha="right")
    row = line.row
    if row is None:
        return
    write(_N, y, f"{whole(row['n'])} / {whole(row['n_event'])}", ha="right")
    if row["hr"] is None:
        write(_RATIO, y, textwrap.fill(row["status"], 24), size=6)
        return
    write(_RATIO, y, hazard_ratio(row["hr"], row["ci_lower"], row["ci_upper"]))
    estimate(axes, row, row["hr"], y)


def _in_words(lines: Iterable[_Line]) -> Iterator[str]:
    for line in lines:
        row = line.row
        if row is None:
            said = f", interaction {line.said}" if line.said else ""
            yield f"{line.words}{said}:"
        elif row["hr"] is None:
            yield f"{line.words}: {row['status']}."
        else:
            ratio = hazard_ratio(row["hr"], row["ci_lower"], row["ci_upper"])
            yield f"{line.words}: {ratio}, {p_phrase(row['p_value'])}."
