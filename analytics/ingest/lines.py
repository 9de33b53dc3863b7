"""On which line of a text file each record begins."""

import csv
from collections.abc import Iterator

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]

from analytics.ingest.csv_dialect import delimiter, opened
from analytics.ingest.formats import FORMATS
from analytics.ingest.source_file import SourceFile
from analytics.ingest.text_bytes import BLOCK


def load_lines(connection: duckdb.DuckDBPyConnection, files: list[tuple[SourceFile, int]]) -> None:
    """Write raw.ingest_line for the files, each with its number of records.

    One row for the first record of a CSV file, and one for every record where they do not
    follow one per line: a value with line breaks or a blank line is between them. Other formats
    have no lines.
    """
    connection.execute(
        "create or replace table raw.ingest_line (src_file varchar, src_row bigint, line bigint)"
    )
    for file, n_records in files:
        if FORMATS[file.suffix].name == "CSV" and n_records:
            lines = pa.table({"line": pa.array(_lines(file, n_records), pa.int64())})
            connection.register("lines_of_file", lines)
            connection.execute(
                "insert into raw.ingest_line "
                "select ?, row_number() over (), line from lines_of_file",
                [file.name],
            )
            connection.unregister("lines_of_file")


def _lines(file: SourceFile, n_records: int) -> list[int]:
    """The line of the first record, or of every record where it does not tell the others."""
    return [2] if _n_lines(file) == n_records + 1 else list(_lines_of_records(file))


def _lines_of_records(file: SourceFile) -> Iterator[int]:
    with opened(file) as lines:
        reader = csv.reader(lines, delimiter=delimiter(file))
        next(reader)
        begins = reader.line_num + 1
        for cells in reader:
            if cells:
                yield begins
            begins = reader.line_num + 1


def _n_lines(file: SourceFile) -> int:
    """Lines of the file; a last one without an end counts."""
    n_lines, last = 0, b"\n"
    with file.path.open("rb") as content:
        for block in iter(lambda: content.read(BLOCK), b""):
            n_lines += block.count(b"\n")
            last = block[-1:]
    return n_lines + (last != b"\n")
