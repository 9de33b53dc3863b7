"""What the R program is given: marts, definitions and the plan, as CSV; no result.

The marts are those that hold dates and single judgements (responses, transplants, candidates for
an endpoint's end, conditions), beside the days of the facts that the study declares. The ready
times, intervals, counts and members that the results are computed from are left for R to work
out.
"""

import shutil
import tomllib
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from analytics.study.keys import Table
from analytics.study.lists import LISTS, with_lists
from analytics.warehouse import quoted

TABLES: Final = {
    "marts": (
        "subjects",
        "subject_factors",
        "responses",
        "mrd_status",
        "hsct_timing",
        "censoring",
        "population_conditions",
    ),
    "intermediate": ("int_declared_facts",),
    "raw": (
        "study_fact",
        "study_parameter",
        "study_factor",
        "study_factor_level",
        "study_population_condition",
        "study_endpoint",
    ),
}
_BETWEEN_ITEMS: Final = "|"


def export_inputs(connection: duckdb.DuckDBPyConnection, study: Path, folder: Path) -> None:
    """Write a CSV per mart, definition and part of the plan, and copy the published numbers."""
    for schema, tables in TABLES.items():
        for table in tables:
            frame = connection.sql(f"select * from {schema}.{quoted(table)}").pl()
            frame.write_csv(folder / f"{table}.csv")
    plan = tomllib.loads((study / "plan.toml").read_text(encoding="utf-8"))
    for name, rows in plan_rows(plan).items():
        frame = pl.from_dicts(rows, infer_schema_length=None)
        frame.write_csv(folder / f"plan_{name}.csv")
    for name, rows in external_rows(study).items():
        pl.from_dicts(rows, infer_schema_length=None).write_csv(folder / f"{name}.csv")
    if (study / "external").is_dir():
        shutil.copytree(study / "external", folder / "external")
    for name in {one["life_table"]["file"] for one in plan["analyses"] if "life_table" in one}:
        table = pl.read_csv(study / name, comment_prefix="#", infer_schema=False)
        table.write_csv(folder / f"{Path(name).stem}.csv")
    if (study / "published").is_dir():
        shutil.copytree(study / "published", folder / "published")


def external_rows(study: Path) -> dict[str, list[dict[str, str]]]:
    """external.toml as tables of text: a row per control, and per printed rate and summary."""
    path = study / "external.toml"
    if not path.exists():
        return {}
    controls = tomllib.loads(path.read_text(encoding="utf-8"))["external"]
    tables = {"external_controls": [_cells(control) for control in controls]}
    for key in ("rates", "baseline"):
        rows = [
            {"control": control["name"], **_cells(row)}
            for control in controls
            for row in control.get(key, [])
        ]
        if rows:
            tables[f"external_{key}"] = rows
    return tables


def plan_rows(plan: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """The plan as tables of text: `analyses`, and one for each kind of list within them.

    A list of values is one cell, its items parted by |; a list of tables (factors,
    characteristics, lines) is a table of its own with the analysis_id in front. The lines of a list
    that the plan names are written out.
    """
    tables: dict[str, list[dict[str, str]]] = {"analyses": []}
    lists = plan.get(LISTS, {})
    for analysis in (with_lists(Table("plan.toml", one), lists).values for one in plan["analyses"]):
        tables["analyses"].append(_cells(analysis))
        for name, value in analysis.items():
            if _is_table(value):
                rows = tables.setdefault(name, [])
                rows += [{"analysis_id": analysis["id"], **_cells(row)} for row in value]
    return tables


def _cells(row: dict[str, Any]) -> dict[str, str]:
    """The values of a row; those of a table within it under `name.key`."""
    cells: dict[str, str] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            cells |= {f"{name}.{key}": text for key, text in _cells(value).items()}
        elif not _is_table(value):
            cells[name] = _text(value)
    return cells


def _text(value: Any) -> str:
    if isinstance(value, list):
        return _BETWEEN_ITEMS.join(_text(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)
