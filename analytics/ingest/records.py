"""The records of one file, written to its domain's table as they stand in the file."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from analytics.ingest.csv_records import csv_batches
from analytics.ingest.errors import IngestError
from analytics.ingest.files import SourceFile
from analytics.ingest.headers import SOURCE_COLUMNS, first_line
from analytics.warehouse import quoted


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
    become their text. Errors: a file that cannot be read, a STUDYID that is not the trial's.
    """
    if file.path.suffix.lower() == ".csv":
        n_rows = _load_csv(connection, file, names)
    else:
        n_rows = _load_parquet(connection, file, names)
    _check_study(connection, file)
    return IngestedFile(
        src_trial=file.trial_id,
        src_domain=file.domain,
        src_file=file.name,
        n_rows=n_rows,
        sha256=_sha256(file),
    )


def _load_csv(connection: duckdb.DuckDBPyConnection, file: SourceFile, names: list[str]) -> int:
    """One statement takes the whole file as a stream: memory holds a few batches of it."""
    refused: list[IngestError] = []
    columns = [(name, pa.string()) for name in names]
    records = pa.RecordBatchReader.from_batches(
        pa.schema([*columns, ("src_row", pa.int64())]),
        _numbered(csv_batches(file, names), refused),
    )
    connection.register("incoming_records", records)
    values = ", ".join(("src_row", *map(quoted, names)))
    try:
        n_rows = _insert(connection, file, names, f"{values} from incoming_records")
    except duckdb.Error:
        for error in refused:
            raise error from None
        raise
    connection.unregister("incoming_records")
    return n_rows


def _numbered(
    batches: Iterator[pa.RecordBatch], refused: list[IngestError]
) -> Iterator[pa.RecordBatch]:
    """The batches with `src_row`; keeps the error that the engine would tell in its own words."""
    n_rows = 0
    try:
        for batch in batches:
            numbers = np.arange(n_rows + 1, n_rows + batch.num_rows + 1)
            n_rows += batch.num_rows
            yield batch.append_column("src_row", pa.array(numbers, pa.int64()))
    except IngestError as error:
        refused.append(error)
        raise


def _load_parquet(connection: duckdb.DuckDBPyConnection, file: SourceFile, names: list[str]) -> int:
    values = ", ".join(f"cast({quoted(name)} as varchar)" for name in names)
    path = "'" + str(file.path).replace("'", "''") + "'"
    source = f"file_row_number + 1, {values} from read_parquet({path}, file_row_number = true)"
    try:
        return _insert(connection, file, names, source)
    except duckdb.Error as error:
        raise IngestError(
            f"{file.name} cannot be read as Parquet ({first_line(error)}); write it anew."
        ) from None


def _insert(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, names: list[str], source: str
) -> int:
    """Insert `source` ("src_row, values from ...") and say how many rows it had."""
    targets = ", ".join(map(quoted, (*SOURCE_COLUMNS, *map(str.lower, names))))
    table = quoted("sdtm_" + file.domain.lower())
    inserted = connection.execute(
        f"insert into raw.{table} ({targets}) select $1, $2, $3, {source}",
        [file.trial_id, file.domain, file.name],
    ).fetchall()
    return int(inserted[0][0])


def _check_study(connection: duckdb.DuckDBPyConnection, file: SourceFile) -> None:
    """A file with no record of its trial is another trial's; single records are judged later."""
    found = connection.execute(
        "select mode(trim(studyid)) filter (where trim(studyid) <> $2), "
        "count(*) filter (where trim(studyid) = $2) "
        f"from raw.{quoted('sdtm_' + file.domain.lower())} where src_file = $1",
        [file.name, file.trial_id],
    ).fetchall()
    study, n_own = found[0]
    if study is not None and n_own == 0:
        raise IngestError(
            f"{file.name} has the STUDYID '{study}', but study.toml calls this trial "
            f"'{file.trial_id}'; correct trial_id or move the file to its own trial."
        )


def _sha256(file: SourceFile) -> str:
    with file.path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
