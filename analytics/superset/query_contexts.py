"""The query behind a chart, as Superset's own page would ask it.

Superset keeps it beside the chart's parameters and answers `/api/v1/chart/<id>/data/`, reports
and alerts from it. It is derived from the parameters, so that the two cannot disagree.
"""

import json
from collections.abc import Callable
from typing import Final

from analytics.dashboard.specification import Json


def query_context(params: Json) -> Json:
    """The query context of a chart; the importer fills in the dataset's number."""
    query: Json = {
        "filters": [_filter(one) for one in params.get("adhoc_filters", [])],
        "extras": {"having": "", "where": ""},
        "applied_time_extras": {},
        "annotation_layers": [],
        "row_limit": params.get("row_limit", 1),
        "order_desc": True,
        "url_params": {},
        "custom_params": {},
        "custom_form_data": {},
        **_QUERIES[params["viz_type"]](params),
    }
    return {
        "datasource": {"id": 0, "type": "table"},
        "force": False,
        "queries": [query],
        "form_data": params,
        "result_format": "json",
        "result_type": "full",
    }


def _filter(adhoc: Json) -> Json:
    return {"col": adhoc["subject"], "op": adhoc["operator"], "val": adhoc["comparator"]}


def _number(params: Json) -> Json:
    return {"columns": [], "metrics": [params["metric"]]}


def _raw_table(params: Json) -> Json:
    orderby = [json.loads(one) for one in params["order_by_cols"]]
    return {"columns": params["all_columns"], "orderby": orderby}


def _printed_table(params: Json) -> Json:
    return {
        "columns": [*params["groupbyColumns"], *params["groupbyRows"]],
        "metrics": params["metrics"],
    }


def _series(params: Json) -> Json:
    """Rows by the values of the x axis, a column for each series."""
    metrics = params["metrics"]
    pivot = {
        "operation": "pivot",
        "options": {
            "index": [params["x_axis"]],
            "columns": params["groupby"],
            "aggregates": {metric: {"operator": "mean"} for metric in metrics},
            "drop_missing_columns": not params["show_empty_columns"],
        },
    }
    rename = {
        "operation": "rename",
        "options": {"columns": dict.fromkeys(metrics), "level": 0, "inplace": True},
    }
    x_axis = {
        "columnType": "BASE_AXIS",
        "expressionType": "SQL",
        "label": params["x_axis"],
        "sqlExpression": params["x_axis"],
        "isColumnReference": True,
    }
    return {
        "columns": [x_axis, *params["groupby"]],
        "series_columns": params["groupby"],
        "metrics": metrics,
        "orderby": [[metrics[0], False]],
        "post_processing": [pivot, rename, {"operation": "flatten"}],
    }


_QUERIES: Final[dict[str, Callable[[Json], Json]]] = {
    "big_number_total": _number,
    "table": _raw_table,
    "pivot_table_v2": _printed_table,
    "echarts_timeseries_step": _series,
    "echarts_timeseries_line": _series,
}
