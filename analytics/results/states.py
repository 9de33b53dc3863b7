"""Multi-state analyses: how likely each state is, how long it lasts, and who moves where."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import polars as pl

from analytics.methods import statuses
from analytics.methods.multi_state import (
    can_still_move,
    state_occupancy,
    time_in_states,
    transition_probabilities,
)
from analytics.methods.state_course import StateCourse, state_course
from analytics.methods.statuses import OK, not_estimable
from analytics.methods.transition_hazard import last_at_risk, transition_hazards
from analytics.results.clock import in_days, in_months
from analytics.results.frames import frame_of_rows
from analytics.results.marts import Marts
from analytics.results.statuses import BEYOND
from analytics.results.strata import ALL, UNKNOWN
from analytics.study.specification import Analysis, Parameters, StudySpecification

Row = dict[str, Any]
Rows = Iterator[Row]

_TABLES: Final = (
    "state_occupancy",
    "state_probability",
    "state_time",
    "state_transition",
    "transition_hazard_curve",
    "transition_hazard",
    "transition_probability",
)


def state_frames(
    study: StudySpecification, analysis: Analysis, marts: Marts
) -> dict[str, pl.DataFrame]:
    """The tables of one multi-state analysis, by name.

    A stratum of nobody, or of one subject, keeps its rows with a status and no estimate. A
    probability is NULL past the last observation, unless nobody could still move.
    """
    rows: dict[str, list[Row]] = {name: [] for name in _TABLES}
    parameters = study.parameters
    sums = {one.name: one.states for one in analysis.sums}
    for stratum, course in courses(study, analysis, marts).items():
        labels = {"analysis_id": analysis.analysis_id, "stratum": stratum}
        status = _status(course)
        occupancy = state_occupancy(
            course,
            conf_level=parameters.conf_level,
            ci_transform=parameters.ci_transform,
            sums=sums,
        )
        rows["state_occupancy"] += _occupancy_rows(occupancy, labels, status, analysis, parameters)
        rows["state_probability"] += _probability_rows(
            occupancy, course, labels, status, analysis, parameters
        )
        rows["state_time"] += _time_rows(course, labels, analysis, parameters)
        rows["state_transition"] += _transition_rows(course, labels, parameters)
        hazards = transition_hazards(
            course, conf_level=parameters.conf_level, ci_transform=parameters.ci_transform
        )
        rows["transition_hazard_curve"] += _hazard_curve_rows(hazards, labels, status, parameters)
        rows["transition_hazard"] += _hazard_rows(
            hazards, course, labels, status, analysis, parameters
        )
        rows["transition_probability"] += _from_a_month_rows(course, labels, analysis, parameters)
    return {name: frame_of_rows(name, table) for name, table in rows.items()}


def courses(
    study: StudySpecification, analysis: Analysis, marts: Marts
) -> Mapping[str, StateCourse]:
    """Stratum -> the course of its subjects; every level of the factor, `unknown` last."""
    moves = marts.state_moves.filter(pl.col("analysis_id") == analysis.analysis_id)
    found = set(moves["stratum"].unique())
    strata = [ALL] if analysis.strata is None else list(study.levels_of(analysis.strata))
    strata += [UNKNOWN] if UNKNOWN in found and UNKNOWN not in strata else []
    return {stratum: _course(analysis, moves, stratum) for stratum in strata}


def _course(analysis: Analysis, moves: pl.DataFrame, stratum: str) -> StateCourse:
    rows = moves.filter(pl.col("stratum") == stratum).sort("day", "from_state", "to_state")
    begin = rows.filter(pl.col("from_state").is_null())
    initial = dict(zip(begin["to_state"], begin["n"], strict=True))
    states = tuple(dict.fromkeys(state.state for state in analysis.states))
    return state_course(
        states,
        initial,
        rows.filter(pl.col("from_state").is_not_null()).select(
            "from_state", "to_state", "n", time="day"
        ),
    )


def _status(course: StateCourse) -> str:
    total = int(course.initial.sum())
    if total == 0:
        return not_estimable(statuses.NO_SUBJECTS)
    return OK if total > 1 else not_estimable(statuses.ONE_SUBJECT)


def _occupancy_rows(
    occupancy: pl.DataFrame, labels: Row, status: str, analysis: Analysis, parameters: Parameters
) -> Rows:
    sums = _names_of_sums(analysis)
    for row in occupancy.iter_rows(named=True):
        yield {
            **labels,
            "is_sum": row["state"] in sums,
            **_shown(row, status),
            "time_days": row["time"],
            "time_months": in_months(row["time"], parameters),
            "status": status,
        }


def _probability_rows(  # noqa: PLR0913, PLR0917 - what a row is made of
    occupancy: pl.DataFrame,
    course: StateCourse,
    labels: Row,
    status: str,
    analysis: Analysis,
    parameters: Parameters,
) -> Rows:
    """The step values at the months of the plan, with the number in the state just before."""
    is_open = can_still_move(course)
    n = int(course.initial.sum())
    sums = _names_of_sums(analysis)
    for months, days in zip(
        analysis.landmarks_months, in_days(analysis.landmarks_months, parameters), strict=True
    ):
        beyond = status == OK and days > course.time[-1] and is_open
        row_status = not_estimable(BEYOND) if beyond else status
        held = (
            occupancy.filter(pl.col("time") <= days).group_by("state", maintain_order=True).last()
        )
        at_risk = _n_in_states(course, days, analysis)
        for row in held.iter_rows(named=True):
            yield {
                **labels,
                **_shown(row, row_status),
                "is_sum": row["state"] in sums,
                "n": n,
                "n_risk": at_risk[row["state"]],
                "time_months": months,
                "status": row_status,
            }


def _names_of_sums(analysis: Analysis) -> set[str]:
    return {one.name for one in analysis.sums}


def _n_in_states(course: StateCourse, days: float, analysis: Analysis) -> dict[str, int]:
    """How many are in each state or sum, and still observed, just before a day."""
    place = int(np.searchsorted(course.time, days, side="left"))
    if place < len(course.time):
        numbers = course.n_risk[place]
    else:
        change = course.moves[-1].sum(axis=0) - course.moves[-1].sum(axis=1) - course.left[-1]
        numbers = course.n_risk[-1] + change
    found = {state: int(number) for state, number in zip(course.states, numbers, strict=True)}
    return found | {one.name: sum(found[state] for state in one.states) for one in analysis.sums}


def _time_rows(
    course: StateCourse, labels: Row, analysis: Analysis, parameters: Parameters
) -> Rows:
    horizons = in_days(analysis.restricted_mean_months, parameters)
    sums = {one.name: one.states for one in analysis.sums}
    for months, days in zip(analysis.restricted_mean_months, horizons, strict=True):
        for time in time_in_states(
            course, horizon=days, conf_level=parameters.conf_level, sums=sums
        ):
            yield {
                **labels,
                "state": time.state,
                "is_sum": time.state in sums,
                "horizon_months": months,
                "n": int(course.initial.sum()),
                "mean_months": in_months(time.estimate, parameters),
                "std_error": in_months(time.std_error, parameters),
                "ci_lower": in_months(time.ci_lower, parameters),
                "ci_upper": in_months(time.ci_upper, parameters),
                "status": time.status,
            }


def _transition_rows(course: StateCourse, labels: Row, parameters: Parameters) -> Rows:
    """Each move that somebody made; of those who were ever in the state it leads from."""
    moved = course.moves.sum(axis=0)
    ever = course.initial + moved.sum(axis=0)
    days = (course.n_risk[1:] * np.diff(course.time)[:, None]).sum(axis=0)
    for origin, target in np.argwhere(moved > 0):
        yield {
            **labels,
            "from_state": course.states[origin],
            "to_state": course.states[target],
            "n": int(ever[origin]),
            "n_moved": int(moved[origin, target]),
            "months_in_state": in_months(float(days[origin]), parameters),
            "status": OK,
        }


def _hazard_curve_rows(
    hazards: pl.DataFrame, labels: Row, status: str, parameters: Parameters
) -> Rows:
    for row in hazards.iter_rows(named=True):
        yield {
            **labels,
            **_shown(row, status),
            "time_days": row["time"],
            "time_months": in_months(row["time"], parameters),
            "status": status,
        }


def _hazard_rows(  # noqa: PLR0913, PLR0917 - what a row is made of
    hazards: pl.DataFrame,
    course: StateCourse,
    labels: Row,
    status: str,
    analysis: Analysis,
    parameters: Parameters,
) -> Rows:
    """The cumulative hazards at the months of the plan; unknown when nobody is at risk any more."""
    known_until = last_at_risk(course)
    moves = hazards.select("from_state", "to_state").unique(maintain_order=True)
    for months, days in zip(
        analysis.landmarks_months, in_days(analysis.landmarks_months, parameters), strict=True
    ):
        at_risk = _n_in_states(course, days, analysis)
        for move in moves.iter_rows(named=True):
            held = hazards.filter(pl.col("time") <= days, **move)
            until = known_until[move["from_state"]]
            is_known = until is not None and days <= until
            row_status = status if is_known or status != OK else not_estimable(BEYOND)
            yield {
                **labels,
                **_shown(held.row(-1, named=True), row_status),
                "n": int(course.initial.sum()),
                "n_risk": at_risk[move["from_state"]],
                "n_moved": held["n_moved"].sum(),
                "time_months": months,
                "status": row_status,
            }


def _from_a_month_rows(
    course: StateCourse, labels: Row, analysis: Analysis, parameters: Parameters
) -> Rows:
    """The later landmarks of those who are in a state at a month of `from_months`."""
    starts = in_days(analysis.from_months, parameters)
    sums = {one.name: one.states for one in analysis.sums}
    for from_months, start in zip(analysis.from_months, starts, strict=True):
        months = [month for month in analysis.landmarks_months if month > from_months]
        days = in_days(months, parameters)
        month_of = dict(zip(days, months, strict=True))
        found = transition_probabilities(
            course,
            start=start,
            times=days,
            conf_level=parameters.conf_level,
            ci_transform=parameters.ci_transform,
            sums=sums,
        )
        for row in found.iter_rows(named=True):
            yield {
                **labels,
                **_shown(row, row["status"]),
                "from_months": from_months,
                "time_months": month_of[row["time"]],
                "is_sum": row["to_state"] in sums,
                "n_given": row["n_risk"],
            }


def _shown(row: Row, status: str) -> Row:
    numbers = ("estimate", "std_error", "ci_lower", "ci_upper")
    return {
        name: None if name in numbers and status != OK else value
        for name, value in row.items()
        if name != "time"
    }
