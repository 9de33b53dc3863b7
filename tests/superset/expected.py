"""What each chart must show, asked of the warehouse by queries and words of its own.

Nothing here looks at the bundle: the numbers come from schema bi of warehouse.duckdb and are
printed by the rule of the printed tables.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import duckdb

from analytics.methods.descriptives import round_half_away

Row = dict[str, Any]
Where = dict[str, str]
"""Columns of bi and the value each must have."""


def rows(connection: duckdb.DuckDBPyConnection, sql: str, where: Where) -> list[Row]:
    """The rows of a query on schema bi that meet the conditions."""
    conditions = "".join(f" and {column} is not distinct from ?" for column in where)
    result = connection.execute(
        f"select * from ({sql}) where true{conditions}", list(where.values())
    )
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def number(sql: str) -> Callable[[duckdb.DuckDBPyConnection], list[Row]]:
    """A single number."""
    return lambda connection: rows(connection, sql, {})


def interval(row: Row, names: tuple[str, str, str], digits: int, unknown: str | None) -> str:
    """An estimate with its limits as printed; without them where they are not known."""
    value, lower, upper = (row[name] for name in names)
    texts = [
        unknown if one is None else round_half_away(one, digits) for one in (value, lower, upper)
    ]
    if texts[1] is None or texts[2] is None:
        return str(texts[0])
    return f"{texts[0]} ({texts[1]} to {texts[2]})"


def endpoint_lines(connection: duckdb.DuckDBPyConnection, where: Where) -> list[Row]:
    """A line per curve."""
    kept = ("analysis_label", "stratum_label", "n", "n_event", "follow_up_median_months")
    return [
        {
            **{name: row[name] for name in kept},
            "caution_text": row["caution"] or "",
            "median_text": row["status"]
            if row["status"] != "ok"
            else interval(row, ("median_months", "median_ci_lower", "median_ci_upper"), 1, "NR"),
        }
        for row in rows(
            connection,
            """
            select *, coalesce(strata_label, 'Not stratified') as strata
            from bi.endpoint_summary order by analysis_order, stratum_order
            """,
            where,
        )
    ]


def rate_lines(
    connection: duckdb.DuckDBPyConnection, sql: str, where: Where, kept: tuple[str, ...], name: str
) -> list[Row]:
    """A line per landmark."""

    def text(row: Row) -> str:
        if row["status"] != "ok":
            return str(row["status"])
        if row[name] is None:
            return "beyond the last observation"
        return interval(row, (name, "ci_lower_percent", "ci_upper_percent"), 1, None)

    return [
        {**{column: row[column] for column in kept}, "percent_text": text(row)}
        for row in rows(connection, sql, where)
    ]


def drawn_steps(
    curves: list[Row], name_of: Callable[[Row], str], chart_of: Callable[[Row], Any], value: str
) -> dict[Any, dict[float, Row]]:
    """For each set of curves drawn together, the values of each line at each month.

    A curve keeps its value until its next one, and has none after its last.
    """
    sets: dict[Any, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in curves:
        sets[chart_of(row)][name_of(row)].append(row)
    drawn: dict[Any, dict[float, Row]] = {}
    for chart, lines in sets.items():
        months = sorted({row["time_months"] for points in lines.values() for row in points})
        drawn[chart] = {round(month, 2): {} for month in months}
        for name, points in lines.items():
            times = [row["time_months"] for row in points]
            for month in months:
                here = bisect_right(times, month) - 1
                known = points[here] if here >= 0 and month <= times[-1] else None
                drawn[chart][round(month, 2)].update(
                    {
                        f"{name}__yhat": known and known[value],
                        f"{name}__yhat_lower": known and known["ci_lower_percent"],
                        f"{name}__yhat_upper": known and known["ci_upper_percent"],
                        name: known[value]
                        if known and known["time_months"] == month and known.get("n_censored")
                        else None,
                    }
                )
    return drawn


def forest_lines(connection: duckdb.DuckDBPyConnection, where: Where) -> list[Row]:
    """A line per contrast, as text."""
    return [
        {
            **row,
            "hr_text": row["status"]
            if row["status"] != "ok"
            else interval(row, ("hr", "ci_lower", "ci_upper"), 2, None),
            "p_text": _p_value(row["p_value"]),
            "caution_text": row["caution"] or "",
        }
        for row in rows(connection, "from bi.forest order by analysis_order, line_order", where)
    ]


def forest_drawing(lines: list[Row]) -> list[Row]:
    """By rising ratio: the numbers of the lines whose interval holds it, or whose estimate it is.

    A line of no difference runs at 1 from above the first to below the last.
    """
    drawn = [
        (
            f"{line['line_order']}. {line['factor_label']}",
            *(line["hr"] if line[one] is None else line[one] for one in ("ci_lower", "ci_upper")),
            line,
        )
        for line in lines
        if line["status"] == "ok" and line["hr"] is not None
    ]
    ends = {0.9999: 0, 1.0001: max(line["line_order"] for *_, line in drawn) + 1}
    ratios = {ratio for _, lower, upper, line in drawn for ratio in (lower, line["hr"], upper)}
    return [
        {
            "ratio": ratio,
            "No difference__yhat": ends.get(ratio),
            **{
                name: line["line_order"] if ratio == line["hr"] else None
                for name, _, _, line in drawn
            },
            **{
                f"{name}__yhat": line["line_order"]
                if lower <= ratio <= upper and ratio in ratios
                else None
                for name, lower, upper, line in drawn
            },
        }
        for ratio in sorted(ratios | ends.keys())
    ]


def _p_value(value: float | None) -> str | None:
    if value is None:
        return None
    if value < 0.001:
        return "<0.001"
    return ">0.999" if value > 0.999 else round_half_away(value, 3)


def baseline_cells(connection: duckdb.DuckDBPyConnection, where: Where) -> set[tuple[str, ...]]:
    """Group, characteristic, level and what is printed there."""
    words = {"n": "Known", "sd": "Standard deviation", "min": "Minimum", "max": "Maximum"}
    sql = """
        select
            *,
            max(denominator) over (partition by analysis_id, group_population) as group_size
        from bi.table_1"""
    return {
        (
            f"{row['group_label']} (N = {row['group_size']})",
            row["characteristic_label"] + (f", {row['unit']}" if row["unit"] else ""),
            row["level_label"] or words.get(row["statistic"], row["statistic"].capitalize()),
            _cell(row),
        )
        for row in rows(connection, sql, where)
    }


def _cell(row: Row) -> str:
    if row["status"] != "ok":
        return str(row["status"])
    if row["statistic"] == "count_percent":
        return f"{row['n']} ({round_half_away(row['percent'], 1)})"
    return f"{float(round_half_away(row['value'], 2)):.10g}"


def outcome_cells(connection: duckdb.DuckDBPyConnection, where: Where) -> set[tuple[str, ...]]:
    """Group, outcome and what is printed there."""
    return {
        (
            row["group_label"],
            row["label"],
            row["status"]
            if row["status"] != "ok"
            else f"{row['n']} of {row['denominator']}"
            + (f" ({round_half_away(row['percent'], 1)})" if row["percent"] is not None else ""),
        )
        for row in rows(connection, "from bi.table_2", where)
    }
