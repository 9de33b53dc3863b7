"""A chart's parameters in Superset's own words, from what bi/dashboard states of the chart."""

import json
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from analytics.dashboard.specification import Json, ordering, read_yaml
from analytics.project_files import SUPERSET

_NAMESPACE: Final = uuid5(NAMESPACE_OID, "plateau")
_WHOLE: Final = ",d"


def read_drawing() -> Json:
    """How Superset draws each kind of chart, as bi/superset/parameters.yaml states it."""
    return read_yaml(SUPERSET / "parameters.yaml")


def parameters(drawing: Json, name: str, chart: Json) -> Json:
    """The parameters of the chart of that name."""
    kind = chart["shows"]
    return {
        **drawing["kinds"][kind],
        **_OF_A_KIND[kind](chart),
        **_widths(drawing["column_widths"].get(name, {}), chart),
        **drawing["charts"].get(name, {}),
    }


def identifier(study_id: str, kind: str, name: str) -> UUID:
    """The unique identifier of a study's object; the same in every bundle of that study."""
    return uuid5(_NAMESPACE, f"{study_id}/{kind}/{name}")


def _number(chart: Json) -> Json:
    return {
        "metric": chart["value"],
        "subtitle": chart["below"],
        "y_axis_format": _decimals(chart["digits"]) if "digits" in chart else _WHOLE,
    }


def _list(chart: Json) -> Json:
    held = [
        {
            "clause": "WHERE",
            "expressionType": "SIMPLE",
            "subject": column,
            "operator": "==",
            "comparator": value,
        }
        for column, value in chart.get("where", {}).items()
    ]
    return {
        "all_columns": chart["columns"],
        "order_by_cols": [json.dumps(one) for one in ordering(chart)],
        "include_search": chart.get("search", False),
        **({"adhoc_filters": held} if held else {}),
    }


def _cross_table(chart: Json) -> Json:
    return {
        "groupbyRows": chart["rows"],
        "groupbyColumns": chart["columns"],
        "metrics": [chart["value"]],
    }


def _curves(chart: Json) -> Json:
    return {"metrics": [chart["value"]], "y_axis_title": chart["value_title"]}


def _forest(chart: Json) -> Json:
    return {"metrics": [chart["value"]]}


def _widths(widths: Json, chart: Json) -> Json:
    """The widths and digits of a list's columns."""
    columns: Json = {column: {"columnWidth": width} for column, width in widths.items()}
    if chart["shows"] == "list":
        for column, digits in chart.get("digits", {}).items():
            columns[column] = {**columns.get(column, {}), "d3NumberFormat": _decimals(digits)}
    return {"column_config": columns} if columns else {}


def _decimals(digits: int) -> str:
    return f".{digits}f"


_OF_A_KIND: Final = {
    "number": _number,
    "list": _list,
    "cross_table": _cross_table,
    "curves": _curves,
    "forest": _forest,
}
