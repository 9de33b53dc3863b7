"""A number as it was printed: where the analysis has it, what it means, and what it rests on."""

from collections.abc import Iterator
from typing import Final

import duckdb

from analytics.methods.descriptives import round_half_away
from analytics.readers.explain.reading import Row, facts, query, rows_of, table
from analytics.readers.queries import QueryError
from analytics.warehouse import literal, quoted

_NUMBERS: Final = ("DOUBLE", "BIGINT", "INTEGER")
# Told only where the number stands in no other table, and has a decimal: a curve passes through
# nearly every whole number, which then says nothing of the one that is meant; the trials of a
# pooled analysis repeat its numbers.
_LAST: Final = (
    "convention_sensitivity",
    "pooling_effect",
    "pooling_heterogeneity",
    "smoothed_hazard",
    "state_occupancy",
)
_CURVE: Final = "_curve"  # how the names of tables end whose rows are the points of a curve
_NOT_NUMBERS: Final = ("display_order", "indent", "step", "term_order")
_SHOWN: Final = 8  # places of one number; a small count stands in many


def number_lines(
    connection: duckdb.DuckDBPyConnection, analysis: Row, printed: str
) -> Iterator[str]:
    """Each place where the analysis has the number, with its meaning and the rows behind it.

    Raises QueryError when no number of the analysis prints like that.
    """
    places = list(_places(connection, analysis["analysis_id"], printed))
    if not places:
        raise QueryError(
            f"No number of {analysis['analysis_id']} prints as {printed}"
            f"{'' if '.' in printed else ' (points of its curve are found by their decimals)'}; "
            f"`plateau explain {analysis['analysis_id']}` lists the tables with its numbers."
        )
    for name, column, row in places[:_SHOWN]:
        yield f"{printed} is {column} of results.{name}: {row[column]!r}"
        yield from _meaning(connection, name, column)
        yield from facts({key: value for key, value in row.items() if key != "analysis_id"})
        yield from _ground(connection, analysis, name, row)
        yield ""
    if len(places) > _SHOWN:
        yield f"and in {len(places) - _SHOWN} more places; give more digits to narrow the search"
    yield from _published(connection, printed)


def _places(
    connection: duckdb.DuckDBPyConnection, analysis_id: str, printed: str
) -> Iterator[tuple[str, str, Row]]:
    """(table, column, row) of each number that prints so, the telling tables first."""
    tables = rows_of(
        connection,
        "select table_name, list(column_name order by column_index) as columns "
        "from duckdb_columns() as numbers where schema_name = 'results' "
        "and list_contains(?, data_type) and not list_contains(?, column_name) "
        "and exists (from duckdb_columns() as keys where keys.schema_name = 'results' "
        "and keys.table_name = numbers.table_name and keys.column_name = 'analysis_id') "
        "group by table_name order by table_name",
        list(_NUMBERS),
        list(_NOT_NUMBERS),
    )
    found = [
        (name, column, row)
        for name, columns in ((row["table_name"], row["columns"]) for row in tables)
        for row in rows_of(
            connection,
            f"from results.{quoted(name)} where analysis_id = ? order by all",
            analysis_id,
        )
        for column in columns
        if _prints_as(row[column], printed)
    ]
    elsewhere = [
        place for place in found if place[0] not in _LAST and not place[0].endswith(_CURVE)
    ]
    yield from elsewhere or (found if "." in printed else ())


def _prints_as(value: float | None, printed: str) -> bool:
    """As it is, or as a percentage; a digit after the point counts."""
    if value is None:
        return False
    digits = len(printed.partition(".")[2])
    readings = [value] if isinstance(value, int) or abs(value) > 1 else [value, 100 * value]
    wanted = round_half_away(float(printed), digits)
    return any(round_half_away(reading, digits) == wanted for reading in readings)


def _meaning(connection: duckdb.DuckDBPyConnection, name: str, column: str) -> Iterator[str]:
    """The words of the table and of the column."""
    told = rows_of(
        connection,
        "select comment from duckdb_columns() "
        "where schema_name = 'results' and table_name = ? and column_name = ?",
        name,
        column,
    )
    yield from (f"  {row['comment']}" for row in told if row["comment"])


