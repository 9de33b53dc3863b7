"""Figures beyond the follow-up: parametric models on the Kaplan-Meier curve, smoothed hazards."""

from typing import Final

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from analytics.report import drawing
from analytics.report.drawing import INK, MUTED, SERIES
from analytics.report.elements import Bi, Figure, Row, as_of
from analytics.report.formats import confidence, decimal, percent
from analytics.report.long_term_tables import MODEL_LABELS
from analytics.report.survival_figures import FEW_AT_RISK

_DASHED: Final = (0, (4, 2))


def parametric_figures(bi: Bi) -> list[Figure]:
    """A figure per curve with models: the curve, the fits, and what they extrapolate."""
    curves = bi["parametric_curves"]
    return [
        _parametric_figure(bi, part)
        for part in curves.partition_by("analysis_order", "stratum", maintain_order=True)
        if part["survival_percent"].is_not_null().any()
    ]


def hazard_figures(bi: Bi) -> list[Figure]:
    """A figure per analysis with a smoothed hazard, a curve per stratum.

    A curve ends where few are at risk: there a single event makes a peak.
    """
    hazards = bi["smoothed_hazards"].filter(
        pl.col("hazard").is_not_null(), pl.col("n_risk") >= FEW_AT_RISK
    )
    parts = hazards.partition_by("analysis_order", maintain_order=True)
    return [_hazard_figure(bi, part) for part in parts if not part.is_empty()]


def _parametric_figure(bi: Bi, curves: pl.DataFrame) -> Figure:
    first = curves.row(0, named=True)
    observed = bi["survival_curves"].filter(
        pl.col("analysis_id") == first["analysis_id"],
        pl.col("stratum") == first["stratum"],
        pl.col("survival_percent").is_not_null(),
    )
    fits = bi["parametric_fits"].filter(
        pl.col("analysis_id") == first["analysis_id"], pl.col("stratum") == first["stratum"]
    )
    title = _title(first)
    last_asked = curves.filter(pl.col("is_asked"))["time_months"].to_list()[-1]
    at_end = ", ".join(
        f"{MODEL_LABELS[row['model']]} {percent(row['survival_percent'])}"
        for row in curves.filter(pl.col("time_months") == last_asked).to_dicts()
        if row["survival_percent"] is not None
    )
    note = as_of(bi)
    return Figure(
        name=f"parametric_{first['analysis_id']}_{first['stratum']}",
        title=f"{title}: parametric models",
        caption=(
            "Steps: Kaplan-Meier estimate. Lines: models of greatest likelihood. Shaded, dashed: "
            "extrapolated beyond the last observation, where a line rests on its model alone."
        ),
        alternative=f"{title}: Kaplan-Meier curve with parametric models; at {last_asked:g} months "
        f"they give {at_end}.",
        draw=lambda: _draw_models(title, first, observed, curves, fits, note),
        cautions=[first["caution"]] if first["caution"] else (),
    )


def _draw_models(  # noqa: PLR0913, PLR0917
    title: str,
    first: Row,
    observed: pl.DataFrame,
    curves: pl.DataFrame,
    fits: pl.DataFrame,
    note: str | None,
) -> Drawing:
    with drawing.settings():
        last = float(curves["time_months"].to_numpy().max())
        figure, axes = single_axes(note)
        drawing.percent_axis(axes, f"{first['endpoint_label']}, %")
        drawing.time_axis(axes, last)
        axes.step(
            observed["time_months"].to_list(), observed["survival_percent"].to_list(),
            where="post", color=INK, linewidth=1.4, label="Kaplan-Meier", zorder=4,
        )  # fmt: skip
        end = min([last, *fits["last_months"].drop_nulls().to_list()])
        if end < last:
            axes.axvspan(end, 1.02 * last, color=MUTED, alpha=0.10, linewidth=0, zorder=0)
            axes.text(
                1.015 * last, 40, "extrapolated", ha="right", va="top", fontsize=6.5, color=MUTED
            )
        for i, fit in enumerate(fits.filter(pl.col("status") == "ok").to_dicts()):
            _model(
                axes, curves.filter(pl.col("model") == fit["model"]), fit, SERIES[i % len(SERIES)]
            )
        axes.legend(loc="upper right", frameon=False, fontsize=7, handlelength=2.2)
        drawing.title(figure, title, note)
    return figure


