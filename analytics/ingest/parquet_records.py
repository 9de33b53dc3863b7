"""The variables and records of a Parquet file, one row group's batches at a time."""

from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from analytics.ingest.errors import IngestError, first_sentence
from analytics.ingest.source_file import SourceFile, Variable
from analytics.ingest.texts import as_text, is_readable

_BATCH: Final = 1 << 16
_DAMAGE: Final = (pa.ArrowException, OSError, UnicodeError)


def parquet_variables(file: SourceFile) -> list[Variable]:
    """Names, types and, where the writer left them, labels. Errors: nested or binary values."""
    with _opened(file) as parquet:
        fields = list(parquet.schema_arrow)
    for field in fields:
        if not is_readable(field.type):
            raise IngestError(
                f"{file.name}: variable {field.name} is of type {field.type}; SDTM values are "
                "texts, numbers or dates, so write it as text."
            )
    return [Variable(field.name, _label(field), str(field.type)) for field in fields]


def parquet_batches(file: SourceFile, names: list[str]) -> Iterator[pa.RecordBatch]:
    """The records in file order, typed values as their text. Errors: a damaged file."""
    try:
        with _opened(file) as parquet:
            for batch in parquet.iter_batches(batch_size=_BATCH):
                batch.validate(full=True)  # Parquet's own reader lets text through unread
                yield pa.RecordBatch.from_arrays(
                    [as_text(column) for column in batch.columns], names=names
                )
    except _DAMAGE as error:
        raise _unreadable(file, error) from None


def _opened(file: SourceFile) -> Any:
    try:
        return pq.ParquetFile(file.path, pre_buffer=False, buffer_size=1 << 20)
    except _DAMAGE as error:
        raise _unreadable(file, error) from None


def _label(field: Any) -> str | None:
    label = (field.metadata or {}).get(b"label")
    return label.decode("utf-8", "replace") if label else None


def _unreadable(file: SourceFile, error: Exception) -> IngestError:
    return IngestError(
        f"{file.name} cannot be read as Parquet ({first_sentence(error)}); write it again."
    )
