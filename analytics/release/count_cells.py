"""The published counts and the quantity that each of them is.

What a column counts follows from the row beside it (`analytics.release.count_descriptions`). A
description is taken if its subjects are as many as are published; a count without one is a
quantity of its own, the same in every table of its analysis.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from analytics.release.count_descriptions import Row, bases, counted, descriptions
from analytics.release.kinds import of_kind
from analytics.release.subject_sets import Node, SubjectSets, Who
from analytics.results.schemas import Kind

COUNT_KINDS: Final = (Kind.SUBJECTS, Kind.AT_RISK, Kind.MISSING)
_CURVE: Final = {"analysis_id", "stratum", "time_months", "n_risk"}
_NOT_OF_THE_STUDY: Final = ("weighted", "external")


@dataclass(frozen=True)
class Cell:
    """A count of a published table: where it stands, what it is of, and how many."""

    table: str
    row: int
    column: str
    kind: Kind
    node: Node
    who: Who | None
    value: int


def is_curve_point(row: Row) -> bool:
    """Whether a row is a step of a curve: it has no number of subjects, or says so."""
    return row["point"] == "day" if "point" in row else set(row) >= _CURVE and "n" not in row


def curve_points(frame: pl.DataFrame) -> pl.Expr:
    """The rows of a table that are steps of a curve: they are left out, and not suppressed."""
    if "point" in frame.columns:
        return pl.col("point") == "day"
    return pl.lit(set(frame.columns) >= _CURVE and "n" not in frame.columns)


def count_cells(frames: Mapping[str, pl.DataFrame], sets: SubjectSets) -> list[Cell]:
    """Every count that is not a step of a curve, table by table."""
    cells: list[Cell] = []
    for table, frame in frames.items():
        kinds = {column: kind for kind in COUNT_KINDS for column in of_kind(frame, kind)}
        last = frame["release_order"].max() if "release_order" in frame.columns else None
        for place, row in enumerate(frame.iter_rows(named=True)):
            if not is_curve_point(row):
                is_old = row.get("release_order") != last
                cells += _cells(table, place, row, kinds, None if is_old else sets)
    return cells


def _cells(
    table: str, place: int, row: Row, columns: Mapping[str, Kind], sets: SubjectSets | None
) -> Iterator[Cell]:
    """The counts of a row; without sets, that of an earlier release, each is its own quantity."""
    for column, kind in columns.items():
        value = row[column]
        if value is None or int(value) != value:
            continue
        who = None if sets is None else _who(table, column, row, int(value), sets)
        if who is None or sets is None:
            yield Cell(
                table, place, column, kind, _own(table, column, row, place), None, int(value)
            )
        else:
            yield Cell(table, place, column, kind, sets.node(who), who, int(value))


def _own(table: str, column: str, row: Row, place: int) -> Node:
    """A quantity of its own: the same count of one analysis is one wherever it stands."""
    if row.get("analysis_id") is None or "release_id" in row:
        return ("own", table, column, place)
    if not {"state", "from_state"} & set(row):
        return ("own", row["analysis_id"], column, row[column])
    if column == "n" and "from_state" not in row:
        return ("own", row["analysis_id"], column, row[column])
    to_state = row["to_state"] if column == "n_moved" else None
    state = row.get("from_state", row.get("state"))
    at_months = row.get("from_months") if column == "n_given" else row.get("time_months")
    place_of = (row["analysis_id"], row["stratum"], state, to_state, at_months)
    return ("state", column, *place_of, row[column])


def _who(table: str, column: str, row: Row, value: int, sets: SubjectSets) -> Who | None:
    """The first description with so many subjects."""
    if row.get("stratum") in _NOT_OF_THE_STUDY and "external" in table:
        return None
    for who in descriptions(column, row, sets):
        if sets.bits(who).bit_count() == value:
            return who
    return None


def curve_readings(
    frames: Mapping[str, pl.DataFrame], sets: SubjectSets, months: Iterable[float]
) -> Iterator[tuple[tuple[str, str], float, Who]]:
    """What can be read off each curve: analysis and stratum, a month, and who is at risk then.

    Of curves whose subjects are known; of months on which the curve says as many are at risk.
    """
    wanted = sorted(set(months))
    done: set[tuple[str, str]] = set()
    for frame in frames.values():
        names = set(frame.columns)
        if not names >= _CURVE or names & {"state", "from_state"}:
            continue
        points = frame.filter(
            pl.col("point") == "day"
            if "point" in frame.columns
            else pl.lit("n" not in frame.columns)
        )
        for (analysis, stratum), curve in points.group_by(
            "analysis_id", "stratum", maintain_order=True
        ):
            if (analysis, stratum) in done or stratum in _NOT_OF_THE_STUDY:
                continue
            first = curve.sort("time_months").row(0, named=True)
            row = {"analysis_id": analysis, "stratum": "all" if stratum == "study" else stratum}
            base = _base(row, first["n_risk"], sets)
            if base is not None:
                done.add((str(analysis), str(stratum)))
                times = curve.select("time_months", "n_risk").unique().sort("time_months")
                for month, who in _readings(row, base, times, wanted, sets):
                    yield (str(analysis), str(stratum)), month, who


def _base(row: Row, n: int, sets: SubjectSets) -> Who | None:
    analysis = sets.study.analysis(row["analysis_id"])
    found = bases(analysis, row["stratum"], row, sets)
    return next((base for base in found if sets.bits(base).bit_count() == n), None)


def _readings(
    row: Row, base: Who, times: pl.DataFrame, months: list[float], sets: SubjectSets
) -> Iterator[tuple[float, Who]]:
    analysis = sets.study.analysis(row["analysis_id"])
    for month in months:
        later = times.filter(pl.col("time_months") >= month)
        n_risk = later["n_risk"][0] if later.height else 0
        for more in counted("n_risk", analysis, {**row, "time_months": month}, sets):
            if n_risk and sets.bits(base | more).bit_count() == n_risk:
                yield month, base | more
                break
