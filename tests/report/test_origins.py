"""Each number of the report leads to a query that gives it."""

import re
from pathlib import Path

import duckdb
import polars as pl
import pytest

from analytics.methods.descriptives import round_half_away
from analytics.release.folders import BI
from analytics.report.bi_tables import keys_of, read_bi
from analytics.report.contents import contents
from analytics.report.elements import Column, Line, Table
from analytics.report.origins import origins_of, queries
from analytics.report.typesetting import table_html
from analytics.warehouse import connect

KEYS = {"rates": ("analysis_id", "stratum", "time_months"), "points": ("a", "b", "c")}
RATE = {
    "analysis_id": "it's", "stratum": "all", "time_months": 24.0, "stratum_order": 1,
    "percent": 23.4, "n_risk": 5, "conf_level": 0.95, "is_shown": True, "status": "ok",
}  # fmt: skip


def test_a_query_selects_the_numbers_of_one_row_by_its_key() -> None:
    assert list(queries([("rates", RATE)], KEYS)) == [
        "select percent, n_risk from bi.rates where analysis_id = 'it''s' and stratum = 'all' "
        "and time_months = 24.0"
    ]


def test_rows_that_differ_in_one_column_or_in_two_are_selected_together() -> None:
    (query,) = queries([("rates", RATE), ("rates", RATE | {"time_months": 36.0})], KEYS)
    assert query.startswith("select time_months, percent, n_risk from bi.rates")
    assert query.endswith("and time_months in (24.0, 36.0) order by time_months")
    rows = [{"a": 1, "b": "x", "c": 2, "v": 1.0}, {"a": 1, "b": "y", "c": 3, "v": None}]
    (query,) = queries([("points", row) for row in rows], KEYS)
    assert query == (
        "select b, c, v from bi.points where a = 1 and (b, c) in (('x', 2), ('y', 3)) order by b, c"
    )


def test_only_numbers_of_lines_with_an_origin_are_links_out_of_the_tab_order() -> None:
    columns = [Column("name", "Name"), Column("n", "n"), Column("said", "Status")]
    lines = [
        Line({"name": "First", "n": "5", "said": "ok"}, rows=(("rates", RATE),)),
        Line({"name": "Second", "n": "6", "said": "ok"}),
    ]
    table = Table("t", "T", columns, lines)
    origins = origins_of(table, KEYS, 7)
    assert [(place, origin.anchor) for place, origin in origins.items()] == [(0, "n8")]
    html = table_html(table, "t", {place: origin.anchor for place, origin in origins.items()})
    assert re.findall(r"<a[^>]*>[^<]*</a>", html) == [
        '<a class="how" href="#n8">First</a>',
        '<a tabindex="-1" href="#n8">5</a>',
    ]


NUMBER = re.compile(r"(?<![<>\d.,-])-?\d[\d,]*(?:\.\d+)?|(?<![<>\d])\.\d+")
CONSTANT = re.compile(r" where .*")
OF_NOBODY = "0 (0.0)"  # a level that nobody of a group has is no row of bi.table_1
# what the page counts over many rows, or tells of the release, the plan and its conventions
WITHOUT = {
    "concordance", "conventions", "checks_failed", "files", "checks", "endpoints", "methods",
    "analyses", "inferred",
}  # fmt: skip


def printed(text: str) -> list[str]:
    """The numbers of a cell, without bounds such as <.001."""
    return [found.replace(",", "") for found in NUMBER.findall(text)]


def prints_as(value: float, token: str) -> bool:
    digits = len(token.partition(".")[2])
    scales = (1, 100, 1000)
    return any(
        round_half_away(scale * value, digits) == f"{float(token):.{digits}f}" for scale in scales
    )


@pytest.mark.integration
def test_every_printed_number_is_in_the_answer_to_the_query_of_its_line(
    default_release: Path,
) -> None:
    bi, keys = read_bi(default_release / BI), keys_of(default_release / BI)
    tables = [item for section in contents(bi) for item in section.items if isinstance(item, Table)]
    n_numbers, missing, without = 0, [], set()
    with connect(default_release / BI, read_only=True) as connection:
        for table in tables:
            origins = origins_of(table, keys, 0)
            without |= set() if origins else {table.name}
            for place, origin in origins.items():
                values = answers(connection, origin.queries)
                for column, cell in cells(table, place):
                    for token in printed(cell):
                        n_numbers += 1
                        if not any(prints_as(value, token) for value in values):
                            missing.append((table.name, origin.words, column, cell))
    assert missing == []
    assert n_numbers > 5_000
    assert without == WITHOUT


def cells(table: Table, place: int) -> list[tuple[str, str]]:
    """The cells with numbers of a line; published values are texts, among them t(4;11)."""
    line = table.lines[place]
    found = [
        (column.key, line.cells.get(column.key, ""))
        for column in table.columns
        if not column.is_text
    ]
    return [
        (key, cell)
        for key, cell in found
        if key != "published" and cell != OF_NOBODY and "(4;11)" not in cell
    ]


def answers(connection: duckdb.DuckDBPyConnection, asked: tuple[str, ...]) -> list[float]:
    """Every number that the queries give or select by."""
    found: list[float] = []
    for query in asked:
        frame = connection.sql(query).pl()
        assert not frame.is_empty()
        numbers = frame.select(pl.selectors.numeric()).cast(pl.Float64)
        found += [value for row in numbers.iter_rows() for value in row if value is not None]
        found += [float(key.replace(",", "")) for key in NUMBER.findall(CONSTANT.findall(query)[0])]
    return found
