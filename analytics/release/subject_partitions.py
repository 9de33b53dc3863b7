"""How conditions part subjects: levels, ends of an endpoint, intervals, populations."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from typing import Final

from analytics.release.subject_sets import Atom, SubjectSets, ends, known, level, opposite

Partition = tuple[Atom | None, tuple[Atom, ...]]
"""Conditions of which everybody who meets the first one (None: everybody) meets exactly one."""

_MOST_PARTS: Final = 4
_MOST_CONDITIONS: Final = 60


def partitions(sets: SubjectSets, atoms: Iterable[Atom]) -> list[Partition]:
    """The ways in which conditions, among them these ones, part everybody or one of them."""
    used = sorted(set(atoms), key=repr)
    found = [*_levels(sets, used), *_endings(sets, used), *_opposites(used)]
    return [*found, *_intervals(sets, used), *_covers(sets, used)]


def _levels(sets: SubjectSets, used: list[Atom]) -> Iterator[Partition]:
    about = {"level", "among", "known", "unknown"}
    factors = {str(atom[1]) for atom in used if atom[0] in about and len(atom) >= 2}
    for factor in sorted(factors):
        levels = tuple(level(factor, name) for name in sets.study.levels_of(factor))
        if levels and _is_whole(sets, levels, known([factor])):
            yield known([factor]), levels
        yield None, (known([factor]), known([factor], False))
    for atom in used:
        if atom[0] in {"known", "unknown"} and len(atom) > 2:
            yield None, (("known", *atom[1:]), ("unknown", *atom[1:]))
        if atom[0] == "among":
            yield atom, tuple(level(str(atom[1]), str(name)) for name in atom[2:])
            yield None, (atom, opposite(atom))


def _is_whole(sets: SubjectSets, parts: Iterable[Atom], whole: Atom) -> bool:
    return _is_partition([sets.of(part) for part in parts], sets.of(whole))


def _endings(sets: SubjectSets, used: list[Atom]) -> Iterator[Partition]:
    endpoints = {str(atom[1]) for atom in used if atom[0] == "ends"}
    for endpoint in sorted(endpoints & sets.endings.keys()):  # one without rows parts nobody
        codes = sorted({*sets.endings[endpoint][1].tolist(), 0, 1})
        yield ("in", endpoint), tuple(ends(endpoint, code) for code in codes)


def _opposites(used: list[Atom]) -> Iterator[Partition]:
    for atom in used:
        if atom[0] == "not":
            yield None, (atom, tuple(atom[1:]))


def _intervals(sets: SubjectSets, used: list[Atom]) -> Iterator[Partition]:
    """Intervals of one endpoint that follow each other and hold every event."""
    within: dict[Atom, list[Atom]] = defaultdict(list)
    for atom in used:
        if atom[0] == "within":
            within[atom[1:3]].append(atom)
    for (endpoint, code), atoms in within.items():
        by_start: dict[float | None, list[Atom]] = defaultdict(list)
        for atom in atoms:
            by_start[atom[3]].append(atom)  # type: ignore[index]
        whole = sets.of(ends(str(endpoint), int(code or 0)))
        for path in _paths(by_start, None):
            parts = [sets.of(atom) for atom in path]
            if len(path) > 1 and _is_partition(parts, whole):
                yield ends(str(endpoint), int(code or 0)), path


def _covers(sets: SubjectSets, used: list[Atom]) -> Iterator[Partition]:
    """Conditions of populations that part another condition, or everybody, in few parts."""
    every = sorted(set().union(*sets.populations()), key=repr)
    of_populations = {sets.leader(atom) for atom in every}
    conditions = [
        atom for atom in used if atom in of_populations and sets.of(atom) not in {0, sets.everybody}
    ]
    wholes = {sets.of(atom): atom for atom in reversed([*conditions])}
    for endpoint in sorted(sets.endings):
        wholes.setdefault(sets.of(("in", endpoint)), ("in", endpoint))
    most = _MOST_PARTS if len(conditions) <= _MOST_CONDITIONS else 2
    for size in range(2, most + 1):
        for parts in _disjoint(conditions, sets.of, size):
            union = reduce(int.__or__, (sets.of(part) for part in parts))
            if union == sets.everybody:
                yield None, parts
            elif union in wholes and wholes[union] not in parts:
                yield wholes[union], parts


def _is_partition(parts: list[int], whole: int) -> bool:
    total = sum(part.bit_count() for part in parts)
    return reduce(int.__or__, parts, 0) == whole and total == whole.bit_count()


def _paths(
    by_start: dict[float | None, list[Atom]], start: float | None, steps: int = 12
) -> Iterator[tuple[Atom, ...]]:
    """Intervals one after the other, from the first day to the last."""
    for atom in by_start.get(start, []) if steps else []:
        last = atom[4]
        if last is None:
            yield (atom,)
        else:
            for rest in _paths(by_start, float(last), steps - 1):
                yield (atom, *rest)


def _disjoint(
    atoms: Sequence[Atom], of: Callable[[Atom], int], size: int, taken: int = 0
) -> Iterator[tuple[Atom, ...]]:
    """So many conditions of which nobody meets two."""
    if size == 0:
        yield ()
        return
    for place, atom in enumerate(atoms):
        if of(atom) & taken == 0:
            for rest in _disjoint(atoms[place + 1 :], of, size - 1, taken | of(atom)):
                yield (atom, *rest)
