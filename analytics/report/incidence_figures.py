"""Cumulative incidence figures: the event stacked under its competing event."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from analytics.report import drawing
from analytics.report.drawing import INK, MUTED, PAPER, SERIES, RiskRow
from analytics.report.elements import COLUMN, PAGE_OF_TWO, Bi, Figure, Row, as_of, distinct, rows_of
from analytics.report.formats import (
    confidence,
    p_phrase,
    percent,
    percent_interval,
    since,
    test_with_strata,
    time_since,
    whole,
)
from analytics.report.survival_figures import START_NOTE, at_risk
from analytics.report.wording import in_months
from analytics.study.codes import UNKNOWN_LEVEL


@dataclass(frozen=True)
class _Panel:
    """One stratum: the two curves by day, in percent, and the rates of the event."""

    label: str
    event: pl.DataFrame
    competing: pl.DataFrame
    rates: Sequence[Row]
    competing_rates: Sequence[Row]


def incidence_figure(bi: Bi, analysis: Row, *, is_main: bool) -> Figure:
    """The figure of one analysis of competing risks, a panel per stratum."""
    name = analysis["analysis_id"]
    points = bi["relapse_incidence"].filter(pl.col("analysis_id") == name)
    labels = {row["event"]: row["event_label"] for row in points.to_dicts()}
    panels = _panels(points, has_test=bool(rows_of(bi["group_tests"], analysis_id=name)))
    ci = confidence(analysis["conf_level"])
    rows = rows_of(bi["group_tests"], analysis_id=name)
    tests = [
        f"{test_with_strata(row)}, {row['compared_label'].lower()}: {p_phrase(row['p_value'])}."
        for row in rows
    ]
    note = as_of(bi)
    caption = (
        f"Aalen-Johansen estimates, stacked: {labels.get('event', 'event').lower()} below, "
        f"{labels.get('competing', 'competing event').lower()} on top; above both: free of either. "
        f"Bars: {ci} of the lower curve; open: carried forward after the last observation. "
    )
    if points["conditional_from_months"].is_not_null().any():
        caption += f"{START_NOTE} "
    return Figure(
        name=f"incidence_{name}",
        title=analysis["analysis_label"],
        caption=" ".join([caption.strip(), *tests]),
        alternative=" ".join(
            [f"Stacked cumulative incidence: {analysis['analysis_label']}."]
            + [_in_words(panel, labels) for panel in panels]
        ),
        draw=partial(_draw, analysis, panels, labels, note),
        cautions=distinct([row["caution"] for row in rows] or [analysis["caution"]]),
        is_main=is_main,
        least_width=COLUMN if len(panels) == 1 else PAGE_OF_TWO,
        analysis_id=name,
    )


def _panels(points: pl.DataFrame, *, has_test: bool) -> list[_Panel]:
    strata = points.select("stratum", "stratum_label", "stratum_order").unique()
    panels = []
    for row in strata.sort("stratum_order", "stratum").to_dicts():
        mine = points.filter(pl.col("stratum") == row["stratum"]).sort("time_months")
        curves, rates = (mine.filter(pl.col("point") == point) for point in ("day", "landmark"))
        panels.append(
            _Panel(
                row["stratum_label"]
                + since(mine.row(0, named=True))
                + (" (not tested)" if has_test and row["stratum"] == UNKNOWN_LEVEL else ""),
                curves.filter(pl.col("event") == "event"),
                curves.filter(pl.col("event") == "competing"),
                rows_of(rates, event="event"),
                rows_of(rates, event="competing"),
            )
        )
    return panels


def _draw(analysis: Row, panels: Sequence[_Panel], labels: dict[str, str], note: str) -> Drawing:
    with drawing.settings():
        last = max((_last(panel) for panel in panels), default=0.0) or 1.0
        ticks = drawing.month_ticks(last)
        rows = [
            RiskRow("" if i else "No. at risk", _numbers(panel, ticks))
            for i, panel in enumerate(panels)
        ]
        foot = drawing.height_below(rows[:1], note, has_heading=False)
        height = 0.35 + drawing.panel_height() + foot + (0.34 if len(panels) > 1 else 0)
        figure = drawing.drawing(height)
        titles = [panel.label for panel in panels]
        for i, (panel, numbers) in enumerate(zip(panels, rows, strict=True)):
            axes = drawing.percent_panel(
                figure, i, titles, foot=foot, label="Cumulative incidence, %", last_month=last,
                time_label=time_since(analysis),
            )  # fmt: skip
            _stack(axes, panel, labels, last, place=i if len(panels) > 1 else None)
            drawing.numbers_below(axes, ticks, [numbers])
        drawing.title(figure, analysis["analysis_label"], note)
    return figure


def _last(panel: _Panel) -> float:
    """The month up to which the panel shows anything."""
    months = [*panel.event["time_months"].to_list(), *(r["time_months"] for r in panel.rates)]
    return float(max(months, default=0.0))


def _numbers(panel: _Panel, ticks: Sequence[float]) -> list[str]:
    return [whole(at_risk(panel.event, tick)) for tick in ticks]


def _stack(
    axes: Axes, panel: _Panel, labels: dict[str, str], last: float, *, place: int | None
) -> None:
    """The two areas, their edges, the interval bars of the event, and their names."""
    event, competing = (
        frame.filter(~_is_early()).select("time_months", pl.col("incidence_percent").alias(name))
        for frame, name in ((panel.event, "event"), (panel.competing, "competing"))
    )
    both = event.join(competing, on="time_months", how="left").fill_null(strategy="forward")
    both = both.fill_null(0).sort("time_months")
    time, low = both["time_months"].to_list(), both["event"].to_list()
    high = (both["event"] + both["competing"]).to_list()
    axes.fill_between(time, 0, low, step="post", linewidth=0, **drawing.shade(SERIES[0], 0.42))
    axes.fill_between(time, low, high, step="post", linewidth=0, **drawing.shade(SERIES[1], 0.38))
    axes.step(time, low, where="post", color=SERIES[0])
    axes.step(time, high, where="post", color=SERIES[1], linewidth=1.2)
    for rate in panel.rates:
        if rate["incidence_percent"] is None or rate["ci_lower_percent"] is None:
            continue
        estimate = rate["incidence_percent"]
        errors = [[estimate - rate["ci_lower_percent"]], [rate["ci_upper_percent"] - estimate]]
        axes.errorbar(
            rate["time_months"], estimate, yerr=errors, color=INK, elinewidth=0.9, capsize=2.5,
            capthick=0.9, marker="o", markersize=3.2, zorder=5, markeredgewidth=0.8,
            markerfacecolor=INK if rate["n_risk"] else PAPER,
        )  # fmt: skip
        if place is None and not drawing.is_narrow():
            bounds = (rate["ci_lower_percent"], rate["ci_upper_percent"])
            axes.annotate(
                f"{percent(estimate)}\n({percent_interval(*bounds)})",
                (rate["time_months"], rate["ci_lower_percent"]),
                (0, -4), textcoords="offset points", ha="center", va="top", fontsize=7,
            )  # fmt: skip
    if time:
        _name_areas(axes, labels, low, high, last, place=place)


def _is_early() -> pl.Expr:
    """Whether a day lies before the one that its curve starts on."""
    return (pl.col("time_months") < pl.col("conditional_from_months")).fill_null(value=False)


def _name_areas(  # noqa: PLR0913 - the heights between which the names go
    axes: Axes,
    labels: dict[str, str],
    low: Sequence[float],
    high: Sequence[float],
    last: float,
    *,
    place: int | None,
) -> None:
    """The name of each area: within it on one panel, in a key above the first of several."""
    names = (labels.get("event", "Event"), labels.get("competing", "Competing event"))
    if place:
        return
    if place is not None:
        for colour, name, alpha in zip(SERIES, names, (0.42, 0.38), strict=False):
            axes.fill_between([], [], label=name, **drawing.shade(colour, alpha))
        axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1 + 0.17 / drawing.panel_height()),
            frameon=False, fontsize=6.5, handlelength=1.2, ncols=2, borderaxespad=0, borderpad=0,
        )  # fmt: skip
        return
    where = 0.985 * last
    style: dict[str, Any] = {"ha": "right", "va": "center", "fontsize": 7.5, "fontweight": "bold"}
    axes.text(where, low[-1] / 6, names[0], color=INK, **style)
    axes.text(where, (low[-1] + high[-1]) / 2, names[1], color=INK, **style)
    axes.text(where, (high[-1] + 100) / 2, "Free of both", color=MUTED, **style)


def _in_words(panel: _Panel, labels: dict[str, str]) -> str:
    """One panel as a sentence, for those who cannot see it."""
    rates = "; ".join(
        f"at {in_months(event['time_months'])} {labels['event'].lower()} "
        f"{percent(event['incidence_percent'])}, {labels['competing'].lower()} "
        f"{percent(competing['incidence_percent'])}"
        for event, competing in zip(panel.rates, panel.competing_rates, strict=False)
    )
    return f"{panel.label}: {rates}."
