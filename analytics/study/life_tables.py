"""Life tables: a file of a study with the mortality of the population by age, year and group."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.guard import check_has_groups
from analytics.study.keys import Table
from analytics.study.rows import Row, read_rows
from analytics.study.specification import LifeTable

DAYS_PER_YEAR: Final = 365.25
_MEASURES: Final = ("yearly_probability", "daily_hazard")
_OWN: Final = ("file", "measure", "age")

_Place = tuple[int, int]


@dataclass(frozen=True)
class _Cell:
    """A row of the file: where it stands, and its hazard per day."""

    where: str
    hazard: float


_Cells = dict[tuple[str, ...], dict[_Place, _Cell]]


def read_life_table(table: Table, definitions: Definitions) -> LifeTable:
    """The life table of an analysis: what its key names, and the file, checked as a whole.

    Every column but age, year and the measure is a group, named in the plan with its factor.
    """
    part = Table(f"{table.where} life_table", table.table("life_table"))
    for key in (*_OWN, "sex"):
        part.required(key)
    groups = {key: _group(part, key, definitions) for key in part.values if key not in _OWN}
    measure = part.known("measure", _MEASURES, "measure")
    age = definitions.factors[part.known("age", definitions.factors, "factor")]
    if age.type != "continuous" or age.timing == "post_baseline":
        raise StudyError(
            f"{part.where}: age '{age.factor}' is no continuous baseline factor; name the one with "
            "the age at the origin in years."
        )
    file = part.part_of_a_path("file") or ""
    levels = {key: definitions.levels[factor] for key, factor in groups.items()}
    cells = _cells(definitions.folder / file, measure, levels)
    ages, years = _whole_range(file, cells, levels)
    return LifeTable(
        file=file,
        age=age.factor,
        groups=tuple(groups.items()),
        first_age=ages[0],
        first_year=years[0],
        hazards={
            group: tuple(tuple(found[age, year].hazard for year in years) for age in ages)
            for group, found in cells.items()
        },
    )


def _group(part: Table, key: str, definitions: Definitions) -> str:
    """The factor whose levels are the values of a column of the file."""
    factor = definitions.factors[part.known(key, definitions.factors, "factor")]
    check_has_groups(part.where, key, factor)
    if factor.timing == "post_baseline":
        raise StudyError(
            f"{part.where}: {key} '{factor.factor}' is known only after the origin; name a "
            "baseline factor."
        )
    return factor.factor


def _cells(path: Path, measure: str, levels: Mapping[str, Sequence[str]]) -> _Cells:
    """The daily hazards by group, and by age and year; no cell twice."""
    cells: _Cells = {}
    for row in read_rows(path, ("age", "year", measure, *levels)):
        group = tuple(
            row.one_of(key, known, f"level of factor for {key}") for key, known in levels.items()
        )
        place = row.integer("age"), row.integer("year")
        found = cells.setdefault(group, {})
        if place in found:
            raise StudyError(
                f"{row.where}: age {place[0]} in {place[1]} of {', '.join(group)} is given twice; "
                "remove one."
            )
        found[place] = _Cell(row.where, _daily_hazard(row, measure))
    return cells


def _daily_hazard(row: Row, measure: str) -> float:
    row.required(measure)
    value = row.number(measure) or 0.0
    if measure == "daily_hazard":
        if value < 0:
            raise StudyError(f"{row.where}: {measure} is {value:g}; write 0 or more.")
        return value
    if not 0 <= value < 1:
        raise StudyError(
            f"{row.where}: {measure} is {value:g}; write a probability from 0 to below 1, or end "
            "the table at the age before."
        )
    return -math.log1p(-value) / DAYS_PER_YEAR


def _whole_range(
    file: str, cells: _Cells, levels: Mapping[str, Sequence[str]]
) -> tuple[list[int], list[int]]:
    """The ages and years of the table: all between the first and the last, for every group."""
    places = {place for found in cells.values() for place in found}
    if not places:
        raise StudyError(f"{file}: no rows; give the mortality by age, year and group.")
    ages = sorted({age for age, _ in places})
    years = sorted({year for _, year in places})
    for position, (key, known) in enumerate(levels.items()):
        given = {group[position] for group in cells}
        missing = [level for level in known if level not in given]
        if missing:
            raise StudyError(
                f"{file}: no rows of {key} '{missing[0]}', which is a level of its factor; add "
                "them."
            )
    for group, found in cells.items():
        for year in range(years[0], years[-1] + 1):
            for age in range(ages[0], ages[-1] + 1):
                if (age, year) not in found:
                    before = found.get((age - 1, year)) or found.get((age, year - 1))
                    raise StudyError(
                        f"{before.where if before else file}: the row of age {age} in {year} of "
                        f"{', '.join(group)} is missing, although the table goes from age "
                        f"{ages[0]} to {ages[-1]} and from {years[0]} to {years[-1]}; add it after "
                        "this one."
                    )
    return list(range(ages[0], ages[-1] + 1)), list(range(years[0], years[-1] + 1))
