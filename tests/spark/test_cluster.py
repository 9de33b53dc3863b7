"""A build goes on when a machine of the cluster is lost, and publishes the same."""

import os
from pathlib import Path

import pytest
from cluster import Cluster, cluster
from project import STUDY
from test_same_release import contents

from analytics.build.pipeline import BuildOptions, build
from analytics.progress import Silence
from analytics.transform.spark import SparkOptions

pytestmark = pytest.mark.skipif(
    not os.environ.get("PLATEAU_SPARK"), reason="part of make test-spark EVERY=1"
)

LOST_AT = "int_dated_facts"
CONF = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.executor.memory": "640m",
    "spark.executor.cores": "1",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
}


class Loss(Silence):
    """Kills a worker, with its executor, when dbt comes to a model in the middle of the marts."""

    def __init__(self, running: Cluster) -> None:
        """Wait for the model."""
        self.running = running
        self.after: list[str] = []

    def detail(self, text: str) -> None:
        """The models and tests that came after the loss."""
        if LOST_AT in text and not self.after:
            self.running.kill("worker-0")
        if LOST_AT in text or self.after:
            self.after.append(text)


def test_a_worker_is_lost_in_the_middle_of_the_marts(
    spark_is_here: None, default_release: Path, tmp_path: Path
) -> None:
    with cluster(tmp_path / "cluster", 2) as running:
        loss = Loss(running)
        options = SparkOptions(running.url, CONF, str(tmp_path / "store"))
        built = build(STUDY, BuildOptions(tmp_path / "releases", spark=options), loss)
        lost = running.log("master")
    assert "Registered app plateau" in lost
    assert lost.count("Launching executor") >= 2
    assert "Removing worker" in lost or "disassociated" in lost
    assert any("time_to_event" in text for text in loss.after)
    assert contents(built.release) == contents(default_release)
    assert not any((tmp_path / "store").iterdir())
