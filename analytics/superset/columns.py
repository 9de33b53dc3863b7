"""The columns of a dataset, as the released file describes them."""

from typing import Any

import duckdb

from analytics.dashboard.specification import Json


def dataset_columns(connection: duckdb.DuckDBPyConnection, name: str, dataset: Json) -> list[Json]:
    """Columns of a table or a query of bi.duckdb, in order, then the calculated ones.

    A table's columns have the descriptions of its contract. Those of a query have the
    description that the specification gives, else that of the same column of the table
    named by `of`.
    """
    labels = dataset.get("labels", {})
    if "sql" in dataset:
        descriptions = {**_comments(connection, dataset["of"]), **dataset["columns"]}
        described = connection.execute(f"describe {dataset['sql']}").fetchall()
        types = {row[0]: row[1] for row in described}
    else:
        descriptions = _comments(connection, name)
        types = _types(connection, name)
    return [
        _column(column, labels.get(column), type_, descriptions[column], None)
        for column, type_ in types.items()
    ] + [
        _column(added["name"], added["label"], "VARCHAR", added["description"], added["expression"])
        for added in dataset.get("calculated", [])
    ]


def _column(
    name: str, label: str | None, type_: str, description: str | None, expression: str | None
) -> Json:
    return {
        "column_name": name,
        "verbose_name": label,
        "description": description,
        "type": type_,
        "expression": expression,
        "is_dttm": False,
        "is_active": True,
        "groupby": True,
        "filterable": True,
    }


def _comments(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any]:
    return _of_columns(connection, table, "comment")


def _types(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any]:
    return _of_columns(connection, table, "data_type")


def _of_columns(connection: duckdb.DuckDBPyConnection, table: str, what: str) -> dict[str, Any]:
    rows = connection.execute(
        f"select column_name, {what} from duckdb_columns() where table_name = ? "
        "order by column_index",
        [table],
    ).fetchall()
    return dict(rows)


def table_description(connection: duckdb.DuckDBPyConnection, table: str) -> str | None:
    """The description of a table of bi.duckdb; None where it has none."""
    rows = connection.execute(
        "select comment from duckdb_tables() where table_name = ?", [table]
    ).fetchall()
    return rows[0][0] if rows else None
