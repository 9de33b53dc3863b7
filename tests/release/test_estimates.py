"""Medians, rates and hazard ratios of two warehouses, and how far they moved."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from analytics.release.estimates import ESTIMATES, NUMBERS, EstimateMove, moved_estimates
from analytics.results.creation import create_table
from analytics.results.schemas import RESULT_TABLES

Rows = Mapping[str, list[dict[str, object]]]
COUNTS = {"n": 10, "n_event": 5, "status": "ok"}
CURVE = {"analysis_id": "os", "stratum": "all", **COUNTS}
RATE = {**CURVE, "time_months": 24.0, "n_risk": 4}
TERM = {
    "analysis_id": "cox",
    "model": "age",
    "factor": "age",
    "numerator": "old",
    "denominator": "young",
    "timing": "baseline",
    **COUNTS,
}
FINE_GRAY_TERM = {name: value for name, value in TERM.items() if name != "timing"} | {
    "analysis_id": "fg"
}
ANALYSES = [
    {"analysis_id": name, "label": f"Analysis {name}", "method": "m", "display_order": order}
    for order, name in enumerate(("os", "cir", "cox", "fg"), 1)
]


def warehouse(path: Path, rows: Rows) -> Path:
    """A warehouse with these rows in the result tables; a column they do not name is NULL."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema results")
        for name, table in RESULT_TABLES.items():
            create_table(connection, table)
            for column in table.columns:
                connection.execute(f"alter table results.{name} alter {column.name} drop not null")
        for name, lines in {"analysis": ANALYSES, **rows}.items():
            for line in lines:
                columns, marks = ", ".join(line), ", ".join("?" for _ in line)
                connection.execute(
                    f"insert into results.{name} ({columns}) values ({marks})", list(line.values())
                )
    return path


def moved(folder: Path, before: Rows, after: Rows) -> list[EstimateMove]:
    first, second = warehouse(folder / "1.db", before), warehouse(folder / "2.db", after)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{first}' as before (read_only)")
        connection.execute(f"attach '{second}' as after (read_only)")
        return moved_estimates(connection)


def test_every_kind_of_number_is_in_the_list_in_the_units_of_people(tmp_path: Path) -> None:
    path = warehouse(
        tmp_path / "w.db",
        {
            "survival_summary": [{**CURVE, "median_months": 7.5}],
            "survival_rate": [{**RATE, "estimate": 0.25, "ci_lower": 0.2, "ci_upper": 0.3}],
            "cumulative_incidence_rate": [
                {**RATE, "analysis_id": "cir", "event": "event", "estimate": 0.5}
            ],
            "restricted_mean": [{**CURVE, "horizon_months": 36.0, "restricted_mean_months": 13.0}],
            "cox_term": [{**TERM, "hr": 2.0}],
            "fine_gray_term": [{**FINE_GRAY_TERM, "shr": 3.0}],
        },
    )
    with duckdb.connect(str(path)) as connection:
        found = connection.execute(
            "select number, unit, n_risk, value, ci_lower, time_months, contrast "
            f"from ({ESTIMATES.format(release='w')})"
        ).fetchall()
    assert sorted(found, key=lambda row: NUMBERS.index(row[0])) == [
        ("median", "months", None, 7.5, None, None, None),
        ("event-free rate", "percent", 4, 25.0, 20.0, 24.0, None),
        ("incidence", "percent", 4, 50.0, None, 24.0, None),
        ("restricted mean", "months", None, 13.0, None, 36.0, None),
        ("hazard ratio", "ratio", None, 2.0, None, None, "old / young"),
        ("subdistribution hazard ratio", "ratio", None, 3.0, None, None, "old / young"),
    ]


def test_what_did_not_move_is_not_told(tmp_path: Path) -> None:
    rows = {"survival_summary": [{**CURVE, "median_months": 7.5}]}
    assert moved(tmp_path, rows, rows) == []


def test_what_differs_by_rounding_alone_did_not_move(tmp_path: Path) -> None:
    """The same model on another processor; a millionth is a move."""

    def terms(a: float, b: float) -> Rows:
        return {
            "cox_term": [{**TERM, "model": name, "hr": hr} for name, hr in (("a", a), ("b", b))]
        }

    found = moved(tmp_path, terms(3.14, 3.14), terms(3.14 * (1 + 1e-14), 3.14 * (1 + 1e-6)))
    assert [move.model for move in found] == ["b"]


def test_moves_stand_by_kind_and_the_largest_first(tmp_path: Path) -> None:
    """A ratio that halves has moved as far as one that doubles."""

    def terms(**ratios: float) -> Rows:
        return {"cox_term": [{**TERM, "model": name, "hr": hr} for name, hr in ratios.items()]}

    before = {**terms(a=1.0, b=1.0, c=2.0), "survival_summary": [{**CURVE, "median_months": 7.0}]}
    after = {**terms(a=1.9, b=0.5, c=2.2), "survival_summary": [{**CURVE, "median_months": 7.5}]}
    found = moved(tmp_path, before, after)
    assert [(move.number, move.model) for move in found] == [
        ("median", None),
        ("hazard ratio", "b"),
        ("hazard ratio", "a"),
        ("hazard ratio", "c"),
    ]
    assert [move.difference for move in found] == pytest.approx([0.5, -0.5, 0.9, 0.2])


def test_a_number_that_one_release_could_not_estimate_comes_last_with_its_status(
    tmp_path: Path,
) -> None:
    late = {**RATE, "time_months": 36.0}
    status = "not estimable: beyond the last observation"
    found = moved(
        tmp_path,
        {"survival_rate": [{**RATE, "estimate": 0.3}, {**late, "status": status}]},
        {"survival_rate": [{**RATE, "estimate": 0.2}, {**late, "estimate": 0.1}]},
    )
    assert [(move.time_months, move.difference) for move in found] == [
        (24.0, pytest.approx(-10.0)),
        (36.0, None),
    ]
    assert (found[1].status_before, found[1].status_after) == (status, "ok")


def test_a_contrast_that_was_turned_round_is_another_number(tmp_path: Path) -> None:
    turned = {**TERM, "numerator": "young", "denominator": "old"}
    found = moved(
        tmp_path, {"cox_term": [{**TERM, "hr": 2.0}]}, {"cox_term": [{**turned, "hr": 0.5}]}
    )
    assert [(move.contrast, move.before, move.after) for move in found] == [
        ("old / young", 2.0, None),
        ("young / old", None, 0.5),
    ]
    assert found[0].status_after == "not in the later release"
    assert found[1].status_before == "not in the earlier release"
