"""`plateau publish`: the tables of a release in Postgres, in place of the release before.

Everything happens in one transaction, and rows are replaced where they stand: readers are
never kept waiting, every statement and every snapshot sees one release whole, and prepared plans,
views and rights that others made stay. Dropping the schema and renaming a new one looks simpler and
does not work: without locks a snapshot that is older than the new tables finds them empty, with
locks a few busy readers keep the publication out for ever. Tables whose columns have changed are
loaded beside and exchanged under locks at the end (`analytics.serving.swap`).
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from analytics.release.folders import BI, WAREHOUSE
from analytics.release.manifest import read_manifest
from analytics.serving.address import Address, is_protected
from analytics.serving.errors import ServingCallError, ServingError
from analytics.serving.rights import check_apart, check_role, make_schema
from analytics.serving.session import Session, session
from analytics.serving.statements import (
    block,
    comments,
    definition,
    qualified,
    read_rights,
)
from analytics.serving.swap import Exchange, exchange, shapes
from analytics.serving.tables import Shape, Table, tables_of
from analytics.signals import undisturbed
from analytics.warehouse import connect, literal, quoted

_BATCH: Final = 50_000
_NEXT: Final = "__next"
_MARK: Final = "Plateau: study "


@dataclass(frozen=True)
class Options:
    """What is served, under which names, and who may read it.

    `schema` takes the tables for people. With `marts` the patient-level marts go to
    `marts_schema`, which only `marts_role` may read, if there is one. `wait` is how many seconds
    readers may hold tables whose columns have changed. `trusted_network` lets the marts go to
    another machine without `sslmode=verify-full`.
    """

    schema: str = "bi"
    reader_role: str | None = "plateau_reader"
    marts: bool = False
    marts_schema: str = "marts"
    marts_role: str | None = None
    wait: float = 60.0
    trusted_network: bool = False


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
    """Serve a release's tables; `tell` is called with each step.

    Raises ServingCallError for schema names that cannot be, ServingError (one sentence, no
    password) when the server refuses; then everything is as it was.
    """
    parts = _parts(options)
    if options.marts and not options.trusted_network and not is_protected(address, os.environ):
        raise ServingCallError(
            f"--marts would send patient-level rows to {address} without proof that nobody reads "
            "along or answers in the server's place; add sslmode=verify-full to the address (and "
            "sslrootcert=, the certificate of your authority), or --trusted-network if the network "
            "is protected in another way."
        )
    started = time.perf_counter()
    manifest = read_manifest(release)
    study, release_id = manifest["study"], manifest["release_id"]
    mark = f"{_MARK}{study['study_id']}, "
    note = f" {study['synthetic_note']}" if study["synthetic"] else ""
    with session(address) as server:
        rows: dict[str, dict[str, int]] = {}
        for part in parts:
            _check_place(server, part, mark)
            if part.role is not None:
                check_role(server, part.role, may_create=part.file == BI)
        if options.marts and options.marts_role and options.reader_role:
            check_apart(server, options.reader_role, options.marts_role)
        for part in parts:
            rows[part.schema] = _replace(server, release, part, options.wait, tell)
            about = f"{mark}release {release_id}. {study['title']}.{note}"
            server.run(f"comment on schema {quoted(part.schema)} is {literal(about)}")
        with undisturbed():
            server.commit()
        tell("tidying up")
        for schema, tables in rows.items():
            server.tidy(
                f"vacuum (analyze, truncate false) {qualified(schema, name)}" for name in tables
            )
    return Served(
        release_id,
        {schema: len(tables) for schema, tables in rows.items()},
        {schema: sum(tables.values()) for schema, tables in rows.items()},
        time.perf_counter() - started,
    )


def _parts(options: Options) -> list[_Part]:
    parts = [_Part(BI, "main", options.schema, options.reader_role)]
    if options.marts:
        parts.append(_Part(WAREHOUSE, "marts", options.marts_schema, options.marts_role))
    elif options.marts_role:
        raise ServingCallError("--marts-role needs the marts; add --marts.")
    if (
        options.marts
        and options.marts_role is not None
        and options.marts_role == options.reader_role
    ):
        raise ServingCallError(
            f"Role {options.marts_role} cannot read both the tables of bi and the patient-level "
            "marts, which have other readers; name another role with --marts-role."
        )
    if len({part.schema for part in parts}) < len(parts):
        raise ServingCallError(
            f"Schema {options.schema} cannot hold both the tables of bi and the marts, which "
            "have other readers; give --marts-schema another name."
        )
    for part in parts:
        if not part.schema or len(part.next.encode()) > 63 or part.schema.startswith("pg_"):
            raise ServingCallError(
                f"'{part.schema}' is not a valid schema name; use at most 57 bytes and do not "
                "begin with pg_."
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


def _replace(
    server: Session, release: Path, part: _Part, wait: float, tell: Callable[[str], None]
) -> dict[str, int]:
    """Replace the rows of the schema's tables, and the tables that have another shape now."""
    file = release / part.file
    try:
        with connect(file, read_only=True) as connection:
            tables = tables_of(connection, part.source, file)
            old = shapes(server, part.schema)
            changed = [item for item in tables if old.get(item.name, item.shape) != item.shape]
            _prepare(server, part, tables, old, changed)
            rows = {}
            for table in tables:
                tell(f"loading {part.schema}.{table.name}")
                place = part.next if table in changed else part.schema
                batches = connection.sql(table.select(part.source)).to_arrow_reader(_BATCH)
                rows[table.name] = server.load(place, table.name, batches)
    except duckdb.Error as error:
        raise ServingError(
            f"{file} cannot be read ({str(error).splitlines()[0]}); nothing that was served has "
            "changed."
        ) from error
    coming = [table.name for table in changed]
    gone = [name for name in old if name not in rows]
    exchange(server, Exchange(part.schema, [*gone, *coming], part.next, coming), wait)
    if changed:
        server.run(f"drop schema {quoted(part.next)}")
    if part.role is not None:
        server.run(block(read_rights(part.schema, part.role)))
    return rows


def _prepare(
    server: Session,
    part: _Part,
    tables: Sequence[Table],
    old: Mapping[str, Shape],
    changed: Sequence[Table],
) -> None:
    """Empty the tables that stay, make the others, and give all their words.

    What is emptied or made here shows to nobody before the end of the transaction.
    """
    make_schema(server, part.schema)
    if changed:
        make_schema(server, part.next)
    statements = []
    for table in tables:
        place = part.next if table in changed else part.schema
        if table.name in old and table not in changed:
            statements.append(f"delete from {qualified(place, table.name)}")
        else:
            statements.append(definition(place, table))
        statements += comments(place, table)
    server.run(block(statements))
