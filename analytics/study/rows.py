"""The rows of a study's CSV files: cells of one line each, with the file and line they stand in.

Every reading method returns a checked value or raises one sentence that names the file, the
line, the column, its value and the values it may have.
"""

import csv
import io
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from analytics.plural import counted
from analytics.study.codes import NAME_FORM, is_domain, is_name
from analytics.study.errors import StudyError
from analytics.study.wording import choices, nearest, one_line, shortened, turning_mark

_WHOLE_NUMBER: Final = re.compile(r"-?[0-9]+")
_SUPP: Final = "SUPP"
_LARGEST: Final = 1_000_000  # of the numbers that order, rank and count days


@dataclass(frozen=True)
class Row:
    """One record: `where` is "<file> line <n>"; cells are one line each, "" means not given."""

    where: str
    cells: dict[str, str]

    def text(self, column: str) -> str | None:
        """The cell, or None when it is empty."""
        return self.cells[column] or None

    def required(self, column: str) -> str:
        """The cell; an empty one is an error."""
        value = self.cells[column]
        if not value:
            raise StudyError(f"{self.where}: column '{column}' is empty; give it a value.")
        return value

    def name(self, column: str, noun: str) -> str:
        """The cell, which is to name something in the other files: a factor, a population."""
        value = self.required(column)
        if not is_name(value):
            raise StudyError(
                f"{self.where}: column '{column}' is '{shortened(value)}', which cannot name a "
                f"{noun}; use {NAME_FORM}."
            )
        return value

    def choice(self, column: str, literal: object) -> str:
        """The cell, which must be one of the values of a Literal type."""
        return self.one_of(column, get_args(literal), column)

    def one_of(self, column: str, known: Collection[str], noun: str) -> str:
        """The cell, which must be one of `known`."""
        return self.known(self.required(column), known, noun)

    def known(self, value: str, known: Collection[str], noun: str) -> str:
        """`value` when it is one of `known`, else the sentence that lists them."""
        if value not in known:
            raise StudyError(
                f"{self.where}: unknown {noun} '{value}'{nearest(value, known)}; "
                f"use {choices(known)}."
            )
        return value

    def domain(self, column: str) -> str:
        """The cell as the code of an SDTM domain: two capitals, or SUPP with or without them."""
        value = self.required(column)
        code = value.removeprefix(_SUPP)
        if value != _SUPP and not is_domain(code):
            raise StudyError(
                f"{self.where}: '{value}' is not the code of an SDTM domain; write two capitals, "
                "such as RS, or SUPP."
            )
        return value

    def integer(self, column: str) -> int:
        """The cell as a whole number."""
        value = self.required(column)
        if not _WHOLE_NUMBER.fullmatch(value):
            raise StudyError(
                f"{self.where}: column '{column}' is '{value}', which is not a whole number; "
                "write digits only."
            )
        if len(value) > len(str(-_LARGEST)) or abs(int(value)) > _LARGEST:
            raise StudyError(
                f"{self.where}: column '{column}' is {shortened(value)}; write a number of at "
                f"most {_LARGEST}."
            )
        return int(value)

    def number(self, column: str) -> float | None:
        """The cell as a finite number, or None when it is empty."""
        value = self.text(column)
        if value is None:
            return None
        number = finite_number(value)
        if number is None:
            raise StudyError(
                f"{self.where}: column '{column}' is '{value}', which is not a number; "
                "write it with a decimal point."
            )
        return number

    def truth(self, column: str) -> bool | None:
        """The cell as yes/no, or None when it is empty."""
        value = self.text(column)
        if value is None:
            return None
        answers = {"true": True, "yes": True, "false": False, "no": False}
        if value.lower() not in answers:
            raise StudyError(f"{self.where}: column '{column}' is '{value}'; write true or false.")
        return answers[value.lower()]


def read_rows(path: Path, columns: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[Row]:
    """The records of a study file whose header holds `columns` in any order, and no others.

    `optional` ones may be left out, which is as if they were empty.
    Blank lines and those that begin with # are passed over. Errors: file missing or not UTF-8, a
    column missing, unknown or twice, a record with another number of cells than the header.
    """
    if not path.is_file():
        raise StudyError(
            f"{path.name} is missing from the study folder {path.parent}; add it with the columns "
            f"{', '.join(columns)}."
        )
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
        if mark := turning_mark(text):
            raise StudyError(
                f"{path.name} {mark}, which turns the direction of writing; remove it."
            )
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        records = (cells for cells in reader if any(cells) and not cells[0].startswith("#"))
        header = [cell.strip() for cell in next(records, [])]
        _check_header(path.name, header, columns, optional)
        left_out = dict.fromkeys(optional, "")
        return [_row(path.name, reader.line_num, header, cells, left_out) for cells in records]
    except UnicodeDecodeError:
        raise StudyError(f"{path.name} is not UTF-8 text; save it as UTF-8.") from None
    except csv.Error as error:
        raise StudyError(f"{path.name} is not valid CSV ({error}); fix its quotes.") from None


def finite_number(text: str) -> float | None:
    """The finite number a text stands for, or None; 1_0 is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def _check_header(
    file: str, header: list[str], required: tuple[str, ...], optional: tuple[str, ...]
) -> None:
    columns = (*required, *optional)
    for column in header:
        if header.count(column) > 1:
            raise StudyError(f"{file}: column '{column}' occurs twice in the header; remove one.")
        if column not in columns:
            raise StudyError(
                f"{file}: unknown column '{column}'{nearest(column, columns)}; "
                f"the columns are {', '.join(columns)}."
            )
    for column in required:
        if column not in header:
            raise StudyError(
                f"{file}: column '{column}' is missing; the columns are {', '.join(columns)}."
            )


def _row(
    file: str, line: int, header: list[str], cells: list[str], left_out: Mapping[str, str]
) -> Row:
    where = f"{file} line {line}"
    if len(cells) != len(header):
        raise StudyError(
            f"{where}: {counted(len(cells), 'cell')}, but the header has "
            f"{counted(len(header), 'column')}; check the commas and quotes."
        )
    given = {name: one_line(cell) for name, cell in zip(header, cells, strict=True)}
    return Row(where, {**left_out, **given})
