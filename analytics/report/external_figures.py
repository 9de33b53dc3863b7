"""Curves beside an external control: the study's patients, weighted or not, and the published."""

from collections.abc import Sequence
from functools import partial

import polars as pl

from analytics.report.drawing import looks
from analytics.report.elements import COLUMN, Bi, Figure, Row, as_of, distinct, rows_of
from analytics.report.formats import confidence, hazard_ratio, p_phrase
from analytics.report.survival_figures import Beside, DrawnCurve, curve_in_words, draw_curves

_WORDS = {"none": "unadjusted", "matched": "weighted"}
_SHORT = {"study": "Study", "weighted": "Study, weighted", "external": "External, reconstructed"}


def external_figure(bi: Bi, analysis: Row, *, is_main: bool) -> Figure:
    """The figure of one comparison with an external control."""
    name = analysis["analysis_id"]
    curves = _curves(bi, name)
    ci = confidence(analysis["conf_level"])
    ratios = [_ratio(row) for row in rows_of(bi["external_comparisons"], analysis_id=name)]
    note = as_of(bi)
    shown = {**analysis, "strata_label": None}
    beside = Beside(ci, ratios, (), note, has_counts=False)
    return Figure(
        name=f"external_{name}",
        title=analysis["analysis_label"],
        caption=(
            f"Kaplan-Meier estimates. {_names(curves)} Band and bars: pointwise {ci} "
            f"({analysis['ci_transform']}). Ticks: censored. "
            f"{' '.join(f'{ratio}.' for ratio in ratios)} Hazard ratios have {ci}."
        ),
        alternative=" ".join(
            [
                f"Kaplan-Meier curves: {analysis['analysis_label']}.",
                *map(curve_in_words, curves),
                *(f"{ratio}." for ratio in ratios),
            ]
        ),
        draw=partial(draw_curves, shown, curves, beside),
        cautions=distinct([analysis["caution"]]),
        is_main=is_main,
        least_width=COLUMN,
        analysis_id=name,
    )


def _curves(bi: Bi, analysis_id: str) -> Sequence[DrawnCurve]:
    points = (
        bi["external_curves"]
        .filter(pl.col("analysis_id") == analysis_id)
        .rename({"event_free_percent": "survival_percent"})
    )
    found = []
    rows = rows_of(bi["external_medians"], analysis_id=analysis_id)
    for row, look in zip(rows, looks([True] * len(rows)), strict=True):
        own = points.filter(pl.col("stratum") == row["stratum"]).sort("time_months")
        rates = own.filter(pl.col("point") == "landmark").to_dicts()
        found.append(
            DrawnCurve(
                _SHORT[row["stratum"]],
                own.filter(pl.col("point") == "day"),
                row,
                [rate | {"event_free_percent": rate["survival_percent"]} for rate in rates],
                look,
            )
        )
    return found


def _names(curves: Sequence[DrawnCurve]) -> str:
    """What the short names of the key stand for."""
    return " ".join(f"{curve.label}: {curve.summary['stratum_label']}." for curve in curves)


def _ratio(row: Row) -> str:
    words = _WORDS[row["adjustment"]]
    if row["hr"] is None:
        return f"Hazard ratio, {words}: {row['status']}"
    shown = hazard_ratio(row["hr"], row["ci_lower"], row["ci_upper"])
    return f"Hazard ratio, {words}: {shown}, {p_phrase(row['p_value'])}"
