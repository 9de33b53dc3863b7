"""The records of a CSV file as batches of text, exactly as they stand in it.

Quotes follow RFC 4180: a value that begins with a quote ends with one, and a quote inside it is
doubled. The fast reader forgives some breaches of that by dropping or changing text, so a file
with quotes, or one the fast reader refuses, is gone through strictly first.
"""

import csv
from collections.abc import Iterator

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.csv as arrow_csv  # type: ignore[import-untyped]

from analytics.ingest.csv_dialect import (
    check_declared_encoding,
    damaged,
    delimiter,
    encoding,
    not_text,
    opened,
)
from analytics.ingest.errors import IngestError, first_sentence
from analytics.ingest.source_file import SourceFile
from analytics.ingest.text_bytes import BLOCK, content_of
from analytics.plural import counted


def csv_batches(file: SourceFile, names: list[str]) -> Iterator[pa.RecordBatch]:
    """The records in file order, every value as text; an empty unquoted cell is NULL.

    Blank lines are skipped. Raises IngestError for a record with another number of values
    than the header, a quote that does not close, NUL bytes, and text in another encoding than
    the declared one or UTF-8.
    """
    content = content_of(file.path)
    if content.has_nul:
        raise damaged(file)
    check_declared_encoding(file)
    if content.has_quotes:
        _check_strictly(file, len(names))
    try:
        yield from arrow_csv.open_csv(
            file.path,
            read_options=arrow_csv.ReadOptions(block_size=BLOCK, encoding=encoding(file)),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter(file), newlines_in_values=True
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeError) as error:
        if _check_strictly(file, len(names)) == 0:
            return
        raise IngestError(
            f"{file.name} cannot be read as CSV ({first_sentence(error)}); write it again."
        ) from None


def _check_strictly(file: SourceFile, n_variables: int) -> int:
    """The number of records after the header; the line of the first breach if there is one."""
    line, n_records = 0, -1
    csv.field_size_limit(BLOCK)
    try:
        with opened(file) as lines:
            reader = csv.reader(lines, delimiter=delimiter(file), strict=True)
            for cells in reader:
                if cells and len(cells) != n_variables:
                    raise IngestError(
                        f"{file.name} line {line + 1} has {counted(len(cells), 'value')}, but the "
                        f"header has {counted(n_variables, 'variable')}; check its delimiters "
                        "and quotes."
                    )
                line = reader.line_num
                n_records += bool(cells)
    except csv.Error as error:
        raise IngestError(f"{file.name} line {line + 1} {_breach(error)}") from None
    except UnicodeDecodeError:
        raise not_text(file) from None
    return n_records


def _breach(error: csv.Error) -> str:
    if "field larger than field limit" in str(error):
        return f"contains a value longer than {BLOCK >> 20} MB; shorten it or close its quote."
    return "has a quote that is not closed or not doubled; fix it."
