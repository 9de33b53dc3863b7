"""Kaplan-Meier figures: steps, bands, censor ticks, medians, rates and numbers at risk."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, Final

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from analytics.methods.statuses import ENDS_OF_SPANS, SHOWN_WHILE, SUPPRESSED
from analytics.report import drawing
from analytics.report.drawing import (
    FAINT,
    INK,
    MUTED,
    SERIES,
    UNKNOWN_LOOK,
    Look,
    RiskRow,
    looks,
)
from analytics.report.elements import COLUMN, Bi, Figure, Row, as_of, distinct, rows_of
from analytics.report.factor_words import contrast_of, is_sibling
from analytics.report.formats import (
    UNKNOWN,
    confidence,
    decimal,
    hazard_ratio,
    interval,
    p_phrase,
    percent,
    percent_interval,
    since,
    test_with_strata,
    time_since,
    time_ticks,
    whole,
    with_interval,
)
from analytics.report.wording import counted, in_months
from analytics.study.codes import UNKNOWN_LEVEL
from analytics.study.group_tests import PAIRWISE

FEW_AT_RISK: Final = 10
START_NOTE: Final = (
    "From a later month: the curve starts when enough patients are at risk and is of those "
    "without an event by then."
)
_HALF: Final = 50.0
_NOT_PUBLISHED: Final = "Median not published"


@dataclass(frozen=True)
class DrawnCurve:
    """What is drawn of one curve: its days, its row of the summary, its rates, and its look."""

    label: str
    curve: pl.DataFrame
    summary: Row
    rates: Sequence[Row]
    look: Look
    is_known: bool = True


@dataclass(frozen=True)
class Beside:
    """What stands beside the curves: the name of limits, tests, ratios when asked, the note.

    `has_counts`: whether events and censored may stand beside the numbers at risk.
    """

    ci: str
    tests: Sequence[str]
    ratios: Sequence[str]
    note: str | None
    has_counts: bool = True


def survival_figure(bi: Bi, analysis: Row, *, is_main: bool) -> Figure:
    """The figure of one Kaplan-Meier analysis, with a curve per stratum.

    More than twelve groups have a small panel each.
    """
    name = analysis["analysis_id"]
    strata = _strata(bi, name)
    rows = rows_of(bi["group_tests"], analysis_id=name)
    tests = [f"{test_with_strata(row)}: {p_phrase(row['p_value'])}" for row in rows]
    in_key = [
        f"{row['test_label']}: {p_phrase(row['p_value'])}" for row in rows if not _is_of_a_pair(row)
    ]
    ratios = group_ratios(bi, analysis, strata)
    beside = Beside(confidence(analysis["conf_level"]), in_key, ratios, as_of(bi))
    draw = draw_panels if _are_many(strata) else draw_curves
    return Figure(
        name=f"survival_{name}",
        title=analysis["analysis_label"],
        caption=_caption(analysis, strata, tests),
        alternative=" ".join(
            [
                f"Kaplan-Meier curves: {analysis['analysis_label']}.",
                *map(curve_in_words, strata),
                *tests,
            ]
        ),
        draw=partial(draw, analysis, strata, beside),
        cautions=distinct([row["caution"] for row in rows] or [analysis["caution"]]),
        is_main=is_main,
        ratios=ratios,
        least_width=COLUMN,
        analysis_id=name,
    )


def _is_of_a_pair(row: Row) -> bool:
    """Whether a test compares two of the groups: the caption and the table have it, adjusted."""
    return f"{PAIRWISE}(" in row["test"]


def group_ratios(bi: Bi, analysis: Row, strata: Sequence[DrawnCurve]) -> tuple[str, ...]:
    """The hazard ratio of the two groups of an analysis, where the plan has a model of just them.

    The model is of the same endpoint and factor, and of as many patients and events; curves from a
    landmark or with delayed entry have none.
    """
    known = [item.summary for item in strata if item.is_known]
    sizes = [[row[name] for row in known] for name in ("n", "n_event")]
    is_plain = analysis["landmark_days"] is None and analysis["delayed_entry_of"] is None
    if len(known) != 2 or not is_plain or any(n is None for column in sizes for n in column):
        return ()
    n, n_event = map(sum, sizes)
    rows = rows_of(bi["forest"], endpoint=analysis["endpoint"], n=n, n_event=n_event)
    return tuple(
        f"{contrast_of(row)}: hazard ratio "
        f"{hazard_ratio(row['hr'], row['ci_lower'], row['ci_upper'])}, {p_phrase(row['p_value'])}"
        for row in rows
        if row["factor_label"] == analysis["strata_label"]
        and row["timing"] == "baseline"
        and row["hr"] is not None
        and row["method"] == "cox_univariate"
        and row["stratified_by_label"] is None
        and not is_sibling(row)
    )[:1]


def at_risk(curve: pl.DataFrame, month: float) -> int | None:
    """Subjects at risk just before a month: as many as before the next day of the curve.

    None where the curve does not tell, as after the end of a curve that is not shown whole.
    """
    later = curve.filter(pl.col("time_months") >= month - 1e-9)
    if later.is_empty():
        return None if is_cut(curve) else 0
    if _says(curve, ENDS_OF_SPANS) and later["time_months"].to_list()[0] > month + 1e-9:
        return None
    number: int | None = later["n_risk"].to_list()[0]
    return number


def is_cut(curve: pl.DataFrame) -> bool:
    """Whether the limits of publication hide the curve or its end: some are under observation."""
    if curve.is_empty() or _says(curve, SHOWN_WHILE):
        return True
    if _says(curve, ENDS_OF_SPANS) or not {"n_event", "n_censored"} <= set(curve.columns):
        return False
    last = curve.row(-1, named=True)
    counts = [last[name] for name in ("n_risk", "n_event", "n_censored")]
    return any(n is None for n in counts) or counts[0] > counts[1] + counts[2]


def _says(curve: pl.DataFrame, words: str) -> bool:
    """Whether the caution of a curve has these words."""
    return "caution" in curve.columns and curve["caution"].str.contains(words, literal=True).any()


def _strata(bi: Bi, analysis_id: str) -> list[DrawnCurve]:
    curves = bi["survival_curves"].filter(pl.col("analysis_id") == analysis_id)
    rows = rows_of(bi["endpoint_summary"], analysis_id=analysis_id)
    shown = [row for row in rows if row["n"] != 0] or rows
    are_known = [row["stratum"] != UNKNOWN_LEVEL for row in shown]
    is_many = sum(are_known) > len(SERIES)
    found = [Look(SERIES[0])] * len(shown) if is_many else looks(are_known)
    return [
        DrawnCurve(
            row["stratum_label"] + since(row),
            curves.filter(pl.col("stratum") == row["stratum"]).sort("time_days"),
            row,
            rows_of(bi["event_free_rates"], analysis_id=analysis_id, stratum=row["stratum"]),
            look if is_known else UNKNOWN_LOOK,
            is_known,
        )
        for row, look, is_known in zip(shown, found, are_known, strict=True)
    ]


def _are_many(strata: Sequence[DrawnCurve]) -> bool:
    return sum(item.is_known for item in strata) > len(SERIES)


def draw_curves(analysis: Row, strata: Sequence[DrawnCurve], beside: Beside) -> Drawing:
    """Curves in one panel, the key above, numbers at risk below."""
    with drawing.settings():
        last = max((_last(item.curve) for item in strata), default=0.0) or 1.0
        ticks = drawing.month_ticks(last)
        is_alone = len(strata) == 1
        below = _risk_rows(strata, ticks, has_counts=beside.has_counts)
        across = drawing.width()
        left = (1.05 if drawing.is_narrow() else 1.1) if is_alone else _left(below)
        start = 0.06 if drawing.is_narrow() else left
        key = _Key([], []) if is_alone else _key(analysis, strata, beside, across - start)
        foot = drawing.height_below(below, beside.note, has_heading=not is_alone)
        high = drawing.panel_height()
        height = 0.35 + _KEY_LINE * key.n_lines + high + foot
        figure = drawing.drawing(height)
        ends = _ends(strata) if not is_alone and not drawing.is_narrow() else {}
        right = 0.38 + (0.068 * max(map(len, ends)) if ends else 0)
        axes = figure.add_axes(
            (left / across, foot / height, 1 - (left + right) / across, high / height)
        )
        wide = 26 if drawing.is_narrow() else 44
        drawing.percent_axis(axes, textwrap.fill(f"{analysis['endpoint_label']}, %", wide))
        drawing.time_axis(axes, last, textwrap.fill(time_since(analysis), 2 * wide))
        if not is_alone:
            _medians(axes, strata)
        for i, item in enumerate(strata):
            _curve(axes, item, _shift(i, len(strata)), last, n_curves=len(strata))
        if is_alone:
            _annotate(axes, strata[0], beside.ci, last)
        else:
            _legend(figure, strata, key, (start / across, (foot + high + 0.06) / height))
            _name_ends(axes, ends)
        heading = None if is_alone else _risk_heading(below, has_counts=beside.has_counts)
        drawing.numbers_below(axes, ticks, below, heading)
        drawing.title(figure, analysis["analysis_label"], beside.note)
    return figure


def draw_panels(analysis: Row, strata: Sequence[DrawnCurve], beside: Beside) -> Drawing:
    """A small panel per group, the other groups pale behind: for more groups than have looks."""
    with drawing.settings():
        last = max((_last(item.curve) for item in strata), default=0.0) or 1.0
        columns = 2 if drawing.is_narrow() else 4
        n_rows = -(-len(strata) // columns)
        foot = 0.42 + drawing.note_height(beside.note)
        height = 0.35 + n_rows * _PANEL + foot + 0.16 * len(beside.tests)
        figure = drawing.drawing(height)
        across = (drawing.width() - 0.7) / columns
        ticks = time_ticks(last, 3)
        for i, item in enumerate(strata):
            row, column = divmod(i, columns)
            low = foot + (n_rows - row - 1) * _PANEL
            axes = figure.add_axes(
                (
                    (0.6 + column * across) / drawing.width(),
                    low / height,
                    (across - 0.12) / drawing.width(),
                    (_PANEL - 0.42) / height,
                )
            )
            drawing.percent_axis(axes, "")
            axes.set_yticks([0, 50, 100])
            axes.set_xlim(-0.012 * last, 1.015 * last)
            axes.set_xticks(ticks)
            axes.tick_params(labelsize=6.5, labelleft=column == 0)
            for other in strata:
                _steps(axes, other.curve, color=FAINT, linewidth=0.6)
            _curve(axes, item, 0.0, last, n_curves=1, has_rates=False)
            name = textwrap.shorten(item.label, 30, placeholder="...")
            axes.set_title(f"{name}\n{_sizes(item.summary)}", fontsize=6.5, loc="left", pad=2)
        share, since_when = f"{analysis['endpoint_label']}, %", time_since(analysis)
        figure.text(0.5, (foot - 0.36) / height, since_when, ha="center", fontsize=7.5)
        middle = (foot + n_rows * _PANEL / 2) / height
        figure.text(0.012, middle, share, rotation=90, va="center", fontsize=7.5)
        for i, test in enumerate(beside.tests):
            at = (foot + n_rows * _PANEL + 0.08 + 0.14 * i) / height
            figure.text(0.6 / drawing.width(), at, test, fontsize=7.5)
        drawing.title(figure, analysis["analysis_label"], beside.note)
    return figure


def _shift(i: int, n: int) -> float:
    """Points by which the bars of a curve stand beside their month, at most three."""
    return 0.0 if n == 1 else (i - (n - 1) / 2) * min(2.0, 6.0 / (n - 1))


def _curve(  # noqa: PLR0913 - what is drawn of a curve
    axes: Axes,
    item: DrawnCurve,
    shift: float,
    last: float,
    *,
    n_curves: int,
    has_rates: bool = True,
) -> None:
    """One curve with its band, its censorings and the interval bars of its rates.

    Of several curves the part with few at risk is pale and has bars in place of a band; many
    curves have neither, as they could not be told apart.
    """
    curve = item.curve.filter(pl.col("survival_percent").is_not_null())
    if curve.is_empty():
        return
    enough = curve if n_curves == 1 else _while_enough(curve)
    if n_curves <= _MOST_BANDS and not enough.is_empty():
        low, high = (
            enough[name].cast(pl.Float64).fill_null(float("nan")).to_list() for name in _BAND
        )
        axes.fill_between(
            enough["time_months"].to_list(), low, high, step="post", linewidth=0,
            **drawing.shade(item.look.colour, 0.16),
        )  # fmt: skip
    wide = drawing.line_width(n_curves)
    _line(axes, curve, enough, item.look, wide)
    for part, pale in ((enough, False), (curve.slice(enough.height), True)):
        ticks = part.filter(pl.col("n_censored") > 0)
        colour = drawing.shade(item.look.colour, _PALE if pale else 1.0)
        axes.plot(
            ticks["time_months"].to_list(), ticks["survival_percent"].to_list(),
            linestyle="none", marker="|", markersize=3 + 1.25 * wide, markeredgewidth=0.8,
            **colour,
        )  # fmt: skip
    if item.look.marker is not None:
        _marks(axes, enough, item.look, last)
    if has_rates and n_curves <= _MOST_BANDS:
        _bars(axes, item, shift, is_alone=n_curves == 1)


def _line(axes: Axes, curve: pl.DataFrame, enough: pl.DataFrame, look: Look, wide: float) -> None:
    """The steps: full while enough are at risk, pale from there on."""
    style = {"linestyle": look.dashes, "linewidth": wide}
    if not enough.is_empty():
        _steps(axes, enough, color=look.colour, **style)
    if enough.height < curve.height:
        rest = curve.slice(max(enough.height - 1, 0))
        _steps(axes, rest, **drawing.shade(look.colour, _PALE), **style)


def _steps(axes: Axes, curve: pl.DataFrame, **style: Any) -> None:
    shown = curve.filter(pl.col("survival_percent").is_not_null())
    axes.step(
        shown["time_months"].to_list(), shown["survival_percent"].to_list(), where="post", **style
    )


def _while_enough(curve: pl.DataFrame) -> pl.DataFrame:
    """The days up to the last on which enough are at risk."""
    enough = (curve["n_risk"].fill_null(0) >= FEW_AT_RISK).to_list()
    return curve.head(max((i + 1 for i, one in enumerate(enough) if one), default=0))


def _marks(axes: Axes, curve: pl.DataFrame, look: Look, last: float) -> None:
    """Marks along a curve, by which it is known where its dashes are another's too."""
    place = SERIES.index(look.colour)
    months = [last * (0.06 + 0.11 * k + 0.012 * place) for k in range(9)]
    ends = curve["time_months"].to_list()
    shown = [month for month in months if ends and ends[0] <= month <= ends[-1]]
    alive = [
        curve.filter(pl.col("time_months") <= month)["survival_percent"].to_list()[-1]
        for month in shown
    ]
    axes.plot(
        shown, alive, linestyle="none", marker=look.marker, markersize=4, color=look.colour,
        markerfacecolor=drawing.PAPER, markeredgewidth=0.9,
    )  # fmt: skip


