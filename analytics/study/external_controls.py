"""external.toml and external/: published curves of other patients, read as data.

A control has a digitised curve, external/NAME.csv with the columns months and survival (as a
fraction), and numbers at risk, external/NAME_at_risk.csv with months and at_risk. Its patients are
no subjects of the study: they are reconstructed beside it, for the analyses that name the control.
"""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final

from analytics.plural import counted
from analytics.study.codes import NAME_FORM, is_name
from analytics.study.errors import StudyError
from analytics.study.keys import Table, read_toml
from analytics.study.rows import Row, read_rows
from analytics.study.specification import (
    BaselineSummary,
    Endpoint,
    ExternalControl,
    Factor,
    PublishedRate,
)
from analytics.study.wording import shortened

FILE: Final = "external.toml"
FOLDER: Final = "external"
_KEYS: Final = (
    "name",
    "label",
    "source",
    "endpoint",
    "n_events",
    "median_months",
    "rates",
    "hazard_ratio",
    "against",
    "tolerance",
    "baseline",
)
_TOLERANCES: Final = {
    "n_events": "n_events",
    "median_months": "median_months",
    "rates": "rate_points",
    "hazard_ratio": "hazard_ratio",
}
_FEWEST_POINTS: Final = 2


def read_external_controls(
    folder: Path,
    endpoints: Mapping[str, Endpoint],
    factors: Mapping[str, Factor],
    levels: Mapping[str, tuple[str, ...]],
) -> tuple[ExternalControl, ...]:
    """The controls in the order of the file; none without it.

    Raises StudyError with one sentence on the first mistake.
    """
    if not (folder / FILE).exists():
        return ()
    file = read_toml(folder / FILE)
    file.allow(("external",))
    found: list[ExternalControl] = []
    for position, values in enumerate(file.tables("external"), start=1):
        name = shortened(str(values.get("name", position)))
        table = Table(f"{FILE} control '{name}'", values)
        table.allow(_KEYS)
        control = _control(folder, table, endpoints, factors, levels)
        if control.name in {other.name for other in found}:
            raise StudyError(f"{table.where}: another control has this name; rename one of them.")
        found.append(control)
    for control in found:
        if control.against is not None:
            others = [other.name for other in found if other.name != control.name]
            Table(f"{FILE} control '{control.name}'", {}).check(
                control.against, others, "control as against"
            )
    return tuple(found)


def _control(
    folder: Path,
    table: Table,
    endpoints: Mapping[str, Endpoint],
    factors: Mapping[str, Factor],
    levels: Mapping[str, tuple[str, ...]],
) -> ExternalControl:
    name = table.required("name")
    if not is_name(name):
        raise StudyError(f"{table.where}: name '{name}' cannot name a file; use {NAME_FORM}.")
    ratio = _positive(table, "hazard_ratio")
    against = table.text("against")
    if (ratio is None) != (against is None):
        raise StudyError(
            f"{table.where}: a hazard ratio is of two controls; give hazard_ratio and against, or "
            "neither."
        )
    return ExternalControl(
        name=name,
        label=table.required("label"),
        source=table.required("source"),
        endpoint=table.known("endpoint", endpoints, "endpoint"),
        points=_points(folder / FOLDER / f"{name}.csv"),
        at_risk=_at_risk(folder / FOLDER / f"{name}_at_risk.csv"),
        n_events=_whole(table, "n_events"),
        median_months=_positive(table, "median_months"),
        rates=_rates(table),
        hazard_ratio=ratio,
        against=against,
        tolerance=_tolerance(table),
        baseline=_baseline(table, factors, levels),
    )


def _points(path: Path) -> tuple[tuple[float, float], ...]:
    """Months rise, survival does not; it starts with 1 at month 0."""

    def survival(row: Row) -> float:
        value = row.number("survival")
        if value is None or not 0 <= value <= 1:
            raise StudyError(
                f"{row.where}: column 'survival' is '{row.cells['survival']}'; write a fraction "
                "from 0 to 1."
            )
        return value

    points = _falling(path, "survival", survival)
    if points[0] != (0, 1) or len(points) < _FEWEST_POINTS:
        raise StudyError(
            f"{path.name}: the curve needs a first row with months 0 and survival 1, and another "
            "point; add them."
        )
    return points


def _at_risk(path: Path) -> tuple[tuple[float, int], ...]:
    """Months rise, numbers at risk do not; the first is that of month 0, at least one patient."""
    numbers = _falling(path, "at_risk", lambda row: float(row.integer("at_risk")))
    if numbers[0][0] != 0 or numbers[0][1] < 1 or numbers[-1][1] < 0:
        raise StudyError(
            f"{path.name}: the numbers at risk need a first row with months 0 and a number above "
            "0, and none below 0; correct them."
        )
    return tuple((months, int(number)) for months, number in numbers)


