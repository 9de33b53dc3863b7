"""Survival and incidence in numbers: summaries, rates, means to a horizon, plateaus, tests."""

import polars as pl

from analytics.report.elements import Bi, Column, Line, Row, Table, cautions_of, rows_of, taken_from
from analytics.report.formats import (
    UNKNOWN,
    confidence,
    decimal,
    decimal_places,
    interval,
    p_value,
    percent,
    percent_interval,
    percent_number,
    since,
    whole,
    with_interval,
)
from analytics.report.survival_figures import FEW_AT_RISK, START_NOTE

_FIRST = "line"
_FEW = "†"
_FEW_NOTE = (
    f"{_FEW} Fewer than {FEW_AT_RISK} at risk: a single event changes the estimate considerably."
)
_MEDIAN = ("median_months", "median_ci_lower", "median_ci_upper")


def summary_table(bi: Bi) -> Table | None:
    """The headline analyses at a glance: patients, events, median and each quoted rate."""
    shown = [row for row in bi["analyses"].to_dicts() if row["is_headline"]] or [
        row
        for row in bi["analyses"].to_dicts()
        if row["method"] in {"kaplan_meier", "cumulative_incidence"}
        and row["strata_label"] is None
        and row["delayed_entry_of"] is None
    ]
    rates = {row["analysis_id"]: _rates(bi, row["analysis_id"]) for row in shown}
    months = sorted({month for found in rates.values() for month in found})
    lines = [_summary_line(bi, row, rates[row["analysis_id"]]) for row in shown]
    if not lines:
        return None
    ci = confidence(shown[0]["conf_level"])
    columns = [
        Column(_FIRST, "Endpoint", is_text=True),
        Column("n", "n"),
        Column("events", "Events"),
        Column("median", f"Median, mo ({ci})"),
        *(
            Column(
                _month(month),
                f"{decimal_places(month)} mo, %",
                "Event-free, or incidence of the event",
            )
            for month in months
        ),
    ]
    notes = [_FEW_NOTE] if any(_FEW in text for li in lines for text in li.cells.values()) else []
    return Table("summary", "Results at a glance", columns, lines, notes=notes)


def _summary_line(bi: Bi, analysis: Row, rates: dict[float, Row]) -> Line:
    name = analysis["analysis_id"]
    summary = next(iter(rows_of(bi["endpoint_summary"], analysis_id=name, stratum="all")), None)
    cells = {_FIRST: analysis["analysis_label"], "n": UNKNOWN, "events": UNKNOWN, "median": UNKNOWN}
    if summary is not None:
        cells |= {
            _FIRST: analysis["analysis_label"] + since(summary),
            "n": whole(summary["n"]),
            "events": whole(summary["n_event"]),
            "median": with_interval(*(summary[key] for key in _MEDIAN)),
        }
    elif rates:
        first = next(iter(rates.values()))
        cells |= {"n": whole(first["n"]), "events": whole(first["n_event"])}
    for month, rate in rates.items():
        mark = f" {_FEW}" if _is_few(rate) and rate["estimate"] is not None else ""
        limits = (
            f" ({percent_interval(rate['lower'], rate['upper'])})"
            if rate["lower"] is not None
            else ""
        )
        cells[_month(month)] = percent_number(rate["estimate"]) + limits + mark
    return Line(
        cells,
        cautions=cautions_of(analysis),
        analysis_id=name,
        rows=(
            *taken_from("endpoint_summary", [] if summary is None else [summary]),
            *(rate["of"] for rate in rates.values()),
        ),
    )


def _rates(bi: Bi, analysis_id: str) -> dict[float, Row]:
    """The rates of an unstratified analysis by month, of survival or of the event's incidence."""
    survival = rows_of(bi["event_free_rates"], analysis_id=analysis_id, stratum="all")
    incidence = rows_of(
        bi["relapse_incidence"],
        analysis_id=analysis_id,
        stratum="all",
        event="event",
        point="landmark",
    )
    found = [("event_free_rates", row, "event_free_percent") for row in survival]
    found += [("relapse_incidence", row, "incidence_percent") for row in incidence]
    return {
        row["time_months"]: {
            "estimate": row[column],
            "lower": row["ci_lower_percent"],
            "upper": row["ci_upper_percent"],
            **{key: row[key] for key in ("n", "n_event", "n_risk")},
            "of": (table, row),
        }
        for table, row, column in found
    }