def _bars(axes: Axes, item: DrawnCurve, shift: float, *, is_alone: bool) -> None:
    """The interval bars of the rates, at their month but for the points of the shift.

    Of several curves those in its colour behind its band, which tells the others.
    """
    ink = INK if is_alone else item.look.colour
    figure = axes.get_figure()
    assert figure is not None
    beside = ScaledTranslation(shift / drawing.POINTS, 0, figure.dpi_scale_trans)
    for rate in item.rates:
        has_band = not is_alone and (rate["n_risk"] or 0) >= FEW_AT_RISK
        estimate = rate["event_free_percent"]
        if not has_band and estimate is not None and rate["ci_lower_percent"] is not None:
            axes.errorbar(
                rate["time_months"],
                estimate,
                yerr=[
                    [estimate - rate["ci_lower_percent"]],
                    [rate["ci_upper_percent"] - estimate],
                ],
                color=ink, ecolor=ink, elinewidth=0.9, capsize=2.5, capthick=0.9, marker="o",
                markersize=3, markerfacecolor=item.look.colour, markeredgecolor=ink,
                markeredgewidth=0.6, zorder=5, transform=axes.transData + beside,
            )  # fmt: skip


_MOST_BANDS: Final = 4
_PALE: Final = 0.4
_BAND: Final = ("ci_lower_percent", "ci_upper_percent")


