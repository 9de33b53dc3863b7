"""What every method asks of its input: known times, codes it knows, whole numbers of subjects.

An unknown time sorts after every other and would leave a subject at risk for ever, a code of 0.5
would be cut to a censoring: both give a number that looks right. So each is refused, in a sentence.
"""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.methods.arrays import FloatArray, IntArray


def known_numbers(values: npt.ArrayLike, what: str) -> FloatArray:
    """The values as finite numbers.

    `what` names one of them in the sentence of the ValueError: null, NaN and infinite are refused.
    """
    numbers = _as_floats(values, what)
    unknown = ~np.isfinite(numbers)
    if unknown.any():
        row = int(np.argmax(unknown))
        raise ValueError(
            f"{what} {row} is {'infinite' if np.isinf(numbers[row]) else 'unknown'}; leave such "
            "subjects out and count them."
        )
    return numbers


def known_days(values: npt.ArrayLike, what: str) -> FloatArray:
    """The values as days from the origin on: finite and not before it, else ValueError."""
    days = known_numbers(values, what)
    if (days < 0).any():
        row = int(np.argmax(days < 0))
        raise ValueError(
            f"{what} {row} is {days[row]:g}, before the origin; the clock starts at 0."
        )
    return days


def event_codes(values: npt.ArrayLike, allowed: Collection[int], sentence: str) -> IntArray:
    """The values as event codes; ValueError with this sentence when one is none of `allowed`."""
    codes = _as_floats(values, "Event code")
    if not np.isin(codes, list(allowed)).all():  # an unknown one is none of them
        raise ValueError(sentence)
    return codes.astype(np.int64)


def whole_numbers(values: npt.ArrayLike, sentence: str) -> IntArray:
    """The values as numbers of subjects; ValueError with this sentence for a part or an unknown."""
    numbers = _as_floats(values, "Number")
    if not (np.isfinite(numbers) & (numbers == np.floor(numbers))).all():
        raise ValueError(sentence)
    return numbers.astype(np.int64)


def known_day(value: float, what: str) -> float:
    """One number of days that is known, else ValueError."""
    if not np.isfinite(value):
        raise ValueError(f"{what} is {value}, but must be a number of days.")
    return float(value)


def _as_floats(values: npt.ArrayLike, what: str) -> FloatArray:
    """Numbers as an array, null as NaN."""
    if isinstance(values, pl.Series):
        if not (values.dtype.is_numeric() or values.dtype in (pl.Boolean, pl.Null)):
            raise ValueError(f"{what} values are {values.dtype}, but must be numbers.")
        if values.null_count():
            values = values.cast(pl.Float64).fill_null(float("nan"))
        return values.to_numpy().astype(np.float64, copy=False)
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what} values are not numbers: {error}.") from error
