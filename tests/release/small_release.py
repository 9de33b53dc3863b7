"""Two patients' worth of a warehouse: what the comparison of two releases reads, typed in place."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

_TABLES = """
    create schema marts;
    create schema intermediate;
    create schema raw;
    create table raw.study_endpoint as
        select 'RFS' as paramcd, 'responders' as population, '1' as display_order;
    create table marts.population_conditions (
        usubjid varchar, population varchar, condition_order int, reason varchar, is_met boolean);
    create table marts.subjects (usubjid varchar, trtsdt date, in_analysis_set boolean);
    create table marts.time_to_event (
        usubjid varchar, paramcd varchar, param varchar, startdt date, adt date, aval double,
        event_code int, srcdom varchar, srcvar varchar, srcseq int);
    create table marts.censoring (
        usubjid varchar, paramcd varchar, fact varchar, is_selected boolean);
    create table intermediate.int_endpoint_origins (
        usubjid varchar, paramcd varchar, srcdom varchar, srcvar varchar, srcseq int);
    create table intermediate.int_death_records (
        usubjid varchar, srcdom varchar, srcvar varchar, srcseq int, adt date, rule varchar);
    create table intermediate.int_end_dates (
        usubjid varchar, domain varchar, seq int, variable varchar, adt date, rule varchar);
    create table intermediate.int_staged_records (
        usubjid varchar, domain varchar, date_variable varchar, seq int, adt date,
        src_file varchar, src_row int);
    create table intermediate.int_record_verdicts (src_file varchar, src_row int, rule varchar);
"""
CODES = {"last_contact": 0, "relapse": 1, "death": 2}


@dataclass(frozen=True)
class Record:
    """A dated record: domain, variable, sequence, date, and the rule that turned it away."""

    domain: str
    variable: str
    seq: int | None
    day: str
    rule: str | None = None


@dataclass(frozen=True)
class End:
    """One patient's end of endpoint RFS: a fact, its date and the record it comes from."""

    usubjid: str
    fact: str
    day: str
    record: Record
    start: str = "2015-01-01"
    origin: Record = Record("RS", "RSDTC", 1, "2015-01-01")


def write_warehouse(
    path: Path,
    ends: Iterable[End],
    records: Iterable[tuple[str, Record]] = (),
    treated: Iterable[str] = (),
    unmet: Iterable[tuple[str, str]] = (),
) -> Path:
    """A warehouse with these ends, their records and others, and unmet conditions (by patient)."""
    ends = list(ends)
    known = [(end.usubjid, record) for end in ends for record in (end.record, end.origin)]
    with duckdb.connect(str(path)) as connection:
        connection.execute(_TABLES)
        for usubjid in sorted({*treated, *(end.usubjid for end in ends)}):
            connection.execute(
                "insert into marts.subjects values (?, '2014-12-01', true)", [usubjid]
            )
        for end in ends:
            source = [end.record.domain, end.record.variable, end.record.seq]
            connection.execute(
                "insert into marts.time_to_event select "
                "$1, 'RFS', 'Relapse-free', $2, $3, $3::date - $2::date, $4, $5, $6, $7",
                [end.usubjid, end.start, end.day, CODES[end.fact], *source],
            )
            connection.execute(
                "insert into marts.censoring values (?, 'RFS', ?, true)", [end.usubjid, end.fact]
            )
            connection.execute(
                "insert into intermediate.int_endpoint_origins values (?, 'RFS', ?, ?, ?)",
                [end.usubjid, end.origin.domain, end.origin.variable, end.origin.seq],
            )
        for order, (usubjid, reason) in enumerate(unmet):
            connection.execute(
                "insert into marts.population_conditions values (?, 'responders', ?, ?, false)",
                [usubjid, order, reason],
            )
        for row, (usubjid, record) in enumerate(dict.fromkeys([*known, *records])):
            _write_record(connection, row, usubjid, record)
    return path


def _write_record(
    connection: duckdb.DuckDBPyConnection, row: int, usubjid: str, record: Record
) -> None:
    if record.domain == "DM":
        connection.execute(
            "insert into intermediate.int_death_records values (?, ?, ?, ?, ?, ?)",
            [usubjid, record.domain, record.variable, record.seq, record.day, record.rule],
        )
        return
    connection.execute(
        "insert into intermediate.int_staged_records values (?, ?, ?, ?, ?, 'f', ?)",
        [usubjid, record.domain, record.variable, record.seq, record.day, row],
    )
    connection.execute(
        "insert into intermediate.int_record_verdicts values ('f', ?, ?)", [row, record.rule]
    )
