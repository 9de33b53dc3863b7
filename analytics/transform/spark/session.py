"""A Spark session in this process, on this machine or on a cluster."""

import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from analytics.errors import BuildError, first_line
from analytics.project_files import SPARK_LOCK

PACKAGES: Final = ("pyspark", "dbt-spark")
_OLDEST_JAVA: Final = 17
_BYTES_OF_A_PARTITION: Final = 16 * 2**20
_SHARE_OF_MEMORY: Final = 0.5


@dataclass(frozen=True)
class SparkOptions:
    """Where Spark runs and what it is told; none of it changes a number.

    `master` is a URL of Spark (None: this process, one task per thread). `conf` are settings of
    the user's own; they stand above those made here. `store` is the folder or the URL of an object
    store that every machine of the cluster reaches (None: the folder of the build).
    """

    master: str | None = None
    conf: Mapping[str, str] | None = None
    store: str | None = None


def check_installed() -> None:
    """Raise BuildError with one sentence for what Spark needs and this machine does not have."""
    for package in PACKAGES:
        try:
            version(package)
        except PackageNotFoundError:
            raise BuildError(
                f"--engine spark needs the package {package}, which is not installed; run `pip "
                f"install --no-deps -r {SPARK_LOCK}` (in a checkout: `make spark`)."
            ) from None
    java = _java()
    if java is None:
        raise BuildError(
            f"--engine spark needs Java {_OLDEST_JAVA} or later, which is neither in JAVA_HOME nor "
            "on the PATH; install it (on Debian: apt install openjdk-17-jre-headless)."
        )
    found = _java_version(java)
    if found is None or found < _OLDEST_JAVA:
        raise BuildError(
            f"--engine spark needs Java {_OLDEST_JAVA} or later, and {java} is "
            f"{'no Java that runs' if found is None else f'Java {found}'}; install it, or name it "
            "in JAVA_HOME."
        )


@contextmanager
def session(options: SparkOptions, settings: Mapping[str, str], log: Path) -> Iterator[Any]:
    """A session with these settings, ended with its Java process; `log` takes what Java says.

    Raises BuildError when Spark does not start: the log is in the folder of a failed build.
    """
    from py4j.protocol import Py4JError  # noqa: PLC0415 - one engine of two
    from pyspark import SparkConf, SparkContext  # noqa: PLC0415
    from pyspark.errors import PySparkException  # noqa: PLC0415
    from pyspark.java_gateway import launch_gateway  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    conf = SparkConf(loadDefaults=False)
    for key, value in {**settings, **(options.conf or {})}.items():
        conf.set(key, value)
    on_interrupt = signal.getsignal(signal.SIGINT)
    gateway = None
    try:
        with log.open("ab") as file:
            gateway = launch_gateway(conf, {"stdout": file, "stderr": file})
        context = SparkContext(conf=conf, gateway=gateway)
        spark = SparkSession(context)
    except Exception as error:  # py4j hands on whatever Java throws
        reason = _reason(error, log)
        _end(SparkContext, gateway)
        raise BuildError(
            f"Spark could not be started at {conf.get('spark.master')}: {reason}."
        ) from error
    finally:
        _restore(on_interrupt)  # a context of Spark takes the signal for itself
    try:
        yield spark
    except (PySparkException, Py4JError) as error:
        raise BuildError(f"Spark could not go on: {_told(error)}.") from error
    finally:
        with suppress(Exception):  # Java may have ended by itself
            spark.stop()
        _end(SparkContext, gateway)
        _restore(on_interrupt)


def settings_for(
    options: SparkOptions, threads: int, work: Path, tables: str, n_bytes: int
) -> dict[str, str]:
    """The settings of a session whose tables are at the URL `tables`, for raw of `n_bytes`.

    On this machine one partition holds at most 16 MiB of raw, so that a task stays within a
    share of half the memory. A cluster has its own number of tasks and plans by what it measures.
    """
    shared = {
        "spark.master": options.master or f"local[{threads}]",
        "spark.app.name": "plateau",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": tables,
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.sources.default": "parquet",
    }
    if options.master is not None:
        return shared
    n_partitions = max(threads, -(-n_bytes // _BYTES_OF_A_PARTITION))
    return shared | {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": f"{_memory() // 2**20}m",
        "spark.local.dir": str(work / "shuffle"),
        "spark.sql.shuffle.partitions": str(n_partitions),
        "spark.sql.adaptive.enabled": "false",
    }


def _memory() -> int:
    """Bytes for Java: half of what the machine has."""
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * _SHARE_OF_MEMORY)


def _end(context: Any, gateway: Any) -> None:
    """End the Java process, so that its memory is free for the steps that follow."""
    if gateway is None:
        return
    with suppress(Exception):
        gateway.shutdown()
    with suppress(OSError):
        gateway.proc.stdin.close()
    try:
        gateway.proc.wait(3)
    except subprocess.TimeoutExpired:
        gateway.proc.kill()
        gateway.proc.wait()
    context._gateway = context._jvm = None  # the next session starts a process of its own


def _restore(handler: Any) -> None:
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, handler)


def _java() -> str | None:
    """The Java that Spark will start: that of JAVA_HOME, or the first on the PATH."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")


def _java_version(java: str) -> int | None:
    """17 for `openjdk version "17.0.15"`, 8 for `1.8.0_402`; None for what does not answer."""
    try:
        told = subprocess.run(
            [java, "-version"], capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', told.stderr + told.stdout)
    return int(found[1]) if found and told.returncode == 0 else None


def _told(error: Exception) -> str:
    """What Java says is wrong, where it was Java that failed."""
    thrown = getattr(error, "java_exception", None)
    text = first_line(error) if thrown is None else thrown.toString().splitlines()[0]
    return str(text).rstrip(".")


def _reason(error: Exception, log: Path) -> str:
    """The cause that Java has written, or else the error itself."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    causes = [line for line in lines if line.startswith("Caused by:")][-1:]
    faults = [line for line in lines if line.startswith(("Unrecognized", "Invalid", "Exception"))]
    told = next(iter([*causes, *faults]), _told(error))
    return told.removeprefix('Exception in thread "main" ').rstrip(".")
