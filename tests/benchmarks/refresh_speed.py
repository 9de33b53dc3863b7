"""The whole refresh: at growing numbers of patients, and of the default study."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from cohorts import STUDY, write_cohort

_BUILD: Final = Path(__file__).parent / "refresh.py"
_PROJECT: Final = _BUILD.parent.parent.parent
_IMPORTS: Final = ("great_expectations", "dbt.cli.main")


def growth(sizes: Sequence[int], work: Path) -> list[dict[str, Any]]:
    """Per number of patients one build in a process of its own: seconds and memory by step."""
    rows = []
    for n in sizes:
        study = work / f"study-{n}"
        started = time.perf_counter()
        write_cohort(n, study)
        made = time.perf_counter() - started
        figures = measured_build(study, work)
        files = sum(path.stat().st_size for path in study.rglob("*") if path.is_file())
        rows.append({"patients": n, "bytes": files, "made_seconds": made, **figures})
        shutil.rmtree(study)
    return rows


def measured_build(study: Path, work: Path) -> dict[str, Any]:
    """A forced build into an empty folder of releases; the figures of refresh.py."""
    releases, figures = work / "releases", work / "figures.json"
    _seconds(_BUILD, study, releases, figures)
    shutil.rmtree(releases)
    found: dict[str, Any] = json.loads(figures.read_text())
    return found


def default_study(work: Path, rounds: int) -> dict[str, Any]:
    """The default study's full rebuild by the command, beside the imports it rests on.

    Each round is a forced build into an empty folder and, right after it, the import of Great
    Expectations and of dbt, each in a process of its own.
    """
    builds, imports, steps = list[float](), list[list[float]](), list[dict[str, float]]()
    for _ in range(rounds):
        seconds, timings = _command(work)
        builds.append(seconds)
        steps.append(timings)
        imports.append([_seconds("-c", f"import {module}") for module in _IMPORTS])
    return {
        "rounds": rounds,
        "seconds": median(builds),
        "import_seconds": dict(zip(_IMPORTS, map(median, zip(*imports, strict=True)), strict=True)),
        "by_imports": median(took / sum(two) for took, two in zip(builds, imports, strict=True)),
        "steps": {title: median(run[title] for run in steps) for title in steps[0]},
    }


def _command(work: Path) -> tuple[float, dict[str, float]]:
    """The seconds of `plateau build` on the default study, and those of its steps."""
    releases, timings = work / "releases", work / "timings.json"
    arguments = ("build", STUDY, "--force", "--releases", releases, "--timings", timings)
    seconds = _seconds("-m", "analytics", *arguments)
    shutil.rmtree(releases)
    steps: dict[str, float] = json.loads(timings.read_text())
    return seconds, steps


def _seconds(*arguments: str | Path) -> float:
    """How long this Python takes with these arguments."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=_PROJECT, check=True, capture_output=True)
    return time.perf_counter() - started
