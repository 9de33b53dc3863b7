"""What `--engine spark` says where it cannot run, and what its options mean."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from analytics.cli.engines import Engine, spark_options
from analytics.errors import BuildError, UsageError
from analytics.transform.spark import SparkOptions, check_installed, session
from analytics.transform.spark.session import settings_for


def installed(_package: str) -> str:
    return "4.3.0"


def java_that_says(text: str, folder: Path) -> None:
    java = folder / "java"
    java.write_text(f"#!/bin/sh\necho '{text}' >&2\n")
    java.chmod(0o755)


def test_a_missing_package_is_named_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(session, "version", missing)
    with pytest.raises(BuildError, match=r"needs the package pyspark, .*spark\.lock") as caught:
        check_installed()
    assert str(caught.value).count(". ") == 0


def test_missing_java_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(session, "version", installed)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match="needs Java 17 or later, which is neither in JAVA_HOME"):
        check_installed()


@pytest.mark.parametrize(
    ("told", "fact"),
    [
        ('openjdk version "11.0.22" 2024-01-16', "is Java 11;"),
        ('java version "1.8.0_402"', "is Java 8;"),
        ("no such thing", "is no Java that runs;"),
    ],
)
def test_a_java_that_is_too_old_is_named(
    told: str, fact: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(session, "version", installed)
    (tmp_path / "bin").mkdir()
    java_that_says(told, tmp_path / "bin")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(BuildError, match=fact):
        check_installed()


def test_java_17_will_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(session, "version", installed)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    java_that_says('openjdk version "17.0.15" 2025-04-15', tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    check_installed()


def test_the_options_of_spark() -> None:
    assert spark_options(Engine.duckdb, None, None, None) is None
    assert spark_options(Engine.spark, "yarn", ["spark.a=b=c", "spark.d="], "s3a://x") == (
        SparkOptions("yarn", {"spark.a": "b=c", "spark.d": ""}, "s3a://x")
    )


@pytest.mark.parametrize(
    ("master", "conf", "store", "named"),
    [
        ("yarn", None, None, "--spark-master"),
        (None, ["spark.a=b"], None, "--spark-conf"),
        (None, None, "s3a://x", "--spark-store"),
    ],
)
def test_an_option_that_nothing_reads_is_refused(
    master: str | None, conf: list[str] | None, store: str | None, named: str
) -> None:
    with pytest.raises(UsageError, match=f"{named} is read with --engine spark"):
        spark_options(Engine.duckdb, master, conf, store)


def test_a_cluster_needs_a_store_that_its_machines_reach() -> None:
    with pytest.raises(UsageError, match="spark://head:7077 needs --spark-store"):
        spark_options(Engine.spark, "spark://head:7077", None, None)
    assert spark_options(Engine.spark, "local[4]", None, None) == SparkOptions("local[4]", {})


@pytest.mark.parametrize("conf", ["spark.a", "executor.memory=8g", "=1", ""])
def test_what_is_no_setting_is_refused(conf: str) -> None:
    with pytest.raises(UsageError, match="is no setting of Spark"):
        spark_options(Engine.spark, None, [conf], None)


def test_a_larger_raw_is_cut_into_more_partitions_on_one_machine(tmp_path: Path) -> None:
    def partitions(n_bytes: int) -> str:
        found = settings_for(SparkOptions(), 2, tmp_path, "file:///x", n_bytes)
        return found["spark.sql.shuffle.partitions"]

    assert [partitions(n) for n in (0, 2**24, 2**25 + 1, 10 * 2**24)] == ["2", "2", "3", "10"]


def test_a_cluster_decides_its_own_partitions_and_memory(tmp_path: Path) -> None:
    found = settings_for(SparkOptions("spark://a:7077"), 2, tmp_path, "s3a://x", 2**30)
    assert found["spark.master"] == "spark://a:7077"
    assert not {"spark.driver.memory", "spark.sql.shuffle.partitions"} & found.keys()
