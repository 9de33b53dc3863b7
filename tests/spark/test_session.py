"""What Spark cannot do is told in a sentence, and its process ends."""

from pathlib import Path

import pytest

from analytics.errors import BuildError
from analytics.transform.spark import SparkOptions
from analytics.transform.spark.session import session, settings_for
from analytics.transform.spark.store import Store


def test_a_store_that_spark_cannot_reach_is_told(spark_is_here: None, tmp_path: Path) -> None:
    options = SparkOptions(conf={"spark.driver.memory": "1g"})
    store = Store(tmp_path, "nosuch://bucket", "x")
    settings = settings_for(options, 1, tmp_path, (tmp_path / "tables").as_uri(), 0)
    with (
        pytest.raises(BuildError, match=r"^Spark could not go on: .*nosuch") as caught,
        session(options, settings, tmp_path / "log") as spark,
        store.emptied(spark),
    ):
        raise AssertionError("not reached")
    assert "\n" not in str(caught.value)


def test_a_master_that_is_none_is_told(spark_is_here: None, tmp_path: Path) -> None:
    options = SparkOptions("nosuch://head", conf={"spark.driver.memory": "1g"})
    settings = settings_for(options, 1, tmp_path, (tmp_path / "tables").as_uri(), 0)
    with (
        pytest.raises(
            BuildError, match=r"could not be started at nosuch://head: .*Master must"
        ) as caught,
        session(options, settings, tmp_path / "log"),
    ):
        raise AssertionError("not reached")
    assert "\n" not in str(caught.value)


def test_a_second_session_starts_after_the_first(spark_is_here: None, tmp_path: Path) -> None:
    options = SparkOptions(conf={"spark.driver.memory": "1g"})
    for turn in ("one", "two"):
        work = tmp_path / turn
        work.mkdir()
        settings = settings_for(options, 1, work, (work / "tables").as_uri(), 0)
        with session(options, settings, work / "log") as spark:
            assert spark.sql("select 1 as a").collect()[0].a == 1
            assert spark.conf.get("spark.sql.warehouse.dir").endswith(f"{turn}/tables")
