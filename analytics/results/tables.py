"""The descriptive tables: baseline characteristics and clinical outcomes by group."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from analytics.methods.descriptives import count_percent, percent, summary_statistics
from analytics.methods.proportions import exact_limits
from analytics.methods.statuses import NO_SUBJECTS, OK, not_estimable
from analytics.results.frames import frame_of_rows
from analytics.results.marts import Marts
from analytics.results.outcome_differences import outcome_difference_rows
from analytics.results.statuses import NO_VALUES, ONE_VALUE
from analytics.results.strata import UNKNOWN
from analytics.study.specification import (
    Analysis,
    OutcomeLine,
    Parameters,
    StudySpecification,
    TableCharacteristic,
)

Rows = Iterator[dict[str, Any]]


def baseline_frames(
    study: StudySpecification, analysis: Analysis, marts: Marts
) -> dict[str, pl.DataFrame]:
    """One baseline table: each group's levels with counts, and its statistics.

    Every percentage is of the whole group, unknown included. Levels nobody has are shown
    with 0; `unknown` only when somebody is unknown.
    """
    rows = (
        {"analysis_id": analysis.analysis_id, "group_population": group, **row}
        for group in analysis.groups
        for characteristic in analysis.characteristics
        for row in _characteristic(study, characteristic, marts, marts.members(group))
    )
    return {"baseline_characteristics": frame_of_rows("baseline_characteristics", rows)}


def outcome_frames(
    analysis: Analysis, marts: Marts, parameters: Parameters
) -> dict[str, pl.DataFrame]:
    """One outcomes table: per group and line, the members of the line's population.

    The percentage, with its exact limits, is of the group, or of the group's members in the line's
    denominator. The two groups that the plan compares also have a row per line together.
    """
    rows = (
        {"analysis_id": analysis.analysis_id, "group_population": group, **row}
        for group in analysis.groups
        for row in _outcomes(analysis.lines, marts, marts.members(group), parameters)
    )
    differences = outcome_difference_rows(analysis, marts, parameters)
    return {
        "clinical_outcomes": frame_of_rows("clinical_outcomes", rows),
        "outcome_difference": frame_of_rows("outcome_difference", differences),
    }


def _characteristic(
    study: StudySpecification, wanted: TableCharacteristic, marts: Marts, group: pl.DataFrame
) -> Rows:
    known = marts.factor(wanted.factor)
    factors = group.join(known, on="usubjid", how="left")
    summaries = dict(summary_statistics(factors["value"]).iter_rows())
    for statistic in wanted.statistics:
        named = {"characteristic": wanted.factor, "statistic": statistic}
        if statistic == "count_percent":
            for row in _levels(study, wanted.factor, factors["level"]):
                yield {**named, **row}
        else:
            yield {
                **named,
                "value": summaries[statistic],
                "n": int(summaries["n"]),
                "denominator": group.height,
                "status": _status(summaries, statistic),
            }


def _levels(study: StudySpecification, factor: str, levels: pl.Series) -> Rows:
    """The number with each level, then the unknown, if any."""
    shown: list[str | None] = [*study.levels_of(factor), *([None] if levels.null_count() else [])]
    for row in count_percent(levels, shown).iter_rows(named=True):
        yield {**row, "level": row["level"] or UNKNOWN, "status": _of(row["denominator"])}


def _status(summaries: dict[str, float | None], statistic: str) -> str:
    if summaries[statistic] is not None:
        return OK
    return not_estimable(ONE_VALUE if summaries["n"] else NO_VALUES)


def _outcomes(
    lines: tuple[OutcomeLine, ...], marts: Marts, group: pl.DataFrame, parameters: Parameters
) -> Rows:
    for order, line in enumerate(lines, start=1):
        base = group if line.denominator is None else _both(group, marts, line.denominator)
        with_outcome = _both(base, marts, line.population)
        counts = (with_outcome.height, base.height)
        lower, upper = exact_limits(*counts, conf_level=parameters.conf_level)
        yield {
            "n": with_outcome.height,
            "denominator": base.height,
            "percent": percent(*counts),
            "ci_lower": None if lower is None else 100.0 * lower,
            "ci_upper": None if upper is None else 100.0 * upper,
            "status": _of(base.height),
            **line.model_dump(include={"outcome", "level", "label", "parent", "indent"}),
            "display_order": order,
        }


def _both(group: pl.DataFrame, marts: Marts, population: str) -> pl.DataFrame:
    """The members of the group who are also in the population."""
    return group.join(marts.members(population), on="usubjid", how="semi")


def _of(denominator: int) -> str:
    return OK if denominator else not_estimable(NO_SUBJECTS)
