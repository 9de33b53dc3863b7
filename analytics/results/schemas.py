"""The tables that Python writes for others to query, as data: two CSV files beside this module.

`tables.csv` lists the tables of schemas `results` and `history`, and the outcomes of the gates:
their columns in order, and the key. `columns.csv` says what a column is. A row of it is about
the tables that it names; `*` stands for all that no other row of the same column names. The
database's tables and comments, the frames of the assembly, the exports' units and the limits
of publication all come from here.
"""

import csv
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import polars as pl

ANY_TABLE: Final = "*"
DTYPES: Final[dict[str, type[pl.DataType]]] = {
    "varchar": pl.String,
    "double": pl.Float64,
    "bigint": pl.Int64,
    "integer": pl.Int32,
    "boolean": pl.Boolean,
}


class Kind(StrEnum):
    """What a column tells of subjects; the limits of publication follow from it."""

    SUBJECTS = "subjects"  # a number of subjects, or of records about them
    AT_RISK = "at_risk"  # a number of subjects at risk
    MISSING = "missing"  # a number of subjects from which nothing in the row is computed
    COMPUTED = "computed"  # a number computed from the subjects of its row
    ONE_SUBJECT = "one_subject"  # a number that is the value of one subject
    MONTH = "month"  # a month on the axis of a curve
    PLACE = "place"  # where a row stands: an identifier, a level, a position, a day
    SETTING = "setting"  # of the plan or the program, not of subjects
    VERDICT = "verdict"  # yes or no
    STATUS = "status"  # whether the numbers are known, or why not
    REMARK = "remark"  # a sentence that may tell a number of subjects
    TEXT = "text"  # any other words


@dataclass(frozen=True)
class Column:
    """A column of a written table: name, SQL type, whether it may be NULL, unit, kind, meaning.

    A unit that another column of the row decides is `of the characteristic` or
    `of the quantity`.
    """

    name: str
    sql_type: str
    nullable: bool
    unit: str | None
    kind: Kind
    description: str

    @property
    def dtype(self) -> type[pl.DataType]:
        """The polars type."""
        return DTYPES[self.sql_type]


@dataclass(frozen=True)
class Table:
    """A written table; the description opens with its grain.

    `key` names the columns that identify a row; a NULL in a key column counts as a value.
    """

    in_schema: str
    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> dict[str, type[pl.DataType]]:
        """Column name -> polars type, in the table's column order."""
        return {column.name: column.dtype for column in self.columns}


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file of the package, as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _columns(path: Path) -> dict[tuple[str, str], Column]:
    """The columns by (table, name), where a table may be any table."""
    return {
        (table, row["column"]): Column(
            name=row["column"],
            sql_type=row["type"],
            nullable={"yes": True, "no": False}[row["nullable"]],
            unit=row["unit"] or None,
            kind=Kind(row["kind"]),
            description=row["description"],
        )
        for row in read_rows(path)
        for table in row["table"].split()
    }


def _tables(folder: Path) -> tuple[Table, ...]:
    """The tables of `tables.csv`, each with its columns."""
    columns = _columns(folder / "columns.csv")
    return tuple(
        Table(
            row["schema"],
            row["table"],
            row["description"],
            tuple(row["key"].split()),
            tuple(
                columns.get((row["table"], name)) or columns[ANY_TABLE, name]
                for name in row["columns"].split()
            ),
        )
        for row in read_rows(folder / "tables.csv")
    )


WRITTEN_TABLES: Final = _tables(Path(__file__).parent)


def tables_of(schema: str) -> dict[str, Table]:
    """The written tables of a schema of the warehouse, by name."""
    return {table.name: table for table in WRITTEN_TABLES if table.in_schema == schema}


RESULT_TABLES: Final = tables_of("results")
