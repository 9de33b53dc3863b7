"""The options that say which engine runs the models up to the marts."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from analytics.errors import UsageError

if TYPE_CHECKING:
    from analytics.transform.spark import SparkOptions


class Engine(StrEnum):
    """What runs the models up to the marts."""

    duckdb = "duckdb"
    spark = "spark"


EngineOption = Annotated[
    Engine,
    typer.Option(
        "--engine",
        help="What runs the models up to the marts: DuckDB, or Apache Spark for what is larger "
        "than one machine. The results are the same.",
    ),
]
SparkMaster = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="The cluster, as Spark names it (spark://host:7077, yarn, k8s://...). Left out: "
        "this machine.",
    ),
]
SparkConf = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="A setting of Spark, such as spark.executor.memory=8g or spark.jars.packages=...; "
        "can be given several times.",
    ),
]
SparkStore = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="A folder or object store that every machine of the cluster reaches, for the tables "
        "of a build while it runs. Left out: the folder of the build.",
    ),
]


def spark_options(
    engine: Engine, master: str | None, conf: Sequence[str] | None, store: str | None
) -> "SparkOptions | None":
    """What Spark is told; None for DuckDB.

    Raises UsageError for options that say nothing, and for a cluster without a store: a machine of
    it would look for the tables on its own disk.
    """
    if engine is Engine.duckdb:
        given = {"--spark-master": master, "--spark-conf": conf, "--spark-store": store}
        if named := [name for name, value in given.items() if value]:
            raise UsageError(f"{named[0]} is read with --engine spark alone; add it.")
        return None
    if master and not master.startswith("local") and not store:
        raise UsageError(
            f"--spark-master {master} needs --spark-store with a folder or object store that every "
            "machine of the cluster reaches; add it."
        )
    from analytics.transform.spark import SparkOptions  # noqa: PLC0415 - one engine of two

    return SparkOptions(master, dict(map(_setting, conf or ())), store)


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.startswith("spark."):
        raise UsageError(
            f"--spark-conf '{text}' is no setting of Spark; write it as spark.some.key=value."
        )
    return key, value
