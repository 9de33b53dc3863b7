"""Numbers as they are printed, by their unit; stored values are never rounded."""

from typing import Final

from analytics.methods.descriptives import round_half_away

_DIGITS: Final = {"subjects": 0, "fraction": 1, "%": 1, "ratio": 2}
_OTHER_UNITS: Final = 1
_NO_UNIT: Final = 3
_SMALLEST_P: Final = 0.001


def formatted(value: float | bool, name: str, unit: str | None) -> str:
    """A statistic as text: counts whole, fractions in percent, ratios with two decimals.

    P values are columns named `p_value` or ending in `_p`: three decimals, or `<0.001`.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if name == "p_value" or name.endswith("_p"):
        return f"<{_SMALLEST_P}" if value < _SMALLEST_P else round_half_away(value, 3)
    if unit == "fraction":
        return f"{round_half_away(100 * value, _DIGITS[unit])}%"
    digits = _NO_UNIT if unit is None else _DIGITS.get(unit, _OTHER_UNITS)
    return f"{round_half_away(value, digits)}{'%' if unit == '%' else ''}"