def _ground(
    connection: duckdb.DuckDBPyConnection, analysis: Row, name: str, row: Row
) -> Iterator[str]:
    """The rows that the number was read or counted from."""
    if name in {"survival_summary", "survival_rate", "plateau", "restricted_mean"}:
        yield from _curve(connection, analysis, "survival_curve", row)
    elif name == "cumulative_incidence_rate":
        yield from _curve(connection, analysis, "cumulative_incidence_curve", row)
    elif name in {"cox_term", "fine_gray_term", "cure_term"}:
        yield from _intervals(analysis, row)
    elif name == "group_test" and row["n_strata"] is not None:
        yield from _strata(connection, analysis)
    elif name in {"survival_difference", "median_difference", "restricted_mean_difference"}:
        for stratum in (row["stratum"], row["reference_stratum"]):
            yield from _curve(connection, analysis, "survival_curve", {**row, "stratum": stratum})
    elif name in {"pooling_effect", "pooling_heterogeneity"}:
        yield from _pooled(connection, analysis, row)
    elif name == "clinical_outcomes":
        yield from _outcome(analysis, row)
    elif name == "outcome_difference":
        yield from _compared_outcomes(analysis, row)
    elif name == "baseline_characteristics":
        yield from _characteristic(row)


def _curve(
    connection: duckdb.DuckDBPyConnection, analysis: Row, curve: str, row: Row
) -> Iterator[str]:
    """The steps of the curve about the time of the number."""
    times = ("time_months", "median_months", "to_months", "horizon_months")
    month = next((row[name] for name in times if row.get(name) is not None), None)
    if month is None:
        return
    event = row.get("event")
    steps = rows_of(
        connection,
        "select time_days, time_months, n_risk, n_event, n_censored, estimate, std_error, "
        f"ci_lower, ci_upper from results.{curve} where analysis_id = $1 and stratum = $2 "
        + ("and event = $4 " if event is not None else "")
        + "order by abs(time_months - $3), time_days limit 5",
        *(analysis["analysis_id"], row["stratum"], month),
        *([] if event is None else [event]),
    )
    of_stratum = "" if row["stratum"] == "all" else f", stratum {row['stratum']}"
    yield f"  results.{curve} about that time{of_stratum}"
    yield from table(sorted(steps, key=lambda step: step["time_days"]))
    yield from query(
        "select usubjid, entry_day, exit_day, event_code\n"
        "from intermediate.int_analysis_subjects\n"
        f"where analysis_id = {literal(analysis['analysis_id'])} "
        f"and stratum = {literal(row['stratum'])} order by exit_day"
    )


def _strata(connection: duckdb.DuckDBPyConnection, analysis: Row) -> Iterator[str]:
    """The groups in each stratum of a stratified test, whose sums are added over the strata."""
    yield "  marts.stratified_risk_counts by stratum of the test and group"
    yield from table(
        rows_of(
            connection,
            "select test_stratum, stratum, sum(n_entry) as n, sum(n_event) as n_event, "
            "sum(n_competing) as n_competing, sum(n_censored) as n_censored "
            "from marts.stratified_risk_counts where analysis_id = ? group by all order by all",
            analysis["analysis_id"],
        )
    )
    yield from query(
        "select usubjid, test_stratum, stratum, entry_day, exit_day, event_code\n"
        "from intermediate.int_analysis_subjects\n"
        "left join intermediate.int_test_strata using (analysis_id, usubjid)\n"
        f"where analysis_id = {literal(analysis['analysis_id'])} order by all"
    )


def _pooled(connection: duckdb.DuckDBPyConnection, analysis: Row, row: Row) -> Iterator[str]:
    """The trials of a curve with their subjects and events, or the intervals of a model."""
    if row["model"] is not None:
        yield from _intervals(analysis, row)
        return
    yield "  marts.pooled_risk_counts by trial"
    yield from table(
        rows_of(
            connection,
            "select pooled_level, sum(n_entry) as n, sum(n_event) as n_event, "
            "sum(n_competing) as n_competing, sum(n_censored) as n_censored "
            "from marts.pooled_risk_counts where analysis_id = ? and stratum = ? "
            "group by all order by all",
            analysis["analysis_id"],
            row["stratum"],
        )
    )


