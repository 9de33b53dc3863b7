"""Kaplan-Meier figures: steps, bands, censor ticks, medians, rates and numbers at risk."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from analytics.methods.statuses import ENDS_OF_SPANS, SHOWN_WHILE, SUPPRESSED
from analytics.report import drawing
from analytics.report.drawing import DASHES, INK, MUTED, SERIES, RiskRow
from analytics.report.elements import Bi, Figure, Row, as_of, distinct, rows_of
from analytics.report.formats import (
    UNKNOWN,
    confidence,
    decimal,
    interval,
    p_phrase,
    percent,
    since,
    test_with_strata,
    time_since,
    time_ticks,
    whole,
    with_interval,
)

FEW_AT_RISK: Final = 10
START_NOTE: Final = (
    "From a later month: the curve starts when enough patients are at risk and is of those "
    "without an event by then."
)
_HALF: Final = 50.0
_NOT_PUBLISHED: Final = "Median not published"


@dataclass(frozen=True)
class DrawnCurve:
    """What is drawn of one curve: its days, its row of the summary, and its rates."""

    label: str
    curve: pl.DataFrame
    summary: Row
    rates: Sequence[Row]
    colour: str
    dashes: Any


def survival_figure(bi: Bi, analysis: Row, *, is_main: bool) -> Figure:
    """The figure of one Kaplan-Meier analysis, with a curve per stratum."""
    name = analysis["analysis_id"]
    strata = _strata(bi, name)
    ci = confidence(analysis["conf_level"])
    rows = rows_of(bi["group_tests"], analysis_id=name)
    tests = [f"{test_with_strata(row)}: {p_phrase(row['p_value'])}" for row in rows]
    in_key = [f"{row['test_label']}: {p_phrase(row['p_value'])}" for row in rows]
    note = as_of(bi)
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
        draw=lambda: draw_curves(analysis, strata, ci, in_key, note),
        cautions=distinct([row["caution"] for row in rows] or [analysis["caution"]]),
        is_main=is_main,
    )


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
    """Whether the limits of publication hide the curve or its end."""
    if curve.is_empty():
        return True
    return _says(curve, SHOWN_WHILE)


def _says(curve: pl.DataFrame, words: str) -> bool:
    """Whether the caution of a curve has these words."""
    return "caution" in curve.columns and curve["caution"].str.contains(words, literal=True).any()


def _strata(bi: Bi, analysis_id: str) -> list[DrawnCurve]:
    curves = bi["survival_curves"].filter(pl.col("analysis_id") == analysis_id)
    return [
        DrawnCurve(
            row["stratum_label"] + since(row),
            curves.filter(pl.col("stratum") == row["stratum"]).sort("time_days"),
            row,
            rows_of(bi["event_free_rates"], analysis_id=analysis_id, stratum=row["stratum"]),
            SERIES[i % len(SERIES)],
            DASHES[i % len(DASHES)],
        )
        for i, row in enumerate(rows_of(bi["endpoint_summary"], analysis_id=analysis_id))
    ]


def draw_curves(
    analysis: Row, strata: Sequence[DrawnCurve], ci: str, tests: Sequence[str], note: str | None
) -> Drawing:
    """Curves in one panel, the tests in the key, numbers at risk below."""
    with drawing.settings():
        last = max((_last(item.curve) for item in strata), default=0.0) or 1.0
        ticks = time_ticks(last)
        below = _risk_rows(strata, ticks)
        foot = drawing.height_below(below, note, has_heading=len(strata) > 1)
        height = 3.3 + foot
        figure = drawing.drawing(height)
        left = 1.0 if len(strata) == 1 else _left(below)
        axes = figure.add_axes(
            (left / drawing.WIDTH, foot / height, 1 - (left + 0.38) / drawing.WIDTH, 2.95 / height)
        )
        drawing.percent_axis(axes, textwrap.fill(f"{analysis['endpoint_label']}, %", 44))
        drawing.time_axis(axes, last, time_since(analysis))
        for i, item in enumerate(strata):
            _curve(axes, item, shift=(i - (len(strata) - 1) / 2) * last / 90)
        if len(strata) == 1:
            _annotate(axes, strata[0], ci, last)
        else:
            _legend(axes, strata, "\n".join([analysis["strata_label"] or "", *tests]).strip())
        drawing.numbers_below(axes, ticks, below, None if len(strata) == 1 else "No. at risk")
        drawing.title(figure, analysis["analysis_label"], note)
    return figure


def _curve(axes: Axes, item: DrawnCurve, shift: float) -> None:
    """One curve with its band, its censorings and the interval bars of its rates."""
    curve = item.curve.filter(pl.col("survival_percent").is_not_null())
    if curve.is_empty():
        return
    time, alive = curve["time_months"].to_list(), curve["survival_percent"].to_list()
    low, high = (curve[name].cast(pl.Float64).fill_null(float("nan")).to_list() for name in _BAND)
    axes.fill_between(time, low, high, step="post", color=item.colour, alpha=0.16, linewidth=0)
    axes.step(time, alive, where="post", color=item.colour, linestyle=item.dashes)
    ticks = curve.filter(pl.col("n_censored") > 0)
    axes.plot(
        ticks["time_months"].to_list(),
        ticks["survival_percent"].to_list(),
        linestyle="none", marker="|", markersize=5, markeredgewidth=0.8, color=item.colour,
    )  # fmt: skip
    for rate in item.rates:
        if rate["event_free_percent"] is not None and rate["ci_lower_percent"] is not None:
            estimate = rate["event_free_percent"]
            axes.errorbar(
                rate["time_months"] + shift,
                estimate,
                yerr=[
                    [estimate - rate["ci_lower_percent"]],
                    [rate["ci_upper_percent"] - estimate],
                ],
                color=INK, ecolor=INK, elinewidth=0.9, capsize=2.5, capthick=0.9, marker="o",
                markersize=3, markerfacecolor=item.colour, markeredgecolor=INK,
                markeredgewidth=0.6, zorder=5,
            )  # fmt: skip


_BAND: Final = ("ci_lower_percent", "ci_upper_percent")


def _annotate(axes: Axes, item: DrawnCurve, ci: str, last: float) -> None:
    """The median with its lines and interval bar, the rates, and where few are at risk."""
    _median(axes, item.summary, ci, last)
    for rate in item.rates:
        if rate["event_free_percent"] is not None:
            limits = interval(rate["ci_lower_percent"], rate["ci_upper_percent"])
            top = max(rate["ci_upper_percent"] or 0, rate["event_free_percent"])
            axes.annotate(
                percent(rate["event_free_percent"])
                + ("" if limits == UNKNOWN else f"\n({limits})"),
                (rate["time_months"], top),
                (0, 3), textcoords="offset points", ha="center", va="bottom", fontsize=7,
            )  # fmt: skip
    _shade_few(axes, item.curve, last)


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
        axes.axvspan(start, 1.02 * last, color=MUTED, alpha=0.10, linewidth=0, zorder=0)
        axes.text(
            1.015 * last, 100, f"fewer than {FEW_AT_RISK}\nat risk", ha="right", va="top",
            fontsize=6.5, color=MUTED,
        )  # fmt: skip


def _legend(axes: Axes, strata: Sequence[DrawnCurve], heading: str) -> None:
    """A key with each median, under what splits the curves and its test."""
    for item in strata:
        summary = item.summary
        median = _median_in_words(summary)
        axes.plot(
            [], [], color=item.colour, linestyle=item.dashes,
            label=f"{item.label}: n = {whole(summary['n'])}, {median}",
        )  # fmt: skip
    legend = axes.legend(
        loc="upper right", frameon=False, fontsize=7.5, handlelength=2.6, title_fontsize=7.5,
        alignment="left",
        title=heading or None, borderaxespad=0.2,
    )  # fmt: skip
    legend.set_zorder(6)


_MEDIAN: Final = ("median_months", "median_ci_lower", "median_ci_upper")


def _median_in_words(summary: Row) -> str:
    median = with_interval(*(summary[name] for name in _MEDIAN))
    if median == UNKNOWN and summary["status"].startswith(SUPPRESSED):
        return _NOT_PUBLISHED.lower()
    return "median not reached" if median == UNKNOWN else f"median {median} mo"


def _risk_rows(strata: Sequence[DrawnCurve], ticks: Sequence[float]) -> list[RiskRow]:
    """Numbers at risk; of a single curve also the events by each tick."""
    if len(strata) == 1:
        curve = strata[0].curve
        events = [_events(curve, tick) for tick in ticks]
        return [
            RiskRow("No. at risk", [whole(at_risk(curve, tick)) for tick in ticks]),
            RiskRow("Events", [whole(n) for n in events]),
        ]
    return [
        RiskRow(
            textwrap.fill(item.label, 22),
            [whole(at_risk(item.curve, tick)) for tick in ticks],
            item.colour,
        )
        for item in strata
    ]


def _events(curve: pl.DataFrame, month: float) -> int | None:
    """Events up to and with a month; None where the curve does not tell."""
    if is_cut(curve) and month > _last(curve):
        return None
    events = curve.filter(pl.col("time_months") <= month + 1e-9)["n_event"]
    return None if events.null_count() else int(events.sum())


def _left(rows: Sequence[RiskRow]) -> float:
    """Inches left of the axis, wide enough for the longest label below it."""
    longest = max(len(line) for row in rows for line in row.label.split("\n"))
    return max(1.0, 0.55 + 0.067 * longest)


def _last(curve: pl.DataFrame) -> float:
    return 0.0 if curve.is_empty() else float(curve["time_months"].to_list()[-1])


def curve_in_words(item: DrawnCurve) -> str:
    """One curve as a sentence, for those who cannot see it."""
    summary = item.summary
    if summary["status"] != "ok" and not item.rates:
        return f"{item.label}: {summary['status']}."
    rates = ", ".join(
        f"{percent(rate['event_free_percent'])} at {rate['time_months']:g} months"
        for rate in item.rates
        if rate["event_free_percent"] is not None
    )
    median = _median_in_words(summary)
    return (
        f"{item.label}: {whole(summary['n'])} patients, {whole(summary['n_event'])} events, "
        f"{median}{'; ' if rates else ''}{rates}."
    )


def _caption(analysis: Row, strata: Sequence[DrawnCurve], tests: Sequence[str]) -> str:
    ci = confidence(analysis["conf_level"])
    population = f" {analysis['population_label']}." if analysis["population_label"] else ""
    parts = [
        f"Kaplan-Meier estimate.{population} Band and bars: pointwise {ci} "
        f"({analysis['ci_transform']}). Ticks: censored."
    ]
    if len(strata) == 1:
        parts.append(f"Shaded: fewer than {FEW_AT_RISK} at risk.")
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
