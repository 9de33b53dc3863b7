"""From `raw` to the marts on Spark, and back into the DuckDB file under the models' contracts."""

import os
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from analytics.errors import GateError
from analytics.progress import Steps
from analytics.transform.dbt_run import Transformation
from analytics.transform.spark.crossing import division
from analytics.transform.spark.session import SparkOptions, session, settings_for
from analytics.transform.spark.store import FOLDER, Store, place_of

_READS_FOLDER: Final = "duckdb_from_spark"
_REJECTED: Final = "quality.rejected_record"


def build_marts_on_spark(
    dbt: Transformation, options: SparkOptions, steps: Steps, name: str
) -> None:
    """Build and test the marts of a warehouse whose `raw` is loaded, with Spark.

    `dbt` has been parsed for DuckDB. `name` tells this build's files from others in a store that
    several share. The warehouse then has the same schemas as after `dbt.build_marts()`, without
    the models that nothing reads later. Raises GateError where a test fails or a contract is
    broken, and BuildError where Spark or its store cannot go on.
    """
    store = Store(dbt.work / "spark", options.store, name)
    with steps.step("hand raw to Spark"):
        on_spark = dbt.on_engine("spark")
        on_spark.parse()
        n_bytes = store.write_raw(dbt.warehouse)
    parts = division(on_spark.manifest)
    settings = settings_for(options, dbt.threads, dbt.work, store.tables, n_bytes)
    with session(options, settings, dbt.work / "spark.log") as spark, store.emptied(spark):
        with steps.step("build and test the marts on Spark"):
            store.register_raw(spark)
            try:
                on_spark.build_marts(without=parts.tests_of_returned)
            except GateError:
                _bring_back_rejected(dbt, store, spark, parts.returned)
                raise
        with steps.step("bring the marts back"):
            store.fetch(spark, parts.returned.values())
    with steps.step("keep and test the marts"):
        keep(dbt, store, parts.returned, parts.views, parts.tests_of_returned)


def _bring_back_rejected(
    dbt: Transformation, store: Store, spark: Any, returned: Mapping[str, str]
) -> None:
    """Keep the rejected records, if Spark came as far: they say what stops a build."""
    if spark.catalog.tableExists(_REJECTED):
        store.fetch(spark, [_REJECTED])
        keep(dbt, store, {key: name for key, name in returned.items() if name == _REJECTED})


def keep(
    dbt: Transformation,
    store: Store,
    returned: Mapping[str, str],
    views: Collection[str] = (),
    tests: Iterable[str] = (),
) -> None:
    """Build the returned models from what Spark made of them: contract, comments and tests hold.

    The manifest is changed in place: to DuckDB a model is now the table that Spark has written.
    """
    os.environ[FOLDER] = str(store.folder)
    nodes = dbt.manifest.nodes
    for key, table in returned.items():
        files = f"{{{{ env_var('{FOLDER}') | replace(\"'\", \"''\") }}}}/{place_of(table)}"
        nodes[key].raw_code = f"select * from read_parquet('{files}/*.parquet')"
    for key in views:
        nodes[key].config.materialized = "view"
    names = [nodes[key].name for key in (*views, *returned)]
    dbt.build_only([*names, *tests], _READS_FOLDER)
