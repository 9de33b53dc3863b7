"""The records of one file, written to its domain's table as they stand in the file."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

import duckdb

from analytics.ingest.errors import IngestError
from analytics.ingest.files import SourceFile
from analytics.ingest.headers import SOURCE_COLUMNS, first_line
from analytics.warehouse import quoted

# Longest record accepted, in bytes: far beyond any SDTM record, and a bound on a stray quote.
_MAX_LINE: Final = 10_000_000


@dataclass(frozen=True)
class IngestedFile:
    """What was read: records, and the SHA-256 of the file's bytes."""

    src_trial: str
    src_domain: str
    src_file: str
    n_rows: int
    sha256: str


def load_file(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, names: list[str]
) -> IngestedFile:
    """Append the file's records to raw.sdtm_<domain>, numbered from 1 in file order.

    Every value arrives as the text that stands in the file: nothing is trimmed, typed or
    taken for missing; an empty unquoted cell of a CSV file is NULL. Parquet numbers and dates
    become their text. Errors: a record with another number of values than the header, text that
    is not UTF-8, a STUDYID that is not the trial's.
    """
    targets = ", ".join(quoted(name) for name in (*SOURCE_COLUMNS, *map(str.lower, names)))
    is_csv = file.path.suffix.lower() == ".csv"
    source = _csv_source(names) if is_csv else _parquet_source(names)
    statement = (
        f"insert into raw.{quoted('sdtm_' + file.domain.lower())} ({targets}) "
        f"select ?, ?, ?, {source}"
    )
    parameters = [file.trial_id, file.domain, file.name, str(file.path)]
    try:
        inserted = connection.execute(statement, parameters).fetchall()[0][0]
    except duckdb.Error as error:
        raise IngestError(_sentence(file, error)) from None
    _check_study(connection, file)
    return IngestedFile(
        src_trial=file.trial_id,
        src_domain=file.domain,
        src_file=file.name,
        n_rows=int(inserted),
        sha256=_sha256(file),
    )


def _csv_source(names: list[str]) -> str:
    columns = ", ".join(f"{_literal(name)}: 'VARCHAR'" for name in names)
    values = ", ".join(quoted(name) for name in names)
    return (
        f"row_number() over (), {values} from read_csv(?, auto_detect = false, header = true, "
        f"columns = {{{columns}}}, delim = ',', quote = '\"', escape = '\"', strict_mode = true, "
        f"null_padding = false, parallel = false, max_line_size = {_MAX_LINE})"
    )


def _parquet_source(names: list[str]) -> str:
    values = ", ".join(f"cast({quoted(name)} as varchar)" for name in names)
    return f"file_row_number + 1, {values} from read_parquet(?, file_row_number = true)"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sentence(file: SourceFile, error: duckdb.Error) -> str:
    message = str(error)
    line = re.search(r"Line: (\d+)", message)
    where = f"{file.name} line {line.group(1)}" if line else file.name
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    if counts:
        return (
            f"{where} has {counts.group(2)} values under a header of {counts.group(1)} variables; "
            "check its commas and quotes."
        )
    if "utf-8" in message.lower() or "unicode" in message.lower():
        return f"{where} is not UTF-8 text; save the file as UTF-8."
    if "quote" in message.lower():
        return f"{where} has a quote that is not closed or not doubled; mend it."
    return f"{where} cannot be read ({first_line(error)}); write the file anew."


def _check_study(connection: duckdb.DuckDBPyConnection, file: SourceFile) -> None:
    strangers = connection.execute(
        f"select src_row, studyid from raw.{quoted('sdtm_' + file.domain.lower())} "
        "where src_file = ? and trim(studyid) <> ? order by src_row limit 1",
        [file.name, file.trial_id],
    ).fetchall()
    for row, study in strangers:
        raise IngestError(
            f"{file.name} record {row} has the STUDYID '{study}', but study.toml calls this trial "
            f"'{file.trial_id}'; correct trial_id or move the file to its own trial."
        )


def _sha256(file: SourceFile) -> str:
    with file.path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
