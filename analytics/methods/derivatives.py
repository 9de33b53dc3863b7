"""Derivatives of a smooth function of a few coefficients, by central differences of eighth order.

The error of such a difference is that of the ninth derivative times step^8 / 630, so that a step
well below the distances on which the function bends leaves little but rounding.
Reference: Fornberg, Math Comput 1988;51:699, table 1.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from analytics.methods.arrays import FloatArray

STEP: Final = 0.02  # on a scale where 1 is much
_FIRST: Final = np.array([4 / 5, -1 / 5, 4 / 105, -1 / 280])
_SECOND: Final = np.array([8 / 5, -1 / 5, 8 / 315, -1 / 560])
_AT_CENTRE: Final = -205 / 72

Function = Callable[[FloatArray], FloatArray]


def gradient(function: Function, at: FloatArray, *, step: float = STEP) -> FloatArray:
    """The first derivatives (p x n) of a function of coefficients (p) with values (n)."""
    return np.stack([_along(function, at, step * unit) / step for unit in np.eye(len(at))])


def second_derivatives(function: Function, at: FloatArray, *, step: float = STEP) -> FloatArray:
    """The second derivatives (p x p x n) of a function of coefficients (p) with values (n)."""
    p = len(at)
    units, centre = step * np.eye(p), function(at)
    found = np.zeros((p, p, len(centre)))
    for i in range(p):
        terms = [
            weight * (function(at + k * units[i]) + function(at - k * units[i]))
            for k, weight in enumerate(_SECOND, start=1)
        ]
        found[i, i] = (np.sum(terms, axis=0) + _AT_CENTRE * centre) / step**2
        for j in range(i):
            first = partial(_along, function, unit=units[j])
            found[i, j] = found[j, i] = _along(first, at, units[i]) / step**2
    return found


def _along(function: Function, at: FloatArray, unit: FloatArray) -> FloatArray:
    """The derivative by the length of a step, in units of it."""
    terms = [
        weight * (function(at + k * unit) - function(at - k * unit))
        for k, weight in enumerate(_FIRST, start=1)
    ]
    return np.asarray(np.sum(terms, axis=0), dtype=np.float64)
