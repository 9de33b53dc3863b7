"""How the dates of each endpoint are derived, in sentences made from the study's own rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from analytics.plural import counted

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Trials:
    """The trials that are read from SDTM, and those read from ADaM."""

    sdtm: tuple[str, ...]
    adam: tuple[str, ...]

    @property
    def said_of_adam(self) -> str:
        """What a sentence about the trials read from ADaM begins with."""
        if not self.sdtm:
            return "Read from ADaM"
        trials = "Trial" if len(self.adam) == 1 else "Trials"
        return f"{trials} {', '.join(self.adam)}, read from ADaM"


@dataclass(frozen=True)
class EndpointWords:
    """An endpoint and how STARTDT, ADT and CNSR of its rows are derived.

    `has_competing` says whether a rule of it is a competing event.
    """

    paramcd: str
    param: str
    start: str
    end: str
    censoring: str
    has_competing: bool


@dataclass(frozen=True)
class _Study:
    """What the sentences of every endpoint need."""

    facts: Mapping[str, str]
    populations: Mapping[str, str]
    trials: Trials


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """The rows of a query, by column."""
    return connection.sql(sql).pl().to_dicts()


def facts_said(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Fact -> its label, with what makes a record a declared one."""
    facts = rows_of(connection, "select fact, label, definition from staging.stg_study__facts")
    return {
        row["fact"]: f"{row['label']} ({row['definition']})" if row["definition"] else row["label"]
        for row in facts
    }


def trials_of(connection: duckdb.DuckDBPyConnection, only: str | None = None) -> Trials:
    """The trials that are exported: all of the study, or one."""
    rows = connection.execute(
        "select trial_id, kind from staging.stg_study__trials order by trial_id"
    ).fetchall()
    kept = [(trial, kind) for trial, kind in rows if only in (None, trial)]
    sdtm, adam = (
        tuple(trial for trial, kind in kept if kind == wanted) for wanted in ("sdtm", "adam")
    )
    return Trials(sdtm, adam)


def time_said(connection: duckdb.DuckDBPyConnection, trials: Trials) -> str:
    """How AVAL is counted."""
    sentences = []
    if trials.sdtm:
        sentences.append(f"ADT - STARTDT{' + 1' if _counts_from_1(connection) else ''}, in days.")
    if trials.adam:
        sentences.append(f"{trials.said_of_adam}: AVAL of ADTTE, converted to days from its unit.")
    return " ".join(sentences)


def days_said(connection: duckdb.DuckDBPyConnection, trials: Trials) -> dict[str, str]:
    """Fact -> how the day on which it is known is counted."""
    one_more = (
        " A date after STARTDT counts one day more, as in AVAL."
        if _counts_from_1(connection)
        else ""
    )
    names = connection.execute(
        "select name, variable from staging.stg_study__adam_names where kind = 'fact'"
    ).fetchall()
    delivered = {
        name: f"{trials.said_of_adam}: {variable} of ADTTE, converted to days."
        for name, variable in names
        if trials.adam
    }
    return {
        fact: " ".join(
            [
                *([f"Days from STARTDT to the date of: {said}.{one_more}"] if trials.sdtm else []),
                *([delivered[fact]] if fact in delivered else []),
            ]
        )
        for fact, said in facts_said(connection).items()
    }


