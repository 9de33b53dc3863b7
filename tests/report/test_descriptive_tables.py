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
