"""Write schema `survival` of a warehouse: what the functions know of the study, and the functions.

The files are SQL as DuckDB runs it, without any template, so that they can be read, run and
changed by themselves. They name the tables of the warehouse by schema alone: a client that has
attached the file runs them after `use`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from analytics.methods.intervals import normal_quantile
from analytics.study.specification import Parameters, StudySpecification
from analytics.survival.askable import factor_rows, level_rows, population_rows

SCHEMA: Final = "survival"
FUNCTION_FILES: Final = (
    "limits.sql",
    "chi_square.sql",
    "subjects.sql",
    "known_days.sql",
    "km.sql",
    "restricted_mean.sql",
    "follow_up.sql",
    "incidence.sql",
    "log_rank.sql",
)
_FOLDER: Final = Path(__file__).parent


def write_functions(study: StudySpecification, connection: duckdb.DuckDBPyConnection) -> None:
    """Replace schema `survival`, all of it or nothing; the marts must be there."""
    rows = {
        "conventions": [_conventions(study.parameters)],
        "populations": population_rows(study),
        "factors": factor_rows(study),
        "levels": level_rows(study),
    }
    connection.execute("begin transaction")
    try:
        connection.execute(f"drop schema if exists {SCHEMA} cascade")
        for file in ("tables.sql", *FUNCTION_FILES):
            connection.execute((_FOLDER / file).read_text(encoding="utf-8"))
        for table, values in rows.items():
            _insert(connection, f"{SCHEMA}.{table}", values)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, values: Sequence[tuple[object, ...]]
) -> None:
    if values:
        rows = pl.DataFrame(values, orient="row", infer_schema_length=None)
        connection.register("survival_rows", rows.to_arrow())
        connection.execute(f"insert into {table} from survival_rows")
        connection.unregister("survival_rows")


def _conventions(parameters: Parameters) -> tuple[object, ...]:
    return (
        parameters.days_per_month,
        parameters.day_convention,
        parameters.conf_level,
        normal_quantile(parameters.conf_level),
        parameters.ci_transform,
        parameters.smallest_risk_set,
        parameters.cif_variance,
    )
