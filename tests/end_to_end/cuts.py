"""An earlier data cut of the default study, from the same data by the cut-off rule alone.

    python tests/end_to_end/cuts.py MONTHS_EARLIER FOLDER

The folder is the study with the cut-off of each trial that many months earlier and nothing else
changed: a record dated after its trial's cut-off counts as not yet collected. Left out are the
published numbers, which hold for the published cut.
"""

import argparse
import re
import shutil
from calendar import monthrange
from datetime import date
from pathlib import Path
from typing import Final

STUDY: Final = Path(__file__).parent.parent.parent / "studies/blinatumomab"
_CUTOFF: Final = re.compile(r"^(cutoff = )(\d{4}-\d{2}-\d{2})$", re.MULTILINE)


def write_cut(months_earlier: int, folder: Path) -> Path:
    """Write the study as of that many months before its cut-offs; the folder."""
    left_out = shutil.ignore_patterns("published", "__pycache__")
    shutil.copytree(STUDY, folder, ignore=left_out)
    study = folder / "study.toml"
    text, n_trials = _CUTOFF.subn(
        lambda found: f"{found[1]}{months_before(date.fromisoformat(found[2]), months_earlier)}",
        study.read_text(encoding="utf-8"),
    )
    if n_trials == 0:
        raise ValueError(f"{study} has no line `cutoff = <date>` to move.")
    study.write_text(text, encoding="utf-8")
    return folder


def months_before(day: date, months: int) -> date:
    """The day of the month that many months before; the last one where it has no such day."""
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write an earlier data cut of the default study.")
    parser.add_argument("months_earlier", type=int)
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    write_cut(chosen.months_earlier, chosen.folder)
