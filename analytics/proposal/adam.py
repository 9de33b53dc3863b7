"""A study proposed from ADaM packages: ADSL and ADTTE to curves, without a word of the user's own.

The datasets say it themselves: flags are populations, the variables that describe a subject are
factors, each PARAMCD is an endpoint. What they do not say (a unit, a competing event) is asked for
in the files that are written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import duckdb

from analytics.ingest.domain_tables import columns_of, table_of
from analytics.proposal.course_files import control_of
from analytics.study.adam_datasets import ADSL, ADTTE, TIME_UNITS, days_in
from analytics.study.codes import WHOLE_POPULATION, meaning_of
from analytics.study.errors import StudyError
from analytics.study.terms import normal
from analytics.study.wording import slug
from analytics.warehouse import quoted

# The flags of ADaM that name populations, in the order in which one becomes the analysis set.
POPULATION_FLAGS: Final[dict[str, str]] = {
    "ITTFL": "Intention-to-treat population",
    "FASFL": "Full analysis set",
    "RANDFL": "Randomised population",
    "SAFFL": "Safety population",
    "ENRLFL": "Enrolled population",
    "EFFFL": "Efficacy population",
    "PPROTFL": "Per-protocol population",
    "COMPLFL": "Completers",
}
TREATMENTS: Final = ("TRT01P", "TRT01A", "ARM")
_DESCRIBING: Final = re.compile(
    r"TRT01[PA]|SEX|RACE|ETHNIC|REGION\d|COUNTRY|AGEGR\d|RACEGR\d|ECOG\w*|STRAT\w*|STR\d{2}"
)
_IN_WORDS: Final = {"days": "DAYS", "weeks": "WEEKS", "months": "MONTHS", "years": "YEARS"}
_SIGNS: Final = {"<=": "le", ">=": "ge", "<": "lt", ">": "gt", "+": "plus"}
_MOST_LEVELS: Final = 12
# What stands in for STARTDT where only the unit is asked for.
_STARTS: Final = ("RANDDT", "TRTSDT")
# How far from its dates a time may be whose unit they tell: a share of them, and a day.
_NEAR: Final = 0.1
_LANDMARKS: Final = ((3, 6), (6, 12), (12, 24), (12, 24, 36), (12, 24, 36, 48, 60))


@dataclass(frozen=True)
class AdamFactor:
    """A variable of ADSL that describes a subject; `wordings` in their order, none of a number.

    `others` are no levels: the wordings that no member of a population has (Screen Failure), and
    those that say that nothing is known (UNKNOWN).
    """

    name: str
    variable: str
    label: str
    wordings: tuple[str, ...]
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class AdamPopulation:
    """A flag of ADSL; `within` is the first population, if it holds every member of this one."""

    name: str
    variable: str
    label: str
    within: str | None = None


@dataclass(frozen=True)
class AdamEndpoint:
    """A PARAMCD of ADTTE; `population` is the first that holds every subject with a row."""

    paramcd: str
    param: str
    population: str
    longest_months: float


@dataclass(frozen=True)
class CensoringWording:
    """A CNSR above 0 and its EVNTDESC, which may be a competing event."""

    paramcd: str
    cnsr: int
    evntdesc: str | None
    n_rows: int


@dataclass(frozen=True)
class AdamFindings:
    """What a package says; `time_units` has the trials with times whose unit no row gives.

    `untold` has the PARAMCD of each trial whose unit nothing tells; such a trial has no unit.
    `unknown_units` has the wordings of AVALU that are no unit, and `split` the values of PARQUAL
    for each PARAMCD that has several.
    """

    factors: tuple[AdamFactor, ...]
    populations: tuple[AdamPopulation, ...]
    endpoints: tuple[AdamEndpoint, ...]
    censorings: tuple[CensoringWording, ...]
    time_units: dict[str, str]
    untold: dict[str, tuple[str, ...]]
    day_convention: str
    latest: dict[str, tuple[date, str]]
    unknown_units: tuple[str, ...]
    split: dict[str, tuple[str, ...]]

    @property
    def treatment(self) -> AdamFactor | None:
        """The factor of planned treatment, if it has two levels or more."""
        by_variable = {item.variable: item for item in self.factors if len(item.wordings) > 1}
        return next((by_variable[name] for name in TREATMENTS if name in by_variable), None)


def read_adam(connection: duckdb.DuckDBPyConnection, days_per_month: float) -> AdamFindings:
    """What raw.adam_adsl and raw.adam_adtte of all trials hold."""
    labels = _labels(connection)
    populations = tuple(_populations(connection, labels))
    connection.execute(_UNITS)
    connection.executemany(
        "insert into adam_units values (?, ?, ?)",
        [(word, unit, days_in(unit, days_per_month)) for word, unit in TIME_UNITS.items()],
    )
    connection.execute(_times_sql(connection))
    told = _told_units(connection, days_per_month)
    untold = _untold(told)
    time_units = {trial: unit for trial, unit in _time_units(told).items() if trial not in untold}
    for trial, unit in time_units.items():
        connection.execute(_FILL_UNITS, [days_in(unit, days_per_month), trial])
    return AdamFindings(
        tuple(_factors(connection, labels, populations)),
        populations,
        tuple(_endpoints(connection, populations, days_per_month)),
        tuple(CensoringWording(*row) for row in connection.execute(_CENSORINGS).fetchall()),
        time_units,
        untold,
        _day_convention(connection),
        {
            trial: (day, "ADTTE.ADT")
            for trial, day in connection.execute(_LATEST).fetchall()
            if day is not None
        },
        tuple(wording for (wording,) in connection.execute(_UNKNOWN_UNITS).fetchall()),
        _split(connection),
    )


def _labels(connection: duckdb.DuckDBPyConnection) -> dict[str, str | None]:
    """The variables of ADSL in the order of the first file, with their labels."""
    rows = connection.execute(
        "select variable, label from raw.ingest_variable where src_domain = ? "
        "order by src_file, position",
        [ADSL],
    ).fetchall()
    labels: dict[str, str | None] = {}
    for variable, label in rows:
        labels[str(variable)] = labels.get(str(variable)) or label
    return labels


def _populations(
    connection: duckdb.DuckDBPyConnection, labels: dict[str, str | None]
) -> Iterator[AdamPopulation]:
    """The flags of ADaM; where ADSL has none of them, every flag that it has."""
    standard = [name for name in POPULATION_FLAGS if name in labels]
    own = [name for name in labels if name.endswith("FL") and len(name) > len("FL")]
    first: str | None = None
    for variable in standard or own:
        if "Y" in _values(connection, variable):
            label = POPULATION_FLAGS.get(variable) or labels[variable] or variable
            first = first or variable
            is_within = variable != first and not _n_without(connection, variable, first)
            yield AdamPopulation(
                _population_name(variable),
                variable,
                label,
                _population_name(first) if is_within else None,
            )


def _population_name(variable: str) -> str:
    return variable.removesuffix("FL").lower()


def _n_without(connection: duckdb.DuckDBPyConnection, flag: str, other: str) -> int:
    """Subjects with the one flag and without the other."""
    found = connection.execute(
        f"select count(*) from {table_of(ADSL)} where trim({_column(connection, flag)}) = 'Y' "
        f"and trim({_column(connection, other)}) is distinct from 'Y'"
    ).fetchall()
    return int(found[0][0])


def _factors(
    connection: duckdb.DuckDBPyConnection,
    labels: dict[str, str | None],
    populations: Sequence[AdamPopulation],
) -> Iterator[AdamFactor]:
    """Age as a number, and each describing variable that has levels, treatment first."""
    flags = [item.variable for item in populations]
    # SEXN says the order of SEX and describes nobody
    names = [
        name
        for name in labels
        if _DESCRIBING.fullmatch(name) and not (name.endswith("N") and name[:-1] in labels)
    ]
    if "TRT01P" not in labels and "ARM" in labels:
        names.insert(0, "ARM")
    names.sort(key=lambda name: name not in TREATMENTS)
    if "AGE" in labels and _values(connection, "AGE"):
        yield AdamFactor("age", "AGE", "Age", ())
    for name in names:
        wordings = _different(_in_order(connection, name, f"{name}N" in labels))
        of_members = _different(_values(connection, name, flags))
        known = {key for key, wording in of_members.items() if not _is_unknown(wording)}
        levels = tuple(wording for key, wording in wordings.items() if key in known)
        if 0 < len(levels) <= _MOST_LEVELS:
            others = tuple(wording for key, wording in wordings.items() if key not in known)
            if name in TREATMENTS:
                levels = _control_last(levels)
            yield AdamFactor(name.lower(), name, labels[name] or name, levels, others)


def _different(wordings: Sequence[str]) -> dict[str, str]:
    """The first of the wordings that differ in case or blanks alone, by what is compared."""
    found: dict[str, str] = {}
    for wording in wordings:
        found.setdefault(normal(wording), wording)
    return found


def _is_unknown(wording: str) -> bool:
    """Whether the wording is what stands for a value that is not known."""
    code = slug(wording)
    return code != WHOLE_POPULATION and meaning_of(code) is not None


def _control_last(arms: Sequence[str]) -> tuple[str, ...]:
    """The arms with the control after the others, which are compared with it."""
    control = control_of(arms)
    return tuple(sorted(arms, key=lambda arm: arm == control))


def _values(
    connection: duckdb.DuckDBPyConnection, variable: str, flags: Sequence[str] = ()
) -> list[str]:
    """The values of a variable of ADSL; with flags, of the subjects with one of them."""
    column = _column(connection, variable)
    has_flag = [f"trim({_column(connection, flag)}) = 'Y'" for flag in flags]
    rows = connection.execute(
        f"select distinct trim({column}) from {table_of(ADSL)} "
        f"where trim({column}) not in ('', 'NA') and ({' or '.join(has_flag) or 'true'}) order by 1"
    ).fetchall()
    return [str(value) for (value,) in rows]


def _column(connection: duckdb.DuckDBPyConnection, variable: str) -> str:
    """The column of a variable of ADSL, quoted for SQL."""
    return quoted(columns_of(connection, ADSL)[variable])


def _in_order(connection: duckdb.DuckDBPyConnection, variable: str, has_number: bool) -> list[str]:
    """The values of a variable, in the order of its numeric twin (SEXN) where there is one."""
    values = _values(connection, variable)
    if not has_number:
        return values
    column, twin = _column(connection, variable), _column(connection, f"{variable}N")
    rows = connection.execute(
        f"select trim({column}), min(try_cast({twin} as double)) from {table_of(ADSL)} group by all"
    ).fetchall()
    places = {value: place for value, place in rows if place is not None}
    return sorted(values, key=lambda value: (places.get(value, float("inf")), value))


def _times_sql(connection: duckdb.DuckDBPyConnection) -> str:
    """The query for the times of ADTTE; `origin` is STARTDT or what stands in for it."""
    starts = [name for name in _STARTS if name in columns_of(connection, ADSL)]
    days = [_day_sql(_column(connection, name)) for name in starts]
    return _TIMES.format(
        startdt=_day_sql("adtte.startdt"),
        adt=_day_sql("adtte.adt"),
        start=f"coalesce({', '.join(days)}, null)",
    )


def _day_sql(column: str) -> str:
    """A date of ADaM, in ISO 8601 or as the number that SAS has for it."""
    return (
        f"coalesce(try_cast(left(trim({column}), 10) as date), "
        f"date '1960-01-01' + try_cast(try_cast({column} as double) as integer))"
    )


def _told_units(
    connection: duckdb.DuckDBPyConnection, days_per_month: float
) -> dict[str, dict[str, str | None]]:
    """The unit of each parameter of each trial with rows that do not give it; None: not told.

    A row gives it in AVALU or in brackets at the end of PARAM. Else the dates of the parameter
    tell it, and without them the words of PARAM (Survival in months).
    """
    told: dict[str, dict[str, str | None]] = {}
    for trial, paramcd, words in connection.execute(_WITHOUT_UNIT).fetchall():
        unit = _by_dates(connection, trial, paramcd, days_per_month) or _by_words(words or "")
        told.setdefault(trial, {})[paramcd] = unit
    return told


def _untold(told: Mapping[str, Mapping[str, str | None]]) -> dict[str, tuple[str, ...]]:
    """The parameters of each trial whose unit nothing tells."""
    return {
        trial: tuple(paramcd for paramcd, unit in units.items() if unit is None)
        for trial, units in told.items()
        if None in units.values()
    }


def _time_units(told: Mapping[str, Mapping[str, str | None]]) -> dict[str, str]:
    """The unit of each trial by those of its parameters.

    Raises StudyError for parameters of one trial in two units, as only a unit of the whole trial
    can stand in study.toml.
    """
    units: dict[str, dict[str, str]] = {}
    for trial, of_parameters in told.items():
        for paramcd, unit in of_parameters.items():
            if unit is not None:
                units.setdefault(trial, {}).setdefault(unit, paramcd)
    for trial, found in units.items():
        if len(found) > 1:
            (one, first), (other, second), *_ = found.items()
            raise StudyError(
                f"ADTTE of {trial} has no AVALU, and by its words or dates {first} is in {one} and "
                f"{second} in {other}; add AVALU, as each time needs its own unit."
            )
    return {trial: next(iter(found)) for trial, found in units.items()}


def _by_words(param: str) -> str | None:
    """The unit that PARAM names; the number before a unit (36-month) makes it another thing."""
    named = re.search(r"(?<!\d)(?<!\d[\s-])\b(day|week|month|year)s?\b", param.lower())
    return f"{named[1]}s" if named else None


def _by_dates(
    connection: duckdb.DuckDBPyConnection, trial: str, paramcd: str, days_per_month: float
) -> str | None:
    """The unit in which the times lie nearest to the days between their dates, if they are near."""
    distances = ", ".join(
        f"median(abs(aval * {days_in(unit, days_per_month)} - (adt - origin)))"
        for unit in _IN_WORDS
    )
    *found, days = connection.execute(
        f"select {distances}, median(adt - origin) from adam_times where src_trial = ? "
        "and paramcd is not distinct from ? and unit_days is null "
        "and aval > 0 and adt >= origin",
        [trial, paramcd],
    ).fetchall()[0]
    if days is None:
        return None
    distance, unit = min(zip(found, _IN_WORDS, strict=True))
    return unit if distance <= _NEAR * days + 1 else None


def _split(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    """The values of PARQUAL for each PARAMCD that has several of them."""
    if "PARQUAL" not in columns_of(connection, ADTTE):
        return {}
    return {paramcd: tuple(found) for paramcd, found in connection.execute(_SPLIT).fetchall()}


def _day_convention(connection: duckdb.DuckDBPyConnection) -> str:
    """Whether most times have a day more than ADT - STARTDT."""
    (votes,) = connection.execute(_VOTES).fetchall()[0]
    return "adam" if (votes or 0) < 0 else "difference"


def _endpoints(
    connection: duckdb.DuckDBPyConnection,
    populations: Sequence[AdamPopulation],
    days_per_month: float,
) -> Iterator[AdamEndpoint]:
    for paramcd, param, days in connection.execute(_PARAMETERS).fetchall():
        outside = [_n_outside(connection, paramcd, item.variable) for item in populations]
        whole = next(
            (item for item, n in zip(populations, outside, strict=True) if n == 0),
            populations[0] if populations else None,
        )
        if whole is not None:
            label = endpoint_label(param or "") or paramcd
            yield AdamEndpoint(paramcd, label, whole.name, (days or 0) / days_per_month)


def endpoint_label(param: str) -> str:
    """The endpoint as PARAM names it, as it stands in a sentence and without its unit.

    Times are shown in months, so a unit at the end would contradict them; `Progression-Free
    Survival (Days)` is `Progression-free survival`. A word in capitals stays.
    """
    units = "|".join(map(re.escape, TIME_UNITS))
    words = re.sub(rf"\s*[(\[](?:{units})[)\]]\s*$", "", param.strip(), flags=re.IGNORECASE)
    long_words = re.findall(r"[A-Za-z]{4,}", words)
    if not all(word[0].isupper() for word in long_words):
        return words
    first = re.match(r"\W*\w+", words)
    start = first.end() if first else 0
    return words[:start] + re.sub(r"\b[A-Z][a-z]+", lambda word: word[0].lower(), words[start:])


def _n_outside(connection: duckdb.DuckDBPyConnection, paramcd: str, flag: str) -> int:
    """Subjects with a row of the PARAMCD and without the flag."""
    found = connection.execute(
        f"select count(*) from {table_of(ADTTE)} as adtte inner join {table_of(ADSL)} as adsl "
        "on trim(adtte.usubjid) = trim(adsl.usubjid) where trim(adtte.paramcd) = ? "
        f"and trim(adsl.{_column(connection, flag)}) is distinct from 'Y'",
        [paramcd],
    ).fetchall()
    return int(found[0][0])


def level_names_of(wordings: Sequence[str], others: Sequence[str] = ()) -> list[str]:
    """A name for each wording, none twice: <65 is lt_65, and of signs alone it is a number.

    A name is no other wording, also none of `others`: a value is read as a name first.
    """
    names: list[str] = []
    for number, wording in enumerate(wordings, start=1):
        taken = {normal(other) for other in (*wordings, *others) if other != wording}
        taken |= {normal(name) for name in names}
        name = _level_name(wording)
        name = f"level_{number}" if not name or meaning_of(name) else name
        while normal(name) in taken:
            name = f"{name}_{number}"
        names.append(name)
    return names


def _level_name(wording: str) -> str:
    """The wording as a name, its signs in words; a minus is one before a number."""
    text = re.sub(r"(^|[<>=]\s*)-(?=[\d.])", r"\1 minus ", wording)
    for sign, word in _SIGNS.items():
        text = text.replace(sign, f" {word} ")
    return slug(text)


def landmarks(longest_months: float) -> tuple[int, ...]:
    """Months at which rates are shown: those that the longest time reaches."""
    reached = [months for months in _LANDMARKS if months[-1] <= longest_months]
    return reached[-1] if reached else ()


def unit_as_declared(unit: str) -> str:
    """The unit as study.toml names it."""
    return _IN_WORDS[unit]


_UNITS: Final = (
    "create or replace temp table adam_units (wording varchar, unit varchar, days double)"
)
_TIMES: Final = """
create or replace temp table adam_times as
with times as (
    select
        adtte.src_trial,
        adtte.src_file,
        adtte.src_row,
        trim(adtte.paramcd) as paramcd,
        trim(adtte.param) as param,
        try_cast(adtte.aval as double) as aval,
        -- a unit that is not known is asked for by the check
        case when nullif(trim(adtte.avalu), '') is not null
            then coalesce(given.days, 1) else named.days end as unit_days,
        {startdt} as startdt,
        coalesce({startdt}, subjects.start) as origin,
        {adt} as adt
    from raw.adam_adtte as adtte
    left join (
        select src_trial, trim(usubjid) as usubjid, min({start}) as start
        from raw.adam_adsl
        group by all
    ) as subjects
        on adtte.src_trial = subjects.src_trial and trim(adtte.usubjid) = subjects.usubjid
    left join adam_units as given on upper(trim(adtte.avalu)) = given.wording
    left join adam_units as named
        on upper(trim(adtte.param)) like '%(' || named.wording || ')'
        or upper(trim(adtte.param)) like '%[' || named.wording || ']'
    where upper(trim(adtte.anl01fl)) = 'Y' or not exists (
        select 1 from raw.adam_adtte as analysed
        where analysed.src_trial = adtte.src_trial
            and trim(analysed.paramcd) = trim(adtte.paramcd)
            and upper(trim(analysed.anl01fl)) = 'Y'
    )
)
select * from times
"""
_WITHOUT_UNIT: Final = """
select src_trial, paramcd, any_value(param) from adam_times where unit_days is null
group by src_trial, paramcd order by src_trial, min(src_file), min(src_row)
"""
_UNKNOWN_UNITS: Final = """
select distinct trim(adtte.avalu)
from adam_times as times
inner join raw.adam_adtte as adtte
    on times.src_file = adtte.src_file and times.src_row = adtte.src_row
