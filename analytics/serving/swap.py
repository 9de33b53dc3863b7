"""The locks under which old tables are replaced, taken so that no reader ever fails."""

import time
from collections.abc import Sequence
from typing import Final

from analytics.serving.errors import ServingError
from analytics.serving.session import LOCK_NOT_AVAILABLE, RefusedError, Session
from analytics.serving.statements import literal, qualified

_PAUSE: Final = 0.2
_LONGEST_TRY: Final = 0.5


def locked_tables(
    server: Session, schemas: Sequence[str], wait: float
) -> dict[str, list[str] | None]:
    """Lock every table of the schemas against readers; their names, None for a new schema.

    A try that would keep readers waiting for half the deadlock timeout is given up and made
    again after a pause, for `wait` seconds in all. Raises ServingError naming who holds the
    tables then.
    """
    old = {schema: _tables(server, schema) for schema in schemas}
    names = [(schema, table) for schema in schemas for table in old[schema] or []]
    timeout = server.value(
        "select setting::bigint from pg_settings where name = 'deadlock_timeout'"
    )
    longest = min(_LONGEST_TRY, timeout / 1000 / 2)
    until = time.monotonic() + wait
    server.run("savepoint locks")
    while not _try(server, names, longest):
        if time.monotonic() > until:
            raise ServingError(
                f"Readers have held tables of schema {', '.join(schemas)} for {wait:g} s "
                f"({_holders(server, schemas)}); nothing that was served has changed. End them or "
                "publish again with a longer --wait."
            )
        time.sleep(_PAUSE)
    server.run("set local lock_timeout = 0")
    return old


def _tables(server: Session, schema: str) -> list[str] | None:
    exists = server.value(f"select 1 from pg_namespace where nspname = {literal(schema)}")
    rows = server.rows(
        f"select tablename::text from pg_tables where schemaname = {literal(schema)} order by 1"
    )
    return [name for (name,) in rows] if exists else None


def _try(server: Session, names: Sequence[tuple[str, str]], longest: float) -> bool:
    """Lock all within the longest time, or none."""
    until = time.monotonic() + longest
    try:
        for schema, table in names:
            left = max(1, int(1000 * (until - time.monotonic())))
            server.run(f"set local lock_timeout = {left}")
            server.run(f"lock table {qualified(schema, table)} in access exclusive mode")
    except RefusedError as error:
        if error.sqlstate != LOCK_NOT_AVAILABLE:
            raise
        server.run("rollback to savepoint locks")
        return False
    return True


def _holders(server: Session, schemas: Sequence[str]) -> str:
    """Who holds tables of the schemas: process and user, and the name the program gives."""
    names = ", ".join(map(literal, schemas))
    rows = server.rows(
        "select distinct a.pid::bigint, a.usename::text, a.application_name "
        "from pg_locks as l join pg_class as c on c.oid = l.relation "
        "join pg_namespace as n on n.oid = c.relnamespace "
        "join pg_stat_activity as a on a.pid = l.pid "
        f"where n.nspname in ({names}) and a.pid <> pg_backend_pid() order by 1"
    )
    told = [f"process {pid} of {user} {program or ''}".strip() for pid, user, program in rows]
    return ", ".join(told) or "they have just ended"
