"""The files that DuckDB and Spark hand to each other: Parquet, in a folder or an object store.

    <store>/raw/<table>.parquet             written by DuckDB
    <store>/tables/<schema>.db/<model>/     written by Spark

A store elsewhere is reached through Hadoop's file systems, so that whatever Spark can read (hdfs,
s3a, abfss, gs, with packages of the user's own) will do.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from analytics.warehouse import connect, literal, quoted

FOLDER: Final = "PLATEAU_FROM_SPARK"
"""The environment variable that names the folder to dbt's profile."""
RAW: Final = "raw"
TABLES: Final = "tables"


class Store:
    """The files of one build. `folder` is on this machine; `url` is where Spark finds them."""

    def __init__(self, folder: Path, elsewhere: str | None, name: str) -> None:
        """Keep them in the folder, or under the name `name` at the URL `elsewhere`."""
        self.folder = folder.resolve()
        self.url = f"{elsewhere.rstrip('/')}/{name}" if elsewhere else _url(self.folder)
        self._is_elsewhere = elsewhere is not None

    @property
    def tables(self) -> str:
        """The URL of the tables that Spark makes."""
        return f"{self.url}/{TABLES}"

    def write_raw(self, warehouse: Path) -> int:
        """Write every table of schema `raw` of the warehouse; the bytes of the files."""
        folder = self.folder / RAW
        folder.mkdir(parents=True)
        with connect(warehouse, reach=[folder]) as connection:
            for table in _tables(connection, RAW):
                file = literal(folder / f"{table}.parquet")
                connection.execute(f"copy raw.{quoted(table)} to {file} (format parquet)")
        return sum(file.stat().st_size for file in folder.iterdir())

    def register_raw(self, spark: Any) -> None:
        """Make the tables known to Spark under the names that dbt has for them."""
        if self._is_elsewhere:
            self._hand(spark, RAW, to_store=True)
        spark.sql(f"create database if not exists {RAW}")
        for file in sorted((self.folder / RAW).iterdir()):
            place = f"{self.url}/{RAW}/{file.name}".replace("'", "\\'")
            spark.sql(f"create table {RAW}.`{file.stem}` using parquet location '{place}'")

    def fetch(self, spark: Any, tables: Iterable[str]) -> None:
        """Bring the tables `schema.name` from the store into the folder, if they are elsewhere."""
        if self._is_elsewhere:
            for table in tables:
                self._hand(spark, place_of(table), to_store=False)

    @contextmanager
    def emptied(self, spark: Any) -> Iterator[None]:
        """Keep what is elsewhere for the block alone, with nothing that a killed build left there.

        The folder on this machine goes with the build's own.
        """
        self._empty(spark)
        try:
            yield
        except BaseException:
            with suppress(Exception):  # the first error is the one to tell
                self._empty(spark)
            raise
        self._empty(spark)

    def _empty(self, spark: Any) -> None:
        if self._is_elsewhere:
            system, path = self._at(spark, "")
            system.delete(path, True)

    def _hand(self, spark: Any, place: str, *, to_store: bool) -> None:
        here = spark._jvm.org.apache.hadoop.fs.Path(_url(self.folder / place))
        system, there = self._at(spark, place)
        if to_store:
            system.copyFromLocalFile(False, True, here, there)
        else:
            (self.folder / place).parent.mkdir(parents=True, exist_ok=True)
            system.copyToLocalFile(False, there, here, True)

    def _at(self, spark: Any, place: str) -> tuple[Any, Any]:
        """The file system of the store, and a place in it."""
        path = spark._jvm.org.apache.hadoop.fs.Path(f"{self.url}/{place}".rstrip("/"))
        return path.getFileSystem(spark._jsc.hadoopConfiguration()), path


def _url(path: Path) -> str:
    """A path of this machine as Hadoop takes it: with the characters that it has, not encoded."""
    return f"file://{path}"


def place_of(table: str) -> str:
    """Where Spark keeps the table `schema.name`, below the store."""
    schema, _, name = table.partition(".")
    return f"{TABLES}/{schema}.db/{name}"


def _tables(connection: Any, schema: str) -> list[str]:
    found = connection.execute(
        "select table_name from information_schema.tables where table_schema = ? order by all",
        [schema],
    ).fetchall()
    return [name for (name,) in found]
