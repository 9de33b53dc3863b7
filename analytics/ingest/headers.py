"""The variables a file holds, checked before a row of it is read."""

import csv
import re
from typing import Final

import duckdb

from analytics.ingest.errors import IngestError
from analytics.ingest.files import SourceFile

SOURCE_COLUMNS: Final = ("src_trial", "src_domain", "src_file", "src_row")
_KEYS: Final = ("STUDYID", "USUBJID")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def variables(connection: duckdb.DuckDBPyConnection, file: SourceFile) -> list[str]:
    """The file's variable names as they stand in it, in order.

    Errors: no header, a name that is no SDTM name, one that is there twice in any case, one that
    loading needs itself, STUDYID or USUBJID missing.
    """
    if file.path.suffix.lower() == ".csv":
        names = _csv_header(file)
    else:
        names = _parquet_names(connection, file)
    _check_names(file, names)
    return names


def _csv_header(file: SourceFile) -> list[str]:
    try:
        with file.path.open(encoding="utf-8-sig", newline="") as lines:
            header = next(csv.reader(lines, strict=True), None)
    except UnicodeDecodeError:
        raise IngestError(f"{file.name} is not UTF-8 text; save it as UTF-8.") from None
    except csv.Error as error:
        raise IngestError(f"{file.name} line 1 is not valid CSV ({error}); mend it.") from None
    except OSError as error:
        raise IngestError(
            f"{file.name} cannot be opened ({error.strerror}); check its permissions."
        ) from None
    if not header:
        raise IngestError(f"{file.name} has no header; its first line must name the variables.")
    return header


def _parquet_names(connection: duckdb.DuckDBPyConnection, file: SourceFile) -> list[str]:
    try:
        rows = connection.execute(
            "select column_name, column_type from (describe select * from read_parquet(?))",
            [str(file.path)],
        ).fetchall()
    except duckdb.Error as error:
        raise IngestError(
            f"{file.name} cannot be read as Parquet ({first_line(error)}); write it anew."
        ) from None
    for name, kind in rows:
        if any(mark in kind for mark in ("STRUCT", "MAP", "[", "UNION", "BLOB")):
            raise IngestError(
                f"{file.name}: variable {name} is of type {kind}; SDTM values are texts, numbers "
                "or dates, so write it as text."
            )
    return [str(name) for name, _ in rows]


def _check_names(file: SourceFile, names: list[str]) -> None:
    lower = [name.lower() for name in names]
    for position, name in enumerate(names, start=1):
        if not _NAME.fullmatch(name):
            raise IngestError(
                f"{file.name}: column {position} is named '{name}', which is no variable name; the "
                "first line must name the variables in letters, digits and underscores."
            )
        if lower.count(name.lower()) > 1:
            raise IngestError(f"{file.name}: variable {name.upper()} is there twice; remove one.")
        if name.lower() in SOURCE_COLUMNS:
            raise IngestError(
                f"{file.name}: the name {name} is kept for where a record comes from; rename it."
            )
    for key in _KEYS:
        if key.lower() not in lower:
            raise IngestError(
                f"{file.name} has no variable {key}, which every record needs; add it, or check "
                "that the first line names the variables."
            )


def first_line(error: Exception) -> str:
    """The first sentence of an engine's message."""
    return str(error).splitlines()[0].removesuffix(".")