def survival_table(bi: Bi) -> Table | None:
    """Every survival curve: patients, events, median, follow-up and the rates with who is left."""
    months = sorted(set(bi["event_free_rates"]["time_months"]))
    lines = []
    for row in bi["endpoint_summary"].to_dicts():
        place = {"analysis_id": row["analysis_id"], "stratum": row["stratum"]}
        cells = {
            _FIRST: row["stratum_label"] + since(row),
            "n": f"{whole(row['n'])} / {whole(row['n_event'])}",
            "median": with_interval(*(row[key] for key in _MEDIAN))
            if row["status"] == "ok" or row["median_ci_lower"] is not None
            else row["status"],
            "follow_up": _follow_up(row),
        }
        rates = rows_of(bi["event_free_rates"], **place)
        for rate in rates:
            few = f" {_FEW}" if _is_few(rate) and rate["event_free_percent"] is not None else ""
            limits = percent_interval(rate["ci_lower_percent"], rate["ci_upper_percent"])
            estimate = percent_number(rate["event_free_percent"])
            shown = estimate if limits == UNKNOWN else f"{estimate} ({limits})"
            cells[_month(rate["time_months"])] = (
                f"{shown}; {whole(rate['n_risk'])}{few}" if estimate != UNKNOWN else UNKNOWN
            )
        cautions = cautions_of(row)
        lines.append(
            Line(
                cells,
                group=row["analysis_label"],
                indent=1,
                cautions=cautions,
                analysis_id=row["analysis_id"],
                rows=(
                    ("endpoint_summary", row),
                    *taken_from("event_free_rates", rates),
                ),
            )
        )
    if not lines:
        return None
    ci = _ci(bi["event_free_rates"])
    columns = [
        Column(_FIRST, "Group", is_text=True),
        Column("n", "n / events"),
        Column("median", f"Median, mo ({ci})"),
        Column("follow_up", "Follow-up, mo: median (range)"),
        *(
            Column(_month(month), f"{decimal_places(month)} mo", f"Event-free, % ({ci}); at risk")
            for month in months
        ),
    ]
    notes = [
        "Follow-up: reverse Kaplan-Meier median, range over the censored. NR: not reached.",
        _FEW_NOTE,
    ]
    if bi["endpoint_summary"]["conditional_from_months"].is_not_null().any():
        notes.append(START_NOTE)
    return Table("survival", "Survival curves in numbers", columns, lines, notes=notes)


def incidence_table(bi: Bi) -> Table | None:
    """Every cumulative incidence, the event and the competing event, at the quoted months."""
    points = bi["relapse_incidence"].filter(pl.col("point") == "landmark")
    if points.is_empty():
        return None
    months = sorted(set(points["time_months"]))
    keys = ["analysis_order", "stratum_order", "stratum", "event"]
    parts = points.sort(*keys, "time_months", descending=[False, False, False, True, False])
    lines = []
    for part in parts.partition_by(*keys, maintain_order=True):
        row = part.to_dicts()[0]
        group = row["analysis_label"]
        if row["strata_label"]:
            group = f"{group}: {row['stratum_label']}"
        cells = {_FIRST: row["event_label"] + since(row)}
        for rate in part.to_dicts():
            few = f" {_FEW}" if _is_few(rate) else ""
            limits = percent_interval(rate["ci_lower_percent"], rate["ci_upper_percent"])
            estimate = percent_number(rate["incidence_percent"])
            shown = estimate if limits == UNKNOWN else f"{estimate} ({limits})"
            cells[_month(rate["time_months"])] = f"{shown}; {whole(rate['n_risk'])}{few}"
        cautions = cautions_of(row)
        lines.append(
            Line(
                cells,
                group=group,
                indent=1,
                cautions=cautions,
                analysis_id=row["analysis_id"],
                rows=taken_from("relapse_incidence", part.to_dicts()),
            )
        )
    ci = _ci(bi["analyses"])
    columns = [
        Column(_FIRST, "Event", is_text=True),
        *(
            Column(
                _month(month),
                f"{decimal_places(month)} mo",
                f"Cumulative incidence, % ({ci}); at risk",
            )
            for month in months
        ),
    ]
    notes = [_FEW_NOTE + " After the last observation the incidence is carried forward."]
    return Table("cumulative_incidence", "Cumulative incidences in numbers", columns, lines, notes)


def restricted_means_table(bi: Bi) -> Table | None:
    """Mean time without the event up to each horizon."""
    frame = bi["restricted_means"]
    if frame.is_empty():
        return None
    horizons = sorted(set(frame["horizon_months"]))
    lines = []
    for part in frame.partition_by("analysis_order", "stratum", maintain_order=True):
        row = part.to_dicts()[0]
        name = row["analysis_label"]
        cells = {
            _FIRST: (f"{name}: {row['stratum_label']}" if row["strata_label"] else name)
            + since(row),
            "n": f"{whole(row['n'])} / {whole(row['n_event'])}",
        }
        for mean in part.to_dicts():
            limits = (mean["ci_lower_months"], mean["ci_upper_months"])
            cells[_month(mean["horizon_months"])] = (
                with_interval(mean["restricted_mean_months"], *limits)
                if mean["restricted_mean_months"] is not None
                else mean["status"]
            )
        lines.append(
            Line(
                cells,
                cautions=cautions_of(row),
                analysis_id=row["analysis_id"],
                rows=taken_from("restricted_means", part.to_dicts()),
            )
        )
    ci = _ci(frame)
    columns = [
        Column(_FIRST, "Endpoint", is_text=True),
        Column("n", "n / events"),
        *(Column(_month(h), f"to {decimal_places(h)} mo", f"Mean, mo ({ci})") for h in horizons),
    ]
    return Table(
        "restricted_means",
        "Restricted mean survival time",
        columns,
        lines,
        notes=[
            "Restricted mean: area under the survival curve up to the horizon; it does not "
            "assume proportional hazards."
        ],
    )


