"""`plateau publish`: the tables of a release in Postgres, swapped in one transaction.

Everything happens in one transaction, so a failure leaves what was served. The new tables are
loaded under another schema name; then the old tables are locked, dropped, and the name taken over.

The locks are what lets readers see whole releases only. A statement that has begun on the old
tables holds them until its transaction ends, and the swap waits for it; one that comes during the
swap waits, and Postgres then looks its tables up again and finds the new ones. A reader who
already holds one table and waits for another would block the swap for ever, so the locks are
asked for in tries shorter than half the server's deadlock timeout, and given back in between:
no reader is ever chosen as the victim of a deadlock.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from analytics.release.folders import BI, WAREHOUSE
from analytics.release.manifest import read_manifest
from analytics.serving.address import Address
from analytics.serving.errors import ServingCallError, ServingError
from analytics.serving.rights import check_may_create, check_role
from analytics.serving.session import DEPENDENTS, RefusedError, Session, session
from analytics.serving.statements import block, comments, definition, literal, read_rights, removal
from analytics.serving.swap import locked_tables
from analytics.serving.tables import Table, tables_of
from analytics.warehouse import connect, quoted

_BATCH: Final = 50_000
_NEXT: Final = "__next"
_MARK: Final = "Plateau: study "


@dataclass(frozen=True)
class Options:
    """What is served, under which names, and who may read it.

    `schema` takes the tables for people. With `marts` the patient-level marts go to
    `marts_schema`, which only `marts_role` may read, if there is one. `wait` is how many seconds
    readers may hold the old tables.
    """

    schema: str = "bi"
    reader_role: str | None = "plateau_reader"
    marts: bool = False
    marts_schema: str = "marts"
    marts_role: str | None = None
    wait: float = 60.0


@dataclass(frozen=True)
class Served:
    """What was loaded: the tables and rows of each schema, the seconds it took."""

    release_id: str
    tables: dict[str, int]
    rows: dict[str, int]
    seconds: float

    @property
    def rows_per_second(self) -> float:
        """Rows of all schemas by the second, the swap included."""
        return sum(self.rows.values()) / self.seconds


@dataclass(frozen=True)
class _Part:
    """One schema: the file it comes from, its name there and here, the role that may read it."""

    file: str
    source: str
    schema: str
    role: str | None

    @property
    def next(self) -> str:
        return self.schema + _NEXT


def publish(
    release: Path, address: Address, options: Options, tell: Callable[[str], None] = lambda _: None
) -> Served:
    """Serve a release's tables; `tell` hears what is being done.

    Raises ServingCallError for schema names that cannot be, ServingError (one sentence, no
    password) when the server refuses or readers hold the old tables too long: then everything
    is as it was.
    """
    parts = _parts(options)
    started = time.perf_counter()
    manifest = read_manifest(release)
    study, release_id = manifest["study"], manifest["release_id"]
    mark = f"{_MARK}{study['study_id']}, "
    note = f" {study['synthetic_note']}" if study["synthetic"] else ""
    with session(address) as server:
        check_may_create(server)
        for part in parts:
            _check_place(server, part, mark)
            if part.role is not None:
                check_role(server, part.role, may_create=part.file == BI)
        sizes = {part.schema: _load(server, release, part, tell) for part in parts}
        tell("waiting for readers")
        old = locked_tables(server, [part.schema for part in parts], options.wait)
        for part in parts:
            about = f"{mark}release {release_id}. {study['title']}.{note}"
            _swap(server, part, old[part.schema], about)
        server.commit()
    return Served(
        release_id,
        {schema: len(rows) for schema, rows in sizes.items()},
        {schema: sum(rows.values()) for schema, rows in sizes.items()},
        time.perf_counter() - started,
    )


def _parts(options: Options) -> list[_Part]:
    parts = [_Part(BI, "main", options.schema, options.reader_role)]
    if options.marts:
        parts.append(_Part(WAREHOUSE, "marts", options.marts_schema, options.marts_role))
    elif options.marts_role:
        raise ServingCallError("--marts-role is for the marts; ask for them with --marts.")
    if len({part.schema for part in parts}) < len(parts):
        raise ServingCallError(
            f"Schema {options.schema} cannot hold both the tables for people and the marts, which "
            "others may not read; give --marts-schema another name."
        )
    for part in parts:
        if not part.schema or len(part.next.encode()) > 63 or part.schema.startswith("pg_"):
            raise ServingCallError(
                f"'{part.schema}' cannot be the name of a schema here; use up to 57 bytes that do "
                "not begin with pg_."
            )
    return parts


def _check_place(server: Session, part: _Part, mark: str) -> None:
    """One publisher at a time, and only in place of the same study's tables."""
    key = literal(f"plateau {part.schema}")
    if not server.value(f"select pg_try_advisory_xact_lock(hashtext({key}))"):
        raise ServingError(
            f"Another publication to schema {part.schema} is running; wait until it has ended."
        )
    found = server.rows(
        "select coalesce(obj_description(oid, 'pg_namespace'), ''), exists (select 1 from pg_class "
        f"where relnamespace = s.oid) from pg_namespace as s where nspname = {literal(part.schema)}"
    )
    for comment, is_used in found:
        if is_used and not str(comment).startswith(mark):
            other = str(comment).removeprefix(_MARK).split(",")[0]
            whose = f"tables of study {other}" if str(comment).startswith(_MARK) else "other tables"
            raise ServingError(
                f"Schema {part.schema} holds {whose}, which a publication would remove; choose "
                "another name with --schema (--marts-schema for the marts), or another database."
            )


def _load(
    server: Session, release: Path, part: _Part, tell: Callable[[str], None]
) -> dict[str, int]:
    """Make the tables under the next schema's name and fill them; the rows of each."""
    file = release / part.file
    try:
        with connect(file, read_only=True) as connection:
            tables = tables_of(connection, part.source, file)
            _create(server, part, tables)
            rows = {}
            for table in tables:
                tell(f"loading {part.schema}.{table.name}")
                batches = connection.sql(table.select(part.source)).to_arrow_reader(_BATCH)
                rows[table.name] = server.load(part.next, table.name, batches)
                server.run(f"analyze {quoted(part.next)}.{quoted(table.name)}")
            return rows
    except duckdb.Error as error:
        raise ServingError(
            f"{file} cannot be read ({str(error).splitlines()[0]}); nothing that was served has "
            "changed."
        ) from error


def _create(server: Session, part: _Part, tables: Sequence[Table]) -> None:
    """The empty tables with their keys and words, and who may read them."""
    server.run(f"create schema {quoted(part.next)}")
    statements = [definition(part.next, table) for table in tables]
    statements += [line for table in tables for line in comments(part.next, table)]
    if part.role is not None:
        statements += read_rights(part.next, part.role)
    server.run(block(statements))


def _swap(server: Session, part: _Part, old: Sequence[str] | None, about: str) -> None:
    """Put the next schema in the place of the old one; `old` None: there was none."""
    removed = removal(part.schema, old) if old is not None else []
    taken = [
        f"alter schema {quoted(part.next)} rename to {quoted(part.schema)}",
        f"comment on schema {quoted(part.schema)} is {literal(about)}",
    ]
    try:
        server.run(block([*removed, *taken]))
    except RefusedError as error:
        if error.sqlstate != DEPENDENTS:
            raise
        raise ServingError(
            f"Something of yours lies in schema {part.schema} or rests on its tables, which a "
            f"publication replaces ({error}). Drop it, publish, and make it again; a query or a "
            "view inside the BI tool needs none of this."
        ) from error
