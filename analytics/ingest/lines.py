"""On which line of a text file each record begins."""

import csv
from collections.abc import Iterator

import duckdb

from analytics.ingest.files import SourceFile

_BLOCK = 1 << 24


def load_lines(connection: duckdb.DuckDBPyConnection, files: list[tuple[SourceFile, int]]) -> None:
    """Write raw.ingest_line for the files, each with its number of records.

    One row for the first record of a CSV file, and one for every record that does not begin
    one line after the record before it: a value with line breaks, or a blank line, is between.
    Other formats have no lines.
    """
    connection.execute(
        "create or replace table raw.ingest_line (src_file varchar, src_row bigint, line bigint)"
    )
    rows = [
        (file.name, record, line)
        for file, n_records in files
        if file.path.suffix.lower() == ".csv" and n_records
        for record, line in _places(file, n_records)
    ]
    if rows:
        connection.executemany("insert into raw.ingest_line values (?, ?, ?)", rows)


def _places(file: SourceFile, n_records: int) -> Iterator[tuple[int, int]]:
    """The records that begin where the ones before them do not tell."""
    if _n_lines(file) == n_records + 1:
        yield 1, 2
        return
    with file.path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines)
        next(reader)
        record, expected, begins = 0, 0, reader.line_num + 1
        for cells in reader:
            if cells:
                record += 1
                if begins != expected:
                    yield record, begins
                expected = begins + 1
            begins = reader.line_num + 1


def _n_lines(file: SourceFile) -> int:
    """Lines of the file; a last one without an end counts."""
    n_lines, last = 0, b"\n"
    with file.path.open("rb") as content:
        for block in iter(lambda: content.read(_BLOCK), b""):
            n_lines += block.count(b"\n")
            last = block[-1:]
    return n_lines + (last != b"\n")
