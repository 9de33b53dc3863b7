"""What a schema holds now, and the exchange of tables whose shape has changed.

Only such tables are locked against readers. A statement that has begun on an old table holds it
until its transaction ends, and the exchange waits; one that comes during the exchange waits, and
Postgres then finds the new table under the name. A reader who holds one old table and waits for
another would be a deadlock, so the locks are asked for in tries shorter than half the server's
deadlock timeout and given back in between: no reader is ever chosen as the victim.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analytics.serving.errors import ServingError
from analytics.serving.session import DEPENDENTS, RefusedError, Session
from analytics.serving.statements import block, qualified
from analytics.serving.tables import Shape
from analytics.warehouse import literal, quoted

_PAUSE: Final = 0.1
_LONGEST_TRY: Final = 0.5
_LOCKED: Final = "plateau.locked"


@dataclass(frozen=True)
class Exchange:
    """Tables of a schema that go, and those of the source schema that come instead."""

    schema: str
    gone: Sequence[str]
    source: str
    coming: Sequence[str]


def shapes(server: Session, schema: str) -> dict[str, Shape]:
    """The tables of a schema and their shapes; nothing for a schema that is not there."""
    place = f"relnamespace = (select oid from pg_namespace where nspname = {literal(schema)})"
    columns = server.rows(
        "select c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), "
        "a.attnotnull from pg_class as c join pg_attribute as a on a.attrelid = c.oid "
        f"where c.{place} and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped "
        "order by c.relname, a.attnum"
    )
    keys = server.rows(
        "select c.relname::text, a.attname::text from pg_class as c "
        "join pg_constraint as k on k.conrelid = c.oid and k.contype = 'p' "
        "cross join unnest(k.conkey) with ordinality as u(attnum, place) "
        "join pg_attribute as a on a.attrelid = c.oid and a.attnum = u.attnum "
        f"where c.{place} order by c.relname, u.place"
    )
    return {
        table: (
            tuple(
                (name, kind, required) for owner, name, kind, required in columns if owner == table
            ),
            tuple(name for owner, name in keys if owner == table),
        )
        for table in dict.fromkeys(row[0] for row in columns)
    }


def exchange(server: Session, plan: Exchange, wait: float) -> None:
    """Drop the tables that go and move the ones that come into the schema.

    Raises ServingError when readers hold a table for longer than `wait` seconds, or when
    something rests on a table that goes.
    """
    if not plan.gone:
        return
    schema = plan.schema
    _lock(server, schema, plan.gone, wait)
    dropped = ", ".join(qualified(schema, table) for table in plan.gone)
    moved = [
        f"alter table {qualified(plan.source, table)} set schema {quoted(schema)}"
        for table in plan.coming
    ]
    try:
        server.run(block([f"drop table {dropped} restrict", *moved]))
    except RefusedError as error:
        if error.sqlstate != DEPENDENTS:
            raise
        raise ServingError(
            f"A table of schema {schema} has changed its columns, and another object depends on "
            f"it ({error.fact}); drop that object, publish, and create it again."
        ) from error


def _lock(server: Session, schema: str, tables: Sequence[str], wait: float) -> None:
    timeout = server.value(
        "select setting::bigint from pg_settings where name = 'deadlock_timeout'"
    )
    longest = min(_LONGEST_TRY, timeout / 1000 / 2)
    until = time.monotonic() + wait
    while not _try(server, schema, tables, longest):
        if time.monotonic() > until:
            raise ServingError(
                f"Tables of schema {schema} have changed their columns, and readers have held them "
                f"for {wait:g} s ({_holders(server, schema)}); nothing that was served has "
                "changed. End them or publish again with a longer --wait."
            )
        time.sleep(_PAUSE)


def _try(server: Session, schema: str, tables: Sequence[str], longest: float) -> bool:
    """Lock all within the longest time, or none.

    The block's exception handler gives locks back without ending the transaction.
    """
    spent = "(extract(epoch from clock_timestamp() - started) * 1000)::int"
    left = f"greatest(1, {round(1000 * longest)} - {spent})::text"
    body = "".join(
        f"perform set_config('lock_timeout', {left}, true);\n"
        f"lock table {qualified(schema, table)} in access exclusive mode;\n"
        for table in tables
    )
    server.run(
        f"do $locks$\ndeclare started timestamptz := clock_timestamp();\nbegin\n{body}"
        f"perform set_config('{_LOCKED}', {literal(schema)}, true);\n"
        "exception when lock_not_available then null;\nend\n$locks$"
    )
    return bool(server.value(f"select current_setting('{_LOCKED}', true)") == schema)


def _holders(server: Session, schema: str) -> str:
    """Who holds tables of the schema: process and user, and the name the program gives."""
    rows = server.rows(
        "select distinct a.pid::bigint, a.usename::text, a.application_name "
        "from pg_locks as l join pg_class as c on c.oid = l.relation "
        "join pg_namespace as n on n.oid = c.relnamespace "
        "join pg_stat_activity as a on a.pid = l.pid "
        f"where n.nspname = {literal(schema)} and a.pid <> pg_backend_pid() order by 1"
    )
    told = [f"process {pid} of {user} {program or ''}".strip() for pid, user, program in rows]
    return ", ".join(told) or "they have just ended"
