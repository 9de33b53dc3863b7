"""The result tables as analysis results data (ARD): one row per statistic, in CDISC ARS terms.

The rows are made by rule from `RESULT_TABLES`, so a table added there is in the ARD: a key column
is a grouping with its level, `status` is carried along, and every other column is a statistic,
whose operation is `table.column`. Texts and yes/no are statistics too, as in R's cards.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import polars as pl

from analytics.export.formats import formatted
from analytics.results.pooling import QUANTITIES
from analytics.results.schemas import RESULT_TABLES, Column, Table
from analytics.study.number_styles import written_as

ABOUT_ANALYSES: Final = ("analysis", "method")  # ard_analyses, and columns of every row
_NO_STATISTIC: Final = ("analysis_id", "status")
_CLAUSE: Final = re.compile(r"[.;:]")


def _groupings(table: Table) -> tuple[Column, ...]:
    return tuple(
        item for item in table.columns if item.name in table.key and item.name != "analysis_id"
    )


def statistics_of(table: Table) -> tuple[Column, ...]:
    """The columns of a result table that are statistics, in its column order."""
    return tuple(
        item
        for item in table.columns
        if item.name not in table.key and item.name not in _NO_STATISTIC
    )


RESULTS: Final = tuple(t for name, t in RESULT_TABLES.items() if name not in ABOUT_ANALYSES)
_GROUPS: Final = range(1, 1 + max(len(_groupings(table)) for table in RESULTS))

ARD_COLUMNS: Final[dict[str, tuple[type[pl.DataType], str]]] = {
    "study_id": (pl.String, "Study"),
    "release_id": (pl.String, "Release the number is of"),
    "result_table": (pl.String, "Table of schema results that holds it"),
    "result_row": (pl.Int64, "Row of that table in the order of its key"),
    "analysis_id": (pl.String, "Analysis of the plan"),
    "analysis_label": (pl.String, "Analysis, as displayed"),
    "method_id": (pl.String, "Method of the analysis"),
    "operation_id": (pl.String, "Operation of the method: table and statistic"),
    "endpoint": (pl.String, "Endpoint"),
    "population": (pl.String, "Analysis set: population that enters"),
    **{
        f"group{i}{part}": (pl.String, f"Grouping {i}{words}")
        for i in _GROUPS
        for part, words in (("", ""), ("_level", ", level"))
    },
    "statistic": (pl.String, "Statistic"),
    "statistic_label": (pl.String, "Statistic, as displayed"),
    "value_type": (pl.String, "number, boolean (1 yes, 0 no) or text"),
    "value": (pl.Float64, "Raw value, not rounded"),
    "formatted_value": (pl.String, "Value as printed, or the text"),
    "unit": (pl.String, "Unit of the raw value"),
    "status": (pl.String, "ok, or why it is not estimable"),
}


@dataclass(frozen=True)
class _Plan:
    """What rows of several tables need to know of the study and its plan."""

    study_id: str
    release_id: str
    analyses: Mapping[str, Mapping[str, Any]]
    factor_units: Mapping[str, str | None]


def ard_frame(
    connection: duckdb.DuckDBPyConnection, *, study_id: str, release_id: str
) -> pl.DataFrame:
    """Every statistic of an open warehouse, a row each, in the order of tables, keys, columns."""
    analyses = _rows(connection, RESULT_TABLES["analysis"])
    factors = connection.execute("select factor, unit from staging.stg_study__factors").fetchall()
    plan = _Plan(study_id, release_id, {row["analysis_id"]: row for row in analyses}, dict(factors))
    with written_as(_number_style(connection)):
        records = [record for table in RESULTS for record in _records(connection, table, plan)]
    schema = {name: dtype for name, (dtype, _) in ARD_COLUMNS.items()}
    return pl.DataFrame(records, schema=schema)


def _number_style(connection: duckdb.DuckDBPyConnection) -> str | None:
    """How the study has numbers written; None where its release does not say."""
    found = connection.execute(
        "select count(*) from duckdb_columns() where schema_name = 'staging' "
        "and table_name = 'stg_study__study' and column_name = 'number_style'"
    ).fetchone()
    if not found or not found[0]:
        return None
    row = connection.execute("select number_style from staging.stg_study__study").fetchone()
    return row[0] if row else None


def analyses_frame(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """One row per analysis: what it is and the conventions behind it."""
    analysis, method = (
        connection.sql(f"select * from results.{name}").pl() for name in ABOUT_ANALYSES
    )
    return analysis.join(method, on="analysis_id", how="left").sort("display_order", "analysis_id")


def operations_frame() -> pl.DataFrame:
    """One row per operation: the statistic, its words in full, its type and its unit."""
    return pl.DataFrame(
        [
            {
                "operation_id": _operation(table, item),
                "result_table": table.name,
                "statistic": item.name,
                "statistic_label": label_of(item),
                "description": item.description,
                "value_type": _value_type(item),
                "unit": item.unit,
            }
            for table in RESULTS
            for item in statistics_of(table)
        ]
    )


def label_of(column: Column) -> str:
    """The first clause of a column's description."""
    return _CLAUSE.split(column.description, maxsplit=1)[0].replace("`", "")


