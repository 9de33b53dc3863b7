"""What define.xml says of the exported datasets: types, origins, methods, values, comments.

Types and lengths are those of the data; methods are sentences made from the study's own rules.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal

import duckdb
import polars as pl

from analytics.export.code_lists import (
    CENSORINGS,
    CENSORINGS_ALONE,
    ENDPOINT_CODES,
    ENDPOINTS,
    FOUND,
    OF_FACTOR,
    STANDARD_LISTS,
    CodeList,
    listed,
    meant,
)
from analytics.export.datasets import Dataset, Origin, Variable
from analytics.export.endpoint_words import (
    EndpointWords,
    Trials,
    days_said,
    endpoint_words,
    rows_of,
    time_said,
    trials_of,
)
from analytics.export.subject_words import (
    columns_said,
    factors_said,
    populations_said,
    records_said,
)

DataType = Literal["text", "integer", "float"]
OriginType = Literal["Assigned", "Derived", "Predecessor"]
_SAS_EPOCH: Final = date(1960, 1, 1)
_NUMBER_LENGTH: Final = 8


@dataclass(frozen=True)
class Item:
    """A variable of a dataset, or its values of one parameter (`where`).

    `length` is in bytes for a text and in characters for a number; `predecessor` is the variable
    whose value it is, `method` says how it is derived. `values` are the items by parameter.
    """

    name: str
    label: str
    data_type: DataType
    length: int
    digits: int | None
    display_format: str | None
    is_mandatory: bool
    origin: OriginType
    predecessor: str | None = None
    method: str | None = None
    comment: str | None = None
    code_list: str | None = None
    key: int | None = None
    where: str | None = None
    values: tuple["Item", ...] = ()


@dataclass(frozen=True)
class ItemGroup:
    """A dataset; `is_standard` says whether the ADaMIG describes its structure."""

    name: str
    label: str
    structure: str
    dataset_class: str
    subclass: str | None
    is_standard: bool
    has_data: bool
    comment: str | None
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Define:
    """Everything that define.xml says; `comment` is about all of it."""

    origin: Origin
    comment: str
    groups: tuple[ItemGroup, ...]
    code_lists: tuple[CodeList, ...]


@dataclass(frozen=True)
class _About:
    """What is said of a dataset whatever the study."""

    structure: str
    dataset_class: str
    subclass: str | None = None
    is_standard: bool = True
    comment: str | None = None


@dataclass(frozen=True)
class _Words:
    """How everything is derived, by what it is derived of."""

    columns: Mapping[str, str]
    factors: Mapping[str, str]
    populations: Mapping[str, str]
    days: Mapping[str, str]
    endpoints: Sequence[EndpointWords]
    time: str
    trials: Trials


_ABOUT: Final = {
    "ADSL": _About("One record per subject", "SUBJECT LEVEL ANALYSIS DATASET"),
    "ADRS": _About(
        "One record per subject per disease assessment or relapse record", "BASIC DATA STRUCTURE"
    ),
    "ADTTE": _About(
        "One record per subject per parameter",
        "BASIC DATA STRUCTURE",
        "TIME-TO-EVENT",
        comment="A subject has a record for an endpoint if it belongs to the population of the "
        "endpoint and its origin is dated. CNSR is 2 for a competing event; EVNTCODE counts as "
        "survival software does. EVNTDESC is empty for censored records, whose CNSDTDSC says "
        "what the date rests on. SRCDOM, SRCVAR and SRCSEQ name the record that gives ADT.",
    ),
    "ADTTEINT": _About(
        "One record per subject per parameter per interval without a change of a factor",
        "ADAM OTHER",
        is_standard=False,
        comment="Counting-process records (TSTART, TSTOP] for models with time-dependent factors. "
        "A factor has the level of its last change on or before TSTART.",
    ),
}


def definition_of(
    connection: duckdb.DuckDBPyConnection,
    datasets: Sequence[Dataset],
    origin: Origin,
    only: str | None = None,
) -> Define:
    """The definition of datasets of an open warehouse; `only` names the one trial they are of.

    It holds no value of a subject's own, only those that the study's lists name or that many
    records share: events, reasons of censoring, responses.
    """
    trials = trials_of(connection, only)
    words = _Words(
        columns_said(connection),
        factors_said(connection, trials),
        populations_said(connection, trials),
        days_said(connection, trials),
        endpoint_words(connection, trials),
        time_said(connection, trials),
        trials,
    )
    lists = _code_lists(connection, datasets, words.endpoints)
    groups = tuple(_group(item, words, lists) for item in datasets)
    used = {
        found.code_list
        for group in groups
        for item in group.items
        for found in (item, *item.values)
        if found.code_list is not None
    }
    about_trial = f", trial {only}" if only else ""
    sentences = (
        origin.synthetic_note,
        f"Exported by Plateau {origin.version} from release {origin.release_id} of study "
        f"{origin.study_id}{about_trial}.",
        records_said(connection, trials),
    )
    return Define(
        origin,
        " ".join(text for text in sentences if text),
        groups,
        tuple(lists[name] for name in sorted(used)),
    )


def _group(dataset: Dataset, words: _Words, lists: Mapping[str, CodeList]) -> ItemGroup:
    about = _ABOUT[dataset.name]
    has_data = not dataset.rows.is_empty()
    nothing = None if has_data else "The dataset has no records in this release."
    comments = [text for text in (about.comment, nothing) if text]
    return ItemGroup(
        dataset.name,
        dataset.label,
        about.structure,
        about.dataset_class,
        about.subclass,
        about.is_standard,
        has_data,
        " ".join(comments) or None,
        tuple(_item(dataset, variable, words, lists) for variable in dataset.variables),
    )


def _item(
    dataset: Dataset, variable: Variable, words: _Words, lists: Mapping[str, CodeList]
) -> Item:
    values = dataset.rows[variable.name]
    origin = _origin(variable, words.trials)
    code_list = variable.codes
    if code_list == FOUND:
        code_list = f"{dataset.name}.{variable.name}"
    is_key = variable.name in dataset.keys
    item = Item(
        variable.name,
        variable.label,
        *_measured(values, variable),
        display_format="DATE9." if variable.kind == "date" else None,
        is_mandatory=is_key or (len(values) > 0 and values.null_count() == 0),
        origin=origin,
        predecessor=_predecessor(variable, words.trials),
        method=_method(dataset, variable, words) if origin == "Derived" else None,
        comment=f"Unit: {variable.unit}." if variable.unit else None,
        code_list=code_list if code_list in lists else None,
        key=dataset.keys.index(variable.name) + 1 if is_key else None,
    )
    said = _BY_ENDPOINT.get((dataset.name, variable.name))
    if said is None:
        return item
    by_endpoint = tuple(
        _value_level(item, dataset, variable, endpoint, said(endpoint))
        for endpoint in words.endpoints
    )
    # the methods stand with the values
    return replace(item, method=None, values=by_endpoint) if by_endpoint else item


_BY_ENDPOINT: Final[Mapping[tuple[str, str], Callable[[EndpointWords], str]]] = {
    ("ADTTE", "STARTDT"): lambda endpoint: endpoint.start,
    ("ADTTE", "ADT"): lambda endpoint: endpoint.end,
    ("ADTTE", "CNSR"): lambda endpoint: endpoint.censoring,
}


def _value_level(
    item: Item, dataset: Dataset, variable: Variable, endpoint: EndpointWords, method: str
) -> Item:
    rows = dataset.rows.filter(pl.col("PARAMCD") == endpoint.paramcd)
    values = rows[variable.name]
    data_type, length, digits = _measured(values, variable)
    has_competing = endpoint.has_competing or 2 in rows["CNSR"]
    alone = item.code_list == CENSORINGS and not has_competing
    return replace(
        item,
        data_type=data_type,
        length=length,
        digits=digits,
        is_mandatory=len(values) > 0 and values.null_count() == 0,
        method=method,
        code_list=CENSORINGS_ALONE if alone else item.code_list,
        key=None,
        where=endpoint.paramcd,
    )


def _measured(values: pl.Series, variable: Variable) -> tuple[DataType, int, int | None]:
    """The type, the length that holds every value, and the digits after the point of a float.

    A date is the number of days that a transport file holds.
    """
    known = values.drop_nulls()
    match variable.kind:
        case "text" | "flag":
            longest = known.str.len_bytes().max()
            return "text", max(1, longest if isinstance(longest, int) else 1), None
        case "date":
            days = ((value - _SAS_EPOCH).days for value in known.unique())
            return "integer", max((len(str(day)) for day in days), default=_NUMBER_LENGTH), None
        case "integer":
            lengths = (len(str(value)) for value in known.unique())
            return "integer", max(lengths, default=_NUMBER_LENGTH), None
        case "number":
            texts = [f"{Decimal(repr(value)):f}".removesuffix(".0") for value in known.unique()]
            digits = max((len(text.partition(".")[2]) for text in texts), default=0)
            return "float", max(map(len, texts), default=_NUMBER_LENGTH), digits


def _origin(variable: Variable, trials: Trials) -> OriginType:
    if variable.source == "Assigned":
        return "Assigned"
    return "Derived" if _predecessor(variable, trials) is None else "Predecessor"


def _predecessor(variable: Variable, trials: Trials) -> str | None:
    """The variable it is copied from; of DM, in a trial read from ADaM that of ADSL."""
    given = variable.predecessor
    if given is None or not given.startswith("DM.") or not trials.adam:
        return given
    of_adsl = given.replace("DM.", "ADSL.")
    return f"{given}; {of_adsl} of trials read from ADaM" if trials.sdtm else of_adsl


def _method(dataset: Dataset, variable: Variable, words: _Words) -> str:
    """The sentence of a factor, population, fact or time, else what the release says of it."""
    if variable.method is not None:
        return variable.method
    column, _, name = variable.source.partition(": ")
    found = {
        "marts.subject_factors": words.factors,
        "marts.factor_changes": words.factors,
        "marts.population_members": words.populations,
        "marts.entry_times": words.days,
    }.get(".".join(column.split(".")[:2]))
    if name and found is not None:
        kind = " The number itself." if variable.source.endswith(f".value: {name}") else ""
        return found[name] + kind
    if (dataset.name, variable.name) == ("ADTTE", "AVAL"):
        return words.time
    table, _, columns = variable.source.rpartition(".")
    first, *others = columns.split(", ")
    described = [
        words.columns.get(f"{table}.{item}", f"{table}.{item} of the release.")
        for item in (first, *others)
    ]
    return " ".join(dict.fromkeys(described))


def _code_lists(
    connection: duckdb.DuckDBPyConnection,
    datasets: Sequence[Dataset],
    endpoints: Sequence[EndpointWords],
) -> dict[str, CodeList]:
    """Every list that a variable may name, by its name."""
    lists = [
        *STANDARD_LISTS.values(),
        meant(ENDPOINT_CODES, "Parameter Code", [(item.paramcd, item.param) for item in endpoints]),
        listed(ENDPOINTS, "Parameter", [item.param for item in endpoints]),
        *_level_lists(connection, datasets),
        *_found_lists(datasets),
    ]
    return {item.name: item for item in lists if item is not None}


def _level_lists(
    connection: duckdb.DuckDBPyConnection, datasets: Iterable[Dataset]
) -> Iterator[CodeList | None]:
    """The levels of each factor, and any other value that its variable has."""
    levels = rows_of(
        connection,
        "select factor, level, label from staging.stg_study__factor_levels "
        "where level is not null order by display_order, level",
    )
    labels = rows_of(connection, "select factor, label from staging.stg_study__factors")
    for row in labels:
        name = f"{OF_FACTOR}{row['factor']}"
        terms = [(item["level"], item["label"]) for item in levels if _same(item, row)]
        known = {level for level, _ in terms}
        others = {
            value
            for dataset in datasets
            for variable in dataset.variables
            if variable.codes == name
            for value in dataset.rows[variable.name].drop_nulls().unique()
        }
        yield meant(
            name, row["label"], [*terms, *((item, item) for item in sorted(others - known))]
        )


def _same(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    return one["factor"] == other["factor"]


def _found_lists(datasets: Iterable[Dataset]) -> Iterator[CodeList | None]:
    for dataset in datasets:
        for variable in dataset.variables:
            if variable.codes == FOUND:
                values = dataset.rows[variable.name].drop_nulls().unique().sort()
                yield listed(f"{dataset.name}.{variable.name}", variable.label, values)
