"""What the comparison of a release found: in a table, in lines for people, and on disk."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
from comparison import (
    MISSING_IN_R,
    MISSING_IN_RESULTS,
    NAME,
    SAME,
    TOLERANCE,
    QcError,
)

from analytics.warehouse import connect

NOT_COMPARED: Final = {
    "analysis": "the words and the order of the plan",
    "method": "the conventions, given to both programs",
    "cox_model.iterations": "the steps of one program's own way to the estimates",
    "fine_gray_model.iterations": "likewise",
    "convention_sensitivity.change": "the difference of two numbers that are compared",
}
DATABASE: Final = "qc.duckdb"
SUMMARY: Final = "summary.txt"
_SHOWN: Final = 10
_COMMENTS: Final = {
    "result_table": "Table of schema results.",
    "result_key": "Key of its row, name=value;name=value; numbers with up to 15 digits.",
    "result_column": "Column of the number.",
    "ours": "The number of the release; booleans are 0 and 1.",
    "independent": "The number of the R program.",
    "relative_difference": "|ours - independent| over the larger; NULL unless both are numbers.",
    "verdict": "`same`, `different`, `missing in R` or `missing in results`.",
}


@dataclass(frozen=True)
class Findings:
    """Every number with its verdict, the result tables R does not know, and R's versions."""

    release_id: str
    numbers: pl.DataFrame
    unknown_tables: tuple[str, ...]
    software: str

    @property
    def wrong(self) -> pl.DataFrame:
        """The numbers that are not the same in both programs."""
        return self.numbers.filter(pl.col("verdict") != SAME)

    @property
    def is_same(self) -> bool:
        """Whether every number of every table was computed twice and came out the same."""
        return not self.unknown_tables and self.wrong.is_empty()


def summary_lines(findings: Findings) -> Iterator[str]:
    """A line per result table, the first wrong numbers, what was not compared, the outcome."""
    yield _line("Result table", "Numbers", "NULL", "Largest difference", "Verdict")
    for row in _by_table(findings.numbers).iter_rows(named=True):
        largest = "-" if row["largest"] is None else f"{row['largest']:.1e}"
        verdict = f"{row['n_wrong']} WRONG" if row["n_wrong"] else SAME
        yield _line(row["result_table"], row["n"], row["n_null"], largest, verdict)
    for table in findings.unknown_tables:
        yield _line(table, "", "", "-", "NOT KNOWN to qc.R: write its function")
    yield from _wrong_lines(findings.wrong)
    yield "Not compared:"
    yield from (f"  {name}: {reason}" for name, reason in NOT_COMPARED.items())
    yield (
        f"Release {findings.release_id} against {findings.software}: {findings.numbers.height} "
        f"numbers, {findings.wrong.height} of them not the same to {TOLERANCE:g}."
    )


def write(findings: Findings, folder: Path) -> None:
    """Write the database and the summary, for their owner only, each in place of an old one.

    Raises QcError when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".qc-", dir=folder) as work:
            _write_numbers(findings, Path(work, DATABASE))
            text = "".join(f"{line}\n" for line in summary_lines(findings))
            Path(work, SUMMARY).write_text(text, encoding="utf-8")
            for name in (DATABASE, SUMMARY):
                Path(work, name).chmod(0o600)
                Path(work, name).replace(folder / name)
    except OSError as error:
        raise QcError(
            f"{folder} cannot be written ({error.strerror}); choose another folder with --out."
        ) from error


def _by_table(numbers: pl.DataFrame) -> pl.DataFrame:
    return (
        numbers.group_by("result_table")
        .agg(
            n=pl.len(),
            n_null=(pl.col("ours").is_null() & pl.col("independent").is_null()).sum(),
            largest=pl.col("relative_difference").max(),
            n_wrong=(pl.col("verdict") != SAME).sum(),
        )
        .sort("result_table")
    )


def _wrong_lines(wrong: pl.DataFrame) -> Iterator[str]:
    for row in wrong.head(_SHOWN).iter_rows(named=True):
        name = " ".join(row[part] for part in NAME)
        ours, independent = (
            "NULL" if row[side] is None else repr(row[side]) for side in ("ours", "independent")
        )
        values = {MISSING_IN_R: f"{ours} here", MISSING_IN_RESULTS: f"{independent} in R"}
        value = values.get(row["verdict"], f"{ours} here, {independent} in R")
        yield f"{row['verdict']}: {name}: {value}"
    if wrong.height > _SHOWN:
        yield f"... and {wrong.height - _SHOWN} more"


def _line(table: str, n: object, n_null: object, largest: str, verdict: str) -> str:
    return f"{table:<28}{n:>8}{n_null:>7}  {largest:<20}{verdict}"


def _write_numbers(findings: Findings, path: Path) -> None:
    table = "quality.double_programming"
    with connect(path) as connection:
        connection.execute("create schema quality")
        connection.register("numbers", findings.numbers.to_arrow())
        connection.execute(f"create table {table} as select * from numbers")
        connection.execute(
            f"comment on table {table} is 'One row per number of schema results, computed a "
            f"second time from the marts by {findings.software}. Release {findings.release_id}.'"
        )
        for column, words in _COMMENTS.items():
            connection.execute(f"comment on column {table}.{column} is '{words}'")
