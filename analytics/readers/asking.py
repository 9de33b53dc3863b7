"""A question about an endpoint that nobody planned: sizes, medians, rates, tests, numbers at risk.

The functions of schema `survival` of the warehouse answer it, and refuse what they refuse in any
other client; only a Cox model is computed here. Nothing is written.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from analytics.errors import PlateauError, UsageError
from analytics.readers.asked_cox import COX_MARTS, AskedCox, asked_cox, cox_lines, cox_rows
from analytics.readers.explain.reading import Row, one_row, rows_of
from analytics.readers.queries import QueryError, written
from analytics.release.folders import WAREHOUSE
from analytics.release.verify import AlteredError
from analytics.report.formats import (
    confidence,
    decimal,
    p_phrase,
    percent,
    time_ticks,
    with_interval,
)
from analytics.text_table import aligned
from analytics.warehouse import connect_for_queries, literal

FORMATS: Final = ("table", "csv", "json")
COLUMNS: Final = ("part", "stratum", "event", "term", "quantity", "time_months", "value", "status")
_HAS_FUNCTIONS: Final = (
    "from duckdb_functions() where schema_name = 'survival' and function_name = 'known_counts' "
    "limit 1"
)
_MARTS: Final = (
    "time_to_event",
    "population_members",
    "subject_factors",
    "factor_changes",
    "entry_times",
)
_MISTAKE: Final = "Invalid Input Error: "


@dataclass(frozen=True)
class Question:
    """What is asked: the arguments of the functions, and the terms of a Cox model, if any."""

    endpoint: str
    population: str | None = None
    by_factor: str | None = None
    months: tuple[float, ...] = ()
    landmark: float | None = None
    time_dependent: bool = False
    delayed_entry: bool = False
    stratified_by: tuple[str, ...] = ()
    cox: tuple[str, ...] = ()

    @property
    def form(self) -> str:
        """The named arguments of the question in SQL, each with a comma before it."""
        given = {
            "population": self.population and literal(self.population),
            "by_factor": self.by_factor and literal(self.by_factor),
            "landmark": None if self.landmark is None else f"{self.landmark!r}",
            "time_dependent": "true" if self.time_dependent else None,
            "delayed_entry": "true" if self.delayed_entry else None,
        }
        return "".join(f", {name} := {value}" for name, value in given.items() if value)


@dataclass(frozen=True)
class Answer:
    """The rows of the functions, and the numbers at risk by month: (stratum, month, number)."""

    asked: Row
    conventions: Row
    is_competing: bool
    medians: list[Row]
    rates: list[Row]
    follow_up: list[Row]
    test: Row | None
    at_risk: list[tuple[str, float, int]]
    cox: AskedCox | None = None
    labels: dict[str, str] = field(default_factory=dict)


def numbers(text: str) -> tuple[float, ...]:
    """Months as given, such as 12,24. Raises UsageError."""
    try:
        found = tuple(sorted({float(part) for part in text.split(",")}))
    except ValueError as error:
        raise UsageError(
            f"--at {text} is not a list of months; write numbers with commas, such as 12,24."
        ) from error
    return found


def terms(formula: str) -> tuple[str, ...]:
    """The factors of a formula such as `arm + age`. Raises UsageError."""
    found = tuple(part.strip() for part in formula.split("+"))
    if not all(found) or len(set(found)) != len(found):
        raise UsageError(
            f"--cox '{formula}' is not a sum of different factors; write them with a plus between, "
            "such as 'arm + age'."
        )
    return found


def ask(release: Path, question: Question, output: str) -> Iterator[str]:
    """The lines of the answer in the chosen format. Raises QueryError with one sentence."""
    if output not in FORMATS:
        raise UsageError(f"Format '{output}' is not one of {', '.join(FORMATS)}.")
    if question.stratified_by and not (question.by_factor or question.cox):
        raise UsageError(
            "--stratified-by gives the strata of a test or a model; add --by or --cox, or omit it."
        )
    found = answer(release, question)
    if output == "table":
        yield from lines(question, found)
    else:
        yield from written(list(COLUMNS), list(rows(found)), output)


def answer(release: Path, question: Question) -> Answer:
    """Ask the functions of the release's warehouse."""
    with _asking(release) as connection:
        _check_marts(connection, release, (*_MARTS, *(COX_MARTS if question.cox else ())))
        return _answer(connection, question)


