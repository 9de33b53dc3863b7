"""Which subjects a published count is of: sets of subjects, named by what all of them have.

A description is a set of conditions (`Who`): those of a population, a level of a factor, how an
endpoint ends. Its subjects are the bits of a whole number. Two descriptions of one set of subjects
are one quantity wherever they are published.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Any, Final

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.study.specification import PopulationCondition, StudySpecification

Atom = tuple[str | float | None, ...]
Who = frozenset[Atom]
Node = Who | tuple[str | int | float | None, ...]
"""A quantity: the number of a set of many subjects, what few subjects have, or an own count."""
Ends = tuple[NDArray[Any], ...]
"""Of each subject with an endpoint the day on which it ends, how, and the place of the subject."""

EVERYBODY: Final[Who] = frozenset()


def level(factor: str, name: str | None) -> Atom:
    """Has this level of a factor; None: it is not known."""
    return ("unknown", factor) if name is None else ("level", factor, name)


def ends(endpoint: str, code: int) -> Atom:
    """The endpoint ends so: 1 the event, 2 the competing event, 0 neither."""
    return ("ends", endpoint, code)


def known(factors: Iterable[str], is_known: bool = True) -> Atom:
    """Every one of these factors is known, or not every one."""
    return ("known" if is_known else "unknown", *sorted(set(factors)))


def among(factor: str, levels: Iterable[str]) -> Atom:
    """Has one of these levels of a factor."""
    return ("among", factor, *sorted(set(levels)))


def followed(endpoint: str, days: float, *, beyond: bool = False) -> Atom:
    """Is followed up to this day of the endpoint, or longer than that."""
    return ("beyond" if beyond else "from", endpoint, days)


def ended_within(endpoint: str, code: int, first: float | None, last: float | None) -> Atom:
    """The endpoint ends so after one day (None: ever) and up to another one (None: ever)."""
    return ("within", endpoint, code, first, last)


def opposite(atom: Atom) -> Atom:
    """Does not meet the condition."""
    return ("not", *atom)


class SubjectSets:
    """The subjects of each condition of a built study."""

    def __init__(
        self, study: StudySpecification, connection: duckdb.DuckDBPyConnection, merged_from: int
    ) -> None:
        """Read the marts. Sets of at least `merged_from` subjects are one if they are equal."""
        self.study = study
        self._merged_from = merged_from
        self._subjects = connection.sql(
            "select distinct usubjid from marts.subjects order by all"
        ).pl()
        self._n = self._subjects.height
        self.everybody = (1 << self._n) - 1
        self._bits: dict[Atom, int] = {}
        self._ends: dict[str, Ends] = {}
        self._known: dict[str, int] = {}
        self._populations: dict[str, Who] = {}
        self._leaders: dict[int, Atom] = {}
        self._numbers: dict[int, int] = {}
        self._of_condition: dict[PopulationCondition, Atom] = {}
        self._read(connection)

    def population(self, name: str) -> Who:
        """What the members of a population have."""
        return self._populations[name]

    def populations(self) -> list[Who]:
        """What the members of each population have."""
        return list(self._populations.values())

    @property
    def endings(self) -> Mapping[str, Ends]:
        """When and how each endpoint ends."""
        return self._ends

    def bits(self, who: Who) -> int:
        """The subjects of a description."""
        return reduce(lambda found, atom: found & self.of(atom), who, self.everybody)

    def of(self, atom: Atom) -> int:
        """The subjects who meet a condition."""
        if atom not in self._bits:
            self._bits[atom] = self._made(atom)
        return self._bits[atom]

    def node(self, who: Who) -> Node:
        """The quantity that a description is one name of."""
        bits = self.bits(who)
        if bits.bit_count() < self._merged_from:
            return self.shortened(who)
        return ("set", self._numbers.setdefault(bits, len(self._numbers)))

    def shortened(self, who: Who) -> Who:
        """The description without conditions that follow from its others."""
        atoms = sorted({self.leader(atom) for atom in sorted(who, key=repr)}, key=repr)
        kept: list[Atom] = []
        for place, atom in enumerate(atoms):
            others = [*kept, *atoms[place + 1 :]]
            if not any(self.of(other) & ~self.of(atom) == 0 and self.of(other) for other in others):
                kept.append(atom)
        return frozenset(kept)

    def leader(self, atom: Atom) -> Atom:
        """One condition of those that the same subjects meet: the first one asked for.

        What nobody meets is no other such condition: an interval without events is still a part.
        """
        bits = self.of(atom)
        return self._leaders.setdefault(bits, atom) if bits else atom

    def _read(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Read the marts; each set is made at once, whatever the number of subjects."""
        everyone = self._subjects.with_row_index("place")

        def read(query: str) -> pl.DataFrame:
            return connection.sql(query).pl().join(everyone, on="usubjid")

        def sets(query: str, *key: str) -> dict[tuple[Any, ...], int]:
            groups = dict(iter(read(query).group_by(key)))
            return {name: self._packed(groups[name]["place"]) for name in sorted(groups, key=repr)}

        factors = "select factor, level, usubjid from marts.subject_factors where "
        for (factor, name), bits in sets(f"{factors} level is not null", "factor", "level").items():
            self._bits[level(factor, name)] = bits
        known_by = f"{factors} level is not null or value is not null"
        self._known = {factor: bits for (factor,), bits in sets(known_by, "factor").items()}
        for (fact,), bits in sets(
            "select distinct fact, usubjid from intermediate.int_dated_facts", "fact"
        ).items():
            self._bits["fact", fact] = bits
        treated = read("select usubjid from marts.subjects where trtsdt is not null")
        self._bits["treated",] = self._packed(treated["place"])
        endpoints = read("select paramcd, aval, event_code, usubjid from marts.time_to_event")
        for (endpoint,), group in endpoints.group_by("paramcd"):
            columns = (group[name].to_numpy() for name in ("aval", "event_code", "place"))
            self._ends[str(endpoint)] = tuple(columns)
        met = sets(
            "select population, condition_order, usubjid from marts.population_conditions "
            "where is_met",
            "population",
            "condition_order",
        )
        members = sets("select population, usubjid from marts.population_members", "population")
        for population in self.study.populations:
            name = population.population
            self._populations[name] = self._described(name, met, members.get((name,), 0))

    def _packed(self, places: pl.Series) -> int:
        """The bits of some subjects."""
        return self._of_mask(np.isin(np.arange(self._n), places.to_numpy(), assume_unique=True))

    @staticmethod
    def _of_mask(mask: NDArray[np.bool_]) -> int:
        return int.from_bytes(np.packbits(mask, bitorder="little").tobytes(), "little")

    def condition(self, condition: PopulationCondition) -> Atom:
        """What who meets a condition of a population has."""
        return self._of_condition[condition]

    def _described(self, name: str, met: Mapping[tuple[Any, ...], int], members: int) -> Who:
        """A population by its conditions; by its name if they do not tell its members."""
        who = frozenset(self._conditions(name, met))
        if self.bits(who) == members:
            return who
        self._bits["population", name] = members
        return frozenset({("population", name)})

    def _conditions(self, name: str, met: Mapping[tuple[Any, ...], int]) -> Iterator[Atom]:
        for condition in self.study.population(name).conditions:
            if condition.kind == "population":
                yield from self._conditions(condition.name, met)
            else:
                bits = met.get((condition.population, condition.condition_order), 0)
                self._of_condition[condition] = self._condition(condition, bits)
                yield self._of_condition[condition]

    def _condition(self, condition: PopulationCondition, bits: int) -> Atom:
        """A condition by the name that it shares with levels, facts and ends of endpoints."""
        name, operator, value = condition.name, condition.operator, condition.value
        alike: list[Atom] = []
        if condition.kind == "factor" and operator == "=":
            alike.append(level(name, value))
        elif condition.kind == "fact" and operator == "exists":
            alike.append(("fact", name))
        elif condition.kind == "endpoint" and value in {"0", "1", "2"}:
            alike.append(ends(name, int(value)))
        for atom in alike:
            if self.of(atom) == bits:
                return atom
        own: Atom = ("condition", condition.kind, name, operator, value)
        if self._bits.setdefault(own, bits) != bits:
            own = (*own, condition.population)
            self._bits[own] = bits
        return own

    def _made(self, atom: Atom) -> int:
        """The subjects of a condition that is made of others, or of times."""
        kind, *rest = atom
        if kind == "not":
            return self.everybody & ~self.of(tuple(rest))
        if kind == "unknown":
            return self.everybody & ~self.of(("known", *rest))
        if kind == "known":
            parts = [self._known.get(str(factor), 0) for factor in rest]
            return reduce(int.__and__, parts, self.everybody)
        if kind == "among":
            factor, *levels = rest
            return reduce(int.__or__, (self.of(("level", factor, name)) for name in levels), 0)
        return self._ended(atom)

    def _ended(self, atom: Atom) -> int:
        """The subjects whose endpoint ends in a way, or after a time."""
        if len(atom) < 2 or str(atom[1]) not in self._ends:
            return 0
        days, codes, places = self._ends[str(atom[1])]
        match atom:
            case ("in", _):
                which = np.ones(len(days), dtype=bool)
            case ("ends", _, code):
                which = codes == code
            case ("from", _, float(day)):
                which = days >= day
            case ("beyond", _, float(day)):
                which = days > day
            case ("within", _, code, first, last):
                which = codes == code
                if first is not None:
                    which &= days > float(first)
                if last is not None:
                    which &= days <= float(last)
            case _:
                return 0
        mask = np.zeros(self._n, dtype=bool)
        mask[places[which]] = True
        return self._of_mask(mask)
