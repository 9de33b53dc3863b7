"""The analyses of the plan, from schema bi alone: what is suppressed there is suppressed here."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from analytics.report.elements import Bi, Row, rows_of
from analytics.report.explore.estimates import shortened
from analytics.report.formats import (
    decimal,
    p_phrase,
    percent,
    percent_interval,
    since,
    test_with_strata,
    time_since,
    with_interval,
)

_METHODS: Final = {"kaplan_meier": "survival", "cumulative_incidence": "incidence"}


def planned(bi: Bi) -> list[dict[str, Any]]:
    """Every curve of the plan: id, label, its words, and the answer as the page reads it."""
    return [
        {
            "id": row["analysis_id"],
            "label": row["analysis_label"],
            "endpoint": row["endpoint_label"],
            "population": row["population_label"],
            "axis": time_since(row),
            "caution": row["caution"],
            "labels": _labels(bi, row["analysis_id"]),
            "answer": _ANSWERS[row["method"]](bi, row["analysis_id"]),
        }
        for row in bi["analyses"].iter_rows(named=True)
        if row["method"] in _METHODS
    ]


def _labels(bi: Bi, name: str) -> dict[str, str]:
    """What the events of an incidence are called; none of a survival curve."""
    own = bi["relapse_incidence"].filter(pl.col("analysis_id") == name)
    return dict(own.select("event", "event_label").unique(maintain_order=True).iter_rows())


def _survival(bi: Bi, name: str) -> dict[str, Any]:
    curves = bi["survival_curves"].filter(pl.col("analysis_id") == name)
    rates = bi["event_free_rates"].filter(pl.col("analysis_id") == name)
    months = sorted(set(rates["time_months"]))
    return {
        "kind": "survival",
        "months": months,
        "groups": [
            {
                **_group(row, curves.filter(pl.col("stratum") == row["stratum"]).sort("time_days")),
                "median": _median(row),
                "rates": [
                    _rate(rows_of(rates, stratum=row["stratum"], time_months=month), "event_free")
                    for month in months
                ],
            }
            for row in rows_of(bi["endpoint_summary"], analysis_id=name)
        ],
        "tests": _tests(bi, name),
    }


def _incidence(bi: Bi, name: str) -> dict[str, Any]:
    points = bi["relapse_incidence"].filter(pl.col("analysis_id") == name)
    landmarks = points.filter(pl.col("point") == "landmark")
    months = sorted(set(landmarks["time_months"]))
    strata = points.select("stratum", "stratum_label", "stratum_order").unique()
    return {
        "kind": "incidence",
        "months": months,
        "groups": [
            _incidence_group(points, row, months)
            for row in strata.sort("stratum_order", "stratum").to_dicts()
        ],
        "tests": _tests(bi, name),
    }


_ANSWERS: Final = {"kaplan_meier": _survival, "cumulative_incidence": _incidence}


def _group(row: Row, curve: pl.DataFrame) -> dict[str, Any]:
    return {
        "label": row["stratum_label"] + since(row),
        "n": row["n"],
        "events": row["n_event"],
        "month": shortened(curve["time_months"]),
        "risk": curve["n_risk"].to_list(),
        "n_event": curve["n_event"].to_list(),
        "n_censored": curve["n_censored"].to_list(),
        "estimate": shortened(curve["survival_percent"]),
        "ci_lower": shortened(curve["ci_lower_percent"]),
        "ci_upper": shortened(curve["ci_upper_percent"]),
    }


def _incidence_group(points: pl.DataFrame, row: Row, months: Sequence[float]) -> dict[str, Any]:
    own = points.filter(pl.col("stratum") == row["stratum"])
    days = own.filter(pl.col("point") == "day").sort("time_months")
    landmarks = own.filter(pl.col("point") == "landmark")
    found: dict[str, Any] = {"label": row["stratum_label"] + since(own.row(0, named=True))}
    for event, prefix in (("event", ""), ("competing", "competing_")):
        curve = days.filter(pl.col("event") == event)
        rates = landmarks.filter(pl.col("event") == event)
        first = rates.row(0, named=True) if rates.height else {"n": None, "n_event": None}
        if event == "event":
            found |= {
                "n": first["n"],
                "events": first["n_event"],
                "month": shortened(curve["time_months"]),
                "risk": curve["n_risk"].to_list(),
            }
        else:
            found["competing"] = first["n_event"]
        found |= {
            f"{prefix}rates": [_rate(rows_of(rates, time_months=m), "incidence") for m in months],
            f"{prefix}estimate": shortened(curve["incidence_percent"]),
            f"{prefix}ci_lower": shortened(curve["ci_lower_percent"]),
            f"{prefix}ci_upper": shortened(curve["ci_upper_percent"]),
        }
    return found


def _median(row: Row) -> str:
    numbers = [row[f"median_{name}"] for name in ("months", "ci_lower", "ci_upper")]
    if numbers[0] is None and numbers[1] is None:
        status = str(row["status"])
        return status if status.startswith("suppressed") else "not reached"
    return with_interval(*numbers)


def _rate(rows: Sequence[Mapping[str, Any]], what: str) -> str:
    if not rows or rows[0][f"{what}_percent"] is None:
        return "-"
    row = rows[0]
    shown = percent(row[f"{what}_percent"])
    limits = (row["ci_lower_percent"], row["ci_upper_percent"])
    return shown if None in limits else f"{shown} ({percent_interval(*limits)})"


def _tests(bi: Bi, name: str) -> list[dict[str, str]]:
    return [
        {
            "test": f"{test_with_strata(row)}, {row['compared_label']}",
            "result": row["status"]
            if row["p_value"] is None
            else f"{p_phrase(row['p_value'])} (chi-square {decimal(row['chi_square'], 2)}, "
            f"{row['df']} df)",
        }
        for row in rows_of(bi["group_tests"], analysis_id=name)
    ]
