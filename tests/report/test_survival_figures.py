"""Curves of many groups: told apart by everyone, named beside the curves and never on them."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest
from matplotlib import colors
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing
from matplotlib.text import Text

from analytics.report import drawing
from analytics.report.survival_figures import _wrapped, at_risk, survival_figure

# Machado, Oliveira and Fernandes, IEEE Trans Vis Comput Graph 2009;15:1291, severity 1
SIGHTS = {
    "all colours": np.eye(3),
    "no red": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "no green": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "no blue": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.95047, 1.0, 1.08883])
JUST_APART = 10.0
"""CIE 1976 distance: 2.3 is just noticeable side by side, 10 at a glance."""


def lab(colour: str, sight: np.ndarray) -> np.ndarray:
    rgb = np.array(colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(sight @ linear, 0, 1)
    xyz = TO_XYZ @ seen / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", SIGHTS)
def test_twelve_groups_and_the_unknown_are_told_apart_by_their_colours(sight: str) -> None:
    looks = [*drawing.looks([True] * 12), drawing.UNKNOWN_LOOK]
    places = [lab(look.colour, SIGHTS[sight]) for look in looks]
    assert min(np.linalg.norm(a - b) for a, b in combinations(places, 2)) > JUST_APART


def test_twelve_groups_are_told_apart_in_grey_by_dashes_and_marks() -> None:
    looks = drawing.looks([True] * 12)
    assert len({(str(look.dashes), look.marker) for look in looks}) == 12
    assert len({(str(look.dashes), look.marker) for look in [*looks, drawing.UNKNOWN_LOOK]}) == 13


def test_the_unknown_take_no_look_of_a_group_and_a_thirteenth_group_has_none() -> None:
    known, unknown, other = drawing.looks([True, False, True])
    assert unknown is drawing.UNKNOWN_LOOK
    assert [known, other] == drawing.looks([True, True])
    with pytest.raises(ValueError, match="13 groups"):
        drawing.looks([True] * 13)


DAYS = [0.0, 100.0, 200.0, 300.0, 400.0]


def bi(n_groups: int, *, has_unknown: bool = False, last_at_risk: int = 12) -> dict[str, Any]:
    names = [f"g{i}" for i in range(n_groups)] + ["unknown"] * has_unknown
    labels = {name: f"Group {name[1:]}" for name in names} | {"unknown": "Not known"}
    curves, summary, rates = [], [], []
    for i, name in enumerate(names):
        share = [100.0 * (0.95 - 0.05 * i) ** step for step in range(5)]
        curves.append(
            pl.DataFrame(
                {
                    "analysis_id": "os",
                    "stratum": name,
                    "time_days": DAYS,
                    "time_months": [day / 30.4375 for day in DAYS],
                    "n_risk": [40, 40, 30, 20, last_at_risk],
                    "n_event": [0, 5, 5, 5, 1],
                    "n_censored": [0, 5, 5, 3, 11],
                    "survival_percent": share,
                    "ci_lower_percent": [max(one - 8, 0.0) for one in share],
                    "ci_upper_percent": [min(one + 8, 100.0) for one in share],
                }
            )
        )
        place = {"analysis_id": "os", "stratum": name, "stratum_label": labels[name]}
        place |= {"strata_label": "Stage"}
        summary.append(
            {
                **place,
                "n": 40, "n_event": 16, "median_months": 9.0 + i, "median_ci_lower": 8.0,
                "median_ci_upper": None, "conditional_from_months": None,
                "follow_up_median_months": 12.0, "status": "ok",
            }
        )  # fmt: skip
        rates.append(
            {
                **place,
                "time_months": 6.0, "event_free_percent": share[1], "n_risk": 40,
                "ci_lower_percent": share[1] - 8, "ci_upper_percent": min(share[1] + 8, 100.0),
            }
        )  # fmt: skip
    test = {
        "analysis_id": "os", "test": "log_rank", "test_label": "Log-rank test",
        "stratified_by_label": None,
        "p_value": 0.0312, "caution": None,
    }  # fmt: skip
    hazard = {
        "endpoint": "OS", "method": "cox_univariate", "factor_label": "Stage",
        "model": "stage",
        "contrast": "Group 1 / Group 0", "timing": "baseline", "n": 80, "n_event": 32, "hr": 1.31,
        "ci_lower": 1.02, "ci_upper": 1.68, "p_value": 0.034, "stratified_by_label": None,
    }  # fmt: skip
    return {
        "survival_curves": pl.concat(curves),
        "endpoint_summary": pl.DataFrame(summary, infer_schema_length=None),
        "event_free_rates": pl.DataFrame(rates),
        "group_tests": pl.DataFrame([test]),
        "forest": pl.DataFrame([hazard]),
        "about": pl.DataFrame(
            {"synthetic_note": ["SYNTHETIC DATA."], "data_cutoffs": ["T 2020-01-01"]}
        ),
    }


ANALYSIS = {
    "analysis_id": "os", "analysis_label": "Survival by stage", "endpoint": "OS",
    "endpoint_label": "Overall survival", "population_label": None, "strata_label": "Stage",
    "conf_level": 0.95, "ci_transform": "log-log", "caution": None, "starts_at": "First dose",
    "landmark_days": None, "delayed_entry_of": None,
}  # fmt: skip


def figure_of(tables: dict[str, Any]) -> Any:
    return survival_figure(tables, ANALYSIS, is_main=True)


def drawn(tables: dict[str, Any]) -> Drawing:
    figure = figure_of(tables).draw()
    FigureCanvasAgg(figure).draw()
    return figure


def texts(figure: Drawing) -> Iterator[str]:
    return (item.get_text() for item in figure.findobj(Text) if item.get_text())


def test_tests_of_pairs_stand_in_the_caption_and_not_among_the_curves() -> None:
    tables = bi(3)
    pair = {"test": "pairwise(a, b)", "test_label": "Log-rank test of a pair (A, B)"}
    whole = tables["group_tests"].to_dicts()[0]
    tables["group_tests"] = pl.DataFrame([whole, {**whole, **pair, "p_value": 0.2}])
    shown = " ".join(texts(drawn(tables)))
    assert "Log-rank test: P = .03" in shown
    assert "of a pair" not in shown
    assert "Log-rank test of a pair (A, B): P = .20" in figure_of(tables).caption


@pytest.mark.parametrize("wide", range(20, 40))
def test_no_line_of_the_key_ends_within_a_p_value(wide: int) -> None:
    line = "Log-rank test for trend over the levels: P = .005"
    lines = _wrapped(line, wide)
    assert " ".join(lines) == line
    assert any("P = .005" in one for one in lines)
    assert all(len(one) <= wide for one in lines)


@pytest.mark.parametrize("n_groups", [2, 5, 12])
def test_the_key_stands_above_the_curves(n_groups: int) -> None:
    figure = drawn(bi(n_groups))
    (axes,) = figure.axes
    (legend,) = figure.legends
    key, panel = legend.get_window_extent(), axes.get_window_extent()
    assert key.y0 >= panel.y1
    assert key.y1 <= figure.bbox.y1
    assert len(legend.get_texts()) == n_groups


@pytest.mark.parametrize("n_groups", [2, 3, 4])
def test_bars_stand_within_three_points_of_their_month(n_groups: int) -> None:
    tables = bi(n_groups)
    tables["event_free_rates"] = tables["event_free_rates"].with_columns(n_risk=pl.lit(9))
    figure = drawn(tables)
    (axes,) = figure.axes
    month = axes.transData.transform((6.0, 0))[0]
    marks = [
        line.get_transform().transform(np.column_stack([line.get_xdata(), line.get_ydata()]))
        for line in axes.lines
        if line.get_marker() == "o" and line.get_markersize() == 3
    ]
    shifts = [float(place[0, 0] - month) / figure.dpi * 72 for place in marks]
    assert len(shifts) == n_groups
    assert len(set(np.round(shifts, 3))) == n_groups
    assert max(map(abs, shifts)) < 3.001


def bars(figure: Drawing) -> list[Any]:
    return [line for line in figure.axes[0].lines if line.get_markersize() == 3]


def test_of_groups_only_the_rates_behind_a_band_have_bars_in_the_colour_of_the_curve() -> None:
    assert not bars(drawn(bi(2)))
    tables = bi(2)
    tables["event_free_rates"] = tables["event_free_rates"].with_columns(
        n_risk=pl.when(pl.col("stratum") == "g1").then(9).otherwise(40)
    )
    (bar,) = bars(drawn(tables))
    assert bar.get_markeredgecolor() == drawing.SERIES[1]
    (alone,) = bars(drawn(bi(1)))
    assert alone.get_markeredgecolor() == drawing.INK


@pytest.mark.parametrize("n_groups", [2, 4])
def test_a_few_groups_have_lines_to_their_medians(n_groups: int) -> None:
    tables = bi(n_groups)
    tables["endpoint_summary"] = tables["endpoint_summary"].with_columns(
        median_months=pl.when(pl.col("stratum") == "g0").then(None).otherwise("median_months")
    )
    lines = drawn(tables).axes[0].lines
    feet = [line.get_xdata()[0] for line in lines if list(line.get_ydata()) == [0, 50]]
    across = [line.get_xdata()[1] for line in lines if list(line.get_ydata()) == [50, 50]]
    assert feet == [9.0 + i for i in range(1, n_groups)]
    assert across == [9.0 + n_groups - 1]
    assert not [line for line in drawn(bi(5)).axes[0].lines if list(line.get_ydata()) == [0, 50]]


@pytest.mark.parametrize("width", [85, 180])
def test_the_line_of_each_curve_stands_beside_its_numbers(width: int) -> None:
    with drawing.in_print(fonts=("DejaVu Sans",), has_title=False, across=width / 25.4):
        figure = drawn(bi(12))
    (axes,) = figure.axes
    found = [line for line in axes.lines if not line.get_clip_on() and len(line.get_xdata()) == 3]
    keys = figure.legends[0].get_lines()
    assert [(a.get_color(), a.get_linestyle(), a.get_marker()) for a in found] == [
        (a.get_color(), a.get_linestyle(), a.get_marker()) for a in keys
    ]
    names = {item.get_text(): item for item in figure.findobj(Text)}
    for i, line in enumerate(found):
        label, drawn_line = names[f"Group {i}"].get_window_extent(), line.get_window_extent()
        assert label.x1 < drawn_line.x0
        assert label.y0 < (drawn_line.y0 + drawn_line.y1) / 2 < label.y1
        assert label.x0 > 0


def test_a_figure_of_one_column_has_a_tick_each_twelve_months_of_five_years() -> None:
    with drawing.in_print(fonts=("DejaVu Sans",), has_title=False, across=85 / 25.4):
        assert drawing.month_ticks(61.0) == [0, 12, 24, 36, 48, 60]
        assert drawing.line_width() < 1.5


def test_many_curves_have_neither_bars_nor_bands() -> None:
    (axes,) = drawn(bi(5)).axes
    assert not axes.collections
    assert "Limits are in the table." in figure_of(bi(5)).caption


def test_an_unknown_group_is_grey_and_said_to_be_untested() -> None:
    figure = drawn(bi(2, has_unknown=True))
    (legend,) = figure.legends
    assert legend.get_texts()[-1].get_text().endswith("not in the test")
    assert legend.get_lines()[-1].get_color() == drawing.UNKNOWN_LOOK.colour
    caption = figure_of(bi(2, has_unknown=True)).caption
    assert "Not known: in grey, as these patients are not in the test." in caption


def test_few_at_risk_are_pale_without_a_band() -> None:
    enough, few = (drawn(bi(2, last_at_risk=n)).axes[0] for n in (12, 4))
    assert [line.get_alpha() for line in enough.lines].count(0.4) == 2  # marks of nobody
    pale = [line for line in few.lines if line.get_alpha() == 0.4 and line.get_marker() == "None"]
    assert len(pale) == 2
    last = max(DAYS) / 30.4375
    reach = [band.get_paths()[0].vertices[:, 0].max() for band in few.collections[:1]]
    assert max(reach) < last


def test_the_numbers_below_count_events_and_censored_so_far() -> None:
    shown = list(texts(drawn(bi(2))))
    assert "No. at risk (events; censored)" in shown
    assert "40 (0; 0)" in shown
    assert "30 (5; 5)" in shown  # at month 6 five events and five censored are past


def test_behind_the_end_of_a_curve_that_is_published_in_part_nothing_is_counted() -> None:
    whole, cut = (bi(2, last_at_risk=n)["survival_curves"].head(5) for n in (12, 13))
    assert at_risk(whole, 20.0) == 0
    assert at_risk(cut, 20.0) is None
    tables = bi(2)
    tables["survival_curves"] = tables["survival_curves"].filter(
        (pl.col("stratum") != "g0") | (pl.col("time_days") < 300)
    )
    shown = list(texts(drawn(tables)))
    assert "-" in shown
    assert not any(text.startswith("0 (") for text in shown)


def test_more_groups_than_looks_have_a_panel_each() -> None:
    figure = drawn(bi(13))
    assert len(figure.axes) == 13
    titles = [axes.get_title(loc="left").partition("\n")[0] for axes in figure.axes]
    assert titles == [f"Group {i}" for i in range(13)]
    assert "A panel for each group" in figure_of(bi(13)).caption


def test_the_hazard_ratio_is_written_when_asked_and_known() -> None:
    figure = figure_of(bi(2))
    assert figure.ratios == ("Stage (Group 1/Group 0): hazard ratio 1.31 (1.02-1.68), P = .034",)
    with drawing.in_print(fonts=("DejaVu Sans",), has_title=True, across=7.0, has_ratio=True):
        shown = "\n".join(texts(figure.draw()))
    assert "hazard ratio 1.31 (1.02-1.68)" in shown
    assert "hazard ratio" not in "\n".join(texts(figure.draw()))
    assert figure_of(bi(3)).ratios == ()
    other = bi(2)
    other["forest"] = other["forest"].with_columns(n=pl.lit(79))
    assert figure_of(other).ratios == ()
    late = {**ANALYSIS, "delayed_entry_of": "os_as_published"}
    assert survival_figure(bi(2), late, is_main=True).ratios == ()


LONG = "A label that says a great deal of the patients of this group, and then still more of them"


@pytest.mark.parametrize("width", [85, 180])
@pytest.mark.parametrize("label", [None, LONG, "קבוצת טיפול", "مجموعة العلاج"])
@pytest.mark.parametrize("n_groups", [1, 2, 12])
def test_a_figure_holds_every_word(n_groups: int, label: str | None, width: int) -> None:
    tables = bi(n_groups)
    if label is not None:
        tables["endpoint_summary"] = tables["endpoint_summary"].with_columns(
            stratum_label=pl.lit(label)
        )
    with drawing.in_print(fonts=("DejaVu Sans",), has_title=False, across=width / 25.4):
        figure = drawn(tables)
        used = figure.get_tightbbox()
    assert figure.get_figwidth() == pytest.approx(width / 25.4)
    assert used.x0 >= -0.01
    assert used.x1 <= figure.get_figwidth() + 0.01
