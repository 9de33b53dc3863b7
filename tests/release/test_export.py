"""What people's tools open holds schema bi and nothing else."""

from pathlib import Path

import duckdb
import pytest

from analytics.errors import BuildError
from analytics.release.bi_files import export_bi

STAMP = {"release_id": "abc", "synthetic_note": "Nobody's data"}


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.subjects as select 'S1' as usubjid")
        connection.execute("create schema bi")
        connection.execute(
            'create table bi.forest (label varchar not null, hr double, "order" int)'
        )
        connection.execute("insert into bi.forest values ('Age', 1.5, 2), ('Sex', null, 1)")
        connection.execute("comment on table bi.forest is 'One row per factor''s hazard ratio.'")
        connection.execute("comment on column bi.forest.hr is 'Hazard ratio.'")
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "release"
    path.mkdir()
    return path


def test_only_the_tables_for_people_are_exported(warehouse: Path, target: Path) -> None:
    assert export_bi(warehouse, target, STAMP) == ["forest"]
    with duckdb.connect(str(target / "bi.duckdb"), read_only=True) as connection:
        schemas = connection.execute(
            "select distinct schema_name from duckdb_tables() union "
            "select distinct schema_name from duckdb_views() where not internal"
        ).fetchall()
        assert schemas == [("main",)]
        assert connection.execute("from bi.forest").fetchall() == [
            ("Age", 1.5, 2),
            ("Sex", None, 1),
        ]


def test_a_table_has_the_name_it_has_in_the_warehouse(warehouse: Path, target: Path) -> None:
    export_bi(warehouse, target, STAMP)
    for path in (warehouse, target / "bi.duckdb"):
        with duckdb.connect(str(path), read_only=True) as connection:
            assert len(connection.execute("from bi.forest").fetchall()) == 2


def test_comments_and_constraints_come_along(warehouse: Path, target: Path) -> None:
    export_bi(warehouse, target, STAMP)
    with duckdb.connect(str(target / "bi.duckdb"), read_only=True) as connection:
        assert connection.execute("select comment from duckdb_tables()").fetchall() == [
            ("One row per factor's hazard ratio.",)
        ]
        assert connection.execute(
            "select comment, is_nullable from duckdb_columns() "
            "where table_name = 'forest' order by column_index"
        ).fetchall() == [(None, False), ("Hazard ratio.", True), (None, True)]


def test_each_table_is_a_parquet_file_that_names_its_release(warehouse: Path, target: Path) -> None:
    export_bi(warehouse, target, STAMP)
    path = target / "bi/forest.parquet"
    with duckdb.connect() as connection:
        assert connection.execute(f"select label from '{path}'").fetchall() == [("Age",), ("Sex",)]
        stamp = connection.execute(
            f"select key, value from parquet_kv_metadata('{path}') order by key"
        ).fetchall()
    assert stamp == [(b"release_id", b"abc"), (b"synthetic_note", b"Nobody's data")]


def test_a_warehouse_without_tables_for_people_is_refused(tmp_path: Path, target: Path) -> None:
    path = tmp_path / "empty.duckdb"
    duckdb.connect(str(path)).close()
    with pytest.raises(BuildError, match="Schema bi of the warehouse has no table"):
        export_bi(path, target, STAMP)
