"""The arrays of the search: whole days, codes and flags; numbers; counts of event days."""

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
ShortArray = npt.NDArray[np.int16]
