"""Every tile holds what the warehouse says, for every choice of the filters."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analytics.dashboard.specification import Json, read_specification
from analytics.release.folders import BI, WAREHOUSE
from analytics.streamlit.drawings import colors as curve_colors
from analytics.streamlit.drawings import curves, forest, key, numbers_at_risk
from analytics.streamlit.plain import plain
from analytics.streamlit.queries import Row, Tiles
from analytics.warehouse import connect_for_queries

SPECIFICATION = read_specification()
FILTERS = {one["name"]: one for one in SPECIFICATION.dashboard["filters"]}
PALETTE = SPECIFICATION.dashboard["palette"]
UNSTRATIFIED = "Not stratified"


@pytest.fixture(scope="module")
def tiles(default_release: Path) -> Iterator[Tiles]:
    with connect_for_queries(default_release / BI) as connection:
        yield Tiles(connection, SPECIFICATION)


@pytest.fixture(scope="module")
def warehouse(default_release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(default_release / WAREHOUSE), read_only=True) as connection:
        yield connection


def choices(tiles: Tiles, *names: str) -> list[dict[str, list[str]]]:
    """Every choice that the filters of these names offer one under the other."""
    made: list[dict[str, list[str]]] = [{}]
    for name in names:
        made = [
            {**above, name: [option]}
            for above in made
            for option in tiles.options(FILTERS[name], above)
        ]
    return made


def of_curves(tiles: Tiles) -> list[dict[str, list[str]]]:
    return choices(tiles, "Endpoint", "Population", "Stratified by")


def asked(connection: duckdb.DuckDBPyConnection, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    return connection.execute(sql, list(values)).fetchall()


def chosen_values(chosen: dict[str, list[str]]) -> list[str]:
    return [value for (value,) in chosen.values()]


CURVES_CHOSEN = f"""
    endpoint_label = ? and population_label = ?
    and coalesce(strata_label, '{UNSTRATIFIED}') = ?