def _annotate(axes: Axes, item: DrawnCurve, ci: str, last: float) -> None:
    """The median with its lines and interval bar, the rates, and where few are at risk."""
    _median(axes, item.summary, ci, last)
    for rate in item.rates:
        if rate["event_free_percent"] is not None:
            limits = percent_interval(rate["ci_lower_percent"], rate["ci_upper_percent"])
            top = max(rate["ci_upper_percent"] or 0, rate["event_free_percent"])
            beside = "" if limits == UNKNOWN or drawing.is_narrow() else f"\n({limits})"
            axes.annotate(
                percent(rate["event_free_percent"]) + beside,
                (rate["time_months"], top),
                (0, 3), textcoords="offset points", va="bottom", fontsize=7,
                ha="right" if rate["time_months"] > 0.97 * last else "center",
            )  # fmt: skip
    _shade_few(axes, item.curve, last)


def _medians(axes: Axes, strata: Sequence[DrawnCurve]) -> None:
    """Thin lines from one half to the median of each of a few groups."""
    known = [item.summary["median_months"] for item in strata]
    medians = [month for month in known if month is not None]
    if medians and len(strata) <= _MOST_BANDS:
        style: dict[str, Any] = {"color": MUTED, "linewidth": 0.7, "linestyle": (0, (3, 2))}
        axes.plot([0, max(medians)], [_HALF, _HALF], zorder=1, **style)
        for month in medians:
            axes.plot([month, month], [0, _HALF], zorder=1, **style)


