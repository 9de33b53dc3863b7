"""Counts, percentages, summary statistics, and the one rule of rounding for show."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

STATISTICS = ("n", "mean", "sd", "median", "q1", "q3", "min", "max")


def round_half_away(value: float, digits: int) -> str:
    """The number as printed with so many decimals, halves away from zero, as SAS rounds.

    It is the decimal number one reads that is rounded, not the binary one behind it: 2.675 gives
    '2.68', though the double is a little less. Only for show; stored values are never rounded.
    Raises ValueError for a value that is not a finite number.
    """
    number = Decimal(repr(float(value)))
    if not number.is_finite():
        raise ValueError(f"{value} cannot be rounded; show an unknown value as such.")
    rounded = number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return f"{abs(rounded) if rounded == 0 else rounded:f}"


def percent(count: int, denominator: int) -> float | None:
    """100 x count / denominator, unrounded; None for an empty denominator."""
    if denominator < 0 or count < 0 or count > denominator:
        raise ValueError(f"{count} of {denominator} is not part of a whole.")
    return 100.0 * count / denominator if denominator else None


def count_percent(values: pl.Series, levels: Sequence[str | None]) -> pl.DataFrame:
    """A row per level, in the order given, with n, denominator and percent.

    The denominator is every value, unknown ones too; None among the levels counts the unknown.
    Raises ValueError when a value is none of the levels, since it would vanish from the table.
    """
    strays = values.drop_nulls().filter(~values.drop_nulls().is_in([v for v in levels if v]))
    if len(strays):
        raise ValueError(f"Level '{strays[0]}' is in the data but not in the table; add it.")
    counts = [
        values.null_count() if level is None else int((values == level).sum()) for level in levels
    ]
    return pl.DataFrame(
        {
            "level": list(levels),
            "n": counts,
            "denominator": [len(values)] * len(counts),
            "percent": [percent(count, len(values)) for count in counts],
        },
        schema={"level": pl.String, "n": pl.Int64, "denominator": pl.Int64, "percent": pl.Float64},
    )


def summary_statistics(values: pl.Series) -> pl.DataFrame:
    """A row per statistic of the known values: n, mean, sd, median, q1, q3, min, max.

    sd has n - 1 below and is null for fewer than two values; the others are null for none.
    """
    known = values.drop_nulls().cast(pl.Float64).sort()
    found: dict[str, float | None] = {
        "n": float(len(known)),
        "mean": _number(known.mean()),
        "sd": _number(known.std()),
        "median": quantile(known, 0.5),
        "q1": quantile(known, 0.25),
        "q3": quantile(known, 0.75),
        "min": known[0] if len(known) else None,
        "max": known[-1] if len(known) else None,
    }
    return pl.DataFrame(
        {"statistic": list(STATISTICS), "value": [found[name] for name in STATISTICS]},
        schema={"statistic": pl.String, "value": pl.Float64},
    )


def quantile(ordered: Sequence[float] | pl.Series, p: float) -> float | None:
    """The quantile by the empirical distribution with averaging (SAS definition 5, R type 2).

    With n p a whole number j, the mean of the j-th and the next value; else the value after n p.
    """
    if not len(ordered):
        return None
    position = len(ordered) * p
    j = int(position)
    if position == j and 0 < j < len(ordered):
        return (float(ordered[j - 1]) + float(ordered[j])) / 2
    return float(ordered[min(j, len(ordered) - 1)])


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
