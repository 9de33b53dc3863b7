"""Files -> `raw`: every record of every trial and the study's own specification."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from analytics.ingest.adam_values import ADAM_VALUES, load_adam_values
from analytics.ingest.asked_values import ASKED_VALUES, load_asked_values
from analytics.ingest.domain_tables import table_of
from analytics.ingest.errors import IngestError
from analytics.ingest.file_names import stem_of
from analytics.ingest.files import Package, packages
from analytics.ingest.further_domains import load_further_domains
from analytics.ingest.headers import CONTENT, SOURCE_COLUMNS, variables
from analytics.ingest.lines import load_lines
from analytics.ingest.records import IngestedFile, load_file
from analytics.ingest.source_file import SourceFile, Variable
from analytics.ingest.study_tables import STUDY_TABLES, load_study_tables
from analytics.ingest.unused import load_unused
from analytics.study.adam_datasets import ADAM_DATASETS
from analytics.study.domains import DOMAIN_VARIABLES, variables_of
from analytics.study.specification import StudySpecification
from analytics.study.used_domains import further_domains
from analytics.warehouse import connect, quoted

Header = tuple[SourceFile, list[Variable]]


def load_raw(
    spec: StudySpecification, connection: duckdb.DuckDBPyConnection, work: Path | None = None
) -> list[IngestedFile]:
    """Write all of schema `raw`, or nothing, and say what was read.

    One table per domain or ADaM dataset, all trials together, with every variable that the
    catalogue has of it whether a file has it or not and with the further variables of the files.
    Every value is VARCHAR; src_trial, src_domain, src_file and src_row (1 = first record) say where
    it stands.
    raw.ingest_variable keeps each file's variables with their labels and types, raw.ingest_unused
    the files that were passed over. Archives are unpacked in the folder `work` (the system's for
    temporary files when None) and removed from it. Raises IngestError with a sentence for every
    file and folder that cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="trial-files-", dir=work) as unpacked:
        return load_packages(spec, connection, packages(spec, Path(unpacked)))


def load_study(connection: duckdb.DuckDBPyConnection, spec: StudySpecification) -> tuple[str, ...]:
    """Write again what `raw` holds of the study's own files beside the records that are there.

    The names of its tables. All of them or none; raises IngestError as `load_raw` does.
    """
    connection.execute("begin transaction")
    try:
        _write_study(connection, spec)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return (*STUDY_TABLES, ASKED_VALUES, ADAM_VALUES)


def load_packages(
    spec: StudySpecification, connection: duckdb.DuckDBPyConnection, found: Sequence[Package]
) -> list[IngestedFile]:
    """The same for packages that were gone through already, while what they unpacked is there."""
    if any(package.refusals for package in found):
        raise IngestError(*_refusals(found))
    connection.execute("begin transaction")
    try:
        ingested = _write(connection, found, further_domains(spec))
        _write_study(connection, spec)
        connection.execute("commit")
    except BaseException as error:
        connection.execute("rollback")
        if isinstance(error, IngestError) and (refusals := _refusals(found)):
            raise IngestError(*refusals) from None
        raise
    return ingested


def _write_study(connection: duckdb.DuckDBPyConnection, spec: StudySpecification) -> None:
    """The tables of the study's own files, and the values of the records that they ask for."""
    load_study_tables(connection, spec)
    load_asked_values(connection, spec)
    load_adam_values(connection, spec)


def _write(
    connection: duckdb.DuckDBPyConnection, found: Sequence[Package], further: frozenset[str]
) -> list[IngestedFile]:
    headers = [
        (file, [_described(package, file, variable) for variable in variables(file)])
        for package in found
        for file in package.files
    ]
    connection.execute("create schema if not exists raw")
    for domain in dict.fromkeys((*DOMAIN_VARIABLES, *sorted(further), *ADAM_DATASETS)):
        _create_domain_table(connection, domain, headers)
    ingested = [
        load_file(connection, file, [variable.name for variable in held]) for file, held in headers
    ]
    load_further_domains(connection, further)
    if copies := tuple(_copies(ingested)):
        raise IngestError(*copies)
    _create_file_table(connection, ingested)
    _create_variable_table(connection, headers)
    load_unused(connection, [file for package in found for file in package.unused])
    load_lines(connection, [(file, ingested[i].n_rows) for i, (file, _) in enumerate(headers)])
    return ingested


def _described(package: Package, file: SourceFile, variable: Variable) -> Variable:
    """The variable with what the package's define.xml adds to its file; parts are their domain."""
    said = package.definition.described(file.path.stem, variable)
    return package.definition.described(file.domain, said)


def _refusals(found: Sequence[Package]) -> list[str]:
    """Every sentence that a package or one of its files is refused with, in study order."""
    sentences: list[str] = []
    ingested: list[IngestedFile] = []
    for package in found:
        sentences += package.refusals
        for file in package.files:
            try:
                ingested.append(_loaded_alone(file))
            except IngestError as error:
                sentences += error.sentences
    return [*sentences, *_copies(ingested)]


def _loaded_alone(file: SourceFile) -> IngestedFile:
    """The file in a warehouse of its own: a statement that fails ends the transaction of all."""
    with connect(":memory:") as connection:
        connection.execute("create schema raw")
        held = variables(file)
        _create_domain_table(connection, file.domain, [(file, held)])
        return load_file(connection, file, [variable.name for variable in held])


def _copies(ingested: Sequence[IngestedFile]) -> Iterator[str]:
    """A sentence for a file that is there under two names, unless it has no records."""
    seen: dict[tuple[str, str], IngestedFile] = {}
    for file in ingested:
        other = seen.setdefault((file.src_domain, file.sha256), file)
        if file.n_rows and _name(other) != _name(file):
            yield (
                f"{other.src_file} and {file.src_file} are the same file, byte for byte; keep one "
                "of them."
            )


def _name(file: IngestedFile) -> tuple[str, str]:
    """Two files of one name in a trial are refused for that already."""
    return file.src_trial, stem_of(file.src_file)


def _create_domain_table(
    connection: duckdb.DuckDBPyConnection,
    domain: str,
    headers: list[Header],
) -> None:
    found = [variable.name for file, held in headers if file.domain == domain for variable in held]
    names = dict.fromkeys(name.lower() for name in (*variables_of(domain), *found))
    trial, src_domain, file_name, row = SOURCE_COLUMNS
    columns = ", ".join(f"{quoted(name)} varchar" for name in names)
    connection.execute(
        f"create or replace table {table_of(domain)} "
        f"({trial} varchar, {src_domain} varchar, {file_name} varchar, {row} bigint, "
        f"{CONTENT} bigint, {columns})"
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
    """Variables as their files describe them, or else the trial's define.xml."""
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
