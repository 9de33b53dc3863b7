"""The words and types of the result tables are the same wherever they stand."""

from pathlib import Path

import yaml

from analytics.results.schemas import RESULT_TABLES

SOURCES = Path(__file__).parents[2] / "dbt_project" / "models" / "bi" / "_results_sources.yml"


def test_dbt_sources_describe_the_result_tables_in_the_same_words():
    sources = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"]
    described = {
        table["name"]: (
            " ".join(table["description"].split()),
            {
                column["name"]: " ".join(column["description"].split())
                for column in table["columns"]
            },
        )
        for source in sources
        if source["name"] == "results"
        for table in source["tables"]
    }
    assert described == {
        table.name: (
            table.description,
            {column.name: column.description for column in table.columns},
        )
        for table in RESULT_TABLES.values()
    }


def test_every_result_table_opens_with_its_grain():
    for table in RESULT_TABLES.values():
        assert table.description.startswith("One row per "), table.name
        assert set(table.key) <= set(table.schema), table.name
        assert len(table.schema) == len(table.columns), table.name