def _median(axes: Axes, summary: Row, ci: str, last: float) -> None:
    """Lines to the median, a bar for its interval, and both in words beside the foot."""
    median, *limits = (summary[name] for name in _MEDIAN)
    shown = interval(*limits)
    words = "" if shown == UNKNOWN else f" ({ci} {shown})"
    if median is None:
        text = f"Median not reached{words}" if summary["n_event"] else "No events"
        if summary["status"].startswith(SUPPRESSED):
            text = _NOT_PUBLISHED
        axes.text(0.01 * last, 2, text, fontsize=8, va="bottom")
        return
    axes.plot([0, median, median], [_HALF, _HALF, 0], color=MUTED, lw=0.8, ls=(0, (3, 2)))
    if words:
        bar = [last if limit is None else limit for limit in limits]
        axes.plot(bar, [_HALF, _HALF], color=INK, lw=0.9, marker="|", markersize=6)
    axes.plot([median], [_HALF], color=INK, marker="o", markersize=3.2)
    is_late = median > 0.6 * last
    axes.annotate(
        f"Median {decimal(median)} mo{words}", (median, 1), (-4 if is_late else 4, 1),
        textcoords="offset points", va="bottom", ha="right" if is_late else "left", fontsize=8,
    )  # fmt: skip


def _shade_few(axes: Axes, curve: pl.DataFrame, last: float) -> None:
    """Shade the end of the curve where fewer than ten are at risk."""
    if is_cut(curve):
        return
    enough = curve.filter(pl.col("n_risk") >= FEW_AT_RISK)
    start = 0.0 if enough.is_empty() else float(enough["time_months"].to_list()[-1])
    if start < last:
        axes.axvspan(start, 1.02 * last, linewidth=0, zorder=0, **drawing.shade(MUTED, 0.10))
        axes.text(
            1.015 * last, 100, f"fewer than {FEW_AT_RISK}\nat risk", ha="right", va="top",
            fontsize=6.5, color=MUTED,
        )  # fmt: skip


