"""One Spark session for the tests of the dialect; without Spark or Java they are skipped."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from project import PROJECT

from analytics.errors import BuildError
from analytics.transform.spark import SparkOptions, check_installed
from analytics.transform.spark.session import session, settings_for

sys.path.append(str(PROJECT / "tests/transform"))  # for date_columns


@pytest.fixture(scope="session")
def spark_is_here() -> None:
    """Skip a test where Spark or Java is missing, with the sentence that says what."""
    try:
        check_installed()
    except BuildError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def spark(spark_is_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session of Spark on this machine."""
    work = tmp_path_factory.mktemp("spark")
    options = SparkOptions(conf={"spark.driver.memory": "1g"})
    settings = settings_for(options, 2, work, (work / "tables").as_uri(), 0)
    with session(options, settings, work / "spark.log") as running:
        running.conf.set("spark.sql.ansi.enabled", "false")  # as dbt-spark does
        yield running
