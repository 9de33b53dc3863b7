"""Figures of relative survival: the patients, the population, and what is left between them."""

from functools import partial
from typing import Final

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from analytics.report import drawing
from analytics.report.drawing import INK, MUTED, SERIES
from analytics.report.elements import COLUMN, Bi, Figure, Row, analysis_of, as_of
from analytics.report.formats import confidence, percent, time_since
from analytics.report.long_term_figures import key_above, single_axes
from analytics.report.survival_figures import FEW_AT_RISK

_HIGHEST: Final = 120.0  # percent; net survival above it is cut off


def relative_survival_figures(bi: Bi) -> list[Figure]:
    """A figure per analysis and stratum, drawn while enough are at risk."""
    curves = bi["relative_survival_curves"].filter(
        pl.col("n_risk") >= FEW_AT_RISK, pl.col("net_percent").is_not_null()
    )
    parts = curves.partition_by("analysis_order", "stratum", maintain_order=True)
    return [_figure(bi, part) for part in parts if not part.is_empty()]


def _figure(bi: Bi, curve: pl.DataFrame) -> Figure:
    first, last = curve.row(0, named=True), curve.row(-1, named=True)
    about = (time_since(analysis_of(bi, first["analysis_id"])), as_of(bi))
    title: str = first["analysis_label"]
    if first["strata_label"]:
        title = f"{title}: {first['stratum_label']}"
    cautions = bi["relative_survival"].filter(
        pl.col("analysis_id") == first["analysis_id"], pl.col("stratum") == first["stratum"]
    )["caution"]
    return Figure(
        name=f"relative_{first['analysis_id']}_{first['stratum']}",
        title=title,
        caption=(
            "Observed: Kaplan-Meier. Expected: the population (Ederer II). Net: survival if the "
            "disease were the only cause of death (Pohar Perme). Band: pointwise "
            f"{confidence(first['conf_level'])} of net survival, log scale. Shown while "
            f"{FEW_AT_RISK} or more are at risk."
        ),
        alternative=f"{title}: at month {last['time_months']:.0f} {_in_words(last)}.",
        draw=partial(_draw, title, curve, about),
        cautions=list(dict.fromkeys(cautions.drop_nulls().to_list())),
        least_width=COLUMN,
        analysis_id=first["analysis_id"],
    )


def _in_words(row: Row) -> str:
    return ", ".join(
        f"{name} survival {percent(row[f'{name}_percent'])}"
        for name in ("observed", "expected", "net")
    )


def _draw(title: str, curve: pl.DataFrame, about: tuple[str, str | None]) -> Drawing:
    since_when, note = about
    with drawing.settings():
        figure, axes = single_axes(note, 1)
        drawing.percent_axis(axes, "Survival, %")
        upper = curve["ci_upper_percent"].fill_null(0).to_numpy()
        axes.set_ylim(0, max(101.0, min(_HIGHEST, 1.02 * float(upper.max()))))
        months = curve["time_months"].to_list()
        drawing.time_axis(axes, float(months[-1]), since_when)
        axes.fill_between(
            months, curve["ci_lower_percent"].to_list(), curve["ci_upper_percent"].to_list(),
            step="post", linewidth=0, **drawing.shade(SERIES[0], 0.14),
        )  # fmt: skip
        _line(axes, curve, "expected", MUTED)
        _line(axes, curve, "observed", INK)
        _line(axes, curve, "net", SERIES[0])
        key_above(axes, 3)
        drawing.title(figure, title, note)
    return figure


def _line(axes: Axes, curve: pl.DataFrame, name: str, colour: str) -> None:
    """One curve: in steps, but for the population, which dies a little every day."""
    months, values = curve["time_months"].to_list(), curve[f"{name}_percent"].to_list()
    axes.plot(
        months, values, color=colour, linewidth=1.3, label=name.capitalize(),
        drawstyle="default" if name == "expected" else "steps-post",
    )  # fmt: skip
