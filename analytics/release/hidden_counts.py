"""Which counts of a release are hidden: the small ones, and those from which they can be computed.

Curves tell counts too: how many are at risk, and all events together. A curve is not shown where a
number that it tells is hidden.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import duckdb
import polars as pl

from analytics.release.count_cells import Cell, count_cells, curve_readings
from analytics.release.count_relations import relations_of
from analytics.release.secondary_suppression import Interval, Problem, further_hidden
from analytics.release.subject_sets import Node, SubjectSets
from analytics.results.headline_numbers import shown_curves
from analytics.results.schemas import Kind
from analytics.study.specification import Publication, StudySpecification

Frames = Mapping[str, pl.DataFrame]
Curve = tuple[str, str]
Span = tuple[Curve, float, float | None]

OF_MODELS: Final = frozenset(
    {
        "cure_terms",
        "forest",
        "group_tests",
        "joint_tests",
        "pooling_heterogeneity",
        "proportional_hazards",
        "selection_steps",
        "subdistribution_hazards",
        "subgroups",
    }
)
"""Tables whose estimates do not tell how many subjects they are of: they outlast a hidden n."""
_OF_CURVES: Final = {
    "n": "stratum",
    "n_event": "stratum",
    "n_competing": "stratum",
    "n_reference": "reference_stratum",
    "n_event_reference": "reference_stratum",
}
_EVERY_MONTHS: Final = 3
_COST_OF_ESTIMATES: Final = 3.0
_COST_OF_READING: Final = 20.0
_COST_OF_CURVE: Final = 200.0
_OF_HEADLINE: Final = 10
_COST_OF_ALL: Final = 1000.0
_NOWHERE: Final = -1.0


@dataclass(frozen=True)
class HiddenCounts:
    """The quantities that are hidden, and the month from which each curve is.

    `told`: quantities that are shown though they are small, as a shown curve tells them.
    """

    sets: SubjectSets
    nodes: frozenset[Node]
    told: frozenset[Node]
    ends: Mapping[Curve, float] = field(default_factory=dict)

    def cells(self, frames: Frames) -> Iterator[Cell]:
        """The counts of these tables that are hidden."""
        return (cell for cell in count_cells(frames, self.sets) if cell.node in self.nodes)

    def told_cells(self, frames: Frames) -> Iterator[Cell]:
        """The small counts of these tables that a shown curve tells anyway."""
        return (cell for cell in count_cells(frames, self.sets) if cell.node in self.told)


def bound_of(kind: Kind, publication: Publication) -> int:
    """The smallest count of a kind that is shown beside zero."""
    return publication.at_risk_bound if kind == Kind.AT_RISK else publication.cell_bound


def hidden_counts(
    study: StudySpecification, connection: duckdb.DuckDBPyConnection, frames: Frames
) -> HiddenCounts:
    """Decide over all tables together what is hidden of a built study.

    Raises BuildError when the solver fails.
    """
    publication = study.publication
    bound = publication.at_risk_bound
    sets = SubjectSets(study, connection, bound)
    cells = count_cells(frames, sets)
    readings = list(curve_readings(frames, sets, _months(frames)))
    relations = relations_of(cells, [who for *_, who in readings], frames, sets)
    bounds: dict[Node, int] = {}
    for cell in cells:
        bounds[cell.node] = max(bounds.get(cell.node, 1), bound_of(cell.kind, publication))
    read: dict[Node, list[tuple[Curve, float]]] = defaultdict(list)
    for curve, month, who in readings:
        read[sets.node(who)].append((curve, month))
        bounds[sets.node(who)] = bound
    intervals = _intervals(cells, frames)
    costs = _costs(cells, read, intervals, frames, study)
    small = [node for node, least in bounds.items() if 1 <= relations.values[node] < least]
    elsewhere = Counter(cell.node for cell in cells)
    told = frozenset(node for node, found in intervals.items() if len(found) == elsewhere[node])
    while True:
        protected = [node for node in small if node not in told]
        problem = Problem(
            replace(relations, fixed=relations.fixed | told),
            costs,
            {node: _interval(bounds[node]) for node in protected},
            dict.fromkeys(bounds, 1),
        )
        nodes = frozenset([*protected, *further_hidden(problem)])
        ends = _ends(nodes, cells, readings, intervals, frames, sets)
        still = frozenset(node for node in told if _is_told(intervals[node], ends))
        if still == told:
            return HiddenCounts(sets, nodes, told, ends)
        told = still


def _intervals(cells: list[Cell], frames: Frames) -> dict[Node, list[Span]]:
    """The events of a curve between two months: the curve, the months, whether it is the last."""
    found: dict[Node, list[Span]] = defaultdict(list)
    for cell in cells:
        row = frames[cell.table].row(cell.row, named=True)
        if cell.column not in {"n_event", "n_event_between"} or "from_months" not in row:
            continue
        if cell.who is None or not any(atom[0] == "within" for atom in cell.who):
            continue
        curve = str(row["analysis_id"]), str(row["stratum"])
        found[cell.node].append((curve, row["from_months"] or 0.0, row["to_months"]))
    return found


def _is_told(places: list[Span], ends: Mapping[Curve, float]) -> bool:
    """Whether a shown curve tells the events of an interval, of the last one by what is left."""
    return any(
        curve not in ends or ends[curve] >= (first if last is None else last)
        for curve, first, last in places
    )


def _months(frames: Frames) -> set[float]:
    """The months on which numbers at risk are compared: those of the tables, and a grid."""
    found: set[float] = set()
    last = 0.0
    for frame in frames.values():
        if {"n_risk", "time_months"} <= set(frame.columns):
            months = frame["time_months"].drop_nulls()
            last = max(last, float(months.max() or 0))  # type: ignore[arg-type]
            if "n" in frame.columns:
                found.update(frame.filter(pl.col("n").is_not_null())["time_months"].drop_nulls())
    return found | {float(month) for month in range(0, int(last) + 1, _EVERY_MONTHS)}


def _interval(bound: int) -> Interval:
    """The values of a hidden small count that must stay possible."""
    return (1.0, float(bound - 1))


def _costs(
    cells: list[Cell],
    read: Mapping[Node, list[tuple[Curve, float]]],
    intervals: Mapping[Node, list[Span]],
    frames: Frames,
    study: StudySpecification,
) -> dict[Node, float]:
    """What a reader loses with a count: the numbers beside it, and the curves that tell it."""
    costs: dict[Node, float] = defaultdict(float)
    main = {one.analysis_id: _OF_HEADLINE for one in shown_curves(study)}
    for cell in cells:
        costs[cell.node] += 1.0 if cell.table in OF_MODELS else _COST_OF_ESTIMATES
        curve = _curve_of(cell, frames)
        if curve is not None:
            costs[cell.node] += _COST_OF_CURVE * main.get(curve[0], 1)
        if cell.table == "about" or (cell.table, cell.value) == ("populations", _n_all(frames)):
            costs[cell.node] += _COST_OF_ALL
    for node, places in intervals.items():
        costs[node] += sum(_COST_OF_CURVE * main.get(name, 1) for (name, _), _, _ in places)
    for node, curves in read.items():
        costs[node] += _COST_OF_READING * sum(main.get(name, 1) for (name, _), _ in curves)
    return {node: cost + place * 1e-6 for place, (node, cost) in enumerate(costs.items())}


def _n_all(frames: Frames) -> int | None:
    return frames["about"]["n_subjects"][0] if "about" in frames else None


def _curve_of(cell: Cell, frames: Frames) -> Curve | None:
    """The curve whose subjects or events a count is of."""
    frame = frames[cell.table]
    column = _OF_CURVES.get(cell.column)
    if column is None or column not in frame.columns or "interval_order" in frame.columns:
        return None
    row = frame.row(cell.row, named=True)
    return str(row["analysis_id"]), str(row[column])


def _ends(
    nodes: frozenset[Node],
    cells: list[Cell],
    readings: list[tuple[Curve, float, frozenset[tuple[str | float | None, ...]]]],
    intervals: Mapping[Node, list[Span]],
    frames: Frames,
    sets: SubjectSets,
) -> dict[Curve, float]:
    """The month from which a curve is hidden, of those that are hidden anywhere."""
    ends: dict[Curve, float] = {}
    for cell in cells:
        curve = _curve_of(cell, frames)
        if curve is not None and cell.node in nodes:
            ends[curve] = _NOWHERE
    shown: dict[Curve, float] = {}
    for curve, month, who in sorted(readings, key=lambda reading: (reading[0], reading[1])):
        if sets.node(who) in nodes:
            ends.setdefault(curve, shown.get(curve, _NOWHERE))
        elif curve not in ends:
            shown[curve] = month
    for node, places in intervals.items():
        for curve, first, _ in places if node in nodes else ():
            ends[curve] = min(ends.get(curve, first), first)
    return ends
