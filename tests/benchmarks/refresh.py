"""One build of a study, each step with its seconds and its peak of memory.

    python tests/benchmarks/refresh.py STUDY RELEASES FIGURES [--engine spark]

Memory is the sum over the process and its children (the gate works in one) of what they hold in
RAM, sampled; files in the page cache do not count. The figures go to a JSON file as each step ends,
so that a build that is stopped leaves those of the steps before.
"""

import argparse
import json
import os
import threading
import time
from pathlib import Path
from typing import Final

from analytics.build.pipeline import BuildOptions, build
from analytics.transform.spark import SparkOptions

SAMPLED_EVERY: Final = 0.2
_STATUS: Final = "status"


class StepMeter:
    """A build's progress that keeps the seconds and the peak of memory of every step."""

    def __init__(self, figures: Path) -> None:
        """Begin to sample; what is measured goes to the file."""
        self._figures = figures
        self._started = time.perf_counter()
        self._steps: dict[str, dict[str, float]] = {}
        self._title = "start"
        self._peak = 0
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def begin(self, title: str) -> None:
        """A step begins with a peak of its own."""
        self._title, self._peak = title, 0

    def detail(self, text: str) -> None:
        """Nothing is kept of what a step tells."""

    def note(self, text: str) -> None:
        """Nothing is kept of what a build notes."""

    def end(self, title: str, seconds: float) -> None:
        """Keep the step's figures."""
        self._steps[title] = {"seconds": seconds, "peak_bytes": max(self._peak, tree_memory())}
        self.write()

    def write(self) -> None:
        """Write the seconds since the start, and the steps so far."""
        seconds = time.perf_counter() - self._started
        figures = {"seconds": seconds, "steps": self._steps}
        self._figures.write_text(json.dumps(figures, indent=2) + "\n")

    def _sample(self) -> None:
        while True:
            self._peak = max(self._peak, tree_memory())
            time.sleep(SAMPLED_EVERY)


def tree_memory() -> int:
    """Bytes in RAM of this process and all below it."""
    below: dict[int, list[int]] = {}
    resident: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            fields = _status(folder)
            below.setdefault(fields.get("PPid", 0), []).append(int(folder.name))
            resident[int(folder.name)] = fields.get("VmRSS", 0) * 1024
    family = [os.getpid()]
    for member in family:
        family += below.get(member, [])
    return sum(resident.get(member, 0) for member in family)


def _status(folder: Path) -> dict[str, int]:
    """The whole numbers of a process's status; none when it has just ended."""
    try:
        lines = (folder / _STATUS).read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split()[:2] for line in lines if line.startswith(("PPid:", "VmRSS:")))
    return {name.rstrip(":"): int(number) for name, number in pairs}


def main() -> int:
    """Build, and write the figures; the exit code."""
    parser = argparse.ArgumentParser(description="Build a study and measure its steps.")
    parser.add_argument("study", type=Path)
    parser.add_argument("releases", type=Path)
    parser.add_argument("figures", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    parser.add_argument("--spark-memory", default="8g", help="heap of Java, as Spark writes it")
    chosen = parser.parse_args()
    meter = StepMeter(chosen.figures)
    spark = SparkOptions(conf={"spark.driver.memory": chosen.spark_memory})
    options = BuildOptions(
        chosen.releases,
        force=True,
        threads=chosen.threads,
        spark=spark if chosen.engine == "spark" else None,
    )
    build(chosen.study, options, meter)
    meter.write()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
