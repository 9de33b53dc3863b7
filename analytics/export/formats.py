"""Numbers as they are printed, by their unit; stored values are never rounded."""

from typing import Final

from analytics.study.number_styles import PLAIN, on_its_side, style

_DIGITS: Final = {"subjects": 0, "fraction": 1, "%": 1, "ratio": 2}
_RATIO: Final = "ratio"
_OTHER_UNITS: Final = 1
_NO_UNIT: Final = 3
_SMALLEST_P: Final = 0.001


def formatted(value: float | bool, name: str, unit: str | None) -> str:
    """A statistic as text: counts whole, fractions in percent, ratios with two decimals.

    P values are columns named `p_value` or ending in `_p`: three decimals, or `<0.001`, and as the
    study's journal writes them where it names one. No number is rounded to what it is not: a ratio
    to 0, a limit of one to 1, a P value over .05, a percentage to none or all.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if name == "p_value" or name.endswith("_p"):
        return _p_value(value)
    if unit in ("fraction", "%"):
        return f"{style().percent(100 * value if unit == 'fraction' else value)}%"
    digits = _NO_UNIT if unit is None else _DIGITS.get(unit, _OTHER_UNITS)
    if unit == _RATIO:
        is_limit = name.endswith(("lower", "upper"))
        return style().apart(value, digits, *((0.0, 1.0) if is_limit else (0.0,)))
    return style().number(value, digits)


def _p_value(value: float) -> str:
    if style().name != PLAIN:
        return style().p_value(value)
    return f"<{_SMALLEST_P}" if value < _SMALLEST_P else on_its_side(value, 3)
