"""The descriptive tables of plan.toml: groups, characteristics and outcome lines."""

from typing import Final, get_args

from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.keys import Table
from analytics.study.specification import OutcomeLine, Statistic, TableCharacteristic

_LINE_KEYS: Final = (
    "outcome",
    "level",
    "label",
    "population",
    "parent",
    "indent",
    "denominator",
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
        line = _line(row, definitions, tuple(lines))
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
        if (statistic == "count_percent") != (factor.type == "categorical"):
            wanted = "count_percent" if factor.type == "categorical" else "n, mean, sd, median, ..."
            raise StudyError(
                f"{row.where}: statistic '{statistic}' does not fit a {factor.type} factor; use "
                f"{wanted}."
            )
    return TableCharacteristic.model_validate({"factor": factor.factor, "statistics": statistics})


def _line(row: Table, definitions: Definitions, earlier: tuple[str, ...]) -> OutcomeLine:
    parent = row.text("parent")
    if parent is not None:
        row.check(parent, earlier, "parent among the lines above")
    indent = row.number("indent") or 0
    if not float(indent).is_integer() or indent < 0:
        raise StudyError(f"{row.where}: indent is {indent:g}; write 0, 1, 2, ...")
    return OutcomeLine(
        outcome=row.required("outcome"),
        level=row.required("level"),
        label=row.required("label"),
        population=definitions.population(row),
        parent=parent,
        indent=int(indent),
        denominator=definitions.optional_population(row, "denominator"),
    )
