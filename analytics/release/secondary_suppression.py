"""Which further counts are hidden so that no hidden count can be computed from published ones.

For each hidden small count the values that a reader cannot exclude must reach from one end of its
protection interval to the other. Where they do not, the cheapest published counts that would have
to differ are hidden too: a linear program, solved by HiGHS (the heuristic of Kelly, Golden and
Assad, Networks 1992;22:397-417; see Fischetti and Salazar, Management Science 2001;47:1008-1027).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analytics.errors import BuildError
from analytics.release.count_relations import Relations
from analytics.release.subject_sets import Node

Interval = tuple[float, float]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
_NEAR: Final = (4, 10_000)
_TOLERANCE: Final = 1e-6
_INFEASIBLE: Final = 2
_NOT_COMPUTED: Final = "The limits of publication could not be computed: {}."


@dataclass(frozen=True)
class Problem:
    """What is published, what must not be known, and what hiding a count costs.

    `published`: count -> cost of hiding it. `intervals`: hidden count -> the values that must stay
    possible. `floors`: the least that a published count, once hidden, is known to be.
    """

    relations: Relations
    published: Mapping[Node, float]
    intervals: Mapping[Node, Interval]
    floors: Mapping[Node, int]


def further_hidden(problem: Problem) -> list[Node]:
    """The published counts to hide beside those of `problem.intervals`, in the order of finding."""
    system = _System(problem)
    hidden: list[int] = []
    for node, interval in problem.intervals.items():
        for target in interval:
            further = system.hide_for(system.place[node], target)
            system.is_open[further] = True
            hidden += further
    return [system.nodes[place] for place in hidden]


class _System:
    """The relations as a sparse matrix, the counts that are open and the values known possible."""

    def __init__(self, problem: Problem) -> None:
        from scipy.sparse import csr_array  # noqa: PLC0415  (slow to import)

        relations = problem.relations
        self.nodes = list(relations.values)
        self.place = {node: place for place, node in enumerate(self.nodes)}
        self.values = np.array(list(relations.values.values()), dtype=float)
        self.cost = np.array([problem.published.get(node, 0.0) for node in self.nodes])
        is_public = np.array([node in problem.published for node in self.nodes])
        self.is_fixed = np.array([node in relations.fixed for node in self.nodes])
        self.is_fixed |= is_public & (self.values == 0)
        floors = [problem.floors.get(node, 0) for node in self.nodes]
        self.floor = np.where(is_public, np.array(floors, dtype=float), 0.0)
        self.is_open = ~is_public & ~self.is_fixed
        self.is_open[[self.place[node] for node in problem.intervals]] = True
        self.lowest, self.highest = self.values.copy(), self.values.copy()
        sums = [*relations.zero, *relations.at_most_zero]
        self.is_equal = np.arange(len(sums)) < len(relations.zero)
        entries = [
            (row, self.place[node], factor)
            for row, terms in enumerate(sums)
            for node, factor in terms
        ]
        rows, columns, factors = zip(*entries, strict=True) if entries else ((), (), ())
        shape = (len(sums), len(self.nodes))
        self.matrix = csr_array((np.array(factors, dtype=float), (rows, columns)), shape=shape)
        self.matrix.sort_indices()  # whatever the names of the subjects
        self._touches = abs(self.matrix)
        self._touched = csr_array(self._touches.T)

    def hide_for(self, place: int, target: float) -> list[int]:
        """The counts that must be hidden so that one count may be the target; none if it may.

        Where nothing that can be hidden lets it be the target, as near to it as it may be.
        """
        if self.lowest[place] <= target <= self.highest[place]:
            return []
        known = _Program(self, place, self.is_open, _NEAR[-1])
        if known.reaches(target):
            return known.moved()
        for steps in _NEAR:
            free = _Program(self, place, ~self.is_fixed, steps)
            if free.reaches(target):
                return free.moved()
        nearest = free.nearest(target)
        if known.reaches(nearest):
            return known.moved()
        if not free.reaches(nearest):
            raise BuildError(_NOT_COMPUTED.format("a value that is possible was not reached"))
        return free.moved()

    def around(self, place: int, crossed: Flags, steps: int) -> tuple[Flags, Flags]:
        """Rows within so many steps, and the places that stand in no other row.

        A step goes through a count that may be crossed.
        """
        rows = np.zeros(self.matrix.shape[0], dtype=bool)
        seen = np.zeros(self.matrix.shape[1], dtype=bool)
        front = seen.copy()
        front[place] = seen[place] = True
        for _ in range(steps):
            following = (self._touches @ front > 0) & ~rows
            if not following.any():
                break
            rows |= following
            reached = (self._touched @ following > 0) & ~seen
            seen |= reached
            front = reached & crossed
        return rows, seen & (self._touched @ ~rows == 0)


class _Program:
    """Values that fulfil the relations around a count: it is as asked, others move where they may.

    A count is its true value plus what it moves up minus what it moves down.
    """

    def __init__(self, system: _System, place: int, may_move: Flags, steps: int) -> None:
        rows, inner = system.around(place, may_move, steps)
        moves = inner & may_move
        moves[place] = False
        self._system, self._place = system, place
        self._columns = np.concatenate([[place], np.flatnonzero(moves)])
        self._shifts = np.zeros(len(self._columns))
        self._sums: dict[str, Any] = {}
        for names, own in (
            (("A_eq", "b_eq"), rows & system.is_equal),
            (("A_ub", "b_ub"), rows & ~system.is_equal),
        ):
            if own.any():
                part = system.matrix[np.flatnonzero(own)]
                slack = -(part @ system.values) if names[0] == "A_ub" else np.zeros(part.shape[0])
                self._sums |= zip(names, (part[:, self._columns], slack), strict=True)

    def reaches(self, target: float) -> bool:
        """Whether the count may be the target; if it may, at the least cost of what is not open."""
        system = self._system
        shift = target - system.values[self._place]
        cost = np.where(system.is_open[self._columns], 0.0, system.cost[self._columns])
        cost[0] = 0.0
        return self._solve(cost, cost, (shift, shift))

    def nearest(self, target: float) -> float:
        """The whole value of the count, between the true one and the target, next to the target."""
        value = self._system.values[self._place]
        towards = np.zeros(len(self._columns))
        towards[0] = 1.0
        low, high = sorted((target - value, 0.0))
        is_found = self._solve(
            towards if low else -towards, -towards if low else towards, (low, high)
        )
        if not is_found:  # the true values fulfil every relation
            raise BuildError(_NOT_COMPUTED.format("the true values were not found possible"))
        shift = float(self._shifts[0])
        whole = np.ceil(shift - _TOLERANCE) if low else np.floor(shift + _TOLERANCE)
        return float(value + whole)

    def moved(self) -> list[int]:
        """The counts that are not open and move; what is possible once they are hidden is noted."""
        system = self._system
        places = self._columns[np.abs(self._shifts) > _TOLERANCE]
        values = system.values[self._columns] + self._shifts
        system.lowest[self._columns] = np.minimum(system.lowest[self._columns], values)
        system.highest[self._columns] = np.maximum(system.highest[self._columns], values)
        return [int(place) for place in places if not system.is_open[place]]

    def _solve(self, up: Numbers, down: Numbers, shift: tuple[float, float]) -> bool:
        from scipy.optimize import linprog  # noqa: PLC0415  (slow to import)
        from scipy.sparse import hstack  # noqa: PLC0415

        system, n = self._system, len(self._columns)
        most = np.maximum(system.values[self._columns] - system.floor[self._columns], 0.0)
        low, high = shift
        bounds = np.zeros((2 * n, 2))
        bounds[:n, 1], bounds[n:, 1] = np.inf, most
        bounds[0], bounds[n] = (max(low, 0), max(high, 0)), (max(-high, 0), max(-low, 0))
        sums = {
            name: hstack([part, -part], format="csr") if name.startswith("A") else part
            for name, part in self._sums.items()
        }
        cost = np.concatenate([up, down])
        solved: Any = linprog(cost, bounds=bounds, method="highs-ds", **sums)  # type: ignore[call-overload]
        if solved.status == _INFEASIBLE:
            return False
        if solved.status != 0:
            raise BuildError(_NOT_COMPUTED.format(solved.message))
        self._shifts = solved.x[:n] - solved.x[n:]
        return True
