"""Tables with a column for each population, whatever a study calls its populations."""

import polars as pl

from analytics.report.descriptive_tables import outcomes_table
from analytics.report.typesetting import table_csv

OUTCOME = {
    "analysis_id": "t2",
    "line_order": 1,
    "label": "Transplant",
    "group_population": "line",
    "group_label": "First line",
    "group_order": 1,
    "n": 3,
    "denominator": 4,
    "percent": 75.0,
    "ci_lower_percent": 19.41,
    "ci_upper_percent": 99.37,
    "conf_level": 0.95,
    "is_by_definition": False,
    "indent": 0,
}


def test_a_population_may_be_called_like_the_first_column() -> None:
    bi = {
        "table_2": pl.DataFrame([OUTCOME]),
        "populations": pl.DataFrame([{"population": "line", "is_defined_by_outcome": False}]),
    }
    analysis = {"analysis_id": "t2", "analysis_label": "Outcomes"}
    table = outcomes_table(bi, analysis, is_main=True)
    assert table_csv(table, "Made up.").splitlines() == [
        "Outcome,First line (n = 4),note",
        "Transplant,3 (75.0) [19.4-99.4],Made up.",
    ]


def test_what_the_definitions_alone_decide_has_no_limits_and_says_so() -> None:
    decided = {"group_population": "b", "group_order": 2, "n": 4, "percent": 100.0}
    rows = [OUTCOME, OUTCOME | decided | {"ci_upper_percent": 100.0, "is_by_definition": True}]
    bi = {
        "table_2": pl.DataFrame(rows),
        "populations": pl.DataFrame(
            {"population": ["line", "b"], "is_defined_by_outcome": [False, False]}
        ),
    }
    table = outcomes_table(bi, {"analysis_id": "t2", "analysis_label": "Outcomes"}, is_main=True)
    (line,) = table.lines
    assert line.cells["line"] == "3 (75.0) [19.4-99.4]"
    assert line.cells["b"] == "4 (100.0)"
    assert "No limits where the definitions" in table.notes[1]
