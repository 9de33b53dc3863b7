"""docs/data-dictionary.md says what the database says of itself."""

from itertools import pairwise
from pathlib import Path

import duckdb

from analytics.report.dictionary import dictionary_lines, read_tables
from analytics.report.lineage import lineage_lines
from analytics.warehouse import connect_for_queries

PAGE = Path(__file__).parents[2] / "docs/data-dictionary.md"


def test_the_committed_page_is_the_one_of_this_build(default_release: Path) -> None:
    with connect_for_queries(default_release / "warehouse.duckdb") as connection:
        page = "".join(f"{line}\n" for line in dictionary_lines(connection))
    assert page == PAGE.read_text(encoding="utf-8"), "run `make build docs`"


def test_every_table_and_column_has_its_words(default_release: Path) -> None:
    with connect_for_queries(default_release / "warehouse.duckdb") as connection:
        tables = read_tables(connection)
    assert len(tables) > 50
    for table in tables:
        assert table.description, table.name
        assert all(words for _, _, words in table.columns), table


def test_the_picture_leads_from_the_date_of_death_to_the_survival_curves(
    default_release: Path,
) -> None:
    with connect_for_queries(default_release / "warehouse.duckdb") as connection:
        lines = [line.strip() for line in lineage_lines(connection)]
    names = {line.split('"')[1]: line.split('"')[0].rstrip("([{") for line in lines if '"' in line}
    path = ("DM.DTHDTC", "death", "OS", "kaplan_meier", "bi.survival_curves")
    for start, end in pairwise(path):
        assert f"{names[start]} --> {names[end]}" in lines


def test_a_table_without_words_keeps_its_place() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema bi")
        connection.execute("create table bi.counts (n integer)")
        assert [table.columns for table in read_tables(connection)] == [(("n", "integer", ""),)]