@dataclass(frozen=True)
class _Key:
    """The words above the curves: lines of the heading, and a label per curve, of lines as well."""

    heading: list[str]
    labels: list[str]

    @property
    def n_lines(self) -> int:
        """How many lines all of it takes."""
        return len(self.heading) + sum(1 + label.count("\n") for label in self.labels)


def _key(analysis: Row, strata: Sequence[DrawnCurve], beside: Beside, room: float) -> _Key:
    """The factor, its tests, its ratio when asked, and each group with its patients and median.

    `room` is how many inches a line may take.
    """
    ratios = beside.ratios if drawing.shows_ratio() else ()
    lines = [analysis["strata_label"] or "", *beside.tests, *ratios]
    wide = int(room / _LETTER)
    return _Key(
        [part for line in lines if line for part in _wrapped(line, wide)] or [""],
        [
            textwrap.fill(
                f"{item.label}: {_in_key(item)}{_untested(item)}", wide - int(0.5 / _LETTER)
            )
            for item in strata
        ],
    )


def _wrapped(line: str, wide: int) -> list[str]:
    """A line in lines, none of which ends within a P value."""
    kept = re.sub(r"(?<=[Pp]) ?([=<>]) ?(?=\S)", lambda found: found[0].replace(" ", _HELD), line)
    return [part.replace(_HELD, " ") for part in textwrap.wrap(kept, wide)]


