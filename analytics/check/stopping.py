"""A build ends where a record breaks a rule whose policy is stop."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from analytics.check.findings import first_stop
from analytics.errors import GateError
from analytics.study.record_rules import RECORD_RULES
from analytics.warehouse import connect

_IS_BUILT: Final = (
    "select count(*) > 0 from information_schema.tables "
    "where table_schema = 'quality' and table_name = 'rejected_record'"
)


@contextmanager
def stopped_by_findings(warehouse: Path) -> Iterator[None]:
    """Raise GateError for a finding that stops, also where it made a test of the marts fail."""
    try:
        yield
    except GateError:
        _stop(warehouse)
        raise
    _stop(warehouse)


def _stop(warehouse: Path) -> None:
    with connect(warehouse) as connection:
        stop = first_stop(connection) if _is_built(connection) else None
    if stop is None:
        return
    finding, n_found = stop
    rule = RECORD_RULES[finding.rule]
    others = f" ({n_found - 1} more; run `plateau check`)" if n_found > 1 else ""
    raise GateError(
        f"{finding.place}: {finding.fact} breaks rule {rule.rule}, which stops the build: "
        f"{_inside(rule.asks)}; {_inside(rule.to_do)}{others}."
    )


def _is_built(connection: duckdb.DuckDBPyConnection) -> bool:
    return bool(connection.execute(_IS_BUILT).fetchall()[0][0])


def _inside(sentence: str) -> str:
    """A sentence as part of another one; a name in capitals stays."""
    first = sentence[0] if sentence[1].isupper() else sentence[0].lower()
    return first + sentence[1:].removesuffix(".")
