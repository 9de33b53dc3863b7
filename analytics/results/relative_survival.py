"""Relative survival: curves, landmarks and excess mortality beside a life table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from analytics.methods.population_mortality import (
    PopulationMortality,
    Subjects,
    outside_of_table,
)
from analytics.methods.relative_survival import excess_mortality, relative_survival
from analytics.methods.statuses import NO_SUBJECTS, OK, not_estimable
from analytics.results.clock import in_days, in_months
from analytics.results.frames import frame_of_rows
from analytics.results.marts import Marts
from analytics.results.statuses import BEYOND
from analytics.results.strata import ALL, UNKNOWN
from analytics.study.cautions import join_cautions, life_table_caution
from analytics.study.specification import Analysis, LifeTable, Parameters, StudySpecification

Row = dict[str, Any]

MONTHS_PER_YEAR: Final = 12
_NUMBERS: Final = ("observed", "expected", "net", "std_error", "ci_lower", "ci_upper")


@dataclass(frozen=True)
class _Stratum:
    """Who is followed in a stratum; `n_missing` subjects lack an age, a group or the origin."""

    subjects: Subjects
    n_missing: int


def relative_survival_frames(
    study: StudySpecification, analysis: Analysis, marts: Marts
) -> dict[str, pl.DataFrame]:
    """The tables of one analysis, stratum by stratum; a number that is not estimable is NULL.

    The date of the origin places a subject in a calendar year of the life table, and goes no
    further than this: the tables hold days since the origin only.
    """
    assert analysis.life_table is not None
    mortality = _mortality(analysis.life_table)
    rates, curves, excess = list[Row](), list[Row](), list[Row]()
    for name, stratum in _strata(study, analysis, marts).items():
        row = _row(analysis, name, stratum, mortality)
        found = relative_survival(
            mortality,
            stratum.subjects,
            conf_level=study.parameters.conf_level,
            further=in_days(analysis.landmarks_months, study.parameters),
        )
        rates += _rates(row, stratum, found, analysis, study.parameters)
        curves += _curve(row, stratum, found, study.parameters)
        excess += _excess(row, stratum, mortality, analysis, study.parameters)
    return {
        "relative_survival_curve": frame_of_rows("relative_survival_curve", curves),
        "relative_survival_rate": frame_of_rows("relative_survival_rate", rates),
        "excess_mortality": frame_of_rows("excess_mortality", excess),
    }


def _mortality(table: LifeTable) -> PopulationMortality:
    hazard = np.array(list(table.hazards.values()), dtype=np.float64)
    return PopulationMortality(hazard, table.first_age, table.first_year)


def _strata(study: StudySpecification, analysis: Analysis, marts: Marts) -> dict[str, _Stratum]:
    """The levels in their order, those of nobody too; `unknown` comes last if anybody is."""
    frame = _followed(analysis, marts)
    levels = [ALL] if analysis.strata is None else list(study.levels_of(analysis.strata))
    if UNKNOWN in frame["stratum"] and UNKNOWN not in levels:
        levels.append(UNKNOWN)
    return {level: _stratum(frame.filter(stratum=level), analysis) for level in levels}


def _followed(analysis: Analysis, marts: Marts) -> pl.DataFrame:
    """A row per subject of the population with the endpoint: stratum, time, event, life table."""
    assert analysis.life_table is not None and analysis.population is not None
    frame = (
        marts.time_to_event.filter(paramcd=analysis.endpoint)
        .join(marts.members(analysis.population), on="usubjid", how="semi")
        .select("usubjid", "startdt", "aval", "event_code")
    )
    age = marts.subject_factors.filter(factor=analysis.life_table.age)
    frame = frame.join(age.select("usubjid", age="value"), on="usubjid", how="left")
    factors = [factor for _, factor in analysis.life_table.groups]
    columns = [f"group {position}" for position in range(len(factors))]
    wanted = {"stratum": analysis.strata, **dict(zip(columns, factors, strict=True))}
    for column, factor in wanted.items():
        if factor is None:
            frame = frame.with_columns(pl.lit(ALL).alias(column))
            continue
        known = marts.subject_factors.filter(pl.col("factor") == factor)
        levels = known.select("usubjid", pl.col("level").alias(column))
        frame = frame.join(levels, on="usubjid", how="left")
    groups = {group: place for place, group in enumerate(analysis.life_table.hazards)}
    place = [groups.get(values) for values in frame.select(columns).iter_rows()]
    return frame.with_columns(
        pl.col("stratum").fill_null(UNKNOWN), pl.Series("group", place, dtype=pl.Int64)
    )


def _stratum(frame: pl.DataFrame, analysis: Analysis) -> _Stratum:
    """The subjects in an order of their values, so that their names decide no last digit."""
    known = frame.drop_nulls(["startdt", "age", "group"])
    known = known.sort("aval", "event_code", "age", "startdt", "group")
    return _Stratum(
        Subjects(
            time=known["aval"].to_numpy(),
            event=(known["event_code"] == 1).cast(pl.Int64).to_numpy(),
            age=known["age"].to_numpy(),
            origin=known["startdt"].cast(pl.Int32).cast(pl.Int64).to_numpy(),
            group=known["group"].to_numpy(),
        ),
        frame.height - known.height,
    )


def _row(analysis: Analysis, name: str, stratum: _Stratum, mortality: PopulationMortality) -> Row:
    outside = outside_of_table(mortality, stratum.subjects)
    return {
        "analysis_id": analysis.analysis_id,
        "stratum": name,
        "n": len(stratum.subjects.time),
        "n_missing": stratum.n_missing,
        "caution": join_cautions(analysis.caution, life_table_caution(*outside)),
    }


def _rates(
    row: Row, stratum: _Stratum, found: pl.DataFrame, analysis: Analysis, parameters: Parameters
) -> Iterator[Row]:
    days = in_days(analysis.landmarks_months, parameters)
    row = {**row, "n_event": int(stratum.subjects.event.sum())}
    for month, day in zip(analysis.landmarks_months, days, strict=True):
        here = found.filter(pl.col("time") == day)
        status = OK if here.height else not_estimable(BEYOND if row["n"] else NO_SUBJECTS)
        at = here.row(0, named=True) if here.height else {}
        yield {
            **row,
            "time_months": month,
            "n_risk": at.get("n_risk", 0),
            **{name: at.get(name) for name in _NUMBERS},
            "status": status,
        }


def _curve(
    row: Row, stratum: _Stratum, found: pl.DataFrame, parameters: Parameters
) -> Iterator[Row]:
    """Day 0 and the days on which a subject leaves; the landmarks are no points of the curve."""
    own = found.filter(pl.col("time").is_in([0.0, *stratum.subjects.time.tolist()]))
    for point in own.iter_rows(named=True):
        yield {
            "analysis_id": row["analysis_id"],
            "stratum": row["stratum"],
            "time_days": point["time"],
            "time_months": in_months(point["time"], parameters),
            "n_risk": point["n_risk"],
            "n_event": point["n_event"],
            **{name: point[name] for name in _NUMBERS},
        }


def _excess(
    row: Row,
    stratum: _Stratum,
    mortality: PopulationMortality,
    analysis: Analysis,
    parameters: Parameters,
) -> Iterator[Row]:
    """The whole follow-up first, then the intervals that the months of the analysis part."""
    months = analysis.excess_mortality_months
    bounds: list[tuple[float, float | None]] = [(0.0, None)]
    if months:
        bounds += list(zip((0.0, *months), (*months, None), strict=True))
    year = MONTHS_PER_YEAR * parameters.days_per_month
    for order, (start, end) in enumerate(bounds, start=1):
        found = excess_mortality(
            mortality,
            stratum.subjects,
            after=in_days([start], parameters)[0],
            until=None if end is None else in_days([end], parameters)[0],
            conf_level=parameters.conf_level,
        )
        yield {
            **row,
            "interval_order": order,
            "from_months": start,
            "to_months": end,
            "n_event": found.n_event,
            "n_expected": found.expected,
            "patient_years": found.days_at_risk / year,
            "excess_rate": _times(found.excess, year),
            "excess_ci_lower": _times(found.excess_ci_lower, year),
            "excess_ci_upper": _times(found.excess_ci_upper, year),
            "smr": found.smr,
            "smr_ci_lower": found.smr_ci_lower,
            "smr_ci_upper": found.smr_ci_upper,
            "status": found.status,
        }


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
