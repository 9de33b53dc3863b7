"""The variables and records of CDISC Dataset-JSON 1.1: one JSON object (.json), or a line of
metadata and then one line per record (.ndjson).
"""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, NoReturn

import pyarrow as pa  # type: ignore[import-untyped]

from analytics.ingest.errors import IngestError, first_sentence
from analytics.ingest.source_file import SourceFile, Variable
from analytics.ingest.texts import as_text
from analytics.plural import counted

_VERSION: Final = "1.1"
_BATCH: Final = 1 << 14
_LINES: Final = ".ndjson"


def json_variables(file: SourceFile) -> list[Variable]:
    """Names with labels, data types and display formats, as `columns` gives them.

    Errors: no JSON, another version of the standard, no columns.
    """
    about, _ = _opened(file)
    version = about.get("datasetJSONVersion")
    if not isinstance(version, str) or not version.startswith(_VERSION):
        raise IngestError(
            f"{file.name} gives the datasetJSONVersion {version!r}, but Plateau reads "
            f"Dataset-JSON {_VERSION}; export it in that version."
        )
    columns = about.get("columns")
    if not isinstance(columns, list) or not all(
        isinstance(column, dict) and isinstance(column.get("name"), str) for column in columns
    ):
        raise IngestError(
            f"{file.name} has no list 'columns' that names its variables, which Dataset-JSON "
            f"{_VERSION} requires; export it again."
        )
    return [
        Variable(
            column["name"],
            _text(column.get("label")),
            _text(column.get("dataType")),
            _text(column.get("displayFormat")),
        )
        for column in columns
    ]


def json_batches(file: SourceFile, names: list[str]) -> Iterator[pa.RecordBatch]:
    """The records in file order; null and "" are NULL, a number is its text.

    Errors: a record with another number of values than there are variables, a value that is no
    text, number or truth value, another number of records than the file states.
    """
    about, rows = _opened(file)
    n_read = 0
    while batch := list(islice(rows, _BATCH)):
        for record, row in enumerate(batch, start=n_read + 1):
            _check_row(file, record, row, len(names))
        n_read += len(batch)
        columns = zip(*batch, strict=True)
        try:
            arrays = [_texts(list(values)) for values in columns]
        except UnicodeEncodeError:
            raise IngestError(
                f"{file.name}: records {n_read - len(batch) + 1} to {n_read} contain half a "
                "character (an unpaired surrogate); export it again."
            ) from None
        yield pa.RecordBatch.from_arrays(arrays, names=names)
    stated = _stated_records(file, about)
    if stated != n_read:
        raise IngestError(
            f"{file.name} states {counted(stated, 'record')} but contains {n_read}, so it is "
            "truncated or was changed; export it again."
        )


def _stated_records(file: SourceFile, about: dict[str, Any]) -> int:
    """How many records the file says it has, which shows whether it is whole."""
    stated = about.get("records")
    if not isinstance(stated, int) or isinstance(stated, bool):
        what = "does not state" if stated is None else f"states {stated!r} as"
        raise IngestError(
            f"{file.name} {what} its number of records, a whole number that Dataset-JSON "
            f"{_VERSION} requires; export it again."
        )
    return stated


def _opened(file: SourceFile) -> tuple[dict[str, Any], Iterator[Any]]:
    """The metadata, and the records yet to be read."""
    if file.suffix == _LINES:
        lines = _lines(file)
        return _object(file, next(lines, None)), lines
    with file.path.open("rb") as content:
        about = _object(file, _parsed(file, content.read()))
    rows = about.get("rows", [])
    if not isinstance(rows, list):
        raise IngestError(f"{file.name}: 'rows' is not a list of records; export it again.")
    return about, iter(rows)


def _lines(file: SourceFile) -> Iterator[Any]:
    with file.path.open("rb") as content:
        for number, line in enumerate(content, start=1):
            if line.strip():
                yield _parsed(file, line, f" line {number}")


def _parsed(file: SourceFile, content: bytes, where: str = "") -> Any:
    try:
        return json.loads(
            content.decode("utf-8-sig"), parse_constant=_no_number, object_pairs_hook=_once_each
        )
    except UnicodeDecodeError:
        raise IngestError(
            f"{file.name}{where} is not UTF-8 text, which JSON must be; export it again."
        ) from None
    except (ValueError, RecursionError) as error:
        raise IngestError(
            f"{file.name}{where} is not valid JSON ({first_sentence(error)}); export it again."
        ) from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a key that is there twice, only one value would be read."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key '{twice}' is there twice")
    return found


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


def _object(file: SourceFile, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise IngestError(
            f"{file.name} is not Dataset-JSON, which begins with an object of metadata; export "
            "it again."
        )
    return value


def _check_row(file: SourceFile, record: int, row: Any, n_variables: int) -> None:
    if not isinstance(row, list) or len(row) != n_variables:
        n_values = counted(len(row), "value") if isinstance(row, list) else "no list of values"
        raise IngestError(
            f"{file.name} record {record} has {n_values} instead of {n_variables}; export it again."
        )
    for value in row:
        if isinstance(value, list | dict):
            raise IngestError(
                f"{file.name} record {record} contains a list or an object instead of a text or "
                "a number; export it again."
            )


def _texts(values: list[Any]) -> pa.Array:
    """One variable's values; a decimal number is written as the number a reader takes it for."""
    decimals = [position for position, value in enumerate(values) if isinstance(value, float)]
    written = as_text(pa.array([values[position] for position in decimals], pa.float64()))
    texts = [_plain_text(value) for value in values]
    for position, text in zip(decimals, written.to_pylist(), strict=True):
        texts[position] = text
    return pa.array(texts, pa.string())


def _plain_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else (value or None)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