def _intervals(analysis: Row, row: Row) -> Iterator[str]:
    """The times at risk and the factor's level on them; a change on day t counts after day t."""
    factor = literal(row["factor"])
    yield from query(
        "select intervals.usubjid, tstart, tstop, event_code, coalesce((\n"
        "    select arg_max(level, day) from marts.factor_changes as changes\n"
        "    where changes.usubjid = intervals.usubjid and changes.paramcd = intervals.paramcd\n"
        f"    and changes.factor = {factor} and day <= tstart), factors.level) as level,\n"
        f"    factors.value{_stratum(analysis, 'intervals')}\n"
        "from marts.covariate_intervals as intervals\n"
        "semi join (from marts.population_members "
        f"where population = {literal(analysis['population'])}) as members using (usubjid)\n"
        "left join marts.subject_factors as factors\n"
        f"    on factors.usubjid = intervals.usubjid and factors.factor = {factor}\n"
        f"where intervals.paramcd = {literal(analysis['endpoint'])}\n"
        "order by intervals.usubjid, tstart"
    )


def _stratum(analysis: Row, subjects: str) -> str:
    """The column with a subject's stratum of the models or the comparison.

    `subjects` names the rows of subjects in the query.
    """
    if analysis["stratified_by"] is None:
        return ""
    return (
        ", (\n"
        "    select string_agg(coalesce(of_strata.level, 'unknown'), ' / ' order by factor_order)\n"
        "    from staging.stg_plan__stratification_factors as strata\n"
        "    join marts.subject_factors as of_strata using (factor)\n"
        f"    where strata.analysis_id = {literal(analysis['analysis_id'])}\n"
        f"    and of_strata.usubjid = {subjects}.usubjid) as stratum"
    )


def _outcome(analysis: Row, row: Row) -> Iterator[str]:
    yield from query(
        "select usubjid from staging.stg_plan__outcome_lines as lines\n"
        "join marts.population_members as members using (population)\n"
        "semi join (from marts.population_members "
        f"where population = {literal(row['group_population'])}) as the_group using (usubjid)\n"
        f"where analysis_id = {literal(analysis['analysis_id'])} "
        f"and outcome = {literal(row['outcome'])} and level = {literal(row['level'])}\n"
        "and (denominator is null or usubjid in (select usubjid from marts.population_members "
        "as base where base.population = lines.denominator))\n"
        "order by all"
    )


def _compared_outcomes(analysis: Row, row: Row) -> Iterator[str]:
    """The subjects of both groups whom the line is about, with outcome and stratum."""
    groups = (row["group_population"], row["reference_population"])
    yield from query(
        "select usubjid, members.population, usubjid in (\n"
        "    select usubjid from marts.population_members as those_with\n"
        "    where those_with.population = lines.population) as has_outcome"
        f"{_stratum(analysis, 'members')}\n"
        "from staging.stg_plan__outcome_lines as lines\n"
        "join marts.population_members as members "
        f"on members.population in ({', '.join(map(literal, groups))})\n"
        f"where analysis_id = {literal(analysis['analysis_id'])} "
        f"and outcome = {literal(row['outcome'])} and level = {literal(row['level'])}\n"
        "and (denominator is null or usubjid in (select usubjid from marts.population_members "
        "as base where base.population = lines.denominator))\n"
        "order by all"
    )


def _characteristic(row: Row) -> Iterator[str]:
    level = row["level"]
    where = "" if level in {None, "unknown"} else f" and level = {literal(level)}"
    unknown = " and level is null and value is null" if level == "unknown" else ""
    yield from query(
        "select usubjid, level, value, srcdom, srcvar, srcseq from marts.subject_factors\n"
        "semi join (from marts.population_members "
        f"where population = {literal(row['group_population'])}) as the_group using (usubjid)\n"
        f"where factor = {literal(row['characteristic'])}{where}{unknown} order by all"
    )


def _published(connection: duckdb.DuckDBPyConnection, printed: str) -> Iterator[str]:
    """Reported values that print the same: the number may be meant by one of them."""
    reported = rows_of(
        connection,
        "select published_id, quantity, source, published, matches "
        "from results.published_concordance where published = ? order by all limit ?",
        printed,
        _SHOWN,
    )
    if reported:
        yield "Reported values with these digits (results.published_concordance)"
        yield from table(reported)
