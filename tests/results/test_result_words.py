"""The written tables and their columns: one place for their words, and nothing in it in vain."""

from collections import Counter
from pathlib import Path

import pytest
import yaml
from project import PROJECT

from analytics.results import schemas
from analytics.results.schemas import ANY_TABLE, WRITTEN_TABLES, Kind, Table, read_rows

SOURCES = PROJECT / "dbt_project/models/bi/_written_sources.yml"
ROWS = read_rows(Path(schemas.__file__).with_name("columns.csv"))


def test_dbt_reads_the_tables_that_are_written() -> None:
    sources = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"]
    named = [(source["name"], table["name"]) for source in sources for table in source["tables"]]
    assert sorted(named) == sorted((table.in_schema, table.name) for table in WRITTEN_TABLES)


@pytest.mark.parametrize("table", WRITTEN_TABLES, ids=lambda table: table.name)
def test_every_table_opens_with_its_grain_and_has_a_key(table: Table) -> None:
    assert table.description.startswith("One row per ")
    assert table.key
    assert set(table.key) <= set(table.schema)
    assert len(table.schema) == len(table.columns)


def test_every_column_is_described_once_and_none_in_vain() -> None:
    described = Counter((table, row["column"]) for row in ROWS for table in row["table"].split())
    assert {column for column, times in described.items() if times > 1} == set()
    named = {(table.name, column.name) for table in WRITTEN_TABLES for column in table.columns}
    for table, column in described:
        if table == ANY_TABLE:
            others = {name for name, theirs in described if theirs == column}
            assert {name for name, theirs in named if theirs == column} - others, column
        else:
            assert (table, column) in named


def test_every_column_has_words_and_a_count_is_whole() -> None:
    for table in WRITTEN_TABLES:
        for column in table.columns:
            assert column.description.endswith((".", "...")), (table.name, column.name)
            is_count = column.kind in (Kind.SUBJECTS, Kind.AT_RISK, Kind.MISSING)
            assert is_count == (column.sql_type == "bigint"), (table.name, column.name)
