"""The dashboard's places and filters, from the rows of charts that the specification lists."""

from collections.abc import Callable, Mapping
from uuid import UUID

from analytics.dashboard.specification import Json

_HEADER_HEIGHT = 15


def positions(dashboard: Json, title: str, header: str, charts: Mapping[str, Json]) -> Json:
    """Superset's tree of places: header, tabs, rows, charts.

    `charts` holds each chart's `uuid`, `number` (its place among all charts) and `title`.
    """
    places: Json = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": _place("ROOT", "ROOT_ID", ["GRID_ID"], []),
        "GRID_ID": _place("GRID", "GRID_ID", ["ROW-header", "TABS"], ["ROOT_ID"]),
        "HEADER_ID": _place("HEADER", "HEADER_ID", [], [], text=title),
        "ROW-header": _row("ROW-header", ["MARKDOWN-header"], ["ROOT_ID", "GRID_ID"]),
        "MARKDOWN-header": _place(
            "MARKDOWN",
            "MARKDOWN-header",
            [],
            ["ROOT_ID", "GRID_ID", "ROW-header"],
            code=header,
            width=12,
            height=_HEADER_HEIGHT,
        ),
    }
    tabs = []
    for number, tab in enumerate(dashboard["tabs"]):
        tab_id, above = f"TAB-{number}", ["ROOT_ID", "GRID_ID", "TABS"]
        rows = [f"ROW-{number}-{row}" for row in range(len(tab["rows"]))]
        places[tab_id] = _place("TAB", tab_id, rows, above, text=tab["name"])
        tabs.append(tab_id)
        for row_id, row in zip(rows, tab["rows"], strict=True):
            places[row_id] = _row(
                row_id, [f"CHART-{name}" for name in row["charts"]], [*above, tab_id]
            )
            for name, width in row["charts"].items():
                places[f"CHART-{name}"] = _place(
                    "CHART",
                    f"CHART-{name}",
                    [],
                    [*above, tab_id, row_id],
                    chartId=charts[name]["number"],
                    uuid=charts[name]["uuid"],
                    sliceName=charts[name]["title"],
                    width=width,
                    height=row["height"],
                )
    places["TABS"] = _place("TABS", "TABS", tabs, ["ROOT_ID", "GRID_ID"])
    return places


def _place(kind: str, name: str, children: list[str], parents: list[str], **meta: object) -> Json:
    place: Json = {"type": kind, "id": name, "children": children, "parents": parents}
    return {**place, "meta": meta} if meta else place


def _row(name: str, children: list[str], parents: list[str]) -> Json:
    return _place("ROW", name, children, parents, background="BACKGROUND_TRANSPARENT")


def native_filters(
    dashboard: Json, chart_numbers: Mapping[str, int], dataset_uuid: Callable[[str], UUID]
) -> list[Json]:
    """The filters of the dashboard, each reaching the charts that it names and no other."""
    return [
        {
            "id": _filter_id(one["name"]),
            "type": "NATIVE_FILTER",
            "filterType": "filter_select",
            "name": one["name"],
            "description": one["description"],
            "targets": [
                {
                    "datasetUuid": str(dataset_uuid(one["dataset"])),
                    "column": {"name": one["column"]},
                }
            ],
            "sortMetric": one["sort"],
            # the charts wait until the first value is chosen
            "requiredFirst": one.get("first", False),
            "controlValues": {
                "sortAscending": True,
                "multiSelect": one.get("several", False),
                "enableEmptyFilter": one.get("first", False),
                "defaultToFirstItem": one.get("first", False),
                "searchAllOptions": False,
                "inverseSelection": False,
            },
            "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
            "cascadeParentIds": [_filter_id(name) for name in one.get("under", [])],
            "scope": {
                "rootPath": ["ROOT_ID"],
                "excluded": [
                    number for name, number in chart_numbers.items() if name not in one["charts"]
                ],
            },
            "chartsInScope": [],
            "tabsInScope": [],
        }
        for one in dashboard["filters"]
    ]


def _filter_id(name: str) -> str:
    return "NATIVE_FILTER-" + name.lower().replace(" ", "-")
