"""What Spark has written is held to the contracts of the models when DuckDB takes it over.

No Spark is needed: the tables of a release stand in for what it writes.
"""

from pathlib import Path

import duckdb
import pytest
from project import STUDY

from analytics.errors import BuildError, GateError
from analytics.ingest import load_raw
from analytics.study import load_study
from analytics.transform import Transformation
from analytics.transform.spark.crossing import division
from analytics.transform.spark.marts import keep
from analytics.transform.spark.store import Store, place_of
from analytics.warehouse import connect, table_digest

OF_MODELS = (
    "schema_name in ('marts', 'quality') "
    "and table_name not in ('validation_result', 'step_input')"  # written after the models
)


class Fresh:
    """A warehouse with `raw` alone, and the store of a build in its folder."""

    def __init__(self, folder: Path, release: Path) -> None:
        """Load the default study."""
        study = load_study(STUDY)
        self.warehouse = folder / "warehouse.duckdb"
        with connect(self.warehouse) as connection:
            load_raw(study, connection, folder)
        self.dbt = Transformation(
            self.warehouse, folder, study.parameters.model_dump(mode="json"), 2, lambda _: None
        )
        self.dbt.parse()
        self.parts = division(self.dbt.manifest)
        self.store = Store(folder / "spark", None, "x")
        with duckdb.connect(release / "warehouse.duckdb", read_only=True) as connection:
            for table in self.parts.returned.values():
                place = self.store.folder / place_of(table)
                place.mkdir(parents=True)
                connection.execute(f"copy {table} to '{place}/part-0.parquet' (format parquet)")

    def damage(self, table: str, query: str) -> None:
        """Replace a table by what a query makes of `it`."""
        file = self.store.folder / place_of(table) / "part-0.parquet"
        with duckdb.connect() as connection:
            connection.execute(f"create table it as from '{file}'")
            connection.execute(f"copy ({query}) to '{file}' (format parquet)")

    def keep(self, *tables: str) -> None:
        """Take over these tables, or all."""
        chosen = {
            key: name for key, name in self.parts.returned.items() if not tables or name in tables
        }
        tests = () if tables else self.parts.tests_of_returned
        keep(self.dbt, self.store, chosen, () if tables else self.parts.views, tests)


@pytest.fixture
def fresh(default_release: Path, tmp_path: Path) -> Fresh:
    """A warehouse that waits for what comes back."""
    return Fresh(tmp_path, default_release)


def test_what_comes_back_is_what_duckdb_builds(fresh: Fresh, default_release: Path) -> None:
    fresh.keep()
    with (
        duckdb.connect(default_release / "warehouse.duckdb", read_only=True) as theirs,
        duckdb.connect(fresh.warehouse, read_only=True) as ours,
    ):
        for table in fresh.parts.returned.values():
            schema, name = table.split(".")
            assert table_digest(ours, schema, name) == table_digest(theirs, schema, name), table
        about = (
            "select table_name, column_name, data_type, is_nullable, comment "
            f"from duckdb_columns() where {OF_MODELS} order by all"
        )
        assert ours.execute(about).fetchall() == theirs.execute(about).fetchall()
        limits = (
            "select table_name, constraint_type, constraint_text "
            f"from duckdb_constraints() where {OF_MODELS} order by all"
        )
        assert ours.execute(limits).fetchall() == theirs.execute(limits).fetchall()
        assert ours.execute("select count(*) from intermediate.int_staged_records").fetchone() == (
            theirs.execute("select count(*) from intermediate.int_staged_records").fetchone()
        )


@pytest.mark.parametrize(
    ("table", "query", "told"),
    [
        ("marts.subjects", "from it union all (from it limit 1)", "[Dd]uplicate key"),
        ("marts.time_to_event", "select * replace (null::double as aval) from it", "NOT NULL"),
        ("marts.time_to_event", "select * replace (-aval - 1 as aval) from it", "CHECK"),
        ("marts.time_to_event", "select * replace (aval::varchar as aval) from it", "contract"),
        ("marts.time_to_event", "select * exclude (aval) from it", "contract"),
    ],
)
def test_a_broken_contract_is_refused(fresh: Fresh, table: str, query: str, told: str) -> None:
    fresh.damage(table, query)
    with pytest.raises(BuildError, match=f"(?s){table.split('.')[1]}.*{told}"):
        fresh.keep(table)


def test_a_test_of_a_returned_table_is_made(fresh: Fresh) -> None:
    assert fresh.parts.tests_of_returned
    fresh.damage("marts.source_dates", "from it union all from it")
    with pytest.raises(GateError, match="source_dates"):
        fresh.keep()


def test_no_other_file_is_read(fresh: Fresh, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n")
    fresh.keep("quality.rejected_record")  # names the folder in the environment
    key = next(key for key, name in fresh.parts.returned.items() if name == "marts.subjects")
    fresh.dbt.manifest.nodes[key].raw_code = f"select * from read_csv('{outside}')"
    with pytest.raises(BuildError, match=r"(?s)subjects.*(Permission|allowed)"):
        fresh.dbt.build_only(["subjects"], "duckdb_from_spark")
