"""The tables of schema history are the ones that dbt reads."""

from pathlib import Path

import yaml

from analytics.release.history_schema import TABLES

SOURCES = Path(__file__).parents[2] / "dbt_project/models/bi/_history_sources.yml"


def test_dbt_sources_name_the_tables_and_columns_as_they_are_written() -> None:
    (source,) = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"]
    described = {
        table["name"]: (table["description"], [column["name"] for column in table["columns"]])
        for table in source["tables"]
    }
    written = {
        name: (words, [column for column, _, _ in columns])
        for name, (words, columns) in TABLES.items()
    }
    assert described == written
