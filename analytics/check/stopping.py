"""A build ends where a record breaks a rule whose policy is stop."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from analytics.check.reading import first_stop
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
    others = n_found - 1
    noun = "finding stops" if others == 1 else "findings stop"
    also = f" {others} more {noun} the build; run `plateau check`." if others else ""
    names_a_person = finding.value is not None and (
        finding.variable == "SUBJID" or finding.value == finding.usubjid
    )
    fact, details = (
        (finding.variable, f"Found: {finding.fact}.") if names_a_person else (finding.fact, "")
    )
    raise GateError(
        f"{finding.place}: {fact} breaks rule {rule.rule}, which stops the build. "
        f"Requirement: {rule.asks} To do: {rule.to_do}{also}",
        details,
    )


def _is_built(connection: duckdb.DuckDBPyConnection) -> bool:
    return bool(connection.execute(_IS_BUILT).fetchall()[0][0])
