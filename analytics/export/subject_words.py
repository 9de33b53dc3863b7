"""How factors, populations and columns of the marts are derived, in sentences."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import duckdb

from analytics.export.endpoint_words import Trials, facts_said, rows_of

Row = Mapping[str, Any]
_BASELINE: Final = (
    "on or before the first dose (of subjects without a dose: RFSTDTC, or the randomisation)"
)


def columns_said(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """schema.table.column -> what the release says of the column."""
    rows = connection.execute(
        "select schema_name || '.' || table_name || '.' || column_name, comment "
        "from duckdb_columns() where schema_name = 'marts' and comment <> ''"
    ).fetchall()
    return {str(name): " ".join(str(comment).split()) for name, comment in rows}


def factors_said(connection: duckdb.DuckDBPyConnection, trials: Trials) -> dict[str, str]:
    """Factor -> where its value comes from, and which values make a level."""
    factors = rows_of(connection, "select * from staging.stg_study__factors")
    levels = rows_of(
        connection, "select * from staging.stg_study__factor_levels order by display_order, level"
    )
    variables = _adam_variables(connection, "factor")
    facts = facts_said(connection)
    said = {}
    for row in factors:
        own = [level for level in levels if level["factor"] == row["factor"]]
        sentences = []
        if trials.sdtm:
            sentences += [f"{_DERIVATIONS[row['derivation']](row, facts)}.", *_levels_said(own)]
            if row["no_record"] is not None:
                sentences.append(f"A subject without a record: {row['no_record']}.")
        if trials.adam and row["factor"] in variables:
            place = "ADTTEINT" if row["timing"] == "post_baseline" else "ADSL"
            sentences.append(f"{trials.said_of_adam}: {variables[row['factor']]} of {place}.")
        said[row["factor"]] = " ".join(sentences) or "Not known: no dataset holds it."
    return said


def populations_said(connection: duckdb.DuckDBPyConnection, trials: Trials) -> dict[str, str]:
    """Population -> what its flag says."""
    conditions = rows_of(
        connection,
        "select * from staging.stg_study__population_conditions "
        "order by population, condition_order",
    )
    labels = {
        (kind, row["name"]): row["label"]
        for kind, sql in (
            ("population", "select population as name, label from staging.stg_study__populations"),
            ("factor", "select factor as name, label from staging.stg_study__factors"),
            ("fact", "select fact as name, label from staging.stg_study__facts"),
        )
        for row in rows_of(connection, sql)
    }
    flags = _adam_variables(connection, "population")
    said = {}
    for row in rows_of(connection, "select population from staging.stg_study__populations"):
        name = row["population"]
        own = [item for item in conditions if item["population"] == name]
        met = "; ".join(_condition_said(item, labels) for item in own)
        sentences = []
        if trials.sdtm or name not in flags:
            sentences.append(f"Y where all of this holds, else N: {met}.")
        if trials.adam and name in flags:
            sentences.append(f"{trials.said_of_adam}: {flags[name]} of ADSL.")
        said[name] = " ".join(sentences)
    return said


def records_said(connection: duckdb.DuckDBPyConnection, trials: Trials) -> str:
    """Which records of a category count at all, by the study's conditions; empty without any."""
    rows = rows_of(
        connection,
        "select trial_id, domain, fact, kind, name, comparison, is_negated, value "
        "from staging.stg_study__fact_conditions where about <> 'fact' "
        "order by domain, fact, trial_id nulls first, condition_order, value",
    )
    conditions: dict[tuple[Any, ...], list[str]] = {}
    for row in rows:
        if row["trial_id"] is None or row["trial_id"] in trials.sdtm:
            place = tuple(row[name] for name in ("domain", "fact", "trial_id"))
            words = " ".join(
                part
                for part in (
                    row["name"] or row["kind"],
                    "not" if row["is_negated"] else "",
                    row["comparison"],
                )
                if part
            )
            conditions.setdefault((place, words), []).append(row["value"] or "")
    if not conditions or not trials.sdtm:
        return ""
    said = "; ".join(
        f"{domain} as {fact}{f' in trial {trial}' if trial else ''}: {words} {' or '.join(values)}"
        for ((domain, fact, trial), words), values in conditions.items()
    )
    return f"Records that count: {said}."