where trim(adtte.avalu) <> '' and upper(trim(adtte.avalu)) not in (select wording from adam_units)
order by 1
"""
_SPLIT: Final = """
select times.paramcd, list_sort(list(distinct trim(adtte.parqual))) as found
from adam_times as times
inner join raw.adam_adtte as adtte
    on times.src_file = adtte.src_file and times.src_row = adtte.src_row
where trim(adtte.parqual) <> ''
group by times.paramcd
having len(found) > 1
order by times.paramcd
"""
_FILL_UNITS: Final = "update adam_times set unit_days = ? where unit_days is null and src_trial = ?"
_LATEST: Final = "select src_trial, max(adt) from adam_times group by src_trial"
_VOTES: Final = """
select sum(sign(abs(aval * unit_days - (adt - startdt) - 1)
    - abs(aval * unit_days - (adt - startdt))))
from adam_times
"""
_PARAMETERS: Final = """
select paramcd, any_value(param), max(aval * unit_days)
from adam_times
where paramcd <> ''
group by paramcd
order by min(src_file), min(src_row)
"""
_CENSORINGS: Final = """
select times.paramcd, try_cast(adtte.cnsr as integer) as number, nullif(trim(adtte.evntdesc), ''),
    count(*)
from adam_times as times
inner join raw.adam_adtte as adtte
    on times.src_file = adtte.src_file and times.src_row = adtte.src_row
where try_cast(adtte.cnsr as double) > 0 and try_cast(adtte.cnsr as integer) is not null
group by all
order by all
"""
