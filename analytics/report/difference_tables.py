"""Two groups compared: outcomes line by line, survival at landmarks, medians, means."""

import polars as pl

from analytics.report.descriptive_tables import plain_title
from analytics.report.elements import Bi, Column, Line, Row, Table, cautions_of, rows_of
from analytics.report.formats import (
    confidence,
    decimal_places,
    difference,
    hazard_ratio,
    p_value,
    since,
    whole,
    with_interval,
)

_FIRST = "line"
_POINTS = ("difference_points", "ci_lower_points", "ci_upper_points")
_MONTHS = ("difference_months", "ci_lower_months", "ci_upper_months")


def outcome_differences_table(bi: Bi, analysis: Row) -> Table | None:
    """The two compared groups of an outcomes table; None where the plan compares none."""
    rows = rows_of(bi["outcome_differences"], analysis_id=analysis["analysis_id"])
    if not rows:
        return None
    first, ci = rows[0], confidence(rows[0]["conf_level"])
    strata = first["stratified_by_label"]
    columns = [
        Column(_FIRST, "Outcome", is_text=True),
        Column("difference", f"Difference, points ({ci})"),
        Column("odds_ratio", f"Odds ratio ({ci})"),
        Column("fisher", "P (Fisher)"),
    ]
    notes = [
        "Difference of the percentages with Miettinen-Nurminen limits; odds ratio with Wald "
        "limits; P of Fisher's exact test."
    ]
    if strata:
        columns += [
            Column("missing", "Missing"),
            Column("common", f"Common odds ratio ({ci})"),
            Column("cmh", "P (CMH)"),
        ]
        notes.append(
            f"Stratified by: {strata}. Common odds ratio of Mantel and Haenszel; P of the "
            "Cochran-Mantel-Haenszel test. Missing: patients excluded from both because their "
            "stratum is unknown."
        )
    return Table(
        name=f"{analysis['analysis_id']}_compared",
        title=f"{plain_title(analysis['analysis_label'])}: {first['group_label']} compared with "
        f"{first['reference_label']}",
        columns=columns,
        lines=[_outcome_line(row) for row in rows],
        notes=notes,
        analysis_id=analysis["analysis_id"],
    )


def survival_differences_table(bi: Bi) -> Table | None:
    """The difference of the rates of two groups at each landmark."""
    frame = bi["survival_differences"]
    if frame.is_empty():
        return None
    columns = [
        Column(_FIRST, "Groups", is_text=True),
        Column("month", "Month"),
        Column("at_risk", "At risk"),
        Column("difference", f"Difference, points ({_ci(frame)})"),
        Column("p", "P"),
        Column("ratio", f"Ratio ({_ci(frame)})"),
    ]
    lines = _lines("survival_differences", frame, "time_months", ("at_risk", "n_risk"), _POINTS)
    notes = [
        "Difference of the event-free percentages with Wald limits from the sum of Greenwood's "
        "variances. P: of the difference on the complementary log-log scale; it need not agree "
        "with the limits. Ratio: first group over second, with Wald limits on the log scale.",
    ]
    return Table("survival_differences", "Differences in survival", columns, lines, notes=notes)


def median_differences_table(bi: Bi) -> Table | None:
    """The difference of the medians of two groups."""
    frame = bi["median_differences"]
    if frame.is_empty():
        return None
    columns = [
        Column(_FIRST, "Groups", is_text=True),
        Column("n", "n"),
        Column("difference", f"Difference, mo ({_ci(frame)})"),
        Column("ratio", f"Ratio ({_ci(frame)})"),
        Column("p", "P"),
    ]
    lines = _lines("median_differences", frame, None, ("n", "n"), _MONTHS)
    notes = [
        "Difference and ratio of the medians, first group against second, with the limits and P of "
        "Su and Wei. NR: not bounded by the follow-up."
    ]
    return Table(
        "median_differences", "Differences in median survival", columns, lines, notes=notes
    )


def restricted_mean_differences_table(bi: Bi) -> Table | None:
    """The difference of the restricted means of two groups up to each horizon."""
    frame = bi["restricted_mean_differences"]
    if frame.is_empty():
        return None
    columns = [
        Column(_FIRST, "Groups", is_text=True),
        Column("month", "To month"),
        Column("n", "n"),
        Column("difference", f"Difference, mo ({_ci(frame)})"),
        Column("p", "P"),
        Column("ratio", f"Ratio ({_ci(frame)})"),
    ]
    lines = _lines("restricted_mean_differences", frame, "horizon_months", ("n", "n"), _MONTHS)
    return Table(
        "restricted_mean_differences",
        "Differences in restricted mean survival time",
        columns,
        lines,
        notes=[
            "Difference of the restricted means, with Wald limits and P. Ratio: first group over "
            "second, with Wald limits on the log scale."
        ],
    )


def _lines(
    table: str,
    frame: pl.DataFrame,
    month: str | None,
    count: tuple[str, str],
    names: tuple[str, str, str],
) -> list[Line]:
    """A line per two groups and month, if any; `count`: a column and either group's count in it."""
    column, n = count
    return [
        Line(
            {
                _FIRST: f"{row['stratum_label']} minus {row['reference_label']}{since(row)}",
                **({"month": decimal_places(row[month])} if month else {}),
                column: f"{whole(row[n])} / {whole(row[f'{n}_reference'])}",
                "difference": _difference(row, names),
                "p": p_value(row["p_value"]),
                "ratio": hazard_ratio(row["ratio"], row["ratio_ci_lower"], row["ratio_ci_upper"]),
            },
            group=row["analysis_label"],
            indent=1,
            cautions=cautions_of(row),
            analysis_id=row["analysis_id"],
            rows=((table, row),),
        )
        for row in frame.to_dicts()
    ]


def _outcome_line(row: Row) -> Line:
    cells = {
        _FIRST: row["label"],
        "difference": _difference(row, _POINTS),
        "odds_ratio": _ratio(row, "odds_ratio"),
        "fisher": p_value(row["fisher_p"]),
    }
    if row["stratified_by_label"]:
        cells |= {
            "missing": whole(row["n_missing"]),
            "common": _ratio(row, "common_odds_ratio"),
            "cmh": p_value(row["cmh_p"]) if row["cmh_status"] == "ok" else row["cmh_status"],
        }
    return Line(
        cells,
        indent=int(row["indent"] or 0),
        cautions=cautions_of(row),
        rows=(("outcome_differences", row),),
    )


def _ratio(row: Row, name: str) -> str:
    """An odds ratio with its limits, or why there is none."""
    if row[name] is None:
        return str(row[f"{name}_status"])
    return with_interval(row[name], row[f"{name}_ci_lower"], row[f"{name}_ci_upper"], 2)


def _difference(row: Row, names: tuple[str, str, str]) -> str:
    """A difference with its limits, or why there is none."""
    numbers = [row[name] for name in names]
    return difference(*numbers) if numbers[0] is not None else str(row["status"])


def _ci(frame: pl.DataFrame) -> str:
    return confidence(next(iter(frame["conf_level"].drop_nulls().to_list()), None))