def _legend(
    figure: Drawing, strata: Sequence[DrawnCurve], key: _Key, place: tuple[float, float]
) -> None:
    """The key above the axes, where no curve is."""
    handles = [
        Line2D(
            [], [], color=item.look.colour, linestyle=item.look.dashes, marker=item.look.marker,
            markersize=4, markerfacecolor=drawing.PAPER,
            linewidth=drawing.line_width(len(strata)),
        )
        for item in strata
    ]  # fmt: skip
    legend = figure.legend(
        handles, key.labels, loc="lower left", bbox_to_anchor=place, frameon=False, fontsize=7.5,
        handlelength=2.8, title_fontsize=7.5, alignment="left",
        title="\n".join(key.heading) or None, borderaxespad=0, borderpad=0, labelspacing=0.25,
    )  # fmt: skip
    legend.set_zorder(6)


def _in_key(item: DrawnCurve) -> str:
    """Patients and median; in one column the median without its limits."""
    if not drawing.is_narrow() or item.summary["median_months"] is None:
        return _sizes(item.summary)
    return f"n = {whole(item.summary['n'])}, median {decimal(item.summary['median_months'])} mo"


def _sizes(summary: Row) -> str:
    return f"n = {whole(summary['n'])}, {_median_in_words(summary)}"


def _untested(item: DrawnCurve) -> str:
    return "" if item.is_known else "; not in the test"


def _ends(strata: Sequence[DrawnCurve]) -> dict[str, tuple[float, float, str]]:
    """The names beside the ends of the curves, where all are short and apart; else none."""
    found = {}
    for item in strata:
        curve = item.curve.filter(pl.col("survival_percent").is_not_null())
        if curve.is_empty() or len(item.label) > _LONGEST_END:
            return {}
        month, value = (curve[name].to_list()[-1] for name in ("time_months", "survival_percent"))
        found[item.label] = (month, value, item.look.colour)
    heights = sorted(value for _, value, _ in found.values())
    are_apart = all(high - low >= _APART for low, high in pairwise(heights))
    return found if are_apart and len(found) == len(strata) else {}


def _name_ends(axes: Axes, ends: dict[str, tuple[float, float, str]]) -> None:
    for label, (month, value, colour) in ends.items():
        axes.annotate(
            label, (month, value), (4, 1), textcoords="offset points", ha="left",
            va="bottom" if value < _APART else "center",
            fontsize=7, color=colour, annotation_clip=False,
        )  # fmt: skip


_KEY_LINE: Final = 0.14  # inches
_HELD: Final = "\N{NO-BREAK SPACE}"
_LETTER: Final = 0.066  # inches
_PANEL: Final = 1.45  # inches
_LONGEST_END: Final = 18  # letters
_APART: Final = 6.0  # percentage points
_MEDIAN: Final = ("median_months", "median_ci_lower", "median_ci_upper")


def _median_in_words(summary: Row) -> str:
    median = with_interval(*(summary[name] for name in _MEDIAN))
    if median == UNKNOWN and summary["status"].startswith(SUPPRESSED):
        return _NOT_PUBLISHED.lower()
    return "median not reached" if median == UNKNOWN else f"median {median} mo"


def _risk_rows(
    strata: Sequence[DrawnCurve], ticks: Sequence[float], *, has_counts: bool
) -> list[RiskRow]:
    """Numbers at risk; of a single curve also events and censored so far, row by row."""
    if len(strata) == 1:
        curve = strata[0].curve
        return [
            RiskRow("No. at risk", [whole(at_risk(curve, tick)) for tick in ticks]),
            RiskRow("Events so far", [whole(_so_far(curve, tick, "n_event")) for tick in ticks]),
            *(
                [RiskRow("Censored so far", [whole(n) for n in _censored(curve, ticks)])]
                if has_counts
                else []
            ),
        ]
    table = drawing.risk_table() if has_counts else "plain"
    return [
        RiskRow(
            textwrap.fill(item.label, 14 if drawing.is_narrow() else 22),
            [_numbers(item.curve, tick, table) for tick in ticks],
            item.look,
        )
        for item in strata
    ]


def _risk_heading(rows: Sequence[RiskRow], *, has_counts: bool) -> str:
    """What the numbers are; without counts where none stand."""
    table = drawing.risk_table() if has_counts else "plain"
    has_any = any("(" in number for row in rows for number in row.numbers)
    return drawing.RISK_TABLES[table if has_any else "plain"]


