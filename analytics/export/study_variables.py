"""The factors and populations of a study, as the release states them, with their ADaM names."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from analytics.export.names import Named, variable_names
from analytics.study.specification import Timing

_GROUPED_NUMBERS: Final = " number"  # the blank keeps it apart from the names of factors


@dataclass(frozen=True)
class StudyVariable:
    """A factor or population and its variable.

    `is_number` says whether the variable holds the factor's number (else its level).
    """

    name: str
    variable: str
    label: str
    is_number: bool = False
    unit: str | None = None


@dataclass(frozen=True)
class _Wanted:
    item: Named
    label: str
    name: str
    is_number: bool = False
    unit: str | None = None


def factor_variables(
    connection: duckdb.DuckDBPyConnection, timing: Timing, taken: Collection[str]
) -> list[StudyVariable]:
    """The variables of the factors of a timing, in display order.

    A categorical factor gives its level, a continuous one its number. A categorical factor
    whose levels are ranges gives the number too, unless another factor is that number.
    """
    rows = connection.execute(_FACTORS, [timing]).fetchall()
    wanted = [
        wish for name, variable, *about in rows for wish in _wishes(Named(name, variable), *about)
    ]
    return _named(wanted, taken)


def population_flags(
    connection: duckdb.DuckDBPyConnection, taken: Collection[str]
) -> list[StudyVariable]:
    """The flag of each population, in display order."""
    rows = connection.execute(_POPULATIONS).fetchall()
    wanted = [_Wanted(Named(name, variable), label, name) for name, label, variable in rows]
    return _named(wanted, taken, ending="FL")


def _wishes(
    item: Named, label: str, unit: str | None, is_number: bool, is_range: bool
) -> list[_Wanted]:
    own = _Wanted(item, label, item.name, is_number, unit if is_number else None)
    if not is_range:
        return [own]
    beside = Named(f"{item.name}{_GROUPED_NUMBERS}", None)
    return [own, _Wanted(beside, f"{label}, number", item.name, True, unit)]


def _named(
    wanted: Sequence[_Wanted], taken: Collection[str], ending: str = ""
) -> list[StudyVariable]:
    names = variable_names([wish.item for wish in wanted], taken, ending)
    return [
        StudyVariable(wish.name, names[wish.item.name], wish.label, wish.is_number, wish.unit)
        for wish in wanted
    ]


_POPULATIONS: Final = """
select populations.population, coalesce(names.label, populations.label), names.variable
from staging.stg_study__populations as populations
left join staging.stg_study__adam_names as names
    on names.kind = 'population' and names.name = populations.population
order by populations.display_order, populations.population
"""

# is_range: a level has a bound, and no continuous factor reads the same records
_FACTORS: Final = """
with factors as (
    select
        *,
        struct_pack(derivation, domain, testcd, category, specimen, evaluator, add_value)
            as records
    from staging.stg_study__factors
)
select
    factors.factor,
    names.variable,
    coalesce(names.label, factors.label),
    factors.unit,
    factors.type = 'continuous',
    factors.type = 'categorical' and factors.factor in (
        select factor from staging.stg_study__factor_levels
        where lower is not null or upper is not null
    )
    and not exists (
        select 1 from factors as others
        where others.type = 'continuous' and others.records is not distinct from factors.records
    )
from factors
left join staging.stg_study__adam_names as names
    on names.kind = 'factor' and names.name = factors.factor
where factors.timing = ?
order by factors.display_order, factors.factor
"""
