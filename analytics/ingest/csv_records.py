"""The records of a CSV file as batches of text, exactly as they stand in it.

Quotes follow RFC 4180: a value that begins with a quote ends with one, and a quote inside it is
doubled. The fast reader forgives some breaches of that by dropping or changing text, so a file
with quotes, or one the fast reader refuses, is gone through strictly first.
"""

import csv
from collections.abc import Iterator
from typing import Final

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.csv as arrow_csv  # type: ignore[import-untyped]

from analytics.ingest.errors import IngestError
from analytics.ingest.files import SourceFile

# A batch of the file in bytes: no record may be longer than this.
_BLOCK: Final = 1 << 24


def csv_batches(file: SourceFile, names: list[str]) -> Iterator[pa.RecordBatch]:
    """The records in file order, every value as text; an empty unquoted cell is NULL.

    Blank lines are no records. Raises IngestError for a record with another number of values
    than the header, a quote that does not close, and text that is not UTF-8.
    """
    if _has_quotes(file):
        _check_strictly(file, len(names))
    try:
        yield from arrow_csv.open_csv(
            file.path,
            read_options=arrow_csv.ReadOptions(block_size=_BLOCK),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        if _check_strictly(file, len(names)) == 0:
            return
        reason = str(error).splitlines()[0]
        raise IngestError(
            f"{file.name} cannot be read as CSV ({reason}); write the file anew."
        ) from None


def _has_quotes(file: SourceFile) -> bool:
    with file.path.open("rb") as content:
        return any(b'"' in block for block in iter(lambda: content.read(_BLOCK), b""))


def _check_strictly(file: SourceFile, n_variables: int) -> int:
    """The number of records after the header; the line of the first breach if there is one."""
    line, n_records = 0, -1
    try:
        with file.path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            for cells in reader:
                if cells and len(cells) != n_variables:
                    raise IngestError(
                        f"{file.name} line {line + 1} has {len(cells)} values under a header of "
                        f"{n_variables} variables; check its commas and quotes."
                    )
                line = reader.line_num
                n_records += bool(cells)
    except csv.Error:
        raise IngestError(
            f"{file.name} line {line + 1} has a quote that is not closed or not doubled; mend it."
        ) from None
    except UnicodeDecodeError:
        raise IngestError(f"{file.name} is not UTF-8 text; save it as UTF-8.") from None
    return n_records
