"""Every model as two engines made it, side by side: which differ, and the first one in dbt's order.

Spark's tables are Parquet folders, DuckDB's are in its file. Equal means: the same columns of the
same types in the same order, and the same rows, a repeated row as often.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from analytics.transform.models import models_before_bi
from analytics.transform.spark.store import place_of
from analytics.warehouse import quoted


@dataclass(frozen=True)
class Difference:
    """What is unlike in one model."""

    model: str
    fact: str

    def __str__(self) -> str:
        return f"{self.model}: {self.fact}"


def models_in_order(manifest: Any) -> list[str]:
    """`schema.name` of the models before `bi`, each after those that it reads.

    Views are left out: their readers are compared. Staging is tables on Spark.
    """
    models = models_before_bi(manifest)
    tables = {
        key
        for key, node in models.items()
        if node.schema == "staging" or node.config.materialized != "view"
    }
    ordered: dict[str, str] = {}

    def place(key: str) -> None:
        if key in ordered or key not in models:
            return
        for read in sorted(models[key].depends_on.nodes):
            place(read)
        ordered[key] = f"{models[key].schema}.{models[key].name}"

    for key in sorted(models):
        place(key)
    return [name for key, name in ordered.items() if key in tables]


def differences(warehouse: Path, store: Path, models: list[str]) -> Iterator[Difference]:
    """The models that differ, in the order given."""
    with duckdb.connect(warehouse, read_only=True) as connection:
        for model in models:
            schema, name = model.split(".")
            here = f"{quoted(schema)}.{quoted(name)}"
            there = f"read_parquet('{store / place_of(model)}/*.parquet')"
            if fact := _difference(connection, here, there):
                yield Difference(model, fact)


def _difference(connection: duckdb.DuckDBPyConnection, here: str, there: str) -> str | None:
    columns, others = _columns(connection, here), _columns(connection, there)
    if list(columns) != list(others):
        return f"columns {list(columns)} on DuckDB, {list(others)} on Spark"
    types = {name: (columns[name], others[name]) for name in columns}
    if unlike := {name: pair for name, pair in types.items() if pair[0] != pair[1]}:
        return f"types (DuckDB, Spark) {unlike}"
    for one, two, engine in ((here, there, "DuckDB"), (there, here, "Spark")):
        rows = connection.execute(f"from {one} except all from {two} order by all limit 1")
        if row := rows.fetchone():
            n = connection.execute(
                f"select count(*) from (from {one} except all from {two})"
            ).fetchall()[0][0]
            return f"{n} rows only on {engine}, the first {dict(zip(columns, row, strict=True))}"
    return None


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> Mapping[str, str]:
    described = connection.execute(f"describe from {relation}").fetchall()
    return {row[0]: row[1] for row in described}
