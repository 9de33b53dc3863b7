"""How numbers are written for people: one choice per study, for everything that is printed.

A style says how a journal writes a decimal point, a minus, a range and a P value. Stored numbers
are never touched. Whatever the style, a printed number is on the same side of 0.05, of 0 and of 1
as the number behind it: digits are added until it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, get_args

from analytics.methods.descriptives import round_half_away

StyleName = Literal["plain", "nejm", "jco", "lancet", "jama"]
STYLE_NAMES: Final[tuple[str, ...]] = get_args(StyleName)
PLAIN: Final[StyleName] = "plain"

_SIGNIFICANT: Final = 0.05
_ALMOST_ONE: Final = 0.99
_MOST_DIGITS: Final = 5


@dataclass(frozen=True)
class NumberStyle:
    """The habits of a journal.

    `to` stands between two limits of which none is negative; a word stands between negative ones,
    and after a lower limit that is none (NR). `p_digits` names the rule for the decimals of a P
    value: three below .1 and else two; three below .01 and else two; or two significant figures.
    """

    name: StyleName
    point: str = "."
    minus: str = "-"
    to: str = "-"
    p_letter: str = "P"
    p_gap: str = " "
    p_has_zero: bool = False
    p_smallest: float = 0.001
    p_digits: Literal["tenth", "hundredth", "significant"] = "hundredth"
    ci_gap: str = ", "

    def number(self, value: float, digits: int) -> str:
        """The number with so many decimals."""
        return self._written(round_half_away(value, digits))

    def shortest(self, value: float) -> str:
        """The number with the decimals that it has, six figures at most."""
        return self._written(f"{value:g}")

    def apart(self, value: float, digits: int, *others: float) -> str:
        """The number with so many decimals, or more where it would print as one of the others.

        A number that takes more than three further decimals is given as below or above the other.
        """
        text = round_half_away(value, digits)
        for more in range(digits + 1, digits + 4):
            if not _same(text, value, others):
                break
            text = round_half_away(value, more)
        if not _same(text, value, others):
            return self._written(text)
        (other,) = (one for one in others if float(text) == one)
        step = 10.0 ** -(digits + 3) if other == 0 else 0.0
        if value > other:
            return f"<{self.number(step, digits + 3)}" if step else f">{self.number(other, digits)}"
        return f">{self.number(-step, digits + 3)}" if step else f"<{self.number(other, digits)}"

    def percent(self, value: float) -> str:
        """A percentage with one decimal; neither none nor all where it is only nearly so."""
        text = round_half_away(value, 1)
        if value > 1e-9 and float(text) == 0:
            return f"<{self.number(0.1, 1)}"
        if value < 100 - 1e-9 and float(text) == 100:
            return f">{self.number(99.9, 1)}"
        return self._written(text)

    def p_value(self, value: float) -> str:
        """A P value as the journal writes it, on the side of .05 where it is."""
        if value < self.p_smallest:
            return f"<{self._p(f'{self.p_smallest:f}'.rstrip('0'))}"
        if value > _ALMOST_ONE:
            return f">{self._p(f'{_ALMOST_ONE}')}"
        return self._p(on_its_side(value, self._digits_of_p(value)))

    def p_phrase(self, value: float) -> str:
        """A P value in a sentence: P = .053, P < .001."""
        text = self.p_value(value)
        relation, number = (text[0], text[1:]) if text[0] in "<>" else ("=", text)
        return f"{self.p_letter}{self.p_gap}{relation}{self.p_gap}{number}"

    def between(self, lower: str, upper: str) -> str:
        """Two written limits with what stands between them."""
        is_negative = lower.startswith(self.minus) or upper.startswith(self.minus)
        is_open = lower[:1] in "<>" or upper[:1] in "<>"
        has_word = is_negative or is_open or lower[:1].isalpha()
        return f"{lower}{' to ' if has_word else self.to}{upper}"

    def _digits_of_p(self, value: float) -> int:
        if self.p_digits == "significant":
            return next(d for d in (2, 3, 4) if value >= 10.0 ** (1 - d) or d == 4)
        return 3 if value < (0.1 if self.p_digits == "tenth" else 0.01) else 2

    def _p(self, text: str) -> str:
        if not self.p_has_zero:
            text = text.removeprefix("0").replace("<0.", "<.")
        return text.replace(".", self.point)

    def _written(self, text: str) -> str:
        return text.replace("-", self.minus).replace(".", self.point)


def on_its_side(value: float, digits: int) -> str:
    """A P value with so many decimals, or as many as show whether it is below .05."""
    for more in range(digits, _MOST_DIGITS + 1):
        text = round_half_away(value, more)
        if (Decimal(text) < Decimal(str(_SIGNIFICANT))) == (value < _SIGNIFICANT):
            return text
    return f"<{_SIGNIFICANT}"


def _same(text: str, value: float, others: tuple[float, ...]) -> bool:
    """Whether the text reads as one of the other numbers, which the value is not."""
    return any(float(text) == other and value != other for other in others)


STYLES: Final[dict[str, NumberStyle]] = {
    style.name: style
    for style in (
        NumberStyle("plain", p_digits="tenth"),
        NumberStyle("nejm", minus="\u2212", to=" to ", p_gap="", p_has_zero=True),
        NumberStyle("jco", minus="\u2212", to=" to "),
        NumberStyle(
            "lancet", point="·", minus="\u2212", to="\u2013", p_letter="p", p_gap="",
            p_has_zero=True, p_smallest=0.0001, p_digits="significant", ci_gap=" ",
        ),
        NumberStyle("jama", minus="\u2212"),
    )
}  # fmt: skip
_CURRENT: ContextVar[str] = ContextVar("number_style", default=PLAIN)


def style() -> NumberStyle:
    """The style that is written in now."""
    return STYLES[_CURRENT.get()]


@contextmanager
def written_as(name: str | None) -> Iterator[None]:
    """Within it numbers are written in the style of that name; None: in the plain one.

    Raises KeyError for an unknown name.
    """
    token = _CURRENT.set(STYLES[name or PLAIN].name)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def as_plain(text: str) -> str:
    """A written number as programs read it, whatever its style."""
    now = style()
    return text.replace(now.minus, "-").replace(now.point, ".")
