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
from analytics.release.curve_grid import grid_step
from analytics.release.digests import text_digest
from analytics.release.secondary_suppression import Interval, Problem, further_hidden
from analytics.release.subject_sets import Node, SubjectSets, Who
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
_INTERVAL_COUNTS: Final = frozenset({"n_event", "n_event_between"})


@dataclass(frozen=True)
class HiddenCounts:
    """The quantities that are hidden, and the month from which each curve is.

    `told`: those of them that a shown curve tells by its steps, the events between two months.
    """

    sets: SubjectSets
    nodes: frozenset[Node]
    told: frozenset[Node]
    ends: Mapping[Curve, float] = field(default_factory=dict)

    def cells(self, frames: Frames) -> Iterator[Cell]:
        """The counts of these tables that are hidden."""
        return (cell for cell in count_cells(frames, self.sets) if cell.node in self.nodes)


def bound_of(kind: Kind, publication: Publication) -> int:
    """The smallest count of a kind that is shown beside zero."""
    return publication.at_risk_bound if kind == Kind.AT_RISK else publication.cell_bound


@dataclass(frozen=True)
class _Published:
    """What is published of counts before any is hidden.

    `readings` are the numbers at risk that curves tell, `intervals` the events between two months.
    """

    frames: Frames
    sets: SubjectSets
    cells: list[Cell]
    readings: list[tuple[Curve, float, Who]]
    intervals: Mapping[Node, list[Span]]


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
    readings = list(curve_readings(frames, sets, _months(frames, study)))
    published = _Published(frames, sets, cells, readings, _intervals(cells, frames))
    relations = relations_of(cells, [who for *_, who in readings], frames, sets)
    bounds: dict[Node, int] = {}
    of_models: dict[Node, int] = {}
    for cell in cells:
        least = bound_of(cell.kind, publication)
        bounds[cell.node] = max(bounds.get(cell.node, 1), least)
        if cell.table in OF_MODELS:
            of_models[cell.node] = max(of_models.get(cell.node, 1), least)
    for _, _, who in readings:
        bounds[sets.node(who)] = bound
    costs = _costs(published, study)
    small = [node for node, least in bounds.items() if 1 <= relations.values[node] < least]
    # an estimate that stays beside a hidden count tells that the count is not small
    floors = {
        node: least if relations.values[node] >= (least := of_models.get(node, 1)) else 1
        for node in bounds
    }
    elsewhere = Counter(cell.node for cell in cells)
    intervals = published.intervals
    told = frozenset(node for node, found in intervals.items() if len(found) == elsewhere[node])
    while True:
        protected = [node for node in small if node not in told]
        problem = Problem(
            replace(relations, fixed=relations.fixed | told),
            costs,
            {
                node: protection_interval(relations.values[node], bounds[node], publication, place)
                for place, node in enumerate(protected)
            },
            floors,
        )
        nodes = frozenset([*protected, *further_hidden(problem)])
        ends = _ends(nodes, published)
        still = frozenset(node for node in told if _is_told(intervals[node], ends))
        if still == told:
            return HiddenCounts(sets, nodes.union(small), told, ends)
        told = still


def protection_interval(value: int, bound: int, publication: Publication, place: int) -> Interval:
    """The values of a hidden small count that must stay possible.

    All from 1 up to below the bound, or `protection` + 1 of them in a row. These begin at a place
    that does not follow from the count, so that their middle does not tell it.
    """
    width = min(publication.protection or bound - 2, bound - 2)
    first, last = max(1, value - width), min(value, bound - 1 - width)
    least = first + int(text_digest(f"{place} of {bound}")[:8], 16) % (last - first + 1)
    return float(least), float(least + width)


def _months(frames: Frames, study: StudySpecification) -> set[float]:
    """The months on which numbers at risk are compared: those of the tables, and a grid."""
    found: set[float] = set()
    last = 0.0
    for frame in frames.values():
        if {"n_risk", "time_months"} <= set(frame.columns):
            months = frame["time_months"].drop_nulls().to_list()
            last = max([last, *months])
            if "n" in frame.columns:
                found.update(frame.filter(pl.col("n").is_not_null())["time_months"].drop_nulls())
    step = grid_step(study.publication, study.parameters.days_per_month) or 1.0
    spans = max(1, round(_EVERY_MONTHS / step))
    return found | {place * spans * step for place in range(int(last / (spans * step)) + 1)}


def _intervals(cells: list[Cell], frames: Frames) -> dict[Node, list[Span]]:
    """The events of a curve between two months: the curve and the months; None: to the end."""
    found: dict[Node, list[Span]] = defaultdict(list)
    for cell in cells:
        row = frames[cell.table].row(cell.row, named=True)
        if cell.column not in _INTERVAL_COUNTS or "from_months" not in row:
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


def _costs(published: _Published, study: StudySpecification) -> dict[Node, float]:
    """What a reader loses with a count: the numbers beside it, and the curves that tell it.

    No two costs are the same, so that one choice is the cheapest.
    """
    costs: dict[Node, float] = defaultdict(float)
    weights = {one.analysis_id: _OF_HEADLINE for one in shown_curves(study)}
    everybody = study.analysis_set
    for cell in published.cells:
        costs[cell.node] += 1.0 if cell.table in OF_MODELS else _COST_OF_ESTIMATES
        curve = _curve_of(cell, published.frames)
        if curve is not None:
            costs[cell.node] += _COST_OF_CURVE * weights.get(curve[0], 1)
        if cell.node == published.sets.node(published.sets.population(everybody)):
            costs[cell.node] += _COST_OF_ALL
    for node, places in published.intervals.items():
        costs[node] += sum(_COST_OF_CURVE * weights.get(name, 1) for (name, _), _, _ in places)
    for (name, _), _, who in published.readings:
        costs[published.sets.node(who)] += _COST_OF_READING * weights.get(name, 1)
    return {node: cost + place * 1e-6 for place, (node, cost) in enumerate(costs.items())}


def _curve_of(cell: Cell, frames: Frames) -> Curve | None:
    """The curve whose subjects or events a count is of."""
    frame = frames[cell.table]
    column = _OF_CURVES.get(cell.column)
    if column is None or column not in frame.columns or "interval_order" in frame.columns:
        return None
    row = frame.row(cell.row, named=True)
    if row[column] is None or row.get("part", "all") != "all":
        return None
    return str(row["analysis_id"]), str(row[column])


def _ends(nodes: frozenset[Node], published: _Published) -> dict[Curve, float]:
    """The month from which a curve is hidden, of those that are hidden anywhere."""
    sets = published.sets
    ends: dict[Curve, float] = {}
    for cell in published.cells:
        curve = _curve_of(cell, published.frames)
        if curve is not None and cell.node in nodes:
            ends[curve] = _NOWHERE
    shown: dict[Curve, float] = {}
    for curve, month, who in sorted(published.readings, key=lambda reading: reading[:2]):
        if sets.node(who) in nodes:
            ends.setdefault(curve, shown.get(curve, _NOWHERE))
        elif curve not in ends:
            shown[curve] = month
    for node, places in published.intervals.items():
        for curve, first, _ in places if node in nodes else ():
            ends[curve] = min(ends.get(curve, first), first)
    return ends
