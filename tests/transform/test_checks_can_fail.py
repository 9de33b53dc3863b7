"""Each thing that a model's YAML asks of its rows is noticed when a row contradicts it.

dbt compiles its tests once; each is then run on a copy of a release with one damaged row.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from project import PROJECT

Check = dict[str, Any]
OF_THEIR_OWN = {
    "is_accepted = (rule is null)": "update {table} set is_accepted = not is_accepted",
    "cycle_start <= cycle_end": "update {table} set cycle_end = cycle_start - interval 1 day",
}


@pytest.fixture(scope="module")
def warehouse(default_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("checks") / "warehouse.duckdb"
    shutil.copy(default_release / "warehouse.duckdb", copy)
    return copy


@pytest.fixture(scope="module")
def checks(warehouse: Path) -> list[Check]:
    """Table, arguments and compiled query of each model's checks."""
    project, work = PROJECT / "dbt_project", warehouse.parent
    subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "compile", "--select", "test_name:checks"),
            *("--project-dir", project, "--profiles-dir", project, "--no-partial-parse"),
            *("--target-path", work / "target", "--log-path", work / "logs"),
        ],
        env={**os.environ, "PLATEAU_WAREHOUSE": str(warehouse), "DO_NOT_TRACK": "1"},
        capture_output=True,
        check=True,
    )
    nodes = json.loads((work / "target/manifest.json").read_text())["nodes"]
    tests = [node for node in nodes.values() if node["name"].startswith("checks_")]
    return [
        {
            "table": "{schema}.{name}".format(**nodes[test["attached_node"]]),
            "query": test["compiled_code"],
            **test["test_metadata"]["kwargs"],
        }
        for test in tests
    ]


@contextmanager
def damaged(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[None]:
    """Within it the table, or a table in place of the view, may be changed."""
    connection.execute("begin")
    schema, name = table.split(".")
    views = "select 1 from duckdb_views() where schema_name = ? and view_name = ?"
    if connection.execute(views, [schema, name]).fetchall():
        connection.execute(f"create temp table held as from {table}")
        connection.execute(f"drop view {table}; create table {table} as from held")
    try:
        yield
    finally:
        connection.execute("rollback")


def with_row(connection: duckdb.DuckDBPyConnection, table: str, column: str, value: str) -> None:
    """Add a row like the first one, or an empty one, but with this value in the column."""
    rows = connection.execute(f"select count(*) from {table}").fetchone()
    if rows == (0,):
        connection.execute(f"insert into {table} ({column}) values ({value})")
    else:
        connection.execute(
            f"insert into {table} select * replace ({value} as {column}) from {table} limit 1"
        )


def asked(check: Check) -> Iterator[tuple[str, str | None, str]]:
    """What is found, and the column and its value, or the statement, that bring it about."""
    for column in check.get("present", ()):
        yield f"{column} is null", column, "null"
    for column in check.get("accepted", {}):
        yield f"{column} is another value", column, "'none of them'"
    for column, parent in check.get("references", {}).items():
        yield f"{column} is not in {parent}", column, "'none of them'"
    if key := check.get("one_row_per"):
        column = key[0]
        rows = f"select * replace ({column} as {column}) from {{table}} limit 1"
        twice = f"insert into {{table}} ({column}) values (null); " * 2
        yield f"{', '.join(key)} is repeated", None, f"insert into {{table}} {rows}|{twice}"
    for expression in check.get("holds", ()):
        yield f"not: {expression}", None, OF_THEIR_OWN[expression]
    if day := check.get("nothing_after_death"):
        far = f"update {{table}} set {day} = date '9999-12-31'"
        yield f"{day} is after death or cut-off", None, far
    if overlap := check.get("no_overlap"):
        name = overlap["first_column"]
        again = "insert into {table} from {table}"
        yield f"{name} is in another interval", None, again


def findings(connection: duckdb.DuckDBPyConnection, check: Check) -> dict[str, int]:
    return dict(connection.execute(check["query"]).fetchall())


def bring_about(
    connection: duckdb.DuckDBPyConnection, table: str, column: str | None, by: str
) -> None:
    if column is not None:
        with_row(connection, table, column, by)
        return
    on_rows, _, on_none = by.partition("|")
    is_empty = connection.execute(f"select count(*) from {table}").fetchone() == (0,)
    connection.execute((on_none if is_empty and on_none else on_rows).format(table=table))


def test_a_row_that_contradicts_a_check_is_found_and_counted(
    warehouse: Path, checks: list[Check]
) -> None:
    assert len(checks) > 100
    kept, by_the_database = [], []
    with duckdb.connect(str(warehouse)) as connection:
        for check in checks:
            assert findings(connection, check) == {}, check["table"]
            for finding, column, by in asked(check):
                with damaged(connection, check["table"]):
                    try:
                        bring_about(connection, check["table"], column, by)
                    except duckdb.ConstraintException:
                        by_the_database.append((check["table"], finding))
                        continue
                    found = findings(connection, check)
                if found.get(finding, 0) < 1:
                    kept.append((check["table"], finding, found))
    assert kept == []
    assert len(by_the_database) < 20
