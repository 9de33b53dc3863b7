"""`make bench`: measure speed and memory, and write docs/benchmarks.md.

    python tests/benchmarks/bench.py [--patients N] [--rows N] [--only PART ...] [--quick] [--out F]

Figures are kept in figures.json beside this file, part by part, so that one part can be measured
again by itself; the page is drawn from all of them. --quick is for seeing that it works: small, one
round, no build.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import change_speed
import cox_speed
import curve_speed
import refresh_speed
from benchmark_page import write_page
from machine import load, machine
from peers import absent_packages
from rounds import ROUNDS

PROJECT: Final = Path(__file__).parent.parent.parent
FIGURES: Final = Path(__file__).parent / "figures.json"
PATIENTS: Final = (1_000, 10_000, 100_000, 1_000_000)
ROWS: Final = (100_000, 1_000_000, 10_000_000, 100_000_000)
QUICK_ROWS: Final = 10_000

Part = Callable[[Path], Any]


@dataclass(frozen=True)
class Size:
    """How far a run goes."""

    patients: tuple[int, ...]
    rows: tuple[int, ...]
    rounds: int


def parts_of(size: Size) -> dict[str, Part]:
    """What is measured, by name, each in an empty folder."""
    small = [n for n in size.rows if n <= 10_000_000]
    cox = [n for n in size.rows if n <= 1_000_000]
    return {
        "curves": partial(curve_speed.against_floor, size.rows, rounds=size.rounds),
        "curve_peers": partial(curve_speed.against_peers, small, rounds=size.rounds),
        "cox": lambda _: cox_speed.fits(small, min(size.rounds, 3)),
        "cox_peers": partial(cox_speed.against_peers, cox, rounds=size.rounds),
        "default_study": partial(refresh_speed.default_study, rounds=size.rounds),
        "changes": partial(change_speed.after_changes, rounds=min(size.rounds, 3)),
        "growth": partial(refresh_speed.growth, size.patients),
    }


def quick_parts() -> dict[str, Part]:
    """The same on little, without builds."""
    parts = parts_of(Size((), (QUICK_ROWS,), 1))
    return {name: parts[name] for name in ("curves", "curve_peers", "cox", "cox_peers")}


def measure(part: Part) -> dict[str, Any]:
    """The part's figures, when they were taken, and how busy the machine was before."""
    before = load()
    with tempfile.TemporaryDirectory(prefix="plateau-bench-") as work:
        rows = part(Path(work))
    return {
        "at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "load_before": before,
        "machine": machine(),
        "absent": absent_packages(),
        "rows": rows,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for, keep it, write the page; the exit code."""
    parser = argparse.ArgumentParser(description="Measure Plateau and write docs/benchmarks.md.")
    parser.add_argument("--patients", type=int, default=100_000, help="largest cohort to build")
    parser.add_argument("--rows", type=int, default=10_000_000, help="largest table of subjects")
    parser.add_argument("--only", nargs="+", help="parts to measure; default all")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round, no build")
    parser.add_argument("--figures", type=Path, default=FIGURES)
    parser.add_argument("--out", type=Path, default=PROJECT / "docs", help="folder of the page")
    chosen = parser.parse_args(arguments)
    size = Size(
        tuple(n for n in PATIENTS if n <= chosen.patients),
        tuple(n for n in ROWS if n <= chosen.rows),
        ROUNDS,
    )
    parts = quick_parts() if chosen.quick else parts_of(size)
    figures = json.loads(chosen.figures.read_text()) if chosen.figures.exists() else {}
    for name in chosen.only or parts:
        print(f"measuring {name}", flush=True)
        figures[name] = measure(parts[name])
        chosen.figures.write_text(json.dumps(figures, indent=1) + "\n")
    write_page(figures, chosen.out)
    print(f"Written to {chosen.out / 'benchmarks.md'}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
