"""The values that the study's own facts and factors ask for, in one long table.

A condition may name any variable of any domain. Staging knows the variables of the built-in rules;
the others are copied here from the records as they stand, one row per record and variable, so that
SQL joins to names and builds none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import duckdb

from analytics.ingest.domain_tables import columns_of, table_of
from analytics.ingest.errors import IngestError
from analytics.study.domains import DOMAIN_VARIABLES
from analytics.study.specification import StudySpecification
from analytics.study.used_domains import used_domains
from analytics.study.wording import nearest
from analytics.warehouse import literal, quoted

ASKED_VALUES: Final = "sdtm_value"
"""The table of `raw` with the values that the study's own facts and factors ask for."""


@dataclass(frozen=True)
class Asked:
    """A variable of a domain, and the file and line that ask for it.

    `is_needed`: no number can be right without it, so that a file has to have it. `is_date`: it
    dates a fact, which a supplemental qualifier cannot.
    """

    domain: str
    variable: str
    where: str
    is_needed: bool = True
    is_date: bool = False


# Variables that any domain may have and that decide which records count: whether it happened, who
# read it, under which subcategory, at which planned time point, and whether it is the baseline.
_ALWAYS: Final = (
    "PRESP", "OCCUR", "STAT", "SCAT", "EVALID", "TPT", "TPTNUM", "ELTM", "BLFL", "LOBXFL",
)  # fmt: skip


def asked_variables(spec: StudySpecification) -> tuple[Asked, ...]:
    """What the conditions, the dates of declared facts and the factors of DM ask for.

    And, of every domain that is read, the variables that decide which records count.
    """
    return tuple(dict.fromkeys((*_asked(spec), *_always(spec))))


def load_asked_values(connection: duckdb.DuckDBPyConnection, spec: StudySpecification) -> None:
    """Write raw.sdtm_value from the domains' tables.

    Raises IngestError, one sentence for each, when no file has a variable or qualifier that the
    study asks for, or no trial a domain of which it declares a fact.
    """
    connection.execute(
        f"create or replace table raw.{ASKED_VALUES} (src_trial varchar, src_domain varchar, "
        "src_file varchar, src_row bigint, variable varchar, value varchar)"
    )
    missing = list(_missing_domains(connection, spec)) if spec.has_sdtm else []
    asked = asked_variables(spec)
    for domain in dict.fromkeys(item.domain for item in asked):
        held = columns_of(connection, domain)
        names = dict.fromkeys(item.variable for item in asked if item.domain == domain)
        for name in names:
            if name in held:
                _copy(connection, domain, held[name])
    missing += _missing_variables(connection, asked)
    if missing:
        raise IngestError(*missing)


def _asked(spec: StudySpecification) -> Iterator[Asked]:
    conditions = [item for fact in spec.facts for item in fact.conditions]
    for item in (*conditions, *spec.record_conditions):
        if item.kind == "variable" and item.name is not None:
            yield Asked(item.domain, item.name, item.where)
    for fact in spec.facts:
        yield Asked(fact.domain, fact.date, fact.where, is_date=True)
    for factor in spec.factors:
        if factor.derivation == "variable" and factor.domain == "DM" and factor.testcd:
            is_needed = factor.testcd not in DOMAIN_VARIABLES["DM"]
            where = f"factors.csv, factor '{factor.factor}'"
            yield Asked("DM", factor.testcd, where, is_needed)
    for population in spec.populations:
        for condition in population.conditions:
            if condition.kind == "variable":
                where = f"populations.csv, population '{population.population}'"
                yield Asked("DM", condition.name, where)


def _always(spec: StudySpecification) -> Iterator[Asked]:
    for domain in sorted(used_domains(spec)):
        for name in _ALWAYS:
            yield Asked(domain, f"{domain}{name}", "", is_needed=False)
    for domain in spec.parameters.contact_domains:
        yield Asked(domain, f"{domain}ENDTC", "", is_needed=False)


def _copy(connection: duckdb.DuckDBPyConnection, domain: str, column: str) -> None:
    connection.execute(
        f"insert into raw.{ASKED_VALUES} "
        f"select src_trial, src_domain, src_file, src_row, {literal(column.upper())}, "
        f"{quoted(column)} from {table_of(domain)} where trim({quoted(column)}) <> ''"
    )


def _missing_domains(
    connection: duckdb.DuckDBPyConnection, spec: StudySpecification
) -> Iterator[str]:
    held = {
        domain
        for (domain,) in connection.execute(
            "select distinct src_domain from raw.ingest_file"
        ).fetchall()
    }
    for fact in spec.facts:
        if fact.domain not in held:
            yield (
                f"{fact.where}: fact '{fact.fact}' is made of records of {fact.domain}, but no "
                f"trial has a file of that domain; add the file, or remove the fact."
            )


def _missing_variables(
    connection: duckdb.DuckDBPyConnection, asked: Iterable[Asked]
) -> Iterator[str]:
    variables = _rows(connection, "select src_domain, variable from raw.ingest_variable")
    qualifiers = _rows(
        connection,
        "select upper(trim(rdomain)), upper(trim(qnam)) from raw.sdtm_supp "
        "where rdomain is not null and qnam is not null",
    )
    known = {domain for domain, _ in variables}
    for item in asked:
        if not item.is_needed or item.domain not in known:
            continue
        held = variables if item.is_date else variables | qualifiers
        names = sorted(name for domain, name in held if domain == item.domain)
        if item.variable not in names:
            nor = "a qualifier cannot date a fact" if item.is_date else "no qualifier of that name"
            yield (
                f"{item.where}: no file of {item.domain} has the variable {item.variable}, and "
                f"{nor}{nearest(item.variable, names)}; correct the name."
            )


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> set[tuple[str, str]]:
    """The names that the files hold, as (domain, name)."""
    return set(connection.execute(query).fetchall())
