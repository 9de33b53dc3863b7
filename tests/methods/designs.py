"""The tables that say what R computes and the tests hold their numbers against."""

import csv
from pathlib import Path

REFERENCE = Path(__file__).parent.parent / "reference"


def designs(name: str) -> dict[str, dict[str, str]]:
    """The rows of `<name>_design.csv` by their first column; an empty field is ''."""
    with (REFERENCE / f"{name}_design.csv").open(encoding="utf-8", newline="") as file:
        return {next(iter(row.values())): row for row in csv.DictReader(file)}
