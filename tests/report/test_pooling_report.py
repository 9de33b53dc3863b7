"""Pooled trials in the report: a forest plot of ratios, tables of rates and of ratios."""

from typing import Any

import polars as pl
from matplotlib import pyplot as plt

from analytics.report.pooling_figures import pooling_figures
from analytics.report.pooling_tables import pooled_curves_table, pooled_models_table

ANALYSIS = {"analysis_id": "cox", "analysis_label": "Arm and survival", "conf_level": 0.95}
PARTS = [
    ("all", "All"), ("stratified", "Stratified by Trial"), ("fixed_effect", "Mean, fixed effect"),
    ("random_effects", "Mean, random effects"), ("level", "T1"), ("without", "Without T1"),
]  # fmt: skip
PLACE = {
    "analysis_id": "cox", "analysis_label": "Arm and survival", "model": "arm", "factor": "arm",
    "factor_label": "Arm", "contrast": "Active / Placebo", "stratum": None, "stratum_label": None,
    "event": None, "time_months": None, "pooled_over_label": "Trial",
}  # fmt: skip
CURVE = {
    **dict.fromkeys(PLACE), "analysis_id": "os", "analysis_label": "Survival", "stratum": "all",
    "stratum_label": "All", "event": "event", "pooled_over_label": "Trial",
}  # fmt: skip


def row(place: dict[str, Any], part: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {
        **place, "part": part[0], "part_label": part[1], "n": 60, "n_event": 40, "conf_level": 0.95,
        "caution": "Read me.", "status": "ok", **more,
    }  # fmt: skip


def bi() -> dict[str, pl.DataFrame]:
    ratios = [
        row(PLACE, part, quantity="hr", value=0.5, ci_lower=0.25, ci_upper=1.0) for part in PARTS
    ]
    ratios[4] |= {"value": None, "ci_lower": None, "ci_upper": None, "status": "no events"}
    medians = [
        row(CURVE, part, quantity="median", value=7.5, ci_lower=5.5, ci_upper=None)
        for part in (PARTS[0], PARTS[4])
    ]
    rates = [
        row(CURVE, part, quantity="survival", time_months=12.0, value=50.0, ci_lower=40.0,
            ci_upper=60.0)
        for part in PARTS
    ]  # fmt: skip
    rates[5] |= {"value": None, "ci_lower": None, "ci_upper": None, "status": "beyond"}
    common = {"status": "ok", "interaction_status": "ok"}
    tests = [
        {**PLACE, "quantity": "hr", "p_value": 0.03, "i_squared_percent": 44.4,
         "interaction_p": 0.2, **common},
        {**CURVE, "quantity": "survival", "time_months": 12.0, "p_value": 0.5,
         "i_squared_percent": 0.0, "interaction_p": None, **common},
    ]  # fmt: skip
    return {
        "pooling": pl.DataFrame(ratios + medians + rates, infer_schema_length=None),
        "pooling_heterogeneity": pl.DataFrame(tests, infer_schema_length=None),
        "about": pl.DataFrame(
            {
                "synthetic_note": ["SYNTHETIC DATA: nobody exists"],
                "data_cutoffs": ["T 2020-01-01"],
            }
        ),
    }


def test_the_trials_come_first_then_all_patients_and_what_they_say_together() -> None:
    (figure,) = pooling_figures(bi(), ANALYSIS)
    drawn = figure.draw()
    texts = sorted((-round(item.get_position()[1], 4), item.get_position()[0], item.get_text())
                   for item in drawn.texts)  # fmt: skip
    (axes,) = drawn.axes
    squares = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "s"]
    plt.close(drawn)
    words = [text for _, _, text in texts if text]
    start = words.index("Arm (Active/Placebo)")
    assert words[start:] == [
        *("Arm (Active/Placebo)", "I2 44%, P .030"),
        *("T1", "60 / 40", "no events"),
        *("All", "60 / 40", "0.50 (0.25-1.00)"),
        *("Stratified by Trial", "60 / 40", "0.50 (0.25-1.00)"),
        *("Mean, random effects", "60 / 40", "0.50 (0.25-1.00)"),
        "SYNTHETIC DATA: nobody exists Data cut-off: T 2020-01-01.",
    ]
    assert squares == [0.5, 0.5, 0.5]
    assert figure.title == "Arm and survival: by trial"
    assert figure.cautions == ("Read me.",)
    assert "T1: no events." in figure.alternative


def test_an_analysis_that_pools_no_models_has_no_forest() -> None:
    assert pooling_figures(bi(), {**ANALYSIS, "analysis_id": "os"}) == []


def test_many_models_are_on_several_sheets() -> None:
    tables = bi()
    ratios = tables["pooling"].filter(analysis_id="cox")
    tests = tables["pooling_heterogeneity"].filter(analysis_id="cox")
    names = [f"arm{number}" for number in range(9)]
    tables["pooling"] = pl.concat([ratios.with_columns(model=pl.lit(name)) for name in names])
    tables["pooling_heterogeneity"] = pl.concat(
        [tests.with_columns(model=pl.lit(name)) for name in names]
    )
    figures = pooling_figures(tables, ANALYSIS)
    assert [figure.name for figure in figures] == ["pooling_cox", "pooling_cox_2"]
    assert figures[1].title == "Arm and survival: by trial, sheet 2 of 2"


def test_curves_have_a_line_for_each_part_and_one_on_their_differences() -> None:
    table = pooled_curves_table(bi())
    assert table is not None
    assert [line.cells for line in table.lines] == [
        {"part": "All", "n": "60 / 40", "median": "7.5 (5.5-NR)", "12 mo": "50.0 (40.0-60.0)"},
        {"part": "Stratified by Trial", "n": "60 / 40", "12 mo": "50.0 (40.0-60.0)"},
        {"part": "Mean, fixed effect", "n": "60 / 40", "12 mo": "50.0 (40.0-60.0)"},
        {"part": "Mean, random effects", "n": "60 / 40", "12 mo": "50.0 (40.0-60.0)"},
        {"part": "T1", "n": "60 / 40", "median": "7.5 (5.5-NR)", "12 mo": "50.0 (40.0-60.0)"},
        {"part": "Without T1", "n": "60 / 40", "12 mo": "-"},
        {"part": "I2, P", "12 mo": "0%, .50"},
    ]
    assert [line.cautions for line in table.lines][:2] == [("Read me.",), ()]


def test_models_have_their_tests_beside_all_patients() -> None:
    table = pooled_models_table(bi())
    assert table is not None
    assert table.lines[0].cells == {
        "part": "All",
        "n": "60 / 40",
        "ratio": "0.50 (0.25-1.00)",
        "differing": "44%, .030",
        "interaction": ".20",
    }
    assert table.lines[4].cells == {"part": "T1", "n": "60 / 40", "ratio": "no events"}


def test_without_pooled_trials_there_is_nothing_to_show() -> None:
    tables = {name: frame.clear() for name, frame in bi().items()}
    assert pooled_curves_table(tables) is None
    assert pooled_models_table(tables) is None
