"""Long-term questions that plan.toml puts to a curve."""

from typing import Final, get_args

from analytics.study.errors import StudyError
from analytics.study.keys import Table
from analytics.study.specification import (
    ConditionalSurvival,
    ModelName,
    ParametricModels,
    SmoothedHazard,
)

_MOST_POINTS: Final = 1200


def read_months(table: Table, key: str) -> tuple[float, ...]:
    """Months above 0, each later than the one before; absent is none."""
    values = table.numbers(key)
    if list(values) != sorted(set(values)) or any(value <= 0 for value in values):
        raise StudyError(
            f"{table.where}: {key} must be positive and ascending; it is {table.values[key]}, so "
            "sort it."
        )
    return values


def read_quantiles(table: Table) -> tuple[float, ...]:
    """Shares of events between 0 and 1, ascending; absent is none."""
    values = table.numbers("quantiles")
    if list(values) != sorted(set(values)) or any(not 0 < value < 1 for value in values):
        raise StudyError(
            f"{table.where}: quantiles must be between 0 and 1 and ascending; it is "
            f"{table.values['quantiles']}, so write for instance [0.25, 0.75]."
        )
    return values


def read_conditional_survival(table: Table) -> ConditionalSurvival | None:
    """The months from which, and over which, survival is asked for; None when it is not."""
    part = _part(table, "conditional_survival", ("at_months", "further_months"))
    if part is None:
        return None
    return ConditionalSurvival(
        at_months=_some_months(part, "at_months"),
        further_months=_some_months(part, "further_months"),
    )


def read_smoothed_hazard(table: Table) -> SmoothedHazard | None:
    """The bandwidth and the distance of the months asked for; None when no hazard is."""
    part = _part(table, "smoothed_hazard", ("bandwidth_months", "every_months"))
    if part is None:
        return None
    return SmoothedHazard(
        bandwidth_months=_positive(part, "bandwidth_months"),
        every_months=_positive(part, "every_months"),
    )


def read_parametric(table: Table) -> ParametricModels | None:
    """The distributions and the months they are asked for; None when none is fitted."""
    part = _part(table, "parametric", ("models", "months"))
    if part is None:
        return None
    models = part.texts("models")
    if not models:
        raise StudyError(f"{part.where}: no models; name one of {', '.join(get_args(ModelName))}.")
    for model in models:
        part.check(model, get_args(ModelName), "model")
        if models.count(model) > 1:
            raise StudyError(f"{part.where}: model '{model}' is listed twice; remove one.")
    months = _some_months(part, "months")
    if months[-1] > _MOST_POINTS:
        raise StudyError(
            f"{part.where}: months goes up to {months[-1]:g}, but a hundred years "
            f"({_MOST_POINTS} months) are the most; leave out what is later."
        )
    return ParametricModels.model_validate({"models": models, "months": months})


def _part(table: Table, key: str, keys: tuple[str, ...]) -> Table | None:
    """The table under a key, with its keys checked; None when it is absent."""
    if key not in table.values:
        return None
    part = Table(f"{table.where} {key}", table.table(key))
    part.allow(keys)
    return part


def _some_months(part: Table, key: str) -> tuple[float, ...]:
    months = read_months(part, key)
    if not months:
        raise StudyError(f"{part.where}: no {key}; list months, such as [12, 24].")
    return months


def _positive(part: Table, key: str) -> float:
    value = part.number(key)
    if value is None or value <= 0:
        shown = "missing" if value is None else f"{value:g}"
        raise StudyError(f"{part.where}: {key} is {shown}; write a number of months above 0.")
    return value
