"""What staging makes of the text of a date: the macros of dates.sql, without dbt, on DuckDB."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import SimpleNamespace
from typing import Any, Final

import duckdb
from jinja2 import Environment
from project import PROJECT

_MACROS: Final = PROJECT / "dbt_project/macros"
_FILES: Final = ("dialect.sql", "values.sql", "dates.sql")


@dataclass(frozen=True)
class Read:
    """The columns of one --DTC."""

    text: str | None
    first_day: date | None
    last_day: date | None
    flag: str | None
    time: str | None


def read_dates(texts: Sequence[str]) -> list[Read]:
    """The columns of each text, in its order."""
    days, columns = _steps()
    query = f"""
        with sdtm as (select unnest(?) as xdtc, generate_subscripts(?, 1) as place),
        dated as (select *, {days} from sdtm),
        typed as (select place, {columns} from dated)
        select xdtc, xdt, xdt_last, xdtf, xdt_time from typed order by place
    """
    return [Read(*row) for row in _engine().execute(query, [texts, texts]).fetchall()]


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """One for all tests: nothing is stored in it."""
    return duckdb.connect(config={"threads": 1})


def _steps() -> tuple[str, str]:
    """The SQL of `possible_days('xdtc')` and of `date_columns('xdtc')`."""
    macros = rendered_macros()
    return str(macros.possible_days("xdtc")), str(macros.date_columns("xdtc"))


@cache
def rendered_macros(engine: str = "duckdb") -> Any:
    """The macros of values and dates by name, which give SQL of an engine."""

    def dispatch(name: str, _package: str) -> Callable[..., str]:
        implementation: Callable[..., str] | None = getattr(macros, f"{engine}__{name}", None)
        return implementation or getattr(macros, f"default__{name}")

    source = "".join((_MACROS / name).read_text(encoding="utf-8") for name in _FILES)
    known = {"return": lambda text: text, "adapter": SimpleNamespace(dispatch=dispatch)}
    macros: Any = Environment().from_string(source, globals=known).module
    return macros
