"""How numbers are written for people: one place for digits and unknowns, in the study's style."""

from collections.abc import Mapping
from typing import Any, Final

from analytics.study.number_styles import style

UNKNOWN: Final = "-"
NOT_REACHED: Final = "NR"


def decimal(value: float | None, digits: int = 1) -> str:
    """The number with so many decimals; `-` when it is not known."""
    return UNKNOWN if value is None else style().number(value, digits)


def whole(value: float | None) -> str:
    """A count, thousands apart; `-` when it is not known."""
    return UNKNOWN if value is None else f"{value:,.0f}"


def percent(value: float | None) -> str:
    """A percentage with one decimal and its sign."""
    return UNKNOWN if value is None else f"{style().percent(value)}%"


def percent_number(value: float | None) -> str:
    """A percentage with one decimal, without its sign."""
    return UNKNOWN if value is None else style().percent(value)


def time_since(analysis: Mapping[str, Any]) -> str:
    """The label of a time axis: from when the months of an analysis are counted."""
    start = analysis["starts_at"]
    if start is None:
        return "Months"
    since = in_sentence(start)
    if analysis["landmark_days"] is None:
        return f"Months since {since}"
    return f"Months since day {decimal_places(analysis['landmark_days'])} after {since}"


def in_sentence(label: str) -> str:
    """A label as it stands within a sentence; an abbreviation keeps its capitals."""
    return label[0].lower() + label[1:] if label[1:2].islower() else label


def count_percent(n: int | None, share: float | None) -> str:
    """A count with its percentage, as tables print it: 128 (49.4)."""
    if n is None:
        return UNKNOWN
    return whole(n) + ("" if share is None else f" ({percent_number(share)})")


def interval(lower: float | None, upper: float | None, digits: int = 1) -> str:
    """Two limits; NR for an upper one that is not reached, `-` when neither is known."""
    if lower is None and upper is None:
        return UNKNOWN
    return style().between(
        *(NOT_REACHED if limit is None else decimal(limit, digits) for limit in (lower, upper))
    )


def percent_interval(lower: float | None, upper: float | None) -> str:
    """Two limits of a percentage."""
    if lower is None or upper is None:
        return interval(lower, upper)
    return style().between(style().percent(lower), style().percent(upper))


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
    """A ratio and its limits with two decimals, or as many as show on which side of 1 they are."""
    if value is None:
        return UNKNOWN
    shown = ratio(value, is_apart=_excludes(1, lower, upper))
    if lower is None and upper is None:
        return shown
    return f"{shown} ({ratio_interval(lower, upper)})"


def ratio(value: float, *, is_apart: bool) -> str:
    """A ratio with two decimals, never as 0; `is_apart`: not as 1 either, unless it is."""
    return style().apart(value, 2, *((0.0, 1.0) if is_apart else (0.0,)))


def ratio_interval(lower: float | None, upper: float | None) -> str:
    """The limits of a ratio, on the side of 1 where they are."""
    return style().between(
        *(NOT_REACHED if one is None else ratio(one, is_apart=True) for one in (lower, upper))
    )


def difference(value: float | None, lower: float | None, upper: float | None) -> str:
    """A difference and its limits, which may be negative: 9.1 (-1.3 to 19.4); NR for none."""
    if value is None:
        return UNKNOWN
    limits = (
        NOT_REACHED if limit is None else style().apart(limit, 1, 0.0) for limit in (lower, upper)
    )
    excluded = (0.0,) if _excludes(0, lower, upper) else ()
    return f"{style().apart(value, 1, *excluded)} ({' to '.join(limits)})"


def _excludes(number: float, lower: float | None, upper: float | None) -> bool:
    """Whether the interval lies on one side of the number."""
    return (lower is not None and lower > number) or (upper is not None and upper < number)


def p_value(value: float | None) -> str:
    """A P value in the style of the study: .20, .053, <.001."""
    return UNKNOWN if value is None else style().p_value(value)


def p_phrase(value: float | None) -> str:
    """A P value in a sentence: P = .053, P < .001."""
    return f"{style().p_letter} = {UNKNOWN}" if value is None else style().p_phrase(value)


def test_with_strata(row: Mapping[str, Any]) -> str:
    """A test of bi.group_tests by name, with the factors of its strata."""
    strata = row["stratified_by_label"]
    return f"{row['test_label']} (strata: {strata})" if strata else str(row["test_label"])


def confidence(level: float | None) -> str:
    """The name of an interval: 95% CI."""
    return "CI" if level is None else f"{decimal_places(100 * level)}% CI"


def decimal_places(value: float) -> str:
    """A number with the decimals that it has, in the study's style."""
    return style().shortest(value)


def since(row: Mapping[str, Any]) -> str:
    """Words behind a label whose curve starts late, as ` (from month 2.6)`; none for others."""
    month = row["conditional_from_months"]
    return "" if month is None else f" (from month {decimal(month)})"


def months(value: float) -> str:
    """A number of months, without idle decimals."""
    return f"{decimal_places(value)} mo"


def time_ticks(last_month: float, most: int = 7) -> list[float]:
    """Ticks of a time axis up to the last month, about six of them, on whole months."""
    steps = (1, 2, 3, 6, 12, 24, 36, 60, 120)
    step = next((step for step in steps if last_month / step <= most), 240)
    return [float(step * i) for i in range(int(last_month // step) + 1)]