def _falling(
    path: Path, column: str, value_of: Callable[[Row], float]
) -> tuple[tuple[float, float], ...]:
    found: list[tuple[float, float]] = []
    for row in read_rows(path, ("months", column)):
        months, value = row.number("months"), value_of(row)
        if months is None or months < 0 or (found and months <= found[-1][0]):
            raise StudyError(
                f"{row.where}: column 'months' is '{row.cells['months']}'; write a month later "
                "than that of the row before."
            )
        if found and value > found[-1][1]:
            raise StudyError(
                f"{row.where}: column '{column}' rises from {found[-1][1]:g} to {value:g}, which a "
                "curve of events never does; correct the reading."
            )
        found.append((months, value))
    if not found:
        raise StudyError(f"{path.name} has no rows; add those read off the figure.")
    return tuple(found)


def _rates(table: Table) -> tuple[PublishedRate, ...]:
    rates = []
    for values in table.tables("rates"):
        row = Table(f"{table.where} rate", values)
        row.allow(("months", "percent"))
        months, percent = _positive(row, "months"), _percent(row)
        if months is None or percent is None:
            raise StudyError(f"{row.where}: a rate needs months and percent; give both.")
        rates.append(PublishedRate(months=months, percent=percent))
    quoted = [rate.months for rate in rates]
    if quoted != sorted(set(quoted)):
        raise StudyError(f"{table.where}: the months of the rates are not ascending; sort them.")
    return tuple(rates)


def _tolerance(table: Table) -> dict[str, float]:
    """How far a reconstructed number may be from the printed one, for each that is printed."""
    part = Table(f"{table.where} tolerance", table.table("tolerance"))
    part.allow(tuple(_TOLERANCES.values()))
    found = {}
    for key, name in _TOLERANCES.items():
        value = part.number(name)
        if (key in table.values) != (value is not None) or (value or 0) < 0:
            raise StudyError(
                f"{table.where}: {key} and tolerance.{name} belong together; give both, the "
                "tolerance at least 0, or neither."
            )
        if value is not None:
            found[name] = value
    return found


def _baseline(
    table: Table, factors: Mapping[str, Factor], levels: Mapping[str, tuple[str, ...]]
) -> tuple[BaselineSummary, ...]:
    """Printed summaries of baseline factors, for weighting; one level at least is left out."""
    found: list[BaselineSummary] = []
    for values in table.tables("baseline"):
        row = Table(f"{table.where} baseline '{values.get('factor', '?')}'", values)
        row.allow(("factor", "level", "percent", "mean", "sd"))
        factor = factors[row.known("factor", factors, "factor")]
        if factor.timing != "baseline":
            raise StudyError(f"{row.where}: this factor is not known at baseline; remove it.")
        summary = _summary(row, factor, levels)
        if (summary.factor, summary.level) in {(one.factor, one.level) for one in found}:
            raise StudyError(f"{row.where}: it is given twice; remove one.")
        found.append(summary)
        given = {one.level for one in found if one.factor == factor.factor}
        if factor.type == "categorical" and given >= set(levels[factor.factor]):
            raise StudyError(
                f"{row.where}: all {counted(len(given), 'level')} are given, of which the last "
                "follows from the others; leave one out."
                if len(given) > 1
                else f"{row.where}: the factor has no other level, so every patient has this one; "
                "remove it."
            )
    return tuple(found)


def _summary(row: Table, factor: Factor, levels: Mapping[str, Collection[str]]) -> BaselineSummary:
    wanted = ("level", "percent") if factor.type == "categorical" else ("mean", "sd")
    for key in ("level", "percent", "mean", "sd"):
        if key in row.values and key not in wanted:
            raise StudyError(
                f"{row.where}: a {factor.type} factor has no {key}; give {' and '.join(wanted)}."
            )
    if row.values.get(wanted[0]) is None or (wanted[0] == "level" and "percent" not in row.values):
        raise StudyError(
            f"{row.where}: a {factor.type} factor needs "
            f"{'level and percent' if wanted[0] == 'level' else 'mean'}; add it."
        )
    level = row.text("level")
    if level is not None:
        row.check(level, levels[factor.factor], "level")
    return BaselineSummary(
        factor=factor.factor,
        level=level,
        percent=_percent(row),
        mean=row.number("mean"),
        sd=_positive(row, "sd"),
    )


def _percent(row: Table) -> float | None:
    value = row.number("percent")
    if value is not None and not 0 <= value <= 100:
        raise StudyError(f"{row.where}: percent is {value:g}; write a number from 0 to 100.")
    return value


def _positive(table: Table, key: str) -> float | None:
    value = table.number(key)
    if value is not None and value <= 0:
        raise StudyError(f"{table.where}: {key} is {value:g}; write a number above 0.")
    return value


def _whole(table: Table, key: str) -> int | None:
    value: Any = table.number(key)
    if value is not None and (value < 0 or value != int(value)):
        raise StudyError(f"{table.where}: {key} is {value:g}; write a whole number from 0 on.")
    return None if value is None else int(value)
