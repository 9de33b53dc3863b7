"""Files -> `raw`: every record of every trial and the study's own specification."""

import tempfile
from pathlib import Path

import duckdb

from analytics.ingest.errors import IngestError
from analytics.ingest.files import source_files
from analytics.ingest.headers import SOURCE_COLUMNS, variables
from analytics.ingest.lines import load_lines
from analytics.ingest.records import IngestedFile, load_file
from analytics.ingest.source_file import SourceFile, Variable
from analytics.ingest.study_tables import load_study_tables
from analytics.study.domains import DOMAIN_VARIABLES
from analytics.study.specification import StudySpecification
from analytics.warehouse import connect, quoted

Header = tuple[SourceFile, list[Variable]]


def load_raw(
    spec: StudySpecification, connection: duckdb.DuckDBPyConnection, work: Path | None = None
) -> list[IngestedFile]:
    """Write all of schema `raw`, or nothing, and say what was read.

    One table per domain, all trials together, with every variable of `DOMAIN_VARIABLES`
    whether a file has it or not and with the further variables of the files. Every value is
    VARCHAR; src_trial, src_domain, src_file and src_row (1 = first record) say where it stands.
    raw.ingest_variable keeps each file's variables with their labels and types. Archives are
    unpacked in the folder `work` (the system's for temporary files when None) and removed from
    it. Raises IngestError with one sentence on the first file that cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="trial-files-", dir=work) as unpacked:
        files = source_files(spec, Path(unpacked))
        headers = [(file, variables(file)) for file in files]
        connection.execute("begin transaction")
        try:
            ingested = _write(connection, headers)
            load_study_tables(connection, spec)
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
    return ingested


def _write(connection: duckdb.DuckDBPyConnection, headers: list[Header]) -> list[IngestedFile]:
    connection.execute("create schema if not exists raw")
    for domain in DOMAIN_VARIABLES:
        _create_domain_table(connection, domain, headers)
    ingested = [
        load_file(connection, file, [variable.name for variable in found])
        for file, found in headers
    ]
    _check_copies(ingested)
    _create_file_table(connection, ingested)
    _create_variable_table(connection, headers)
    load_lines(connection, [(file, ingested[i].n_rows) for i, (file, _) in enumerate(headers)])
    return ingested


def refusals(spec: StudySpecification) -> list[str]:
    """Every sentence that loading refuses a file or a trial's folder with, in study order.

    `load_raw` stops at the first; a folder that cannot be gone through counts as one.
    """
    found: list[str] = []
    for trial in spec.trials:
        with tempfile.TemporaryDirectory(prefix="trial-files-") as unpacked:
            try:
                files = source_files(spec.model_copy(update={"trials": (trial,)}), Path(unpacked))
            except IngestError as error:
                found.append(str(error))
                continue
            for file in files:
                with connect(":memory:") as connection:
                    found += _refusal(connection, file)
    return found


def _refusal(connection: duckdb.DuckDBPyConnection, file: SourceFile) -> list[str]:
    connection.execute("create schema raw")
    try:
        held = variables(file)
        _create_domain_table(connection, file.domain, [(file, held)])
        load_file(connection, file, [variable.name for variable in held])
    except IngestError as error:
        return [str(error)]
    return []


def _check_copies(ingested: list[IngestedFile]) -> None:
    """Refuse a file that stands there twice under two names; without records it may."""
    seen: dict[tuple[str, str], str] = {}
    for file in ingested:
        other = seen.setdefault((file.src_domain, file.sha256), file.src_file)
        if other != file.src_file and file.n_rows:
            raise IngestError(
                f"{other} and {file.src_file} are the same file, byte for byte; keep one of them."
            )


def _create_domain_table(
    connection: duckdb.DuckDBPyConnection,
    domain: str,
    headers: list[Header],
) -> None:
    found = [variable.name for file, held in headers if file.domain == domain for variable in held]
    names = dict.fromkeys(name.lower() for name in (*DOMAIN_VARIABLES[domain], *found))
    trial, src_domain, file_name, row = SOURCE_COLUMNS
    columns = ", ".join(f"{quoted(name)} varchar" for name in names)
    connection.execute(
        f"create or replace table raw.{quoted('sdtm_' + domain.lower())} "
        f"({trial} varchar, {src_domain} varchar, {file_name} varchar, {row} bigint, {columns})"
    )


def _create_file_table(connection: duckdb.DuckDBPyConnection, ingested: list[IngestedFile]) -> None:
    connection.execute(
        "create or replace table raw.ingest_file "
        "(src_trial varchar, src_domain varchar, src_file varchar, n_rows bigint, sha256 varchar)"
    )
    connection.executemany(
        "insert into raw.ingest_file values (?, ?, ?, ?, ?)",
        [
            (file.src_trial, file.src_domain, file.src_file, file.n_rows, file.sha256)
            for file in ingested
        ],
    )


def _create_variable_table(connection: duckdb.DuckDBPyConnection, headers: list[Header]) -> None:
    """Variables as their files describe them; CSV has neither labels nor types."""
    rows = [
        (
            file.trial_id,
            file.domain,
            file.name,
            position,
            variable.name.upper(),
            variable.label,
            variable.type,
            variable.format,
        )
        for file, found in headers
        for position, variable in enumerate(found, start=1)
    ]
    connection.execute(
        "create or replace table raw.ingest_variable "
        "(src_trial varchar, src_domain varchar, src_file varchar, position integer, "
        "variable varchar, label varchar, type varchar, format varchar)"
    )
    connection.executemany("insert into raw.ingest_variable values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
