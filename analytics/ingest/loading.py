"""Files -> `raw`: every record of every trial and the study's own specification."""

import duckdb

from analytics.ingest.errors import IngestError
from analytics.ingest.files import SourceFile, source_files
from analytics.ingest.headers import SOURCE_COLUMNS, variables
from analytics.ingest.lines import load_lines
from analytics.ingest.records import IngestedFile, load_file
from analytics.ingest.study_tables import load_study_tables
from analytics.study.domains import DOMAIN_VARIABLES
from analytics.study.specification import StudySpecification
from analytics.warehouse import connect, quoted


def load_raw(spec: StudySpecification, connection: duckdb.DuckDBPyConnection) -> list[IngestedFile]:
    """Write all of schema `raw`, or nothing, and say what was read.

    One table per domain, all trials together, with every variable of `DOMAIN_VARIABLES`
    whether a file has it or not and with the further variables of the files. Every value is
    VARCHAR; src_trial, src_domain, src_file and src_row (1 = first record) say where it stands.
    Raises IngestError with one sentence on the first file that cannot be read.
    """
    files = source_files(spec)
    connection.execute("begin transaction")
    try:
        connection.execute("create schema if not exists raw")
        headers = [(file, variables(connection, file)) for file in files]
        for domain in DOMAIN_VARIABLES:
            _create_domain_table(connection, domain, headers)
        ingested = [load_file(connection, file, names) for file, names in headers]
        _create_file_table(connection, ingested)
        counted = zip(files, (file.n_rows for file in ingested), strict=True)
        load_lines(connection, list(counted))
        load_study_tables(connection, spec)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return ingested


def refusals(spec: StudySpecification) -> list[str]:
    """Every sentence that loading refuses a file or a trial's folder with, in study order.

    `load_raw` stops at the first; a folder that cannot be gone through counts as one.
    """
    found: list[str] = []
    for trial in spec.trials:
        try:
            files = source_files(spec.model_copy(update={"trials": (trial,)}))
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
        names = variables(connection, file)
        _create_domain_table(connection, file.domain, [(file, names)])
        load_file(connection, file, names)
    except IngestError as error:
        return [str(error)]
    return []


def _create_domain_table(
    connection: duckdb.DuckDBPyConnection,
    domain: str,
    headers: list[tuple[SourceFile, list[str]]],
) -> None:
    found = [name for file, names in headers if file.domain == domain for name in names]
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
