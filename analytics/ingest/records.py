"""The records of one file, written to its domain's table as they stand in the file."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from analytics.ingest.bare_records import bare_records
from analytics.ingest.domain_tables import table_of
from analytics.ingest.errors import IngestError, shown
from analytics.ingest.formats import FORMATS
from analytics.ingest.headers import CONTENT, SOURCE_COLUMNS
from analytics.ingest.source_file import SourceFile
from analytics.study.adam_datasets import ADAM_DATASETS
from analytics.warehouse import literal, quoted

_DIGITS: Final = 15
"""Hexadecimal digits of an MD5 that fit into a bigint."""
_BARE: Final = "is bare"
"""A column beside the variables of a file, none of which has a blank in its name."""


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
    """Append the file's records to the table of its domain, numbered from 1 in file order.

    Every value arrives as the text that stands in the file: nothing is trimmed, typed or
    taken for missing; an empty unquoted cell of a CSV file is NULL, and so is a blank text of
    SAS. Typed numbers and dates become their text. One statement takes the whole file as a
    stream: memory holds a few batches of it. Errors: a file that cannot be read, a STUDYID that
    is not the trial's, a part of a domain in which no record has that DOMAIN.
    """
    refused: list[IngestError] = []
    columns = [(name, pa.string()) for name in names]
    records = pa.RecordBatchReader.from_batches(
        pa.schema([*columns, ("src_row", pa.int64()), (_BARE, pa.bool_())]),
        _numbered(FORMATS[file.suffix].batches(file, names), refused),
    )
    connection.register("incoming_records", records)
    try:
        n_rows = _insert(connection, file, names)
    except duckdb.Error:
        for error in refused:
            raise error from None
        raise
    finally:
        connection.unregister("incoming_records")
    _check_study(connection, file)
    _check_domain(connection, file)
    return IngestedFile(
        src_trial=file.trial_id,
        src_domain=file.domain,
        src_file=file.name,
        n_rows=n_rows,
        sha256=_sha256(file),
    )


def _numbered(
    batches: Iterator[pa.RecordBatch], refused: list[IngestError]
) -> Iterator[pa.RecordBatch]:
    """The batches with `src_row` and whether each record is bare.

    Keeps the error that the engine would tell in its own words.
    """
    n_rows = 0
    try:
        for batch in batches:
            numbers = np.arange(n_rows + 1, n_rows + batch.num_rows + 1)
            n_rows += batch.num_rows
            numbered = batch.append_column("src_row", pa.array(numbers, pa.int64()))
            yield numbered.append_column(_BARE, pa.array(bare_records(batch), pa.bool_()))
    except IngestError as error:
        refused.append(error)
        raise


def _insert(connection: duckdb.DuckDBPyConnection, file: SourceFile, names: list[str]) -> int:
    """Insert the registered records and say how many there were."""
    targets = ", ".join(map(quoted, (*SOURCE_COLUMNS, *map(str.lower, names), CONTENT)))
    values = ", ".join(("src_row", *map(quoted, names), _content(file, names)))
    inserted = connection.execute(
        f"insert into {table_of(file.domain)} ({targets}) "
        f"select $1, $2, $3, {values} from incoming_records",
        [file.trial_id, file.domain, file.name],
    ).fetchall()
    return int(inserted[0][0])


def _content(file: SourceFile, names: list[str]) -> str:
    """The digest of a record as a number: every variable with a value, but its sequence number.

    Variables stand in alphabetical order, so that it is the same whatever the order of the columns.
    The values of a bare record are taken as they stand: trimming takes longer than all else.
    """
    compared = sorted(name for name in names if name.upper() != f"{file.domain}SEQ")
    bare = _joined((name, quoted(name)) for name in compared)
    trimmed = _joined((name, f"nullif(trim({quoted(name)}), '')") for name in compared)
    digest = f"md5(case when {quoted(_BARE)} then {bare} else {trimmed} end)"
    return f"cast('0x' || {digest}[1:{_DIGITS}] as bigint)"


def _joined(values: Iterable[tuple[str, str]]) -> str:
    """The values that are known, each behind the name of its variable, as one text."""
    given = (f"{literal(f'{name.upper()}=')} || {value}" for name, value in values)
    return f"concat_ws({', '.join(('chr(31)', *given))})"


def _check_study(connection: duckdb.DuckDBPyConnection, file: SourceFile) -> None:
    """A file with no record of its trial is another trial's; single records are judged later."""
    study = _held_instead(connection, file, "trim(studyid)", file.trial_id)
    if study is not None:
        raise IngestError(
            f"{file.name} has the STUDYID '{shown(study)}', but study.toml calls this trial "
            f"'{file.trial_id}'; correct trial_id or move the file to its own trial."
        )


def _check_domain(connection: duckdb.DuckDBPyConnection, file: SourceFile) -> None:
    """As for the trial; a part of a domain must say in its records that it is one.

    Qualifiers and ADaM datasets have no DOMAIN of their own.
    """
    if file.domain == "SUPP" or file.domain in ADAM_DATASETS:
        return
    if file.is_part:
        _check_part(connection, file)
    other = _held_instead(connection, file, "nullif(upper(trim(domain)), '')", file.domain)
    if other is not None:
        raise IngestError(
            f"{file.name} has the DOMAIN '{shown(other)}', but the file is named for "
            f"{file.domain}; name it for what it contains, or correct its records."
        )


def _held_instead(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, value: str, own: str
) -> str | None:
    """The commonest other value where no record of the file has its own."""
    others = f"mode({value}) filter (where {value} <> $2)"
    found = connection.execute(
        f"select case when not coalesce(bool_or({value} = $2), false) then {others} end "
        f"from {table_of(file.domain)} where src_file = $1",
        [file.name, own],
    ).fetchall()
    return None if found[0][0] is None else str(found[0][0])


def _check_part(connection: duckdb.DuckDBPyConnection, file: SourceFile) -> None:
    """A file named for a part of a domain holds it when a record says so."""
    found = connection.execute(
        "select count(*), count(*) filter (where upper(trim(domain)) = $2), "
        f"mode(upper(trim(domain))) from {table_of(file.domain)} where src_file = $1",
        [file.name, file.domain],
    ).fetchall()
    n_records, n_own, other = found[0]
    if n_records and not n_own:
        says = f"the DOMAIN '{shown(other)}'" if other else "no matching DOMAIN"
        raise IngestError(
            f"{file.name} is named for a part of {file.domain}, but its records have {says}; name "
            "it for what it contains, or give them their DOMAIN."
        )


def _sha256(file: SourceFile) -> str:
    with file.path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