def _records(
    connection: duckdb.DuckDBPyConnection, table: Table, plan: _Plan
) -> Iterator[dict[str, Any]]:
    groupings, statistics = _groupings(table), statistics_of(table)
    for number, row in enumerate(_rows(connection, table), start=1):
        analysis = plan.analyses.get(row.get("analysis_id", ""), {})
        about = {
            "study_id": plan.study_id,
            "release_id": plan.release_id,
            "result_table": table.name,
            "result_row": number,
            "analysis_id": row.get("analysis_id"),
            "analysis_label": analysis.get("label"),
            "method_id": analysis.get("method", table.name),
            "endpoint": analysis.get("endpoint"),
            "population": row.get("population") or analysis.get("population"),
            "status": row.get("status"),
            **_groups(groupings, row),
        }
        for item in statistics:
            yield {
                **about,
                "operation_id": _operation(table, item),
                "statistic": item.name,
                "statistic_label": label_of(item),
                "value_type": _value_type(item),
                **_value(item, row, plan),
            }


def _rows(connection: duckdb.DuckDBPyConnection, table: Table) -> list[dict[str, Any]]:
    """The rows of a result table in the order of its key."""
    frame = connection.sql(f"select {', '.join(table.schema)} from results.{table.name}").pl()
    return frame.sort(table.key, nulls_last=True).to_dicts()


def _groups(groupings: tuple[Column, ...], row: Mapping[str, Any]) -> dict[str, str]:
    """group1, group1_level, ... of the key columns that are known; the others are overall."""
    known = [(item.name, row[item.name]) for item in groupings if row[item.name] is not None]
    return {
        name: text
        for i, (grouping, level) in enumerate(known, start=1)
        for name, text in ((f"group{i}", grouping), (f"group{i}_level", _level(level)))
    }


def _level(value: object) -> str:
    """A level as text; a number in the fewest digits that read back to it."""
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _value(column: Column, row: Mapping[str, Any], plan: _Plan) -> dict[str, Any]:
    value = row[column.name]
    if isinstance(value, str) or value is None:
        return {"value": None, "formatted_value": value, "unit": _unit(column, row, plan)}
    unit = _unit(column, row, plan)
    return {
        "value": float(value),
        "formatted_value": formatted(value, column.name, unit),
        "unit": unit,
    }


def _unit(column: Column, row: Mapping[str, Any], plan: _Plan) -> str | None:
    """The column's unit; of a summary its factor's, of a number under another convention the
    number's own."""
    if column.unit == "of the characteristic":
        if row["statistic"] == "n":
            return "subjects"
        return plan.factor_units.get(row["characteristic"])
    if column.unit == "of the quantity":
        shown = QUANTITIES.get(row["quantity"]) or (row["result_table"], row["quantity"])
        columns = RESULT_TABLES[shown[0]].columns
        return next((item.unit for item in columns if item.name == shown[1]), None)
    return column.unit


def _operation(table: Table, column: Column) -> str:
    return f"{table.name}.{column.name}"


def _value_type(column: Column) -> str:
    if column.dtype == pl.String:
        return "text"
    return "boolean" if column.dtype == pl.Boolean else "number"
