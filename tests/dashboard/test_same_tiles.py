"""Superset and Streamlit show the same tiles: what bi/dashboard states, and nothing beside it."""

from itertools import chain

from analytics.dashboard.specification import ordering, read_specification
from analytics.streamlit.places import numbers_below, tabs_of_rows
from analytics.superset.parameters import parameters, read_drawing

SPECIFICATION = read_specification()
DRAWING = read_drawing()


def test_every_tile_of_superset_is_a_tile_of_streamlit() -> None:
    tabs = tabs_of_rows(SPECIFICATION)
    rows = list(chain.from_iterable(tabs.values()))
    shown = [*chain.from_iterable(rows), *numbers_below(SPECIFICATION).values()]
    superset = [
        chart
        for tab in SPECIFICATION.dashboard["tabs"]
        for row in tab["rows"]
        for chart in row["charts"]
    ]
    assert sorted(shown) == sorted(superset) == sorted(SPECIFICATION.charts)
    assert list(tabs) == [tab["name"] for tab in SPECIFICATION.dashboard["tabs"]]
    assert all(rows)


def test_what_stands_below_a_chart_stands_below_curves() -> None:
    for above, below in numbers_below(SPECIFICATION).items():
        assert SPECIFICATION.charts[above]["shows"] == "curves"
        assert SPECIFICATION.charts[below]["shows"] == "cross_table"


def test_superset_draws_every_kind_and_speaks_of_no_other_chart() -> None:
    kinds = {chart["shows"] for chart in SPECIFICATION.charts.values()}
    assert kinds == set(DRAWING["kinds"])
    assert {*DRAWING["charts"], *DRAWING["column_widths"]} <= set(SPECIFICATION.charts)


def test_a_list_has_its_parameters_in_supersets_words() -> None:
    chart = {
        "shows": "list",
        "columns": ["event", "n"],
        "where": {"point": "landmark"},
        "order": ["event desc", "n"],
        "digits": {"n": 1},
    }
    made = parameters(DRAWING, "new", chart)
    assert ordering(chart) == [("event", False), ("n", True)]
    assert made["all_columns"] == ["event", "n"]
    assert made["order_by_cols"] == ['["event", false]', '["n", true]']
    assert [(one["subject"], one["comparator"]) for one in made["adhoc_filters"]] == [
        ("point", "landmark")
    ]
    assert made["column_config"] == {"n": {"d3NumberFormat": ".1f"}}
    assert made["include_search"] is False
