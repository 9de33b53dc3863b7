"""A real Superset, the bundle imported without a hand: every chart shows what the warehouse says.

Each chart is asked through Superset's API for the data of its own saved query, with the filters
that a reader can choose, and held against queries of the tests' own on the warehouse.
"""

import json
import math
import threading
from collections.abc import Iterator
from typing import Any

import duckdb
import expected
import pytest
from expected import Row, Where
from served_study import FIRST, SECOND, Served

from analytics.dashboard.specification import read_specification
from analytics.release.folders import BI

SPECIFICATION = read_specification()
INVISIBLE = "\u200b"
CURVE_FILTERS = ("endpoint_label", "population_label", "strata")


@pytest.fixture(scope="module")
def warehouse(served: Served) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(served.warehouse), read_only=True) as connection:
        yield connection


def _same(shown: list[Row], wanted: list[Row]) -> bool:
    return len(shown) == len(wanted) and all(
        row.keys() == other.keys() and all(_equal(row[key], other[key]) for key in other)
        for row, other in zip(shown, wanted, strict=True)
    )


def _equal(shown: Any, wanted: Any) -> bool:
    if isinstance(wanted, float) and isinstance(shown, (int, float)):
        return math.isclose(shown, wanted, rel_tol=1e-12, abs_tol=1e-12)
    return bool(shown == wanted)


def test_everything_of_the_bundle_is_imported(served: Served, charts: dict[str, int]) -> None:
    (database,) = served.superset.everything("database")
    (dashboard,) = served.superset.everything("dashboard")
    assert database["database_name"] == "Plateau blinatumomab"
    assert dashboard["slug"] == "plateau-blinatumomab"
    assert len(charts) == len(SPECIFICATION.charts)
    assert len(served.superset.everything("dataset")) == len(SPECIFICATION.datasets)


def test_every_chart_answers_from_its_saved_query(served: Served, charts: dict[str, int]) -> None:
    for number in charts.values():
        (answer,) = served.superset.get(f"/api/v1/chart/{number}/data/")["result"]
        assert answer["error"] is None
        assert answer["rowcount"] > 0


@pytest.mark.parametrize(
    ("chart", "sql"),
    [
        ("Analyses", "select n_analyses as analyses from bi.about"),
        (
            "Checks passed",
            "select count(*) as passed from bi.data_quality where passed",
        ),
        (
            "Published numbers",
            """
            select count(*) as agree from bi.concordance
            where kind = 'computed' and computed_as_printed = published
            """,
        ),
    ],
)
def test_headline_numbers(
    ask: Any, warehouse: duckdb.DuckDBPyConnection, chart: str, sql: str
) -> None:
    assert ask(chart) == expected.rows(warehouse, sql, {})