def _numbers(curve: pl.DataFrame, tick: float, table: str) -> str:
    """The number at risk and, in brackets, what else the table has of the days so far."""
    n = whole(at_risk(curve, tick))
    columns = {"full": ("n_event", "n_censored"), "censored": ("n_censored",), "plain": ()}[table]
    counts = [_so_far(curve, tick, column) for column in columns]
    if not counts or any(count is None for count in counts):
        return n
    return f"{n} ({'; '.join(map(whole, counts))})"


def _so_far(curve: pl.DataFrame, month: float, column: str) -> int | None:
    """How many up to and with a month; None where the curve does not tell."""
    if _last(curve) < month and is_cut(curve):
        return None
    found = curve.filter(pl.col("time_months") <= month + 1e-9)[column]
    return None if found.null_count() else int(found.sum())


def _censored(curve: pl.DataFrame, ticks: Sequence[float]) -> list[int | None]:
    return [_so_far(curve, tick, "n_censored") for tick in ticks]


def _left(rows: Sequence[RiskRow]) -> float:
    """Inches left of the axis, wide enough for the longest label below it."""
    longest = max(len(line) for row in rows for line in row.label.split("\n"))
    first = max((len(row.numbers[0]) for row in rows if row.numbers), default=0)
    room = 0.52 + 0.026 * first + (0.058 if drawing.is_narrow() else 0.067) * longest
    return max(0.85 if drawing.is_narrow() else 1.0, room)


def _last(curve: pl.DataFrame) -> float:
    return 0.0 if curve.is_empty() else float(curve["time_months"].to_list()[-1])


def curve_in_words(item: DrawnCurve) -> str:
    """One curve as a sentence, for those who cannot see it."""
    summary = item.summary
    if summary["status"] != "ok" and not item.rates:
        return f"{item.label}: {summary['status']}."
    rates = ", ".join(
        f"{percent(rate['event_free_percent'])} at {in_months(rate['time_months'])}"
        for rate in item.rates
        if rate["event_free_percent"] is not None
    )
    median = _median_in_words(summary)
    return (
        f"{item.label}: {counted(summary['n'], 'patient')}, "
        f"{counted(summary['n_event'], 'event')}, {median}{'; ' if rates else ''}{rates}."
    )


def _caption(analysis: Row, strata: Sequence[DrawnCurve], tests: Sequence[str]) -> str:
    ci = confidence(analysis["conf_level"])
    population = f" {analysis['population_label']}." if analysis["population_label"] else ""
    limits = "Band and bars" if len(strata) == 1 else "Bands, and bars where a band has ended"
    parts = [
        f"Kaplan-Meier estimate.{population} {limits}: pointwise {ci} "
        f"({analysis['ci_transform']}). Ticks: censored."
    ]
    if len(strata) == 1:
        parts.append(f"Shaded: fewer than {FEW_AT_RISK} at risk.")
    elif len(strata) > _MOST_BANDS:
        parts[0] = f"Kaplan-Meier estimate.{population} Limits are in the table. Ticks: censored."
        parts.append(f"Pale: fewer than {FEW_AT_RISK} at risk.")
    else:
        parts.append(f"Pale, without a band: fewer than {FEW_AT_RISK} at risk. Dashed: medians.")
    if _are_many(strata):
        parts[1] = "A panel for each group, the others behind it."
    elif len(strata) > 1:
        parts.append("Below: at risk (events; censored), the latter two counted so far.")
    unknown = [item.label for item in strata if not item.is_known]
    if unknown and len(strata) > 1:
        parts.append(f"{unknown[0]}: in grey, as these patients are not in the test.")
    if any(item.summary["conditional_from_months"] is not None for item in strata):
        parts.append(START_NOTE)
    parts += [f"{test}." for test in tests]
    follow_up = [
        f"{item.label + ': ' if len(strata) > 1 else ''}"
        f"{decimal(item.summary['follow_up_median_months'])} mo"
        for item in strata
        if item.summary["follow_up_median_months"] is not None
    ]
    if follow_up:
        parts.append(f"Median follow-up (reverse Kaplan-Meier): {'; '.join(follow_up)}.")
    return " ".join(parts)
