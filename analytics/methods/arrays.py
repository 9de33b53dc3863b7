"""Shorthands for the arrays and frames of this package."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def frame_without_nan(columns: Mapping[str, npt.NDArray[np.generic]]) -> pl.DataFrame:
    """A frame of the columns in which unknown, NaN in an array, is null."""
    return pl.DataFrame(dict(columns), nan_to_null=True)