def _model(axes: Axes, curve: pl.DataFrame, fit: Row, colour: str) -> None:
    """One model: whole where it is observed, dashed beyond, from the last observed month on."""
    seen = curve.filter(~pl.col("is_extrapolated"))
    beyond = pl.concat([seen.tail(1), curve.filter(pl.col("is_extrapolated"))])
    label = f"{MODEL_LABELS[fit['model']]}: AIC {decimal(fit['aic'])}"
    for part, dashes, words in ((seen, "solid", label), (beyond, _DASHED, None)):
        axes.plot(
            part["time_months"].to_list(), part["survival_percent"].to_list(),
            color=colour, linestyle=dashes, linewidth=1.1, label=words,
        )  # fmt: skip


def _hazard_figure(bi: Bi, hazards: pl.DataFrame) -> Figure:
    first = hazards.row(0, named=True)
    ci = confidence(first["conf_level"])
    title = first["analysis_label"]
    note = as_of(bi)
    peaks = "; ".join(
        f"{row['stratum_label']}: at most {decimal(row['hazard'], 2)} per patient-year, at month "
        f"{row['time_months']:g}"
        for part in hazards.partition_by("stratum", maintain_order=True)
        for row in part.sort("hazard", descending=True, nulls_last=True).head(1).to_dicts()
        if row["hazard"] is not None
    )
    return Figure(
        name=f"hazard_{first['analysis_id']}",
        title=f"{title}: hazard",
        caption=(
            f"Epanechnikov's kernel, bandwidth {first['bandwidth_months']:g} months, one-sided at "
            f"both ends. Bands: pointwise {ci}, log scale. Shown while {FEW_AT_RISK} or more are "
            "at risk."
        ),
        alternative=f"Smoothed hazard of {title}. {peaks}.",
        draw=lambda: _draw_hazards(title, hazards, note),
        cautions=[first["caution"]] if first["caution"] else (),
    )


def _draw_hazards(title: str, hazards: pl.DataFrame, note: str | None) -> Drawing:
    with drawing.settings():
        figure, axes = single_axes(note)
        axes.set_ylabel("Events per patient-year")
        drawing.time_axis(axes, float(hazards["time_months"].to_numpy().max()))
        for i, part in enumerate(hazards.partition_by("stratum", maintain_order=True)):
            colour, month = SERIES[i % len(SERIES)], part["time_months"].to_list()
            axes.fill_between(
                month, part["ci_lower"].to_list(), part["ci_upper"].to_list(),
                color=colour, alpha=0.14, linewidth=0,
            )  # fmt: skip
            axes.plot(month, part["hazard"].to_list(), color=colour, label=part["stratum_label"][0])
        axes.set_ylim(0, 1.1 * float(hazards["ci_upper"].to_numpy().max()))
        axes.legend(loc="upper right", frameon=False, fontsize=7)
        drawing.title(figure, title, note)
    return figure


def single_axes(note: str | None) -> tuple[Drawing, Axes]:
    """A drawing with one set of axes."""
    foot = 0.55 + drawing.note_height(note)
    height = 3.3 + foot
    figure = drawing.drawing(height)
    axes = figure.add_axes(
        (0.75 / drawing.WIDTH, foot / height, 1 - 1.0 / drawing.WIDTH, 2.9 / height)
    )
    return figure, axes


def _title(row: Row) -> str:
    label: str = row["analysis_label"]
    return f"{label}: {row['stratum_label']}" if row["strata_label"] else label