def test_the_first_row_is_the_answer(ask: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Of the first analysis of a choice; a median and a rate only of a single curve."""
    for where in _curve_sets(warehouse):
        lines = expected.rows(
            warehouse,
            "select *, coalesce(strata_label, 'Not stratified') as strata from bi.endpoint_summary",
            where,
        )
        first = min(line["analysis_order"] for line in lines)
        curves = [line for line in lines if line["analysis_order"] == first]
        rates = expected.rows(
            warehouse, "from bi.event_free_rates", {"analysis_id": curves[0]["analysis_id"]}
        )
        at_36 = [rate["event_free_percent"] for rate in rates if rate["time_months"] == 36]
        is_one = len(curves) == 1
        at_risk = [rate["n_risk"] for rate in rates if rate["time_months"] == 36]
        for chart, name, wanted in (
            ("Patients", "patients", sum(line["n"] for line in curves)),
            ("Events", "events", sum(line["n_event"] for line in curves)),
            ("Median", "median_of_one", curves[0]["median_months"] if is_one else None),
            ("At 36 months", "percent_of_one", at_36[0] if is_one and at_36 else None),
            ("At risk", "at_risk", sum(at_risk) if at_risk else None),
        ):
            assert _same(ask(chart, where), [{name: wanted}]), (chart, where)


def test_numbers_at_risk(ask: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    for where in _curve_sets(warehouse):
        curves = expected.rows(
            warehouse,
            """
            select *, coalesce(strata_label, 'Not stratified') as strata
            from bi.survival_curves order by time_months""",
            where,
        )
        last = max(row["time_months"] for row in curves)
        wanted = set()
        for name in {(row["analysis_label"], row["stratum_label"]) for row in curves}:
            own = [row for row in curves if (row["analysis_label"], row["stratum_label"]) == name]
            label = name[0] + (f": {name[1]}" if own[0]["strata_label"] else "")
            for month in range(0, int(last) + 1, 12):
                later = (row["n_risk"] for row in own if row["time_months"] >= month - 1e-9)
                wanted.add((label, month, next(later, 0)))
        shown = {
            (row["curve"], int(row["month"]), int(row["at_risk"]))
            for row in ask("Numbers at risk", where)
        }
        assert shown == wanted, where


def _curve_sets(warehouse: duckdb.DuckDBPyConnection) -> list[Where]:
    """What a reader can choose: endpoint, population and stratification."""
    return expected.rows(
        warehouse,
        """
        select distinct
            endpoint_label,
            population_label,
            coalesce(strata_label, 'Not stratified') as strata
        from bi.survival_curves
        """,
        {},
    )


def test_survival_curves(ask: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    curves = expected.rows(
        warehouse,
        "from bi.survival_curves where status = 'ok' order by analysis_order, stratum, time_days",
        {},
    )
    drawn = expected.drawn_steps(
        curves,
        lambda row: (
            row["analysis_label"] + (f": {row['stratum_label']}" if row["strata_label"] else "")
        ),
        lambda row: (
            *(row["endpoint_label"], row["population_label"]),
            row["strata_label"] or "Not stratified",
        ),
        "survival_percent",
    )
    choices = _curve_sets(warehouse)
    assert len(choices) == len(drawn) > 5
    for where in choices:
        wanted = drawn[tuple(where[column] for column in CURVE_FILTERS)]
        shown = ask("Survival curves", where)
        assert _same(shown, [{"months": month, **row} for month, row in wanted.items()]), where


def test_incidence_curves(ask: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    curves = expected.rows(
        warehouse,
        """
        from bi.relapse_incidence where point = 'day' and status = 'ok'
        order by analysis_order, stratum, event, time_months
        """,
        {},
    )
    drawn = expected.drawn_steps(
        curves,
        lambda row: (
            row["event_label"] + (f": {row['stratum_label']}" if row["strata_label"] else "")
        ),
        lambda row: row["analysis_label"],
        "incidence_percent",
    )
    assert len(drawn) > 1
    for analysis, wanted in drawn.items():
        shown = ask("Cumulative incidence", {"analysis_label": analysis})
        assert _same(shown, [{"months": month, **row} for month, row in wanted.items()]), analysis


def test_endpoints_and_rates(ask: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    rates = """
        select *, coalesce(strata_label, 'Not stratified') as strata from bi.event_free_rates
        order by analysis_order, stratum_order, time_months"""
    kept = ("stratum_label", "time_months", "n_risk")
    for where in _curve_sets(warehouse):
        wanted = expected.endpoint_lines(warehouse, where)
        assert wanted
        assert _same(ask("Endpoints", where), wanted), where
        lines = expected.rate_lines(warehouse, rates, where, kept, "event_free_percent")
        assert _same(ask("Rates at landmarks", where), lines), where


def test_incidence_rates(ask: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    sql = """
        from bi.relapse_incidence where point = 'landmark'
        order by analysis_order, event desc, stratum_order, time_months"""
    kept = ("event_label", "stratum_label", "time_months", "n_risk")
    for where in _analyses(warehouse, "relapse_incidence"):
        lines = expected.rate_lines(warehouse, sql, where, kept, "incidence_percent")
        assert lines
        assert _same(ask("Incidence at landmarks", where), lines), where


def _analyses(warehouse: duckdb.DuckDBPyConnection, table: str) -> list[Where]:
    """The analyses among which a reader chooses."""
    return expected.rows(warehouse, f"select distinct analysis_label from bi.{table}", {})


def test_forest_and_models(ask: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    choices = _analyses(warehouse, "forest")
    assert len(choices) > 5
    for where in choices:
        lines = expected.forest_lines(warehouse, where)
        names = (
            *("line_order", "factor_label", "contrast", "n", "n_event", "hr_text", "p_text"),
            *("population_label", "caution_text"),
        )
        table = [{name: line[name] for name in names} for line in lines]
        assert _same(ask("Models", where), table), where
        assert _same(ask("Hazard ratios", where), expected.forest_drawing(lines)), where


def test_printed_tables(ask: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    for chart, table, cells in (
        ("Baseline characteristics", "table_1", expected.baseline_cells),
        ("Clinical outcomes", "table_2", expected.outcome_cells),
    ):
        for where in _analyses(warehouse, table):
            shown = ask(chart, where)
            visible = {
                tuple(
                    str(cell).strip(INVISIBLE).replace("\xa0", " ").strip() for cell in row.values()
                )
                for row in shown
            }
            wanted = cells(warehouse, where)
            assert visible == wanted, where
            assert len(shown) == len(wanted)


def test_printed_tables_stand_in_display_order(
    ask: Any, warehouse: duckdb.DuckDBPyConnection
) -> None:
    """The page sorts by the text itself, invisible signs included."""
    for where in _analyses(warehouse, "table_2"):
        lines = expected.rows(
            warehouse,
            "select label, min(line_order), analysis_label from bi.table_2 group by all order by 2",
            where,
        )
        groups = expected.rows(
            warehouse,
            "select distinct group_label, group_order, analysis_label from bi.table_2 order by 2",
            where,
        )
        shown = ask("Clinical outcomes", where)
        rows = sorted({row["outcome_row"] for row in shown})
        columns = sorted({row["group_column"] for row in shown})
        assert [row.strip(f"{INVISIBLE}\xa0") for row in rows] == [line["label"] for line in lines]
        assert [row.strip(INVISIBLE) for row in columns] == [row["group_label"] for row in groups]


@pytest.mark.parametrize(
    ("chart", "sql"),
    [
        (
            "About",
            """
            select
                study_id, title, n_trials, data_cutoffs, n_treated, n_subjects, n_analyses,
                synthetic_note
            from bi.about
            """,
        ),
        (
            "Checks of the gates",
            """
            select
                place, item, description, severity,
                if(passed, 'passed', 'failed') as outcome, finding, n_unexpected
            from bi.data_quality where topic = 'check' order by passed, place, item
            """,
        ),
        (
            "Files read",
            """
            select
                place, item, n_read, n_accepted, n_rejected,
                if(passed, 'passed', 'failed') as outcome
            from bi.data_quality where topic = 'file' order by place, item
            """,
        ),
        (
            "Published numbers one by one",
            """
            select
                published_id, quantity, kind, published, computed_as_printed, verdict,
                coalesce(note, '') as note_text
            from bi.concordance
            order by
                array_position(['differs', 'agrees', 'not compared'], verdict),
                published_id, quantity
            """,
        ),
    ],
)
def test_tables_of_quality_and_source(
    ask: Any, warehouse: duckdb.DuckDBPyConnection, chart: str, sql: str
) -> None:
    wanted = expected.rows(warehouse, f"from ({sql})", {})
    assert wanted
    assert _same(ask(chart), wanted)


def test_filters_offer_the_first_analysis_first(
    served: Served, warehouse: duckdb.DuckDBPyConnection
) -> None:
    """What the page asks for a filter's values: sorted by the least display order."""
    dashboard = served.superset.get("/api/v1/dashboard/plateau-blinatumomab")["result"]
    filters = json.loads(dashboard["json_metadata"])["native_filter_configuration"]
    first = {}
    for one in filters:
        (target,) = one["targets"]
        query = {
            "columns": [target["column"]["name"]],
            "metrics": [one["sortMetric"]],
            "orderby": [[one["sortMetric"], True]],
            "filters": [],
            "row_limit": 1000,
        }
        context = {
            "datasource": {"id": target["datasetId"], "type": "table"},
            "queries": [query],
            "result_format": "json",
            "result_type": "full",
        }
        (answer,) = served.superset.post("/api/v1/chart/data", context)["result"]
        first[one["name"]] = answer["data"][0][target["column"]["name"]]
    for name, table, column in (
        ("Endpoint", "survival_curves", "endpoint_label"),
        ("Population", "survival_curves", "population_label"),
        ("Incidence", "relapse_incidence", "analysis_label"),
        ("Models", "forest", "analysis_label"),
        ("Baseline table", "table_1", "analysis_label"),
        ("Outcome table", "table_2", "analysis_label"),
    ):
        (row,) = expected.rows(
            warehouse, f"select arg_min({column}, analysis_order) as first from bi.{table}", {}
        )
        assert first[name] == row["first"], name
    assert first["Stratified by"] == "Not stratified"


def test_another_import_changes_nothing_and_doubles_nothing(served: Served) -> None:
    before = {kind: len(served.superset.everything(kind)) for kind in ("chart", "dataset")}
    served.superset.upload("/api/v1/assets/import/", "bundle", served.bundle)
    assert {kind: len(served.superset.everything(kind)) for kind in before} == before


def test_the_file_is_read_only_and_shut_in(served: Served) -> None:
    """SQL Lab can neither change the release nor read another file of the server."""
    (database,) = served.superset.everything("database")
    for sql in (
        "select * from read_text('/etc/hostname')",
        "create table about_2 as select * from about",
        "set enable_external_access = true",
    ):
        with pytest.raises(AssertionError, match=r": [45]\d\d "):
            served.superset.post(
                "/api/v1/sqllab/execute/",
                {"database_id": database["id"], "sql": sql, "schema": "main", "runAsync": False},
            )
    answer = served.superset.post(
        "/api/v1/sqllab/execute/",
        {
            **{"database_id": database["id"], "schema": "main", "runAsync": False},
            "sql": "select n_subjects from about",
        },
    )
    assert answer["data"] == [{"n_subjects": 259}]


def test_a_release_that_replaces_another_is_seen_by_the_next_question(
    served: Served, ask: Any
) -> None:
    """And no question asked while releases are replaced fails or sees a third thing."""
    ((before,),) = (row.values() for row in ask("Analyses"))
    seen: list[Any] = []
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            seen.extend(row["analyses"] for row in ask("Analyses"))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(10):
            for name in (SECOND, FIRST):
                served.study.point_current(name)
                ended.wait(0.1)
    finally:
        ended.set()
        reader.join()
    assert set(seen) <= {before, before + 1}
    assert len(seen) > 3
    served.study.point_current(SECOND)
    assert ask("Analyses") == [{"analyses": before + 1}]
    served.study.point_current(FIRST)
    assert ask("Analyses") == [{"analyses": before}]


def test_superset_holds_no_lock(served: Served, ask: Any) -> None:
    """A writer may open the very file that was just read; builds write beside it anyway."""
    ask("Endpoints")
    with duckdb.connect(str(served.study.current / BI)) as connection:
        connection.execute("create table being_built as select 1 as one")
        connection.execute("drop table being_built")
    assert ask("Analyses")
