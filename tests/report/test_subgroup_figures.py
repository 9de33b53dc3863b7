"""The forest plot of subgroups shows all patients first, then each level, and the interactions."""

from typing import Any

import polars as pl
import pytest
from matplotlib import pyplot as plt

from analytics.report.elements import Figure
from analytics.report.subgroup_figures import subgroup_figures

ANALYSIS = {
    "analysis_id": "cox",
    "analysis_label": "Arm and survival",
    "conf_level": 0.95,
    "stratified_by_label": None,
}
MODEL = {
    "analysis_id": "cox",
    "model": "arm",
    "factor_label": "Arm",
    "contrast": "Active / Placebo",
    "caution": None,
    "status": "ok",
}
OVERALL = {
    **MODEL,
    "n": 240, "n_event": 150, "n_missing": 0,
    "hr": 0.7, "ci_lower": 0.5, "ci_upper": 0.98, "p_value": 0.04,
}  # fmt: skip


def level(subgroup: str, name: str, hr: float | None, **other: Any) -> dict[str, Any]:
    limits = (None, None) if hr is None else (hr / 2, hr * 2)
    return {
        **MODEL,
        "subgroup": subgroup,
        "subgroup_label": subgroup.title(),
        "level_label": name,
        "n": 60, "n_event": 40, "n_missing": 3,
        "hr": hr, "ci_lower": limits[0], "ci_upper": limits[1],
        "p_value": None if hr is None else 0.2,
        "interaction_p": 0.0312, "interaction_status": "ok",
        **other,
    }  # fmt: skip


LEVELS = [
    level("sex", "Male", 0.6),
    level("sex", "Female", 0.8),
    level("stage", "Early", 30.0, interaction_p=None, interaction_status="no events"),
    level("stage", "Late", None, status="no events"),
]


def bi(
    levels: list[dict[str, Any]] = LEVELS, overall: list[dict[str, Any]] | None = None
) -> dict[str, pl.DataFrame]:
    return {
        "forest": pl.DataFrame([OVERALL] if overall is None else overall),
        "subgroups": pl.DataFrame(levels, infer_schema_length=None),
        "about": pl.DataFrame(
            {
                "synthetic_note": ["SYNTHETIC DATA: nobody exists"],
                "data_cutoffs": ["T 2020-01-01"],
            }
        ),
    }


def figure(tables: dict[str, pl.DataFrame], **changes: Any) -> Figure:
    (found,) = subgroup_figures(tables, {**ANALYSIS, **changes})
    return found


def texts_of(shown: Figure) -> list[str]:
    """The texts of the drawing, from the top down and from left to right."""
    drawn = shown.draw()
    texts = sorted((-round(item.get_position()[1], 4), item.get_position()[0], item.get_text())
                   for item in drawn.texts)  # fmt: skip
    plt.close(drawn)
    return [text for _, _, text in texts if text]


def test_all_patients_come_first_then_the_levels_of_each_factor() -> None:
    texts = texts_of(figure(bi()))
    start = texts.index("All patients")
    assert texts[start:] == [
        *("All patients", "240 / 150", "0", "0.70 (0.50-0.98)"),
        *("Sex", "3", ".031"),
        *("Male", "60 / 40", "0.60 (0.30-1.20)"),
        *("Female", "60 / 40", "0.80 (0.40-1.60)"),
        *("Stage", "3", "no events"),
        *("Early", "60 / 40", "30.00 (15.00-60.00)"),
        *("Late", "60 / 40", "no events"),
        "SYNTHETIC DATA: nobody exists Data cut-off: T 2020-01-01.",
    ]


def test_squares_stand_at_the_ratios_and_a_dashed_line_at_that_of_all_patients() -> None:
    drawn = figure(bi()).draw()
    (axes,) = drawn.axes
    squares = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "s"]
    assert squares == [0.7, 0.6, 0.8]  # 30 is beyond the axis, and has an arrow
    assert [line.get_marker() for line in axes.lines if line.get_marker() in "<>"] == [">"]
    limits = [tuple(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 1.3]
    assert limits[1] == (0.3, 1.2)
    dashed = [line.get_xdata()[0] for line in axes.lines if line.get_linewidth() == 0.7]
    assert dashed == [0.7]
    plt.close(drawn)


def test_each_side_of_1_says_with_which_level_the_hazard_is_lower() -> None:
    drawn = figure(bi()).draw()
    (axes,) = drawn.axes
    sides = {item.get_text(): item.get_ha() for item in axes.texts}
    assert sides == {"← Lower with Active": "right", "Lower with Placebo →": "left"}
    plt.close(drawn)


def test_several_models_have_a_heading_each_and_no_line_of_their_own() -> None:
    other = {**MODEL, "model": "age", "factor_label": "Age", "contrast": "old / young"}
    tables = bi(
        [LEVELS[0], {**LEVELS[0], **other, "hr": 1.1}], [OVERALL, {**OVERALL, **other, "hr": 1.2}]
    )
    texts = texts_of(figure(tables))
    assert [text for text in texts if text.startswith(("Arm (", "Age (", "All", "Male"))] == [
        *("Arm (Active/Placebo)", "All patients", "Male"),
        *("Age (old/young)", "All patients", "Male"),
    ]
    drawn = figure(tables).draw()
    (axes,) = drawn.axes
    assert not [line for line in axes.lines if line.get_linewidth() == 0.7]
    assert {item.get_text() for item in axes.texts} == {
        "← Lower with numerator", "Lower with denominator →"
    }  # fmt: skip
    plt.close(drawn)


@pytest.mark.parametrize("contrast", ["A / B / C", "alone"])
def test_labels_that_cannot_be_told_apart_name_no_side(contrast: str) -> None:
    levels = [{**row, "contrast": contrast} for row in LEVELS]
    drawn = figure(bi(levels, [{**OVERALL, "contrast": contrast}])).draw()
    assert not list(drawn.axes[0].texts)
    plt.close(drawn)


def test_the_figure_in_words() -> None:
    shown = figure(bi(), stratified_by_label="Region")
    assert shown.name == "subgroups_cox"
    assert "Stratified by: Region." in shown.caption
    assert shown.alternative == (
        "Forest plot: Arm and survival: by subgroup. All patients: 0.70 (0.50-0.98), P = .040. "
        "Sex, interaction P = .031: Male: 0.60 (0.30-1.20), P = .20. Female: 0.80 (0.40-1.60), "
        "P = .20. Stage, interaction no events: Early: 30.00 (15.00-60.00), P = .20. "
        "Late: no events."
    )


def test_an_analysis_without_subgroups_has_no_figure() -> None:
    assert subgroup_figures(bi(), {**ANALYSIS, "analysis_id": "other"}) == []


def test_many_models_are_on_several_sheets_of_whole_models() -> None:
    """By hand: a model has two headings (0.26 inches) and two lines (0.2), 8 fit on 7.5 inches."""
    models = [
        {"model": f"m{i:02}", "factor_label": f"Factor {i}", "contrast": "yes / no"}
        for i in range(10)
    ]
    tables = bi(
        [{**LEVELS[0], **model} for model in models], [{**OVERALL, **model} for model in models]
    )
    first, second = subgroup_figures(tables, ANALYSIS)
    assert (first.name, second.name) == ("subgroups_cox", "subgroups_cox_2")
    assert second.title == "Arm and survival: by subgroup, sheet 2 of 2"
    assert [
        sum(text.startswith("Factor") for text in texts_of(one)) for one in (first, second)
    ] == [
        8,
        2,
    ]
    assert first.draw().get_size_inches()[1] < 9.2
