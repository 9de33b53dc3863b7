"""Datasets as SAS transport files, version 5: the format that agencies require."""

import re
from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl

from analytics.export.datasets import Dataset, Origin
from analytics.export.errors import ExportError
from analytics.export.names import NAME_LENGTH, short_label

TEXT_LENGTH: Final = 200
DATE_FORMAT: Final = "DATE9."
_MONTHS: Final = [
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
]
_MOMENT: Final = re.compile(rb"\d\d[A-Z]{3}\d\d:\d\d:\d\d:\d\d")
_MOMENTS_AT: Final = (144, 160, 464, 480)  # made and changed, of the library and of the member


def write_xpt(dataset: Dataset, origin: Origin, path: Path) -> None:
    """Write the dataset as a transport file; dates are SAS days shown as DATE9.

    It says that it was made when the release was published, so the same release gives the same
    bytes.

    A label of more than 40 bytes ends in an ellipsis here; variables.csv holds it in full.
    Raises ExportError for a text of more than 200 bytes: nothing is cut.
    """
    import pyreadstat  # noqa: PLC0415 - not needed for the other forms

    check_xpt(dataset)
    pyreadstat.write_xport(
        dataset.rows,
        str(path),
        file_label=short_label(dataset.label),
        column_labels={item.name: short_label(item.label) for item in dataset.variables},
        table_name=dataset.name,
        file_format_version=5,
        variable_format={
            item.name: DATE_FORMAT for item in dataset.variables if item.kind == "date"
        },
    )
    _stamp(path, origin.published)


def _stamp(path: Path, published: str) -> None:
    """Put the moment of the publication where the writer put the moment of writing."""
    moment = datetime.fromisoformat(published)
    date = f"{moment.day:02}{_MONTHS[moment.month - 1]}{moment.year % 100:02}"
    stamp = f"{date}:{moment:%H:%M:%S}".encode()
    with path.open("r+b") as file:
        for place in _MOMENTS_AT:
            file.seek(place)
            if not _MOMENT.fullmatch(file.read(len(stamp))):
                raise ExportError(
                    f"{path.name} is not laid out as a version 5 transport file; "
                    "check that the locked packages are the ones installed (make setup)."
                )
            file.seek(place)
            file.write(stamp)


def check_xpt(dataset: Dataset) -> None:
    """Raise ExportError for what a version 5 file cannot hold: the name, or a long text."""
    for name in (dataset.name, *(variable.name for variable in dataset.variables)):
        if len(name) > NAME_LENGTH:
            raise ExportError(
                f"{dataset.name} has the name {name}, longer than the {NAME_LENGTH} characters "
                "of a transport file; export it with --format json."
            )
    for variable in dataset.variables:
        values = dataset.rows[variable.name]
        if values.dtype != pl.String:
            continue
        longest = values.str.len_bytes().max()
        if isinstance(longest, int) and longest > TEXT_LENGTH:
            row = values.str.len_bytes().arg_max()
            raise ExportError(
                f"{dataset.name}.{variable.name} ({variable.source}) has a text of {longest} bytes "
                f"in row {(row or 0) + 1}, but a transport file allows {TEXT_LENGTH}; shorten "
                "it in the study or export with --format json."
            )
