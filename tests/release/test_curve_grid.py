"""Curves on a grid: what happens in a span is told at its end, and no day of a subject."""

from typing import Any

import polars as pl
import pytest

from analytics.release.curve_grid import on_grid
from analytics.study.specification import Publication

MONTHLY = Publication(curve_grid="monthly")
DAYS = 30.0
CURVE = pl.DataFrame(
    {
        "analysis_id": ["os"] * 6,
        "stratum": ["all"] * 6,
        "time_days": [0.0, 3.0, 20.0, 30.0, 31.0, 75.0],
        "time_months": [0.0, 0.1, 20 / 30, 1.0, 31 / 30, 2.5],
        "n_risk": [10, 10, 9, 7, 5, 4],
        "n_event": [0, 1, 1, 2, 0, 1],
        "n_censored": [0, 0, 1, 0, 1, 3],
        "survival_percent": [100.0, 90.0, 80.0, 57.1, 57.1, 42.9],
        "status": ["ok"] * 6,
    }
)


def gridded(frame: pl.DataFrame, publication: Publication = MONTHLY) -> pl.DataFrame:
    return on_grid({"curve": frame}, publication, DAYS)["curve"]


def test_a_curve_has_a_point_at_the_end_of_each_span() -> None:
    shown = gridded(CURVE)
    assert shown.columns == CURVE.columns
    assert shown["time_months"].to_list() == [0.0, 1.0, 2.0, 3.0]
    assert shown["time_days"].to_list() == [0.0, 30.0, 60.0, 90.0]
    assert shown["n_event"].to_list() == [0, 4, 0, 1]
    assert shown["n_censored"].to_list() == [0, 1, 1, 3]
    assert shown["survival_percent"].to_list() == [100.0, 57.1, 57.1, 42.9]


def test_a_span_in_which_nothing_happens_has_its_number_at_risk() -> None:
    """The curve tells 4 before the day on which they leave, in the third month."""
    shown = gridded(CURVE.filter(pl.col("time_days").is_in([0.0, 3.0, 75.0])))
    assert shown["time_months"].to_list() == [0.0, 1.0, 2.0, 3.0]
    assert shown["n_event"].to_list() == [0, 1, 0, 1]
    assert shown["n_risk"].to_list() == [10, 4, 4, 0]


def test_a_gridded_curve_says_so() -> None:
    curve = CURVE.with_columns(caution=pl.lit("Read this."))
    said = gridded(curve)["caution"].unique().to_list()
    assert said == ["Read this. The points of the curve are ends of months."]
    days = gridded(curve, Publication(curve_grid=25))["caution"].unique().to_list()
    assert days == ["Read this. The points of the curve are ends of 25 days."]


def test_the_number_at_risk_is_that_just_before_the_end_of_the_span() -> None:
    """Two die on day 30, the end of the first month, and are at risk just before it."""
    assert gridded(CURVE)["n_risk"].to_list() == [10, 7, 4, 0]


def test_a_grid_of_days_counts_in_days() -> None:
    shown = gridded(CURVE, Publication(curve_grid=25))
    assert shown["time_days"].round(9).to_list() == [0.0, 25.0, 50.0, 75.0]
    assert shown["n_event"].to_list() == [0, 2, 2, 1]
    assert shown["n_risk"].to_list() == [10, 7, 4, 4]


def test_each_curve_is_merged_by_itself_and_other_rows_stay() -> None:
    curve = CURVE.drop("time_days").with_columns(
        point=pl.lit("day"), n=pl.lit(None, pl.Int64), event=pl.lit("event")
    )
    other = curve.with_columns(event=pl.lit("competing"), n_event=pl.lit(None, pl.Int64))
    landmark = curve[2:3].with_columns(point=pl.lit("landmark"), n=pl.lit(10, pl.Int64))
    shown = gridded(pl.concat([curve, landmark, other]))
    assert shown.filter(pl.col("point") == "landmark").equals(landmark)
    days = shown.filter(pl.col("point") == "day")
    assert days.group_by("event", maintain_order=True).len().rows() == [
        ("event", 4),
        ("competing", 4),
    ]
    assert days.filter(event="competing")["n_event"].to_list() == [None] * 4


def test_the_curve_of_another_source_is_not_changed() -> None:
    others = CURVE.with_columns(stratum=pl.lit("external"))
    assert gridded(others).equals(others)


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"median_months": 2.01, "median_ci_upper": None}, {"median_months": 3.0}),
        ({"follow_up_median_months": 4.0}, {"follow_up_median_months": 4.0}),
        ({"difference_months": 1.6, "ratio": 1.23}, {"difference_months": 2.0, "ratio": None}),
        ({"difference_months": 1.6, "ratio": 1.2, "horizon_months": 9.0}, {}),
        ({"unit": "months", "value": 7.2, "difference": 0.7}, {"value": 8.0, "difference": 1.0}),
        ({"unit": "percent", "value": 7.2}, {}),
    ],
)
def test_times_on_curves_go_to_the_ends_of_their_spans(
    row: dict[str, Any], wanted: dict[str, Any]
) -> None:
    shown = gridded(pl.DataFrame([row]))
    assert shown.row(0, named=True) == {**row, **wanted}


def test_without_a_grid_every_table_stays_as_it_is() -> None:
    assert gridded(CURVE, Publication(smallest_cell=11)).equals(CURVE)
