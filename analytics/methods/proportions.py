"""Exact limits of a proportion."""

from scipy.special import betaincinv  # scipy.stats has the same, and takes seconds to import


def exact_limits(
    count: int, denominator: int, *, conf_level: float
) -> tuple[float, float] | tuple[None, None]:
    """The limits of Clopper and Pearson of count / denominator, as fractions from 0 to 1.

    The lower one is 0 for a count of 0, the upper one 1 when everybody counts; both are None for
    an empty denominator. Raises ValueError for a count beyond its denominator and for a level that
    is not between 0 and 1. This is R's binom.test. Reference: Clopper and Pearson, Biometrika
    1934;26:404.
    """
    if not 0 <= count <= denominator:
        raise ValueError(f"{count} of {denominator} is not part of a whole.")
    if not 0 < conf_level < 1:
        raise ValueError(f"The confidence level is {conf_level}, but must lie between 0 and 1.")
    if denominator == 0:
        return None, None
    tail = (1 - conf_level) / 2
    others = denominator - count
    lower = float(betaincinv(count, others + 1, tail)) if count else 0.0
    upper = float(1 - betaincinv(others, count + 1, tail)) if others else 1.0
    return lower, upper
