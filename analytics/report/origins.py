"""Where each printed line comes from: the query on schema bi that gives its numbers.

A line of a table keeps the rows of bi it was written from (`Line.rows`). Its query selects their
numbers by the primary key, so that who runs it sees exactly what was printed, unrounded.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from analytics.report.elements import Line, Row, Table
from analytics.warehouse import literal

Keys = Mapping[str, Sequence[str]]
"""The columns of the primary key of each table of bi."""
_NOT_NUMBERS: Final = frozenset(("conf_level", "indent", "step"))
_ORDER: Final = "_order"


@dataclass(frozen=True)
class Origin:
    """How the numbers of a line were computed: anchor, words, analysis, sizes and queries.

    `n` and `n_event` are None where its rows have no such counts, or they are not published.
    """

    anchor: str
    words: str
    analysis_id: str | None
    n: int | None
    n_event: int | None
    queries: tuple[str, ...]


def origins_of(table: Table, keys: Keys, n_before: int) -> dict[int, Origin]:
    """The origin of each line of a table that has one, by its place in the table.

    `n_before` is how many origins the page has before: their anchors are numbered.
    """
    places = [
        place
        for place, line in enumerate(table.lines)
        if line.rows and all(keys.get(name) for name, _ in line.rows)
    ]
    return {
        place: _origin(table, table.lines[place], f"n{i}", keys)
        for i, place in enumerate(places, start=n_before + 1)
    }


def _origin(table: Table, line: Line, anchor: str, keys: Keys) -> Origin:
    name, first = line.rows[0]
    words = line.cells.get(table.columns[0].key, "")
    has_sizes = {"n", "n_event"} <= first.keys() and "analysis_id" in keys[name]
    return Origin(
        anchor,
        f"{line.group}: {words}" if line.group else words,
        first.get("analysis_id"),
        first["n"] if has_sizes else None,
        first["n_event"] if has_sizes else None,
        tuple(queries(line.rows, keys)),
    )


def queries(rows: Sequence[tuple[str, Row]], keys: Keys) -> Iterator[str]:
    """A query for each table of bi that the rows are of, in the order met."""
    for name in dict.fromkeys(name for name, _ in rows):
        yield _query(name, [row for table, row in rows if table == name], keys[name])


def _query(table: str, rows: Sequence[Row], key: Sequence[str]) -> str:
    """The numbers of these rows of a table, by the columns of its key that tell them apart."""
    fixed = [column for column in key if len({row[column] for row in rows}) == 1]
    varying = [column for column in key if column not in fixed]
    where = [f"{column} = {_constant(rows[0][column])}" for column in fixed]
    if varying:
        columns = ", ".join(varying)
        values = ", ".join(_tuple([row[column] for column in varying]) for row in rows)
        where.append(f"{f'({columns})' if len(varying) > 1 else columns} in ({values})")
    shown = [*varying, *(column for column in rows[0] if _is_number(column, rows, key))]
    order = f" order by {', '.join(varying)}" if varying else ""
    selected = ", ".join(shown) or "*"
    return f"select {selected} from bi.{table} where {' and '.join(where)}{order}"


def _is_number(column: str, rows: Sequence[Row], key: Sequence[str]) -> bool:
    """Whether some row has a number in the column that is neither its key nor its place."""
    if column in key or column in _NOT_NUMBERS or column.endswith(_ORDER):
        return False
    return any(
        isinstance(row[column], int | float) and not isinstance(row[column], bool) for row in rows
    )


def _tuple(values: Sequence[Any]) -> str:
    text = ", ".join(map(_constant, values))
    return f"({text})" if len(values) > 1 else text


def _constant(value: Any) -> str:
    return literal(value) if isinstance(value, str) else f"{value!r}"