def function_frame(release: Path, call: str) -> pl.DataFrame:
    """What a function of schema `survival` gives, called as in SQL. Raises QueryError."""
    with _asking(release) as connection:
        return connection.sql(f"from survival.{call}").pl()


@contextmanager
def _asking(release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked connection; what a function refuses is a QueryError of its own sentence."""
    try:
        with connect_for_queries(release / WAREHOUSE) as connection:
            if one_row(connection, _HAS_FUNCTIONS) is None:
                raise QueryError(
                    f"{release / WAREHOUSE} was built by an earlier version and has not the "
                    "functions of schema survival that this one asks; build the study again."
                )
            yield connection
    except PlateauError:
        raise
    except duckdb.InvalidInputException as error:
        raise QueryError(str(error).splitlines()[0].removeprefix(_MISTAKE)) from error
    except duckdb.BinderException as error:
        raise QueryError(str(error).splitlines()[0]) from error
    except duckdb.Error as error:
        raise AlteredError(
            f"{release / WAREHOUSE} cannot be read ({str(error).splitlines()[0]}); "
            "run `plateau verify` to see what was altered."
        ) from error


def _check_marts(
    connection: duckdb.DuckDBPyConnection, release: Path, names: Sequence[str]
) -> None:
    """Raise QueryError for a release of an earlier version, which had other marts."""
    found = rows_of(
        connection,
        "select table_name as name from information_schema.tables where table_schema = 'marts'",
    )
    missing = dict.fromkeys(name for name in names if {"name": name} not in found)
    if missing:
        raise QueryError(
            f"{release / WAREHOUSE} was built by an earlier version and does not have "
            f"{', '.join(f'marts.{name}' for name in missing)}, which the answer is computed from; "
            "build the study again."
        )


def _answer(connection: duckdb.DuckDBPyConnection, question: Question) -> Answer:
    endpoint, form = literal(question.endpoint), question.form
    asked = rows_of(connection, f"from survival.asked({endpoint}{form})")[0]
    counts = rows_of(connection, f"from survival.known_counts({endpoint}{form})")
    is_competing = any(row["total_competing"] for row in counts)
    conventions = rows_of(connection, "from survival.conventions")[0]
    last_month = max(row["time_days"] for row in counts) / conventions["days_per_month"]
    months = question.months or _default_months(last_month)
    rate = "incidence_rate" if is_competing else "rate"
    rates = rows_of(connection, f"from survival.{rate}({endpoint}, {list(months)}{form})")
    moving = question.time_dependent
    test = f"survival.log_rank({endpoint}{form}{_strata(question)})"
    return Answer(
        asked=asked,
        conventions=conventions,
        is_competing=is_competing,
        medians=_sizes(counts)
        if is_competing
        else rows_of(connection, f"from survival.median({endpoint}{form})"),
        rates=rates,
        follow_up=[]
        if moving
        else rows_of(
            connection,
            f"from survival.follow_up({endpoint}{form}) where statistic = 'reverse_km_median'",
        ),
        test=rows_of(connection, f"from {test}")[0] if question.by_factor else None,
        at_risk=list(_at_risk(counts, last_month, conventions["days_per_month"])),
        cox=_cox(connection, question, asked) if question.cox else None,
        labels=_labels(connection, question, asked),
    )


def _strata(question: Question) -> str:
    if not question.stratified_by:
        return ""
    names = ", ".join(map(literal, question.stratified_by))
    return f", stratified_by := [{names}]"


def _cox(connection: duckdb.DuckDBPyConnection, question: Question, asked: Row) -> AskedCox:
    """The model, which takes groups that change as they are and needs no landmark."""
    if question.landmark is not None:
        raise UsageError(
            "A Cox model takes factors that change as time-dependent from the origin on; omit "
            "--landmark or --cox."
        )
    return asked_cox(
        connection,
        question.endpoint,
        asked["population_name"],
        question.cox,
        question.stratified_by,
        tuple(asked["population_facts"]) if question.delayed_entry else (),
        delayed_entry=question.delayed_entry,
    )


def _labels(
    connection: duckdb.DuckDBPyConnection, question: Question, asked: Row
) -> dict[str, str]:
    """What the endpoint, the population and the factor are called."""
    return {
        row["name"]: row["label"]
        for row in rows_of(
            connection,
            "select 'endpoint' as name, param as label from staging.stg_study__endpoints "
            "where paramcd = $1 union all select 'population', label "
            "from staging.stg_study__populations where population = $2 union all "
            "select 'factor', label from staging.stg_study__factors where factor = $3",
            question.endpoint,
            asked["population_name"],
            question.by_factor,
        )
    }


def _default_months(last_month: float) -> tuple[float, ...]:
    """Up to five months within the curve: whole years, or the shorter step that fits."""
    step = next((step for step in (12, 6, 3, 1) if step <= last_month / 2), 1)
    return tuple(float(step * i) for i in range(1, 6) if step * i <= last_month) or (1.0,)


def _sizes(counts: Sequence[Row]) -> list[Row]:
    """A row per stratum with its subjects, events and competing events."""
    strata = {
        row["stratum"]: {
            "stratum": row["stratum"],
            "n": row["total_subjects"],
            "n_event": row["total_events"],
            "n_competing": row["total_competing"],
            "conditional_from_months": row["conditional_from_months"],
            "status": row["status"],
        }
        for row in counts
    }
    return list(strata.values())


def _at_risk(
    counts: Sequence[Row], last_month: float, days_per_month: float
) -> Iterator[tuple[str, float, int]]:
    """Stratum, month, subjects at risk just before it, at the ticks of a curve."""
    ticks = time_ticks(last_month)
    for stratum in dict.fromkeys(row["stratum"] for row in counts):
        own = [row for row in counts if row["stratum"] == stratum]
        for month in ticks:
            later = (row["n_risk"] for row in own if row["time_days"] >= month * days_per_month)
            yield stratum, month, next(later, 0)


def rows(found: Answer) -> Iterator[tuple[Any, ...]]:
    """The answer as rows of COLUMNS, one per number."""
    for row in found.medians:
        of = ("summary", row["stratum"], None, None)
        for quantity, value in row.items():
            if quantity not in ("stratum", "status"):
                yield (*of, quantity, None, value, row["status"])
    for row in found.follow_up:
        of = ("follow_up", row["stratum"], None, None)
        yield (*of, row["statistic"], None, row["months"], row["status"])
    for row in found.rates:
        of = ("rate", row["stratum"], row.get("event"), None)
        for quantity in ("estimate", "std_error", "ci_lower", "ci_upper", "n_risk"):
            yield (*of, quantity, row["time_months"], row[quantity], row["status"])
    if found.test is not None:
        of = ("test", None, None, found.test["test"])
        for quantity in ("statistic", "df", "p_value", "n", "n_event", "n_missing"):
            yield (*of, quantity, None, found.test[quantity], found.test["status"])
    for stratum, month, n in found.at_risk:
        yield ("at_risk", stratum, None, None, "n_risk", month, n, "ok")
    if found.cox is not None:
        for term, quantity, value, status in cox_rows(found.cox):
            yield ("cox", None, None, term, quantity, None, value, status)


def lines(question: Question, found: Answer) -> Iterator[str]:
    """The answer for people."""
    yield from _heading(question, found)
    yield ""
    yield from _table_of_strata(found)
    if found.test is not None:
        yield ""
        yield _test_line(question, found)
    yield ""
    yield "At risk, by month"
    yield from _risk_lines(found)
    if found.cox is not None:
        yield ""
        yield from cox_lines(found.cox, question.endpoint, found.conventions["conf_level"])


def _heading(question: Question, found: Answer) -> Iterator[str]:
    parts = [
        f"{found.labels['endpoint']} ({question.endpoint})",
        f"population {found.asked['population_name']}: {found.labels['population']}",
    ]
    if question.by_factor:
        parts.append(f"by {question.by_factor}: {found.labels['factor']}")
    yield "; ".join(parts)
    if question.landmark is not None:
        moving = ", which change after it" if question.time_dependent else ""
        groups = f", groups as of that day{moving}" if question.by_factor else ""
        yield (
            f"Landmark: time is counted from day {question.landmark:g} after the origin{groups}; "
            "who had the event or was censored by then is left out."
        )
    if question.delayed_entry:
        yield "Delayed entry: each patient is at risk from the day the membership is known."
    yield "Asked of the data and not planned: read P values as exploratory."


def _table_of_strata(found: Answer) -> Iterator[str]:
    level = confidence(found.conventions["conf_level"])
    follow_up = {row["stratum"]: row["months"] for row in found.follow_up}
    months = list(dict.fromkeys(row["time_months"] for row in found.rates))
    events: list[str | None] = ["event", "competing"] if found.is_competing else [None]
    names = ["stratum", "n", "events"]
    names += ["competing"] if found.is_competing else [f"median, mo ({level})"]
    names += ["follow-up, mo"] if follow_up else []
    names += [_name_of_rate(event, month, level) for event in events for month in months]
    table = []
    for row in found.medians:
        shown: list[Any] = [row["stratum"], row["n"], row["n_event"]]
        shown.append(row["n_competing"] if found.is_competing else _median(row))
        if follow_up:
            reached = follow_up.get(row["stratum"])
            shown.append("NR" if reached is None else f"{reached:.1f}")
        for event in events:
            for month in months:
                shown += [
                    _rate(rate)
                    for rate in found.rates
                    if rate["stratum"] == row["stratum"]
                    and rate["time_months"] == month
                    and rate.get("event") == event
                ]
        table.append(shown)
    yield from aligned(names, table)
    yield from _remarks(found)


def _remarks(found: Answer) -> Iterator[str]:
    for row in found.medians:
        month = row["conditional_from_months"]
        if month is not None:
            yield (
                f"{row['stratum']}: the curve starts at month {decimal(month)}, from which on at "
                f"least {found.conventions['smallest_risk_set']} are at risk; all numbers read off "
                "it are conditional on no event by then."
            )
        if not row["status"].endswith(("ok", "not reached", "no events")):
            yield f"{row['stratum']}: {row['status']}"
    if found.is_competing:
        yield "Rates are cumulative incidences: the competing event is no censoring."


def _name_of_rate(event: str | None, month: float, level: str) -> str:
    of = "competing, " if event == "competing" else ""
    return f"{of}{month:g} mo ({level})"


def _median(row: Row) -> str:
    if row["median_months"] is None and row["median_ci_lower"] is None:
        return "NR" if row["status"].endswith(("not reached", "no events")) else "-"
    return with_interval(row["median_months"], row["median_ci_lower"], row["median_ci_upper"])


def _rate(row: Row) -> str:
    if row["estimate"] is None:
        return "-"
    limits = [row[name] for name in ("ci_lower", "ci_upper")]
    if None in limits:
        return percent(100 * row["estimate"])
    return f"{percent(100 * row['estimate'])} ({100 * limits[0]:.1f}-{100 * limits[1]:.1f})"


def _test_line(question: Question, found: Answer) -> str:
    test = found.test
    assert test is not None
    name = {"log_rank": "Log-rank test", "mantel_byar": "Mantel-Byar test"}[
        test["test"].removeprefix("stratified_")
    ]
    strata = f", strata {', '.join(question.stratified_by)}" if question.stratified_by else ""
    causes = " of the cause-specific hazards" if found.is_competing else ""
    missing = f", {test['n_missing']} unknown left out" if test["n_missing"] else ""
    if test["statistic"] is None:
        return f"{name}{strata}: {test['status']}"
    return (
        f"{name}{causes}{strata}: chi-square {test['statistic']:.2f} on {test['df']} df, "
        f"{p_phrase(test['p_value'])} (n = {test['n']}{missing})"
    )


def _risk_lines(found: Answer) -> Iterator[str]:
    months = list(dict.fromkeys(month for _, month, _ in found.at_risk))
    strata = list(dict.fromkeys(stratum for stratum, _, _ in found.at_risk))
    numbers_of = {(stratum, month): n for stratum, month, n in found.at_risk}
    table = [[stratum, *(numbers_of[stratum, month] for month in months)] for stratum in strata]
    yield from aligned(["stratum", *(f"{month:g}" for month in months)], table)