def _adam_variables(connection: duckdb.DuckDBPyConnection, kind: str) -> dict[str, str]:
    return dict(
        connection.execute(
            "select name, variable from staging.stg_study__adam_names where kind = ?", [kind]
        ).fetchall()
    )


def _condition_said(row: Row, labels: Mapping[tuple[str, str], str]) -> str:
    kind, name, operator = row["kind"], row["name"], row["operator"]
    label = labels.get((kind, name), name)
    compared = " ".join(str(part) for part in (operator, row["value"]) if part is not None)
    said = {
        "population": f"belongs to the population {label}",
        "variable": f"{name} of DM or SUPPDM {compared}",
        "endpoint": f"endpoint {name}: {compared}",
        "rule": f"no record breaks the rule {name}",
        "flag": f"{name} of ADSL = Y",
    }
    if kind == "fact" and operator in _DATED:
        return f"{_DATED[operator]} date of: {label}"
    return said.get(kind, f"{label} {compared}")


_DATED: Final = {"exists": "has a", "absent": "has no"}


def _records(row: Row) -> str:
    """The records a factor is read from: LB HGB, specimen BLOOD."""
    parts = [f"{row['domain']} {row['testcd'] or ''}".strip()]
    parts += [f"{name} {row[name]}" for name in ("category", "specimen", "evaluator") if row[name]]
    return ", ".join(parts)


def _variable(row: Row, _: Mapping[str, str]) -> str:
    if row["domain"] == "SUPP":
        return f"Qualifier {row['testcd']} of SUPP{row['category'] or ''}"
    return f"{row['testcd']} of {row['domain']}"


def _last_value(row: Row, _: Mapping[str, str]) -> str:
    return f"Last result {_BASELINE}: {_records(row)}"


def _any_record(row: Row, _: Mapping[str, str]) -> str:
    return f"yes if there is a record before the first dose, else no: {_records(row)}"


def _count_records(row: Row, _: Mapping[str, str]) -> str:
    added = f", plus {row['add_value']:g}" if row["add_value"] else ""
    return (
        f"Number of records before the first dose{added} (records with the same --GRPID count "
        f"once): {_records(row)}"
    )


def _fact(row: Row, facts: Mapping[str, str]) -> str:
    fact = facts[row["fact"]]
    unknown = f"; unknown without: {facts[row['assessed_fact']]}" if row["assessed_fact"] else ""
    if row["timing"] == "post_baseline":
        return f"no until the day of this, yes after it: {fact}{unknown}"
    return f"yes with a date of this, else no: {fact}{unknown}"


def _subject_column(row: Row, _: Mapping[str, str]) -> str:
    return f"marts.subjects.{row['testcd'].lower()} of the release"


def _adam(row: Row, _: Mapping[str, str]) -> str:
    return "Read from ADaM"


_DERIVATIONS: Final[Mapping[str, Callable[[Row, Mapping[str, str]], str]]] = {
    "variable": _variable,
    "last_value": _last_value,
    "any_record": _any_record,
    "count_records": _count_records,
    "fact": _fact,
    "subject_column": _subject_column,
    "adam": _adam,
}


def _levels_said(levels: Sequence[Row]) -> Iterable[str]:
    """Level small: below 20; level large: 20 or more. Nothing for levels without wording."""
    meant: dict[str, list[str]] = {}
    for row in levels:
        what = row["wording"] or _range(row)
        if what:
            meant.setdefault(row["level"] or "unknown", []).append(what)
    if meant:
        lines = "; ".join(f"{level}: {' | '.join(what)}" for level, what in meant.items())
        yield f"Levels: {lines}."


def _range(row: Row) -> str:
    bounds = []
    if row["lower"] is not None:
        bounds.append(f"{'>=' if row['lower_inclusive'] else '>'} {row['lower']:g}")
    if row["upper"] is not None:
        bounds.append(f"{'<=' if row['upper_inclusive'] else '<'} {row['upper']:g}")
    return " and ".join(bounds)
