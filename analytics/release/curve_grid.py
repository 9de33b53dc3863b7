"""Curves on a grid of months or days: a step of a curve is else the exact day of one subject.

A curve has one point at the end of each span of the grid: the estimate after the span, the events
of the span together, and the number at risk just before its end. Medians and other times on curves
go up to the end of their span, as they do on such a curve.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from analytics.methods.statuses import ENDS_OF_SPANS
from analytics.study.specification import Publication

Frames = Mapping[str, pl.DataFrame]

_CURVE: Final = {"analysis_id", "stratum", "time_months", "n_risk"}
_KEY: Final = ("analysis_id", "stratum", "event", "state", "from_state", "to_state")
_SUMS: Final = ("n_event", "n_censored", "n_competing", "n_moved")
_TIMES: Final = frozenset(
    {
        "conditional_from_months",
        "follow_up_max_months",
        "follow_up_median_months",
        "follow_up_min_months",
        "last_months",
        "median_ci_lower",
        "median_ci_upper",
        "median_months",
        "quantile_ci_lower",
        "quantile_ci_upper",
        "quantile_months",
    }
)
_DIFFERENCES: Final = ("difference_months", "ci_lower_months", "ci_upper_months")
_RATIOS: Final = ("ratio", "ratio_ci_lower", "ratio_ci_upper")
_VALUES: Final = (
    "value",
    "ci_lower",
    "ci_upper",
    "value_alternative",
    "value_previous",
)
_CHANGES: Final = ("difference", "change")
_NEAR: Final = 1e-9
_OF_OTHERS: Final = "external"


def on_grid(
    frames: Frames, publication: Publication, days_per_month: float
) -> dict[str, pl.DataFrame]:
    """The tables with every curve and every time on the grid; without a grid as they are."""
    step = grid_step(publication, days_per_month)
    if step is None:
        return dict(frames)
    return {
        name: _times(_curves(frame, step, days_per_month), step) for name, frame in frames.items()
    }


def grid_step(publication: Publication, days_per_month: float) -> float | None:
    """The months of a span of the grid; None without a grid."""
    grid = publication.curve_grid
    if grid is None:
        return None
    return 1.0 if grid == "monthly" else grid / days_per_month


def _ends(month: pl.Expr, step: float) -> pl.Expr:
    """The end of the span in which a month is."""
    return (month / step - _NEAR).ceil() * step + 0.0  # and not minus zero


def _curves(frame: pl.DataFrame, step: float, days_per_month: float) -> pl.DataFrame:
    """The table with a point at the end of every span of each curve, up to its last day."""
    names = set(frame.columns)
    if not names >= _CURVE or ("point" not in names and "n" in names):
        return frame
    is_point = pl.col("point") == "day" if "point" in names else pl.lit(value=True)
    is_point &= pl.col("stratum") != _OF_OTHERS
    key = [name for name in _KEY if name in names]
    days = frame.with_row_index("place").filter(is_point).sort("time_months")
    if days.is_empty():
        return frame
    spans = _spans(days, key, step)
    after = days.with_columns(month=pl.col("time_months") - _NEAR).select(
        pl.all().exclude("n_risk")
    )
    before = days.select(*key, "n_risk", month=pl.col("time_months") + _NEAR)
    counts = [name for name in _SUMS if name in names]
    sums = (
        days.with_columns(month=_ends(pl.col("time_months"), step))
        .group_by(*key, "month")
        .agg(pl.when(pl.col(one).count() > 0).then(pl.col(one).sum()).alias(one) for one in counts)
    )
    merged = (
        spans.join_asof(after, on="month", by=key, strategy="backward", check_sortedness=False)
        .join_asof(before, on="month", by=key, strategy="forward", check_sortedness=False)
        .drop(counts)
        .join(sums, on=[*key, "month"], how="left")
        .with_columns(
            pl.col("n_risk").fill_null(0),  # after the last day nobody is left
            *(_counted(name, key) for name in counts),
            time_months="month",
        )
    )
    if "time_days" in names:
        merged = merged.with_columns(time_days=pl.col("month") * days_per_month)
    if "caution" in names:
        merged = merged.with_columns(caution=_said(step, days_per_month))
    rest = frame.with_row_index("place").filter(~is_point)
    columns = ["place", *frame.columns]
    both = pl.concat([merged.select(columns), rest.select(columns)])
    ordered = both.sort("place", "time_months")
    return ordered.select(pl.col(name).cast(dtype) for name, dtype in frame.schema.items())


def _spans(days: pl.DataFrame, key: list[str], step: float) -> pl.DataFrame:
    """The end of every span of each curve, from 0 to that of its last day, in order."""
    last = (_ends(pl.col("time_months").max(), step) / step).round().cast(pl.Int64)
    return (
        days.group_by(key)
        .agg(pl.int_ranges(0, last + 1).explode().alias("number"))
        .explode("number")
        .with_columns(month=pl.col("number") * step)
        .drop("number")
        .sort("month")
    )


def _counted(name: str, key: list[str]) -> pl.Expr:
    """What happened in a span, nothing where no day is; null where no day of the curve tells."""
    return pl.when(pl.col(name).count().over(key) > 0).then(pl.col(name).fill_null(0)).alias(name)


def _said(step: float, days_per_month: float) -> pl.Expr:
    """The caution of a curve, with what its points are."""
    spans = "months" if step == 1 else f"{step * days_per_month:g} days"
    sentence = pl.lit(f"{ENDS_OF_SPANS} {spans}.")
    return pl.concat_str("caution", sentence, separator=" ", ignore_nulls=True)


def _times(frame: pl.DataFrame, step: float) -> pl.DataFrame:
    """The table with its times on curves at the ends of their spans.

    A ratio of two medians would tell them to the day, so it is null.
    """
    names = frame.columns
    times = [_ends(pl.col(one), step).alias(one) for one in names if one in _TIMES]
    if "difference_months" in names and "horizon_months" not in names:
        times += [_nearest(one, step).alias(one) for one in names if one in _DIFFERENCES]
        times += [pl.lit(None, pl.Float64).alias(one) for one in names if one in _RATIOS]
    if {"unit", "value"} <= set(names) and frame.schema["value"].is_float():
        is_time = pl.col("unit") == "months"
        moved = {one: _ends(pl.col(one), step) for one in names if one in _VALUES}
        moved |= {one: _nearest(one, step) for one in names if one in _CHANGES}
        times += [pl.when(is_time).then(to).otherwise(one).alias(one) for one, to in moved.items()]
    return frame.with_columns(times)


def _nearest(name: str, step: float) -> pl.Expr:
    return (pl.col(name) / step).round() * step