def _counts_from_1(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the day of the origin is day 1."""
    conventions = dict(
        connection.execute("select name, value from staging.stg_study__parameters").fetchall()
    )
    return conventions.get("day_convention") == "adam"


def endpoint_words(connection: duckdb.DuckDBPyConnection, trials: Trials) -> list[EndpointWords]:
    """The sentences of every endpoint, in display order."""
    endpoints = rows_of(
        connection,
        "select paramcd, param, population, origin_fact, assessments, longest_gap_days "
        "from staging.stg_study__endpoints order by display_order, paramcd",
    )
    rules = rows_of(
        connection,
        "select paramcd, role, fact, description, days_after "
        "from staging.stg_study__endpoint_rules order by priority, rule_id",
    )
    populations = rows_of(
        connection, "select population, label from staging.stg_study__populations"
    )
    study = _Study(
        facts_said(connection), {row["population"]: row["label"] for row in populations}, trials
    )
    events = rows_of(
        connection,
        "select paramcd, cnsr, evntdesc, role from staging.stg_study__adam_events "
        "order by cnsr, evntdesc",
    )
    return [
        EndpointWords(
            row["paramcd"],
            row["param"],
            _start(row, study),
            _end(row, _of_endpoint(rules, row), study),
            _censoring(_of_endpoint(rules, row), _of_endpoint(events, row), study),
            "competing" in {item["role"] for item in _of_endpoint([*rules, *events], row)},
        )
        for row in endpoints
    ]


def _of_endpoint(rows: Iterable[Row], endpoint: Row) -> list[Row]:
    return [row for row in rows if row["paramcd"] == endpoint["paramcd"]]


def _start(endpoint: Row, study: _Study) -> str:
    sentences = []
    if study.trials.sdtm:
        sentences.append(
            f"Date of: {study.facts[endpoint['origin_fact']]}. Subjects of the population "
            f"{study.populations[endpoint['population']]} who have this date have a row."
        )
    return " ".join([*sentences, *_as_delivered("STARTDT", study)])


def _end(endpoint: Row, rules: Sequence[Row], study: _Study) -> str:
    sentences = _dates(endpoint, rules, study) if study.trials.sdtm else []
    return " ".join([*sentences, *_as_delivered("ADT", study)])


def _as_delivered(variable: str, study: _Study) -> list[str]:
    return [f"{study.trials.said_of_adam}: {variable} of ADTTE."] if study.trials.adam else []


def _dates(endpoint: Row, rules: Sequence[Row], study: _Study) -> list[str]:
    """Event, end of observation, gap and censoring, in the order in which they decide."""
    by_role = {role: [row for row in rules if row["role"] == role] for role in _ROLES}
    events = [row for row in rules if row["role"] in ("event", "competing")]
    sentences = [
        "The first of these dates, of those on one day the one named first: "
        f"{_listed(events, study)}. Dates before STARTDT are not used."
    ]
    if by_role["end"]:
        sentences.append(
            "Observation ends with the first of these, and no later date is used: "
            f"{_listed(by_role['end'], study)}."
        )
    if endpoint["longest_gap_days"] is not None:
        sentences.append(
            f"An event more than {counted(endpoint['longest_gap_days'], 'day')} after the last "
            "assessment before it (STARTDT if there is none) is not used: ADT is the date of that "
            "assessment."
        )
    if by_role["censor_first"]:
        sentences.append(
            "The first of these censors if it comes before the event, or without an event no later "
            f"than the date of censoring: {_listed(by_role['censor_first'], study)}."
        )
    censoring = [
        *([study.facts[endpoint["assessments"]]] if endpoint["assessments"] is not None else []),
        *(_said(row, study) for row in by_role["censor"]),
    ]
    order = ", the first named that a subject has" if len(censoring) > 1 else ""
    sentences.append(f"Without an event, the date of censoring{order}: {'; '.join(censoring)}.")
    return [*sentences, "Without any of these dates: STARTDT."]


_ROLES: Final = ("event", "competing", "end", "censor_first", "censor")


def _listed(rules: Iterable[Row], study: _Study) -> str:
    return "; ".join(_said(row, study) for row in rules)


def _said(rule: Row, study: _Study) -> str:
    """The rule's description and the fact that dates it."""
    days = rule["days_after"] or 0
    unit = "day" if abs(days) == 1 else "days"
    moved = f"{abs(days)} {unit} {'after' if days > 0 else 'before'}: " if days else ""
    competing = "competing event, " if rule["role"] == "competing" else ""
    return f"{rule['description']} [{competing}{moved}{study.facts[rule['fact']]}]"


def _censoring(rules: Sequence[Row], adam_events: Sequence[Row], study: _Study) -> str:
    sentences = []
    if study.trials.sdtm:
        described = {
            role: " or ".join(
                dict.fromkeys(row["description"] for row in rules if row["role"] == role)
            )
            for role in ("event", "competing")
        }
        sentences.append(f"0: {described['event']}.")
        if described["competing"]:
            sentences.append(f"2: {described['competing']}.")
        sentences.append("1: none of these until ADT.")
    if study.trials.adam:
        lines = "".join(f" {_condition(row)} is {_MEANINGS[row['role']]}." for row in adam_events)
        sentences.append(
            f"{study.trials.said_of_adam}: 0 where CNSR of ADTTE is 0, 1 for any other number."
            f"{lines}"
        )
    return " ".join(sentences)


_MEANINGS: Final = {
    "event": "the event (0)",
    "competing": "competing (2)",
    "censor": "censored (1)",
}


def _condition(row: Row) -> str:
    parts = (("CNSR", row["cnsr"]), ("EVNTDESC", row["evntdesc"]))
    return " with ".join(f"{name} {value}" for name, value in parts if value is not None)