"""


def test_the_first_row_is_the_answer(tiles: Tiles, warehouse: duckdb.DuckDBPyConnection) -> None:
    for chosen in of_curves(tiles):
        first = asked(
            warehouse,
            f"""
            with at_36 as (
                select analysis_id, stratum, event_free_percent, n_risk
                from bi.event_free_rates where time_months = 36
            )

            select n, n_event, median_months, event_free_percent, n_risk
            from (from bi.endpoint_summary where {CURVES_CHOSEN})
            left join at_36 using (analysis_id, stratum)
            qualify analysis_order = min(analysis_order) over ()
            """,
            *chosen_values(chosen),
        )
        assert first
        one = first[0] if len(first) == 1 else (None,) * 5
        at_risk = [row[4] for row in first if row[4] is not None]
        wanted = {
            "patients": sum(row[0] for row in first),
            "events": sum(row[1] for row in first),
            "median": one[2],
            "three_year_rate": one[3],
            "at_risk_36": sum(at_risk) if at_risk else None,
        }
        assert {name: tiles.rows(name, chosen) for name in wanted} == {
            name: [{"value": value}] for name, value in wanted.items()
        }, chosen


def test_curves_hold_every_row_of_the_table(
    tiles: Tiles, warehouse: duckdb.DuckDBPyConnection
) -> None:
    for chosen in of_curves(tiles):
        rows = {(row["line"], row["months"]): row["value"] for row in curve_rows(tiles, chosen)}
        for label, months, percent, lower, upper in asked(
            warehouse,
            f"""
            select
                analysis_label || if(strata_label is null, '', ': ' || stratum_label),
                round(time_months, 2), survival_percent, ci_lower_percent, ci_upper_percent
            from bi.survival_curves where status = 'ok' and {CURVES_CHOSEN}
            """,
            *chosen_values(chosen),
        ):
            assert rows[f"{label}__yhat", months] == percent
            assert rows[f"{label}__yhat_lower", months] == lower
            assert rows[f"{label}__yhat_upper", months] == upper


def curve_rows(tiles: Tiles, chosen: dict[str, list[str]]) -> list[Row]:
    rows = tiles.rows("survival_curves", chosen)
    assert rows
    return rows


def test_numbers_at_risk_stand_below_each_year(
    tiles: Tiles, warehouse: duckdb.DuckDBPyConnection
) -> None:
    for chosen in of_curves(tiles):
        for row in tiles.rows("numbers_at_risk", chosen):
            (wanted,) = asked(
                warehouse,
                f"""
                select arg_min(n_risk, time_months) filter (where time_months >= ? - 1e-9)
                from bi.survival_curves
                where analysis_label || if(strata_label is null, '', ': ' || stratum_label) = ?
                    and {CURVES_CHOSEN}
                """,
                row["month"],
                row["curve"],
                *chosen_values(chosen),
            )
            assert row["value"] == (wanted[0] or 0)


@pytest.mark.parametrize(
    ("name", "filters", "table"),
    [
        ("endpoint_summary", ("Endpoint", "Population", "Stratified by"), "endpoint_summary"),
        ("event_free_rates", ("Endpoint", "Population", "Stratified by"), "event_free_rates"),
        ("incidence_rates", ("Incidence",), "relapse_incidence"),
        ("hazard_ratios", ("Endpoint", "Models"), "forest"),
        ("checks", (), "data_quality"),
        ("files", (), "data_quality"),
        ("concordance", (), "concordance"),
        ("about", (), "about"),
    ],
)
def test_a_list_has_the_rows_of_its_table(
    tiles: Tiles,
    warehouse: duckdb.DuckDBPyConnection,
    name: str,
    filters: tuple[str, ...],
    table: str,
) -> None:
    chart = SPECIFICATION.charts[name]
    known = {
        column for (column,) in asked(warehouse, f"select column_name from (describe bi.{table})")
    }
    columns = [column for column in chart["columns"] if column in known]
    total = 0
    for chosen in choices(tiles, *filters):
        where = [
            condition(name, chosen),
            *(f"{c} = '{v}'" for c, v in chart.get("where", {}).items()),
        ]
        order = ", ".join(one for one in chart["order"] if one.split()[0] in known)
        sql = f"select {', '.join(columns)} from bi.{table} where {' and '.join(where)}"
        wanted = asked(
            warehouse,
            sql + (f" order by {order}" if order else ""),
        )
        shown = [tuple(row[column] for column in columns) for row in tiles.rows(name, chosen)]
        assert shown if order == "" else sorted(map(repr, shown)) == sorted(map(repr, wanted))
        total += len(shown)
    assert total


def condition(name: str, chosen: dict[str, list[str]]) -> str:
    parts = []
    for of_filter, (value,) in chosen.items():
        if name in FILTERS[of_filter]["charts"]:
            column = FILTERS[of_filter]["column"]
            known = f"coalesce(strata_label, '{UNSTRATIFIED}')" if column == "strata" else column
            parts.append(f"{known} = '{value}'")
    return " and ".join(parts) or "true"


def test_a_filter_offers_only_what_goes_with_those_above_it(tiles: Tiles) -> None:
    for chosen in of_curves(tiles):
        strata = tiles.options(FILTERS["Stratum"], chosen)
        assert strata
        few = tiles.rows("endpoint_summary", {**chosen, "Stratum": strata[:1]})
        assert {row["stratum_label"] for row in few} == {strata[0]}


def test_curves_keep_their_colours_when_some_are_chosen(tiles: Tiles) -> None:
    (chosen,) = (
        one
        for one in of_curves(tiles)
        if chosen_values(one)[:1] == ["Overall survival"] and one["Stratified by"] == ["Trial"]
    )
    second = tiles.options(FILTERS["Stratum"], chosen)[1]
    few = {**chosen, "Stratum": [second]}
    palette = curve_colors(tiles.lines("survival_curves", few), PALETTE)
    assert list(palette.values()) == PALETTE[:2]
    rows = tiles.rows("survival_curves", few)
    drawn = curves(rows, SPECIFICATION.charts["survival_curves"], palette).to_dict()
    scale = drawn["layer"][0]["encoding"]["color"]["scale"]
    assert scale["range"] == PALETTE[1:2]
    assert key(rows, palette) == ""


def test_ticks_stand_each_twelve_months_and_numbers_under_the_same_months(tiles: Tiles) -> None:
    for chosen in of_curves(tiles)[:3]:
        rows = curve_rows(tiles, chosen)
        palette = curve_colors(tiles.lines("survival_curves", chosen), PALETTE)
        drawn = curves(rows, SPECIFICATION.charts["survival_curves"], palette).to_dict()
        x = drawn["layer"][0]["encoding"]["x"]
        last = max(row["months"] for row in rows)
        assert x["axis"]["values"] == list(range(0, int(last) + 1, 12))
        below = numbers_at_risk(tiles.rows("numbers_at_risk", chosen), rows, palette).to_dict()
        assert below["layer"][0]["encoding"]["x"]["scale"] == x["scale"]
        assert below["padding"] == drawn["padding"]


def test_the_forest_has_a_line_for_each_estimable_contrast(
    tiles: Tiles, warehouse: duckdb.DuckDBPyConnection
) -> None:
    for chosen in choices(tiles, "Endpoint", "Models"):
        drawn = forest(tiles.rows("forest", chosen)).to_dict()
        shown = {
            (one["height"], one["ratio"], one["lower"], one["upper"]) for one in lines_drawn(drawn)
        }
        wanted = asked(
            warehouse,
            f"""
            select line_order, hr, coalesce(ci_lower, hr), coalesce(ci_upper, hr) from bi.forest
            where status = 'ok' and hr is not null and {condition("forest", chosen)}
            """,
        )
        assert shown == set(wanted)


def lines_drawn(drawn: Json) -> list[Json]:
    """What the marks of a forest are drawn from."""
    sets: list[list[Json]] = list(drawn.get("datasets", {}).values())
    sets += [layer["data"]["values"] for layer in drawn["layer"] if "values" in layer["data"]]
    (lines,) = {repr(one): one for one in sets if "height" in one[0]}.values()
    return lines


def test_a_text_of_a_study_is_no_markdown() -> None:
    assert plain("[a](b) *c* $d$ <i>") == r"\[a\]\(b\) \*c\* \$d\$ \<i\>"
    assert plain("MT103-206, 5 %") == r"MT103\-206\, 5 \%"
