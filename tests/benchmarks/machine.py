"""The machine a benchmark ran on, named as far as it tells, and how busy it was."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Final

from peers import versions

BUSY: Final = 0.5
_PACKAGES: Final = ("duckdb", "polars", "numpy", "dbt-core", "great-expectations")


def machine() -> dict[str, str]:
    """Processor, cores, memory, system, and the versions of what was measured."""
    ours = [f"{name} {version(name)}" for name in _PACKAGES]
    peers = [f"{name} {number}" for name, number in versions().items()]
    return {
        "processor": _processor(),
        "cores": f"{os.cpu_count()} cores",
        "memory": f"{_memory() / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "ours": ", ".join([f"Python {platform.python_version()}", *ours]),
        "peers": ", ".join(peers),
    }


def load() -> float:
    """How many processes wanted a core, on the average of the last minute."""
    return os.getloadavg()[0]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
