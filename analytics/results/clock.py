"""Days and months of the study's clock, converted in one place."""

from collections.abc import Sequence

from analytics.study.specification import Parameters


def in_months(days: float | None, parameters: Parameters) -> float | None:
    """Days as months; what is not known stays so."""
    return None if days is None else days / parameters.days_per_month


def in_days(months: Sequence[float], parameters: Parameters) -> list[float]:
    """Each of the months as days."""
    return [month * parameters.days_per_month for month in months]
