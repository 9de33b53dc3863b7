"""The descriptive tables of plan.toml: groups, characteristics and outcome lines."""

from collections.abc import Mapping
from typing import Final, get_args

from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.guard import first_not_implied
from analytics.study.keys import Table
from analytics.study.populations import conditions_of
from analytics.study.specification import OutcomeLine, Statistic, TableCharacteristic
from analytics.study.strata import read_stratified_by

_LINE_KEYS: Final = (
    "outcome",
    "level",
    "label",
    "population",
    "parent",
    "indent",
    "denominator",
    "headline",
)


def read_groups(table: Table, definitions: Definitions) -> tuple[str, ...]:
    """The populations a table has columns for, in order, none twice."""
    groups = table.texts("groups")
    if not groups:
        raise StudyError(f"{table.where}: no groups; list the populations to show.")
    for group in groups:
        table.check(group, definitions.populations, "population")
        if groups.count(group) > 1:
            raise StudyError(f"{table.where}: group '{group}' is listed twice; remove one.")
    return groups


def read_compared(
    table: Table, groups: tuple[str, ...], definitions: Definitions
) -> tuple[str, ...]:
    """The two groups of an outcomes table that are compared, the reference last; or none.

    They must not share a subject. Refused are groups of which one includes the other; whether
    others share subjects is known only with the data. Groups that an outcome defines are described
    and never compared.
    """
    compared = table.texts("compared")
    if not compared:
        return ()
    for group in compared:
        table.check(group, groups, "group of this table")
    if (len(compared), len(set(compared))) != (2, 2):
        raise StudyError(
            f"{table.where}: compared is {list(compared)}; name two different groups, the "
            "reference last."
        )
    conditions = {}
    for group in compared:
        found = conditions_of(group, definitions.populations)
        for condition in found:
            if condition.kind == "endpoint":
                raise StudyError(
                    f"{table.where}: compared names '{group}', which is defined by the outcome "
                    f"{condition.name}; such groups are described but not compared, so remove it."
                )
        conditions[group] = {(c.kind, c.name, c.operator, c.value) for c in found}
    for part, whole in (compared, compared[::-1]):
        if conditions[whole] <= conditions[part]:
            raise StudyError(
                f"{table.where}: compared names '{part}' and '{whole}', but every subject of "
                f"'{part}' is one of '{whole}' too; compare groups that share no subject."
            )
    return compared


def read_strata_of_comparison(
    table: Table, compared: tuple[str, ...], definitions: Definitions
) -> tuple[str, ...]:
    """The factors that form the strata of the comparison; a table without one has none."""
    names = read_stratified_by(table, definitions)
    if names and not compared:
        raise StudyError(
            f"{table.where}: stratified_by is for the comparison of two groups, but there is none; "
            "name them as compared or remove stratified_by."
        )
    return names


def read_characteristics(table: Table, definitions: Definitions) -> tuple[TableCharacteristic, ...]:
    """The baseline factors of a table; counts for categorical, moments for continuous ones."""
    values = table.tables("characteristics")
    if not values:
        raise StudyError(f"{table.where}: no characteristics; list at least one factor.")
    found: list[TableCharacteristic] = []
    for value in values:
        row = Table(f"{table.where} characteristic '{value.get('factor', '?')}'", value)
        row.allow(("factor", "statistics"))
        characteristic = _characteristic(row, definitions)
        if characteristic.factor in {other.factor for other in found}:
            raise StudyError(f"{row.where}: this factor is listed twice; remove one.")
        found.append(characteristic)
    return tuple(found)


def read_lines(table: Table, definitions: Definitions) -> tuple[OutcomeLine, ...]:
    """The lines of an outcomes table; outcome and level name a line, a parent comes first."""
    values = table.tables("lines")
    if not values:
        raise StudyError(f"{table.where}: no lines; list at least one outcome.")
    lines: dict[str, OutcomeLine] = {}
    for value in values:
        row = Table(
            f"{table.where} line '{value.get('outcome', '?')}/{value.get('level', '?')}'", value
        )
        row.allow(_LINE_KEYS)
        line = _line(row, lines, definitions)
        name = f"{line.outcome}/{line.level}"
        if name in lines:
            raise StudyError(f"{row.where}: this line is listed twice; remove one.")
        lines[name] = line
    return tuple(lines.values())


def _characteristic(row: Table, definitions: Definitions) -> TableCharacteristic:
    factor = definitions.factors[row.known("factor", definitions.factors, "factor")]
    if factor.timing == "post_baseline":
        raise StudyError(
            f"{row.where}: this factor is post-baseline, not a baseline characteristic; show it "
            "as a line of an outcomes table."
        )
    statistics = row.texts("statistics") or ("count_percent",)
    for statistic in statistics:
        row.check(statistic, get_args(Statistic), "statistic")
        if statistics.count(statistic) > 1:
            raise StudyError(f"{row.where}: statistic '{statistic}' is listed twice; remove one.")
        if (statistic == "count_percent") != (factor.type == "categorical"):
            wanted = "count_percent" if factor.type == "categorical" else "n, mean, sd, median, ..."
            raise StudyError(
                f"{row.where}: statistic '{statistic}' does not fit a {factor.type} factor; use "
                f"{wanted}."
            )
    return TableCharacteristic.model_validate({"factor": factor.factor, "statistics": statistics})


def _line(row: Table, earlier: Mapping[str, OutcomeLine], definitions: Definitions) -> OutcomeLine:
    outcome, level = row.part_of_a_path("outcome"), row.part_of_a_path("level")
    parent = row.text("parent")
    indent = row.number("indent") or 0
    if not float(indent).is_integer() or indent < 0:
        raise StudyError(f"{row.where}: indent is {indent:g}; write 0, 1, 2, ...")
    line = OutcomeLine(
        outcome=outcome or row.required("outcome"),
        level=level or row.required("level"),
        label=row.required("label"),
        population=definitions.population(row),
        parent=parent,
        indent=int(indent),
        denominator=definitions.optional_population(row, "denominator"),
        headline=row.truth("headline", default=False),
    )
    if parent is not None:
        row.check(parent, earlier, "parent among the lines above")
        _check_part(row, line, earlier[parent], definitions)
    return line


def _check_part(
    row: Table, line: OutcomeLine, whole: OutcomeLine, definitions: Definitions
) -> None:
    """Whoever is counted in a line is counted in its parent."""
    missing = first_not_implied(_counted(line), _counted(whole), definitions)
    if missing is not None:
        raise StudyError(
            f"{row.where}: its patients are not within those of the parent '{line.parent}' "
            f"({missing.kind} '{missing.name}' is not required), so a part could be more than the "
            f"whole; add the condition population = {missing.population} to population "
            f"'{line.population}', or remove parent."
        )


def _counted(line: OutcomeLine) -> tuple[str, ...]:
    """The populations of which the members are counted that are in all of them."""
    return tuple(name for name in (line.population, line.denominator) if name is not None)
