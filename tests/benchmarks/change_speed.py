"""A build after a small change of the study beside a build of everything."""

import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, Final

from cohorts import STUDY

_PROJECT: Final = Path(__file__).parent.parent.parent
_ADDED: Final = """
[[analyses]]
id = "os_added"
label = "Overall survival of responders"
method = "kaplan_meier"
endpoint = "OS"
population = "responders"
"""

Change = Callable[[Path], None]


def _replaced(file: str, old: str, new: str) -> Change:
    def change(study: Path) -> None:
        path = study / file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def _added(study: Path) -> None:
    with (study / "plan.toml").open("a", encoding="utf-8") as plan:
        plan.write(_ADDED)


CHANGES: Final[dict[str, Change]] = {
    "the label of an analysis": _replaced("plan.toml", "Overall survival, all", "Survival, all"),
    "the label of a factor": _replaced("factors.csv", "age,Age,", "age,Age at entry,"),
    "one analysis more": _added,
    "another wording of a check": _replaced(
        "expectations/history.yml", "description: ", "description: Still, "
    ),
}


def after_changes(work: Path, rounds: int) -> list[dict[str, Any]]:
    """Per change of the default study: seconds and CPU seconds of a build on its release, and anew.

    The two alternate. Ratios are the median over the rounds.
    """
    before = work / "before"
    _build(STUDY, before)
    rows = []
    for name, change in CHANGES.items():
        study = work / "study"
        shutil.copytree(STUDY, study)
        change(study)
        reused, anew = list[tuple[float, float]](), list[tuple[float, float]]()
        for _ in range(rounds):
            releases = work / "releases"
            shutil.copytree(before, releases, symlinks=True)
            reused.append(_build(study, releases))
            shutil.rmtree(releases)
            anew.append(_build(study, releases, "--force"))
            shutil.rmtree(releases)
        shutil.rmtree(study)
        ratios = [
            tuple(a / b for a, b in zip(*pair, strict=True))
            for pair in zip(reused, anew, strict=True)
        ]
        rows.append(
            {
                "change": name,
                "seconds": median(one for one, _ in reused),
                "cpu_seconds": median(one for _, one in reused),
                "seconds_anew": median(one for one, _ in anew),
                "cpu_seconds_anew": median(one for _, one in anew),
                "ratio": median(one for one, _ in ratios),
                "cpu_ratio": median(one for _, one in ratios),
            }
        )
    return rows


def _build(study: Path, releases: Path, *options: str) -> tuple[float, float]:
    """Seconds and CPU seconds of `plateau build`."""
    used, started = _children(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "analytics", "build", study, "--releases", releases, *options],
        cwd=_PROJECT,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - started, _children() - used


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
