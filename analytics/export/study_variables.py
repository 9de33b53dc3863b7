"""The factors, populations and facts of a study, as the release states them, with ADaM names."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from analytics.export.names import Named, variable_names
from analytics.study.specification import AdamKind, Timing

_GROUPED_NUMBERS: Final = " number"  # the blank keeps it apart from the names of factors
_DAYS: Final = " day"
_STANDARD_FLAGS: Final = ("FASFL", "SAFFL", "ITTFL", "PPROTFL", "COMPLFL", "RANDFL", "ENRLFL")


@dataclass(frozen=True)
class StudyVariable:
    """A factor, population or fact and its variable.

    `is_number` says whether the variable holds the factor's number (else its level); `kind` is
    that of its line in adam_names.csv.
    """

    name: str
    variable: str
    label: str
    kind: AdamKind
    is_number: bool = False
    unit: str | None = None


@dataclass(frozen=True)
class _Wanted:
    item: Named
    label: str
    name: str
    kind: AdamKind
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
        wish
        for name, variable, number, *about in rows
        for wish in _wishes(
            Named(name, variable), Named(f"{name}{_GROUPED_NUMBERS}", number), *about
        )
    ]
    return _named(wanted, taken)


def population_flags(
    connection: duckdb.DuckDBPyConnection, taken: Collection[str]
) -> list[StudyVariable]:
    """The flag of each population, in display order.

    The flags that the ADaMIG defines are the study's to give: no other population gets one by its
    name.
    """
    rows = connection.execute(_POPULATIONS).fetchall()
    wanted = [
        _Wanted(Named(name, variable), label, name, "population") for name, label, variable in rows
    ]
    return _named(wanted, taken, ending="FL", reserved=_STANDARD_FLAGS)


def read_from_adam(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The variables of ADSL that factors were read from, where every trial is read from ADaM.

    AGE of such a study is the factor itself; in any other study it is the column of the mart.
    """
    return [str(name) for (name,) in connection.execute(_READ_FROM_ADAM).fetchall()]


def fact_days(connection: duckdb.DuckDBPyConnection, taken: Collection[str]) -> list[StudyVariable]:
    """The day on which each fact that can define a group is known, by the name of the fact."""
    rows = connection.execute(_FACT_DAYS).fetchall()
    wanted = [
        _Wanted(Named(f"{name}{_DAYS}", variable), label, name, "fact", True, "days")
        for name, label, variable in rows
    ]
    return _named(wanted, taken)


def _wishes(
    item: Named, number: Named, label: str, unit: str | None, content: str
) -> list[_Wanted]:
    """The variables of a factor; `content` says whether it is levels, a number, or both."""
    is_number = content == "number"
    own = _Wanted(item, label, item.name, "factor", is_number, unit if is_number else None)
    if content != "both":
        return [own]
    return [own, _Wanted(number, f"{label}, number", item.name, "number", True, unit)]


def _named(
    wanted: Sequence[_Wanted],
    taken: Collection[str],
    ending: str = "",
    reserved: Collection[str] = (),
) -> list[StudyVariable]:
    names = variable_names([wish.item for wish in wanted], taken, ending, reserved)
    return [
        StudyVariable(
            wish.name, names[wish.item.name], wish.label, wish.kind, wish.is_number, wish.unit
        )
        for wish in wanted
    ]


_POPULATIONS: Final = """
select populations.population, coalesce(names.label, populations.label), names.variable
from staging.stg_study__populations as populations
left join staging.stg_study__adam_names as names
    on names.kind = 'population' and names.name = populations.population
order by populations.display_order, populations.population
"""

_READ_FROM_ADAM: Final = """
select variable
from staging.stg_study__adam_names
where
    kind = 'factor'
    and not exists (select 1 from staging.stg_study__trials where kind <> 'adam')
order by variable
"""

_FACT_DAYS: Final = """
select facts.fact, coalesce(names.label, case
    when length('Day of: ' || facts.label) <= 40 then 'Day of: ' || facts.label
    when length(facts.label) <= 40 then facts.label
    else left(facts.label, 37) || '...'
end), names.variable
from staging.stg_study__facts as facts
left join staging.stg_study__adam_names as names
    on names.kind = 'fact' and names.name = facts.fact
where facts.fact in (select fact from marts.entry_times)
order by facts.fact
"""

# both: a level has a bound, and no continuous factor reads the same records
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
    numbers.variable,
    coalesce(names.label, factors.label),
    factors.unit,
    case
        when factors.type = 'continuous' then 'number'
        when
            factors.factor in (
                select factor from staging.stg_study__factor_levels
                where lower is not null or upper is not null
            )
            and not exists (
                select 1 from factors as others
                where
                    others.type = 'continuous'
                    and others.records is not distinct from factors.records
            )
            then 'both'
        else 'levels'
    end
from factors
left join staging.stg_study__adam_names as names
    on names.kind = 'factor' and names.name = factors.factor
left join staging.stg_study__adam_names as numbers
    on numbers.kind = 'number' and numbers.name = factors.factor
where factors.timing = ?
order by factors.display_order, factors.factor
"""
