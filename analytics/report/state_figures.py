"""State figures: the probabilities of all states stacked over time, a panel per stratum."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure as Drawing

from analytics.report import drawing
from analytics.report.drawing import PAPER, SERIES, RiskRow
from analytics.report.elements import Bi, Figure, Row, as_of, distinct
from analytics.report.formats import (
    percent,
    time_since,
    time_ticks,
    whole,
)
from analytics.report.survival_figures import is_cut
from analytics.report.wording import in_months

_ALPHAS: Final = (0.6, 0.3)


_GAP: Final = 1.0  # months between two days that are shown


@dataclass(frozen=True)
class _Panel:
    """One stratum: the days of its curves, and per state the probabilities in percent."""

    label: str
    months: Sequence[float]
    states: Sequence[str]
    heights: Sequence[Sequence[float]]
    n_at_risk: Sequence[int]
    has_gaps: bool
    rates: Sequence[Row]


def state_figure(bi: Bi, analysis: Row, *, is_main: bool) -> Figure:
    """The figure of one multi-state analysis."""
    name = analysis["analysis_id"]
    points = bi["state_probabilities"].filter(pl.col("analysis_id") == name)
    moves = bi["state_transitions"].filter(pl.col("analysis_id") == name)
    panels = _panels(points, set(moves["from_state"]))
    note = as_of(bi)
    return Figure(
        name=f"states_{name}",
        title=analysis["analysis_label"],
        caption=(
            "Aalen-Johansen estimates, stacked: the height of each band is the probability of that "
            "state. In the order of the course, the first state on top."
        ),
        alternative=" ".join(
            [f"Stacked state probabilities: {analysis['analysis_label']}."]
            + [_in_words(panel) for panel in panels]
        ),
        draw=partial(_draw, analysis, panels, note),
        cautions=distinct([analysis["caution"]]),
        is_main=is_main,
        analysis_id=name,
    )


def _panels(points: pl.DataFrame, can_be_left: set[str]) -> list[_Panel]:
    strata = points.select("stratum", "stratum_label", "stratum_order").unique()
    panels = []
    for row in strata.sort("stratum_order", "stratum").to_dicts():
        mine = points.filter(pl.col("stratum") == row["stratum"]).sort("state_order", "time_months")
        mine = mine.filter(~pl.col("is_sum"))
        days = mine.filter((pl.col("point") == "day") & pl.col("probability_percent").is_not_null())
        states = list(dict.fromkeys(days["state_label"]))
        parts = [days.filter(pl.col("state_label") == state) for state in states]
        at_risk = pl.col("n_risk").filter(pl.col("state").is_in(can_be_left)).sum()
        numbers = days.group_by("time_months").agg(at_risk).sort("time_months")
        panels.append(
            _Panel(
                label=row["stratum_label"],
                months=parts[0]["time_months"].to_list() if parts else [],
                states=states,
                heights=[part["probability_percent"].to_list() for part in parts],
                n_at_risk=numbers["n_risk"].to_list(),
                has_gaps=is_cut(days),
                rates=mine.filter(pl.col("point") == "landmark").to_dicts(),
            )
        )
    return panels


def _draw(analysis: Row, panels: Sequence[_Panel], note: str) -> Drawing:
    with drawing.settings():
        last = max((panel.months[-1] for panel in panels if panel.months), default=0.0) or 1.0
        ticks = time_ticks(last)
        rows = [
            RiskRow("" if i else "No. at risk", [whole(_at_risk(panel, tick)) for tick in ticks])
            for i, panel in enumerate(panels)
        ]
        names = list(dict.fromkeys(state for panel in panels for state in panel.states))
        foot = drawing.height_below(rows[:1], note, has_heading=False)
        key = 0.17 * ((len(names) + 2) // 3) - 0.1
        height = 3.3 + foot + key + (0.2 if len(panels) > 1 else 0)
        figure = drawing.drawing(height)
        titles = [panel.label for panel in panels]
        bands: dict[str, PolyCollection] = {}
        for i, (panel, numbers) in enumerate(zip(panels, rows, strict=True)):
            axes = drawing.percent_panel(
                figure, i, titles, foot=foot, label="Probability of the state, %", last_month=last,
                time_label=time_since(analysis),
            )  # fmt: skip
            bands |= _stack(axes, panel, names)
            drawing.numbers_below(axes, ticks, [numbers])
        figure.legend(
            [bands[name] for name in names], names, loc="upper left",
            bbox_to_anchor=(drawing.LEFT / drawing.WIDTH, 1 - 0.28 / height), ncols=3,
            frameon=False, fontsize=7, handlelength=1.2, borderaxespad=0,
        )  # fmt: skip
        drawing.title(figure, analysis["analysis_label"], note)
    return figure


def _stack(axes: Axes, panel: _Panel, names: Sequence[str]) -> dict[str, PolyCollection]:
    """The band of each state, the last of the course at the bottom; its place gives its colour."""
    low = [0.0] * len(panel.months)
    bands: dict[str, PolyCollection] = {}
    months = panel.months
    is_drawn = [
        not panel.has_gaps or later - month <= _GAP
        for month, later in zip(months, [*months[1:], *months[-1:]], strict=True)
    ]
    for state, heights in reversed(list(zip(panel.states, panel.heights, strict=True))):
        high = [one + two for one, two in zip(low, heights, strict=True)]
        place = names.index(state)
        bands[state] = axes.fill_between(
            months, low, high, step="post", linewidth=0.6, edgecolor=PAPER, where=is_drawn,
            **_shade(place),
        )  # fmt: skip
        low = high
    return bands


def _shade(place: int) -> dict[str, Any]:
    """The colour of a state by its place; past the last colour they begin again, paler."""
    shade = drawing.shade(SERIES[place % len(SERIES)], _ALPHAS[place // len(SERIES) % len(_ALPHAS)])
    return {"facecolor": shade["color"], "alpha": shade.get("alpha")}


def _at_risk(panel: _Panel, month: float) -> int | None:
    """How many are in a state that can be left, and under observation, just before the month.

    None where days are left out around it, so that the next one shown may tell another number.
    """
    place = next((i for i, time in enumerate(panel.months) if time >= month), None)
    if panel.has_gaps and place != 0:
        before = panel.months[place - 1] if place else -_GAP
        if place is None or panel.months[place] - before > _GAP:
            return None
    return 0 if place is None else panel.n_at_risk[place]


def _in_words(panel: _Panel) -> str:
    """One panel as a sentence, for those who cannot see it."""
    rates = "; ".join(
        f"at {in_months(row['time_months'])} {row['state_label'].lower()} "
        f"{percent(row['probability_percent'])}"
        for row in panel.rates
        if row["probability_percent"] is not None
    )
    return f"{panel.label}: {rates}."
