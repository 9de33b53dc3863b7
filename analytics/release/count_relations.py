"""What can be computed from published counts: which of them add up, and which hold others.

A relation is a sum of quantities with factors that is zero, or at most zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import polars as pl

from analytics.release.count_cells import Cell
from analytics.release.count_descriptions import FLOW
from analytics.release.subject_partitions import Partition, partitions
from analytics.release.subject_sets import Atom, Node, SubjectSets, Who

Terms = tuple[tuple[Node, int], ...]
_LATER: Final[tuple[str | float | None, ...]] = ("from", "beyond")


@dataclass
class Relations:
    """Sums that are zero, sums that are at most zero, and how many each quantity really is."""

    zero: dict[Terms, None] = field(default_factory=dict)
    at_most_zero: dict[Terms, None] = field(default_factory=dict)
    values: dict[Node, int] = field(default_factory=dict)
    fixed: set[Node] = field(default_factory=set)
    """What everybody knows, published or not."""

    def add_sum(self, whole: Node, parts: Iterable[Node]) -> None:
        """The parts make up the whole."""
        terms: dict[Node, int] = defaultdict(int)
        terms[whole] -= 1
        for part in parts:
            terms[part] += 1
        kept = tuple(sorted(((n, f) for n, f in terms.items() if f), key=repr))
        if len(kept) > 1:
            self.zero[kept] = None

    def sum_of(self, terms: Terms) -> int:
        """What a sum really comes to; what a study does otherwise than expected is no relation."""
        return sum(factor * self.values[node] for node, factor in terms)

    def add_order(self, smaller: Node, larger: Node) -> None:
        """The one is never more than the other."""
        if smaller != larger:
            self.at_most_zero[(smaller, 1), (larger, -1)] = None


def relations_of(
    cells: Iterable[Cell],
    readings: Iterable[Who],
    frames: Mapping[str, pl.DataFrame],
    sets: SubjectSets,
) -> Relations:
    """The relations between the published counts, with unpublished quantities where it takes them.

    `readings` are the subjects of numbers that are read off curves.
    """
    cells = list(cells)
    found = Relations(values={cell.node: cell.value for cell in cells})
    described = dict.fromkeys(
        sets.shortened(who) for who in (*(c.who for c in cells if c.who is not None), *readings)
    )
    for who in described:
        found.values[sets.node(who)] = sets.bits(who).bit_count()
    published = set(found.values)
    of: dict[Atom, list[Partition]] = defaultdict(list)
    for base, parts in partitions(sets, {atom for who in described for atom in who}):
        for part in parts:
            of[part].append((base, parts))
    for who in described:
        for atom in sorted(who, key=repr):
            _within(who, atom, published, sets, found)
            for partition in of[atom]:
                _parted(who, atom, partition, published, sets, found)
    _one_after_the_other(described, sets, found)
    _in_rows(cells, found)
    _in_states(cells, sets, found)
    _in_flow(cells, frames, sets, found)
    _in_changes(cells, frames, found)
    found.zero = {terms: None for terms in found.zero if found.sum_of(terms) == 0}
    found.at_most_zero = {terms: None for terms in found.at_most_zero if found.sum_of(terms) <= 0}
    return found


def _within(
    who: Who, atom: Atom, published: set[Node], sets: SubjectSets, found: Relations
) -> None:
    """A group is no larger than the published one with a condition less."""
    larger = sets.node(who - {atom})
    if larger in published:
        found.add_order(sets.node(who), larger)


def _parted(  # noqa: PLR0913, PLR0917
    who: Who,
    atom: Atom,
    partition: Partition,
    published: set[Node],
    sets: SubjectSets,
    found: Relations,
) -> None:
    """A group is the sum of its parts, where at least two of the three can be looked up."""
    base, parts = partition
    whole = (who - {atom}) | ({base} if base else set())
    pieces = {part: (who - {atom}) | {part} for part in parts}
    nodes = {part: sets.node(piece) for part, piece in pieces.items()}
    node = sets.node(whole)
    if node not in published and sum(one in published for one in nodes.values()) < 2:
        return
    found.add_sum(node, nodes.values())
    for one, its_node in ((whole, node), *((pieces[part], nodes[part]) for part in parts)):
        if its_node not in published:
            found.values.setdefault(its_node, sets.bits(one).bit_count())
            for other in sorted(one, key=repr):
                _within(one, other, published, sets, found)


def _one_after_the_other(described: Iterable[Who], sets: SubjectSets, found: Relations) -> None:
    """Fewer are followed for longer."""
    chains: dict[tuple[Who, str | float | None], list[tuple[float, int, Who]]] = defaultdict(list)
    for who in described:
        later = [atom for atom in who if atom[0] in _LATER]
        if len(later) == 1:
            kind, endpoint, day = later[0]
            chains[who - {later[0]}, endpoint].append((float(day or 0), _LATER.index(kind), who))
    for chain in chains.values():
        ordered = [who for *_, who in sorted(chain, key=lambda one: one[:2])]
        for shorter, longer in pairwise(ordered):
            found.add_order(sets.node(longer), sets.node(shorter))


def _in_rows(cells: Iterable[Cell], found: Relations) -> None:
    """The counts of a row are of its subjects."""
    rows: dict[tuple[str, int], dict[str, Node]] = defaultdict(dict)
    for cell in cells:
        rows[cell.table, cell.row][cell.column] = cell.node
    for row in rows.values():
        for smaller, larger in (
            *((name, "n") for name in row if name.startswith("n_") and name in _OF_N),
            ("n", "denominator"),
            ("n_event_reference", "n_reference"),
            ("n_risk_reference", "n_reference"),
            ("n_reference", "denominator_reference"),
            ("n_moved", "n"),
        ):
            if smaller in row and larger in row:
                found.add_order(row[smaller], row[larger])
        if {"n_read", "n_accepted", "n_rejected"} <= set(row):
            found.add_sum(row["n_read"], [row["n_accepted"], row["n_rejected"]])


_OF_N: Final = {"n_event", "n_risk", "n_given", "n_risk_from", "n_risk_to", "n_event_between"}


def _in_states(cells: Iterable[Cell], sets: SubjectSets, found: Relations) -> None:
    """Moves between states: the groups make up everybody, who comes in was in the state."""
    nodes = {cell.node: cell.value for cell in cells if _is_of_state(cell.node)}
    groups: dict[tuple[object, ...], dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
    moves: dict[tuple[object, ...], list[tuple[float, Node]]] = defaultdict(list)
    arrived: dict[tuple[object, ...], list[Node]] = defaultdict(list)
    ever: dict[tuple[object, ...], Node] = {}
    for node in nodes:
        assert isinstance(node, tuple)
        _, column, name, stratum, state, to_state, month, _ = node
        analysis = sets.study.analysis(str(name))
        states = tuple(one.state for one in analysis.states)
        course = (analysis.endpoint, analysis.population, states)
        groups[course, column, state, to_state, month][str(analysis.strata or "")].append(node)
        if column == "n":
            ever[name, stratum, state] = node
        elif column == "n_moved":
            at = float("inf") if month is None else float(month)
            moves[name, stratum, state, to_state].append((at, node))
            if month is None:
                arrived[name, stratum, to_state].append(node)
    for split in groups.values():
        whole = split.get("", [])
        for factor, parts in split.items():
            if factor and len(whole) == 1 and sum(map(nodes.__getitem__, parts)) == nodes[whole[0]]:
                found.add_sum(whole[0], parts)
    for place, chain in moves.items():
        ordered = [node for _, node in sorted(chain, key=lambda pair: pair[0])]
        for earlier, later in pairwise(ordered):
            found.add_order(earlier, later)
        if place[:3] in ever:
            found.add_order(ordered[-1], ever[place[:3]])
    for came, node in ever.items():
        if sum(map(nodes.__getitem__, arrived[came])) == nodes[node]:
            found.add_sum(node, arrived[came])


def _in_flow(
    cells: Iterable[Cell], frames: Mapping[str, pl.DataFrame], sets: SubjectSets, found: Relations
) -> None:
    """Every place of the patient flow where something is so, and all of whom it is so."""
    places = {
        str(frames[cell.table]["node"][cell.row]): cell
        for cell in cells
        if cell.table == "patient_flow" and cell.column == "n"
    }
    ways: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for path, cell in places.items():
        *before, state = path.split("/")
        for steps in range(1, len(before)):
            ways["/".join(before[:steps]), state].append(cell.node)
    for (start, state), parts in ways.items():
        base = places[start].who if start in places else None
        if base is None or state not in FLOW:
            continue
        whole = base | {FLOW[state]}
        n = sets.bits(whole).bit_count()
        if n == sum(found.values[part] for part in parts):
            found.values.setdefault(sets.node(whole), n)
            found.add_sum(sets.node(whole), parts)


def _is_of_state(node: Node) -> bool:
    return isinstance(node, tuple) and node[0] == "state"


def _in_changes(
    cells: Iterable[Cell], frames: Mapping[str, pl.DataFrame], found: Relations
) -> None:
    """The kinds of changes of an endpoint make up its subjects, whose number is known."""
    kinds: dict[Node, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.table == "release_changes":
            row = frames[cell.table].row(cell.row, named=True)
            kinds["subjects", row["release_id"], row["endpoint"]].append(cell)
    for whole, parts in kinds.items():
        found.fixed.add(whole)
        found.values[whole] = sum(cell.value for cell in parts)
        found.add_sum(whole, [cell.node for cell in parts])
