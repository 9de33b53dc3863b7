"""Which endpoint, population and factor may be combined, by the guard of the study.

The verdicts are those of schema `survival`: what any of its functions answers without a landmark
or delayed entry is offered, everything else is refused here as it is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

Row = dict[str, Any]


@dataclass(frozen=True)
class Offer:
    """One combination; `factor` None is one curve of all."""

    endpoint: str
    population: str
    factor: str | None


@dataclass(frozen=True)
class Offered:
    """What may be asked, and what it is called, each in the order of the study.

    `endpoints`: name, label, population (its own), starts_at, event_label, competing_label (None
    without competing events). `populations` and `factors`: name, label.
    """

    endpoints: Sequence[Row]
    populations: Sequence[Row]
    factors: Sequence[Row]
    offers: Sequence[Offer]


def offered(connection: duckdb.DuckDBPyConnection) -> Offered:
    """The combinations of a warehouse that has schema `survival`.

    Factors are known at the origin and have two levels or more among the population; no group is
    formed by later events.
    """
    endpoints = _rows(connection, _ENDPOINTS)
    populations = _rows(connection, _POPULATIONS)
    factors = _rows(connection, _FACTORS)
    allowed = {(row["endpoint"], row["population"]) for row in _rows(connection, _MAY_BE_FOLLOWED)}
    splits = {
        (row["endpoint"], row["population"], row["factor"]) for row in _rows(connection, _MAY_SPLIT)
    }
    offers = [
        Offer(endpoint["name"], population["name"], factor)
        for endpoint in endpoints
        for population in populations
        if (endpoint["name"], population["name"]) in allowed
        for factor in (None, *(row["name"] for row in factors))
        if factor is None or (endpoint["name"], population["name"], factor) in splits
    ]
    return Offered(
        endpoints,
        _named(populations, "population", offers),
        _named(factors, "factor", offers),
        offers,
    )


def subjects_of(
    connection: duckdb.DuckDBPyConnection, endpoint: str, population: str
) -> pl.DataFrame:
    """usubjid, exit_day and event_code of the population on the clock of the endpoint."""
    return connection.execute(
        "select usubjid, exit_day, event_code from survival.subjects($1, population := $2)",
        [endpoint, population],
    ).pl()


def levels_of(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """factor, usubjid and level of every categorical factor; NULL: not known."""
    return connection.sql(
        "select factor, usubjid, level from marts.subject_factors "
        "semi join survival.levels using (factor)"
    ).pl()


def labels_of_levels(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Factor -> level -> label, in the order of display."""
    found: dict[str, dict[str, str]] = {}
    for row in _rows(connection, "from survival.levels order by factor, level_order"):
        found.setdefault(row["factor"], {})[row["level"]] = row["label"]
    return found


def refusals(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Endpoint and the reason why a factor or population is not offered, in their order."""
    return _rows(connection, _REFUSED)


def _named(rows: Sequence[Row], what: str, offers: Sequence[Offer]) -> list[Row]:
    used = {getattr(offer, what) for offer in offers}
    return [row for row in rows if row["name"] in used]


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    result = connection.execute(sql)
    names = [str(column[0]) for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


_ENDPOINTS = """
    select
        endpoints.paramcd as name, endpoints.param as label, own.population,
        definitions.starts_at, definitions.events, definitions.competing_events
    from staging.stg_study__endpoints as endpoints
    inner join survival.populations as own
        on endpoints.paramcd = own.endpoint and own.is_own
    inner join bi.endpoint_definitions as definitions
        on endpoints.paramcd = definitions.endpoint
    order by endpoints.display_order
"""
_POPULATIONS = """
    select distinct
        every.population as name, every.population_order, named.population_label as label
    from survival.populations as every
    inner join bi.populations as named using (population)
    order by every.population_order
"""
_FACTORS = """
    select distinct every.factor as name, every.factor_order, named.label
    from survival.factors as every
    inner join staging.stg_study__factors as named using (factor)
    order by every.factor_order
"""
_REFUSED = """
    select endpoint, why
    from (
        select
            endpoint, endpoint_order, 1 as kind, population_order as place,
            coalesce(refused, known_later || ' is known only after the origin.') as why
        from survival.populations
        union all
        select
            every.endpoint, own.endpoint_order, 2 as kind, every.factor_order as place,
            coalesce(
                every.refused,
                coalesce(every.forms_later, every.known_later)
                || ' is known only after the origin.'
            ) as why
        from survival.factors as every
        inner join survival.populations as own on every.endpoint = own.endpoint and own.is_own
    )
    where why is not null
    order by endpoint_order, kind, place
"""
_MAY_BE_FOLLOWED = """
    select endpoint, population
    from survival.populations
    where refused is null and known_later is null
"""
_MAY_SPLIT = """
    select every.endpoint, members.population, every.factor
    from survival.factors as every
    inner join marts.time_to_event as ends on every.endpoint = ends.paramcd
    inner join marts.population_members as members using (usubjid)
    inner join marts.subject_factors as levels
        on ends.usubjid = levels.usubjid and every.factor = levels.factor
    where
        every.refused is null and every.forms_later is null and every.known_later is null
        and levels.level is not null
    group by all
    having count(distinct levels.level) > 1
"""
