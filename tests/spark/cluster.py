"""A standalone cluster of Spark on the loopback: a master and workers as processes of their own."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_DEPLOY: Final = "org.apache.spark.deploy"
_HOST: Final = "127.0.0.1"
_LONGEST_WAIT: Final = 60.0


class Cluster:
    """The running processes; `url` is what `--spark-master` takes."""

    def __init__(self, folder: Path, n_workers: int) -> None:
        """Start a master, then workers of one core and 900 MB."""
        self.folder = folder
        port = _free_port()
        self.url = f"spark://{_HOST}:{port}"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._start("master", "master.Master", "--port", str(port))
        self._wait("master", "Starting Spark master")
        for number in range(n_workers):
            self._start(f"worker-{number}", "worker.Worker", "-c", "1", "-m", "900m", self.url)
        for number in range(n_workers):
            self._wait(f"worker-{number}", "Successfully registered")

    def kill(self, name: str) -> None:
        """Kill a process and all that it has started, at once."""
        os.killpg(self._processes.pop(name).pid, signal.SIGKILL)

    def log(self, name: str) -> str:
        """What a process has written."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def stop(self) -> None:
        """Kill what still runs."""
        for name in [*self._processes]:
            self.kill(name)

    def _start(self, name: str, role: str, *arguments: str) -> None:
        from pyspark.find_spark_home import _find_spark_home  # noqa: PLC0415 - may not be there

        home = Path(_find_spark_home())
        with (self.folder / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(
                [
                    *(str(home / "bin/spark-class"), f"{_DEPLOY}.{role}"),
                    *("--host", _HOST, "--webui-port", "0", *arguments),
                ],
                env={
                    **os.environ,
                    "SPARK_HOME": str(home),
                    "SPARK_DAEMON_MEMORY": "256m",
                    "SPARK_WORKER_DIR": str(self.folder / name),
                    "SPARK_LOCAL_DIRS": str(self.folder / name),
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait(self, name: str, words: str) -> None:
        end = time.monotonic() + _LONGEST_WAIT
        while words not in self.log(name):
            if time.monotonic() > end or self._processes[name].poll() is not None:
                raise RuntimeError(f"The {name} did not start: {self.log(name)[-2000:]}")
            time.sleep(0.2)


@contextmanager
def cluster(folder: Path, n_workers: int) -> Iterator[Cluster]:
    """A cluster that ends with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    running = Cluster(folder, n_workers)
    try:
        yield running
    finally:
        running.stop()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind((_HOST, 0))
        return int(taken.getsockname()[1])
