"""Comparisons with external controls in numbers: ratios, agreement with print, balance."""

from analytics.report.elements import Bi, Column, Line, Row, Table, cautions_of
from analytics.report.formats import (
    UNKNOWN,
    confidence,
    decimal,
    decimal_places,
    hazard_ratio,
    p_value,
    whole,
    with_interval,
)

_FIRST = "line"
_MEDIAN = ("median_months", "median_ci_lower", "median_ci_upper")
_ADJUSTED = {"none": "Unadjusted", "matched": "Study weighted to the published summaries"}
_QUANTITIES = {
    "n_events": ("Events", 0),
    "median_months": ("Median, mo", 1),
    "rate_percent": ("Event-free, %", 1),
    "hazard_ratio": ("Hazard ratio over another external control", 2),
}
_STATISTICS = {"percent": "%", "mean": "mean", "sd": "SD"}


def external_medians_table(bi: Bi) -> Table | None:
    """Patients, events and medians of both sides."""
    rows = bi["external_medians"].to_dicts()
    if not rows:
        return None
    columns = [
        Column(_FIRST, "Patients", is_text=True),
        Column("n", "n"),
        Column("n_event", "Events"),
        Column("n_effective", "Effective n"),
        Column("median", f"Median, mo ({_ci(bi)})"),
    ]
    lines = [
        _line(
            "external_medians",
            row,
            {
                _FIRST: row["stratum_label"],
                "n": whole(row["n"]),
                "n_event": whole(row["n_event"]),
                "n_effective": decimal(row["n_effective"]),
                "median": with_interval(*(row[name] for name in _MEDIAN)),
            },
        )
        for row in rows
    ]
    return Table("external_medians", "Beside an external control", columns, lines)


def external_comparisons_table(bi: Bi) -> Table | None:
    """The hazard ratios of the study over the external control."""
    rows = bi["external_comparisons"].to_dicts()
    if not rows:
        return None
    columns = [
        Column(_FIRST, "Comparison", is_text=True),
        Column("n", "Study: events / n"),
        Column("n_external", "External: events / n"),
        Column("log_rank", "P (log-rank)"),
        Column("hr", f"Hazard ratio ({_ci(bi)})"),
        Column("p", "P"),
    ]
    notes = [
        "Hazard ratio of the study over the external control. Weighted: method of moments, "
        "robust standard error. Not randomised; the external patients are read back from a "
        "published curve."
    ]
    lines = [
        _line(
            "external_comparisons",
            row,
            {
                _FIRST: _ADJUSTED[row["adjustment"]],
                "n": f"{whole(row['n_event'])} / {whole(row['n'])}",
                "n_external": f"{whole(row['n_event_external'])} / {whole(row['n_external'])}",
                "log_rank": p_value(row["log_rank_p"]),
                "hr": row["status"]
                if row["hr"] is None
                else hazard_ratio(row["hr"], row["ci_lower"], row["ci_upper"]),
                "p": p_value(row["p_value"]),
            },
        )
        for row in rows
    ]
    return Table(
        "external_comparisons", "Compared with an external control", columns, lines, notes=notes
    )


def external_checks_table(bi: Bi) -> Table | None:
    """What is printed of an external control beside what its reconstructed patients have."""
    rows = bi["external_checks"].to_dicts()
    if not rows:
        return None
    columns = [
        Column(_FIRST, "Number", is_text=True),
        Column("published", "Published"),
        Column("reconstructed", "Reconstructed"),
        Column("tolerance", "Tolerance"),
        Column("status", "Status", is_text=True),
    ]
    lines = [_line("external_checks", row, _check(row), of_external=True) for row in rows]
    return Table(
        "external_checks", "External controls: published and reconstructed", columns, lines
    )


def external_balances_table(bi: Bi) -> Table | None:
    """The matched summaries: published, of the study, and of the weighted study."""
    rows = bi["external_balances"].to_dicts()
    if not rows:
        return None
    columns = [
        Column(_FIRST, "Factor", is_text=True),
        Column("published", "Published"),
        Column("before", "Study"),
        Column("after", "Study, weighted"),
    ]
    lines = [
        _line(
            "external_balances",
            row,
            {
                _FIRST: ", ".join(
                    part
                    for part in (
                        row["factor_label"],
                        row["level_label"],
                        _STATISTICS[row["statistic"]],
                    )
                    if part
                ),
                "published": decimal(row["published_value"]),
                "before": decimal(row["before"]),
                "after": decimal(row["after"]),
            },
        )
        for row in rows
    ]
    return Table("external_balances", "Balance before and after weighting", columns, lines)


def _check(row: Row) -> dict[str, str]:
    words, digits = _QUANTITIES[row["quantity"]]
    month = (
        f" at {decimal_places(row['time_months'])} mo" if row["quantity"] == "rate_percent" else ""
    )
    return {
        _FIRST: words + month,
        "published": decimal(row["published_value"], digits),
        "reconstructed": decimal(row["reconstructed"], digits),
        "tolerance": decimal_places(row["tolerance"]),
        "status": "within the tolerance" if row["status"] == "ok" else row["status"],
    }


def _line(table: str, row: Row, cells: dict[str, str], *, of_external: bool = False) -> Line:
    group = row["analysis_label"]
    if of_external:
        group = f"{group}: {row['external_label']}"
    cautions = cautions_of(row)
    return Line(
        cells,
        group=group,
        indent=1,
        cautions=cautions,
        analysis_id=row["analysis_id"],
        rows=((table, row),),
    )


def _ci(bi: Bi) -> str:
    levels = bi["external_comparisons"]["conf_level"].drop_nulls()
    return confidence(levels[0]) if len(levels) else UNKNOWN
