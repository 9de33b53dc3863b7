"""The skeleton's files with proposed rows and trials in place of its own; its words stay."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

_OWN_TRIAL: Final = {
    "trial_id": '"TRIAL01"',
    "label": '"Trial 01"',
    "path": '"sdtm/TRIAL01"',
    "cutoff": "2030-12-31",
}


@dataclass(frozen=True)
class TrialEntry:
    """A [[trials]] entry; `reason` says where the cut-off comes from.

    `asks_unit` leaves a line for the time_unit that nothing in the files tells.
    """

    trial_id: str
    path: str
    cutoff: date
    reason: str
    encoding: str | None = None
    kind: str = "sdtm"
    time_unit: str | None = None
    asks_unit: bool = False

    @property
    def values(self) -> dict[str, str]:
        """The entry's keys in their order, with values as TOML writes them."""
        values = {
            "trial_id": json.dumps(self.trial_id, ensure_ascii=False),
            "label": json.dumps(self.trial_id, ensure_ascii=False),
            "path": json.dumps(self.path),
            "cutoff": f"{self.cutoff.isoformat()}  # proposed: {self.reason}",
        }
        if self.kind != "sdtm":
            values["kind"] = json.dumps(self.kind)
        if self.time_unit:
            values["time_unit"] = f"{json.dumps(self.time_unit)}  # proposed: AVALU is not given"
        if self.asks_unit:
            values["#time_unit"] = '""  # DAYS, WEEKS, MONTHS or YEARS: no file tells it'
        return {**values, "encoding": json.dumps(self.encoding)} if self.encoding else values


def fill_trials(study_file: Path, entries: Sequence[TrialEntry]) -> None:
    """Put the entries into study.toml where the skeleton has its own one."""
    text = study_file.read_text(encoding="utf-8")
    first, *others = entries
    for key, own in _OWN_TRIAL.items():
        text = text.replace(f"{key} = {own}\n", f"{key} = {first.values[key]}\n", 1)
    end = f"cutoff = {first.values['cutoff']}\n"
    more = _lines(first, [key for key in first.values if key not in _OWN_TRIAL])
    for entry in others:
        more += "\n[[trials]]\n" + _lines(entry, list(entry.values))
    study_file.write_text(text.replace(end, end + more, 1), encoding="utf-8")


def fill_list(study_file: Path, key: str, values: Sequence[str]) -> None:
    """Put a list into study.toml, where the skeleton has the key with its default behind a #."""
    lines = study_file.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(i for i, line in enumerate(lines) if line.startswith(f"#{key} = "))
    lines[place] = f"{key} = {json.dumps(list(values))}\n"
    study_file.write_text("".join(lines), encoding="utf-8")


def fill_rows(file: Path, rows: Sequence[Sequence[str]], about: str) -> None:
    """Put the rows below the header of a CSV file, in place of its own rows and examples."""
    lines = file.read_text(encoding="utf-8").splitlines()
    header = next(place for place, line in enumerate(lines) if not line.startswith("#"))
    kept = [*lines[:header], "#", f"# {about}", lines[header]]
    file.write_text("\n".join(kept) + "\n" + csv_text(rows), encoding="utf-8")


def add_rows(file: Path, rows: Sequence[Sequence[str]]) -> None:
    """Put the rows at the end of a CSV file, below its own rows and examples."""
    with file.open("a", encoding="utf-8") as end:
        end.write(csv_text(rows))


def csv_text(rows: Sequence[Sequence[object]]) -> str:
    """The rows as lines of a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def analysis_text(name: str, label: str, method: str, **values: str) -> str:
    """An analysis of plan.toml; `values` are the further keys, as TOML writes their values."""
    named = {"id": name, "label": label, "method": method}
    lines = [f"{key} = {toml_text(value)}\n" for key, value in named.items()]
    lines += [f"{key} = {value}\n" for key, value in values.items()]
    return f"[[analyses]]\n{''.join(lines)}"


def replace_text(file: Path, old: str, new: str) -> None:
    """Put one text of a skeleton's file in place of another, which it has."""
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{file.name} of the skeleton has no '{old}'"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def toml_text(value: str) -> str:
    """A text as TOML writes it, on one line and in quotes."""
    return json.dumps(" ".join(value.split()), ensure_ascii=False)


def _lines(entry: TrialEntry, keys: Sequence[str]) -> str:
    return "".join(f"{key} = {entry.values[key]}\n" for key in keys)
