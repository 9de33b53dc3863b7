"""The files of a package that the study does not use: listed in raw, never opened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from typing import Final, Literal

import duckdb

DATA: Final = "data"
NO_DATA: Final = "no data"
MEANINGS: Final = {DATA: "data this study does not use", NO_DATA: "no data"}
_MOST_NAMES: Final = 40


@dataclass(frozen=True)
class UnusedFile:
    """A file that was passed over; `domain` by its name, `note` where somebody should look."""

    src_trial: str
    src_file: str
    what: Literal["data", "no data"]
    domain: str | None = None
    note: str | None = None

    @property
    def shown(self) -> str:
        """How a list names it: data of the standard by its dataset, anything else by its file."""
        name = PurePosixPath(self.src_file)
        return name.stem.lower() if self.what == DATA and self.domain else name.name


def load_unused(connection: duckdb.DuckDBPyConnection, unused: Sequence[UnusedFile]) -> None:
    """Write raw.ingest_unused."""
    connection.execute(
        "create or replace table raw.ingest_unused "
        "(src_trial varchar, src_file varchar, what varchar, domain varchar, note varchar)"
    )
    if unused:
        connection.executemany(
            "insert into raw.ingest_unused values (?, ?, ?, ?, ?)",
            [(file.src_trial, file.src_file, file.what, file.domain, file.note) for file in unused],
        )


def unused_files(connection: duckdb.DuckDBPyConnection) -> tuple[UnusedFile, ...]:
    """What raw.ingest_unused holds: trials in study order, files by name."""
    rows = connection.execute(
        "select unused.* from raw.ingest_unused as unused "
        "inner join raw.study_trial as trials on unused.src_trial = trials.trial_id "
        "order by trials.display_order, unused.src_file"
    ).fetchall()
    return tuple(UnusedFile(*row) for row in rows)


def unused_lines(unused: Sequence[UnusedFile]) -> Iterator[str]:
    """One line for each trial that has such files, and one for each that should be looked at."""
    for trial, group in groupby(unused, lambda file: file.src_trial):
        files = list(group)
        kinds = [
            f"{_listed(sorted(file.shown for file in files if file.what == what))} ({words})"
            for what, words in MEANINGS.items()
            if any(file.what == what for file in files)
        ]
        yield f"Files of {trial} that are not used: {'; '.join(kinds)}."
        yield from (f"  {file.src_file} {file.note}." for file in files if file.note)


def _listed(names: Sequence[str]) -> str:
    """The names, each once; of many the first ones and how many more."""
    each = list(dict.fromkeys(names))
    more = len(each) - _MOST_NAMES
    return ", ".join(each[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
