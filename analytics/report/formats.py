"""How numbers are written for people: one place for digits, unknowns and journal style."""

from collections.abc import Mapping
from typing import Any, Final

from analytics.methods.descriptives import round_half_away

UNKNOWN: Final = "-"
NOT_REACHED: Final = "NR"


def decimal(value: float | None, digits: int = 1) -> str:
    """The number with so many decimals; `-` when it is not known."""
    return UNKNOWN if value is None else round_half_away(value, digits)


def whole(value: float | None) -> str:
    """A count, thousands apart; `-` when it is not known."""
    return UNKNOWN if value is None else f"{value:,.0f}"


def percent(value: float | None) -> str:
    """A percentage with one decimal and its sign."""
    return UNKNOWN if value is None else f"{round_half_away(value, 1)}%"


def time_since(analysis: Mapping[str, Any]) -> str:
    """The label of a time axis: from when the months of an analysis are counted."""
    start = analysis["starts_at"]
    if start is None:
        return "Months"
    # an abbreviation keeps its capitals
    since = start[0].lower() + start[1:] if start[1:2].islower() else start
    if analysis["landmark_days"] is None:
        return f"Months since {since}"
    return f"Months since day {analysis['landmark_days']:g} after {since}"


def count_percent(n: int | None, share: float | None) -> str:
    """A count with its percentage, as tables print it: 128 (49.4)."""
    return UNKNOWN if n is None else whole(n) + ("" if share is None else f" ({decimal(share)})")


def interval(lower: float | None, upper: float | None, digits: int = 1) -> str:
    """Two limits; NR for an upper one that is not reached, `-` when neither is known."""
    if lower is None and upper is None:
        return UNKNOWN
    return "-".join(
        NOT_REACHED if limit is None else decimal(limit, digits) for limit in (lower, upper)
    )


def with_interval(
    value: float | None, lower: float | None, upper: float | None, digits: int = 1
) -> str:
    """An estimate and its limits, such as 7.5 (5.5-8.5); the estimate alone without limits."""
    if value is None and lower is None and upper is None:
        return UNKNOWN
    if lower is None and upper is None:
        return decimal(value, digits)
    shown = NOT_REACHED if value is None else decimal(value, digits)
    return f"{shown} ({interval(lower, upper, digits)})"


def hazard_ratio(value: float | None, lower: float | None, upper: float | None) -> str:
    """A hazard ratio and its limits with two decimals."""
    return UNKNOWN if value is None else with_interval(value, lower, upper, 2)


def difference(value: float | None, lower: float | None, upper: float | None) -> str:
    """A difference and its limits, which may be negative: 9.1 (-1.3 to 19.4); NR for none."""
    if value is None:
        return UNKNOWN
    limits = (NOT_REACHED if limit is None else decimal(limit) for limit in (lower, upper))
    return f"{decimal(value)} ({' to '.join(limits)})"


def p_value(value: float | None) -> str:
    """A P value in journal style, without the zero: .20, .053, <.001.

    Three decimals below .1, so that a value near .05 shows whether it is below or above.
    """
    if value is None:
        return UNKNOWN
    if value < 0.001:
        return "<.001"
    if value > 0.99:
        return ">.99"
    return round_half_away(value, 3 if value < 0.1 else 2).removeprefix("0")


def p_phrase(value: float | None) -> str:
    """A P value in a sentence: P = .053, P < .001."""
    text = p_value(value)
    return f"P {text[0]} {text[1:]}" if text[0] in "<>" else f"P = {text}"


def test_with_strata(row: Mapping[str, Any]) -> str:
    """A test of bi.group_tests by name, with the factors of its strata."""
    strata = row["stratified_by_label"]
    return f"{row['test_label']} (strata: {strata})" if strata else str(row["test_label"])


def confidence(level: float | None) -> str:
    """The name of an interval: 95% CI."""
    return "CI" if level is None else f"{100 * level:g}% CI"


def since(row: Mapping[str, Any]) -> str:
    """Words behind a label whose curve starts late, as ` (from month 2.6)`; none for others."""
    month = row["conditional_from_months"]
    return "" if month is None else f" (from month {decimal(month)})"


def months(value: float) -> str:
    """A number of months, without idle decimals."""
    return f"{value:g} mo"


def time_ticks(last_month: float) -> list[float]:
    """Ticks of a time axis up to the last month, about six of them, on whole months."""
    steps = (1, 2, 3, 6, 12, 24, 36, 60, 120)
    step = next((step for step in steps if last_month / step <= 7), 240)
    return [float(step * i) for i in range(int(last_month // step) + 1)]
