"""The lists of plan.toml: factors, characteristics or outcome lines, named once and used often.

`[lists]` names them. Where an analysis has a list of tables, the name of a list stands for its
lines: `factors = "risk_factors"` alone, `lines = ["course", { ... }]` among others.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from analytics.study.errors import StudyError
from analytics.study.keys import Table

LISTS: Final = "lists"
KEYS: Final = ("factors", "latency_factors", "characteristics", "lines")

_Lines = list[dict[str, Any]]


def read_lists(file: Table) -> dict[str, _Lines]:
    """The lists of the plan by name; none of them empty."""
    table = Table(f"{file.where} [{LISTS}]", file.table(LISTS))
    lists = {name: table.tables(name) for name in table.values}
    for name, lines in lists.items():
        if not lines:
            raise StudyError(f"{table.where}: list '{name}' is empty; add lines or remove it.")
    return lists


def with_lists(table: Table, lists: Mapping[str, _Lines]) -> Table:
    """The analysis with the lines of each list in place of its name."""
    written_out = {
        key: list(_lines(table, table.values[key], lists))
        for key in KEYS
        if _names(table.values.get(key))
    }
    return Table(table.where, {**table.values, **written_out})


def check_lists_are_used(file: Table, lists: Mapping[str, _Lines]) -> None:
    """A list that no analysis names is a mistake: what it lists is not computed."""
    used = {
        name
        for analysis in file.tables("analyses")
        for key in KEYS
        for name in _names(analysis.get(key))
    }
    for name in lists:
        if name not in used:
            raise StudyError(
                f"{file.where} [{LISTS}]: no analysis names list '{name}'; use it or remove it."
            )


def _names(value: object) -> list[str]:
    """The names of lists in a key's value."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]


def _lines(table: Table, value: object, lists: Mapping[str, _Lines]) -> Iterator[object]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield from lists[table.check(item, lists, "list")]
        else:
            yield item
