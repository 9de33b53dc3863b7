"""Figures beyond the follow-up: parametric models on the Kaplan-Meier curve, smoothed hazards."""

from functools import partial
from typing import Final

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from analytics.report import drawing
from analytics.report.drawing import INK, MUTED, SERIES, looks
from analytics.report.elements import COLUMN, Bi, Figure, Row, analysis_of, as_of
from analytics.report.formats import (
    confidence,
    decimal,
    decimal_places,
    percent,
    time_since,
)
from analytics.report.long_term_tables import MODEL_LABELS
from analytics.report.survival_figures import FEW_AT_RISK
from analytics.report.wording import in_months
from analytics.study.codes import UNKNOWN_LEVEL

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
    about = (time_since(analysis_of(bi, first["analysis_id"])), as_of(bi))
    return Figure(
        name=f"parametric_{first['analysis_id']}_{first['stratum']}",
        title=f"{title}: parametric models",
        caption=(
            "Steps: Kaplan-Meier estimate. Lines: models of greatest likelihood. Shaded, dashed: "
            "extrapolated beyond the last observation, where a line rests on its model alone."
        ),
        alternative=f"{title}: Kaplan-Meier curve with parametric models; "
        f"at {in_months(last_asked)} they give {at_end}.",
        draw=partial(_draw_models, title, first, observed, curves, fits, about),
        cautions=[first["caution"]] if first["caution"] else (),
        least_width=COLUMN,
        analysis_id=first["analysis_id"],
    )


def _draw_models(  # noqa: PLR0913, PLR0917
    title: str,
    first: Row,
    observed: pl.DataFrame,
    curves: pl.DataFrame,
    fits: pl.DataFrame,
    about: tuple[str, str | None],
) -> Drawing:
    since_when, note = about
    with drawing.settings():
        last = float(curves["time_months"].to_numpy().max())
        fitted = fits.filter(pl.col("status") == "ok").to_dicts()
        columns = 1 if drawing.is_narrow() else 2
        figure, axes = single_axes(note, -(-(len(fitted) + 1) // columns))
        drawing.percent_axis(axes, f"{first['endpoint_label']}, %")
        drawing.time_axis(axes, last, since_when)
        axes.step(
            observed["time_months"].to_list(), observed["survival_percent"].to_list(),
            where="post", color=INK, linewidth=1.4, label="Kaplan-Meier", zorder=4,
        )  # fmt: skip
        end = min([last, *fits["last_months"].drop_nulls().to_list()])
        if end < last:
            axes.axvspan(end, 1.02 * last, linewidth=0, zorder=0, **drawing.shade(MUTED, 0.10))
            axes.text(
                1.015 * last, 40, "extrapolated", ha="right", va="top", fontsize=6.5, color=MUTED
            )
        for i, fit in enumerate(fitted):
            _model(
                axes, curves.filter(pl.col("model") == fit["model"]), fit, SERIES[i % len(SERIES)]
            )
        key_above(axes, columns)
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
    about = (time_since(analysis_of(bi, first["analysis_id"])), as_of(bi))
    peaks = "; ".join(
        f"{row['stratum_label']}: at most {decimal(row['hazard'], 2)} per patient-year, at month "
        f"{decimal_places(row['time_months'])}"
        for part in hazards.partition_by("stratum", maintain_order=True)
        for row in part.sort("hazard", descending=True, nulls_last=True).head(1).to_dicts()
        if row["hazard"] is not None
    )
    return Figure(
        name=f"hazard_{first['analysis_id']}",
        title=f"{title}: hazard",
        caption=(
            f"Epanechnikov's kernel, bandwidth {decimal_places(first['bandwidth_months'])} months, "
            f"one-sided at both ends. Bands: pointwise {ci}, log scale. "
            f"Shown while {FEW_AT_RISK} or more are at risk."
        ),
        alternative=f"Smoothed hazard of {title}. {peaks}.",
        draw=partial(_draw_hazards, title, hazards, about),
        cautions=[first["caution"]] if first["caution"] else (),
        least_width=COLUMN,
        analysis_id=first["analysis_id"],
    )


def _draw_hazards(title: str, hazards: pl.DataFrame, about: tuple[str, str | None]) -> Drawing:
    since_when, note = about
    parts = hazards.partition_by("stratum", maintain_order=True)
    found = looks([part["stratum"][0] != UNKNOWN_LEVEL for part in parts])
    with drawing.settings():
        figure, axes = single_axes(note, len(parts) if len(parts) > 1 else 0)
        axes.set_ylabel("Events per patient-year")
        drawing.time_axis(axes, float(hazards["time_months"].to_numpy().max()), since_when)
        for part, look in zip(parts, found, strict=True):
            month = part["time_months"].to_list()
            axes.fill_between(
                month, part["ci_lower"].to_list(), part["ci_upper"].to_list(),
                linewidth=0, **drawing.shade(look.colour, 0.14),
            )  # fmt: skip
            axes.plot(
                month, part["hazard"].to_list(), color=look.colour, linestyle=look.dashes,
                label=part["stratum_label"][0],
            )  # fmt: skip
        axes.set_ylim(0, 1.1 * float(hazards["ci_upper"].to_numpy().max()))
        if len(parts) > 1:
            key_above(axes)
        drawing.title(figure, title, note)
    return figure


def single_axes(note: str | None, n_key: int = 0) -> tuple[Drawing, Axes]:
    """A drawing with one set of axes, and room for so many lines of a key above them."""
    foot = 0.55 + drawing.note_height(note)
    high = drawing.panel_height()
    height = 0.4 + 0.15 * n_key + high + foot
    figure = drawing.drawing(height)
    across = drawing.width()
    axes = figure.add_axes((0.75 / across, foot / height, 1 - 1.0 / across, high / height))
    return figure, axes


def key_above(axes: Axes, n_columns: int = 1) -> None:
    """The key of the axes above them, where no curve is."""
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.01), frameon=False, fontsize=7, handlelength=2.2,
        ncols=n_columns, borderaxespad=0, borderpad=0, labelspacing=0.3,
    )  # fmt: skip


def _title(row: Row) -> str:
    label: str = row["analysis_label"]
    return f"{label}: {row['stratum_label']}" if row["strata_label"] else label