def plateau_table(bi: Bi) -> Table | None:
    """How flat each curve is between two months, and the fraction a cure model finds."""
    lines = []
    for row in bi["plateau"].to_dicts():
        name = row["analysis_label"]
        cure = [row[f"cured_{key}percent"] for key in ("", "ci_lower_", "ci_upper_")]
        cells = {
            _FIRST: (f"{name}: {row['stratum_label']}" if row["strata_label"] else name)
            + since(row),
            "between": " to ".join(
                decimal_places(row[name]) for name in ("from_months", "to_months")
            ),
            "from": f"{percent(row['event_free_from_percent'])}; {whole(row['n_risk_from'])}",
            "to": f"{percent(row['event_free_to_percent'])}; {whole(row['n_risk_to'])}",
            "change": decimal(row["change_points"]),
            "events": whole(row["n_event_between"]),
            "cured": with_interval(*cure) if cure[0] is not None else row["cure_status"] or UNKNOWN,
        }
        lines.append(
            Line(
                cells,
                cautions=cautions_of(row),
                analysis_id=row["analysis_id"],
                rows=(("plateau", row),),
            )
        )
    columns = [
        Column(_FIRST, "Endpoint", is_text=True),
        Column("between", "Months"),
        Column("from", "At the start; at risk"),
        Column("to", "At the end; at risk"),
        Column("change", "Change, points"),
        Column("events", "Events between"),
        Column("cured", "Cure fraction, % (CI)"),
    ]
    notes = [
        "Cure fraction: Weibull mixture model; its reliability depends on the length of follow-up.",
    ]
    return Table("plateau", "Plateaus and cure fractions", columns, lines, notes)


def group_tests_table(bi: Bi) -> Table | None:
    """Whether groups differ, test by test."""
    has_pairs = bi["group_tests"]["p_adjusted"].is_not_null().any()
    lines = [
        Line(
            {
                _FIRST: row["analysis_label"],
                "compared": row["compared_label"],
                "test": row["test_label"],
                "strata": _strata(row),
                "n": f"{whole(row['n'])} / {whole(row['n_event'])}",
                "missing": whole(row["n_missing"]),
                "chi_square": decimal(row["chi_square"], 2),
                "df": whole(row["df"]),
                "p": p_value(row["p_value"]) if row["status"] == "ok" else row["status"],
                **({"adjusted": p_value(row["p_adjusted"])} if has_pairs else {}),
            },
            cautions=cautions_of(row),
            analysis_id=row["analysis_id"],
            rows=(("group_tests", row),),
        )
        for row in bi["group_tests"].to_dicts()
    ]
    columns = [
        Column(_FIRST, "Analysis", is_text=True),
        Column("compared", "Compared", is_text=True),
        Column("test", "Test", is_text=True),
        Column("strata", "Stratified by: strata", is_text=True),
        Column("n", "n / events"),
        Column("missing", "Missing"),
        Column("chi_square", "Chi-square"),
        Column("df", "df"),
        Column("p", "P"),
    ]
    notes = [
        "Missing: patients excluded because their group, or a factor that forms the strata, is "
        "unknown."
    ]
    if has_pairs:
        columns.append(Column("adjusted", "Adjusted P"))
        notes.append("Adjusted P: of a pair of groups, for the number of pairs, by Holm's method.")
    return Table("group_tests", "Tests between groups", columns, lines, notes)


def _strata(row: Row) -> str:
    """The factors that form the strata of a test, and how many strata have patients."""
    label = row["stratified_by_label"]
    return f"{label}: {whole(row['n_strata'])}" if label else ""


def _follow_up(row: Row) -> str:
    if row["follow_up_median_months"] is None:
        return UNKNOWN
    limits = (row["follow_up_min_months"], row["follow_up_max_months"])
    return f"{decimal(row['follow_up_median_months'])} ({interval(*limits)})"


def _is_few(row: Row) -> bool:
    return row["n_risk"] is not None and row["n_risk"] < FEW_AT_RISK


def _month(month: float) -> str:
    return f"month_{month:g}"


def _ci(frame: pl.DataFrame) -> str:
    """The name of the intervals of a table."""
    return confidence(next(iter(frame["conf_level"].drop_nulls().to_list()), None))
