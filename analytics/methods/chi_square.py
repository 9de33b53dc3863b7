"""A test of a hypothesis: chi-square statistic, degrees of freedom and P value, or a status."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc  # scipy.stats has the same, and takes seconds to import

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray

SINGULAR = 1e-10


@dataclass(frozen=True)
class TestResult:
    """`statistic` and `p_value` are None, and `df` 0, unless `status` is 'ok'."""

    __test__ = False  # not a test case, whatever its name

    statistic: float | None
    df: int
    p_value: float | None
    status: str = statuses.OK


def chi_square_test(statistic: float, df: int) -> TestResult:
    """The upper tail of the chi-square distribution; a statistic below 0 by rounding is 0."""
    statistic = max(float(statistic), 0.0)
    return TestResult(statistic, df, float(chdtrc(df, statistic)))


def no_test(reason: str, subject: str | None = None) -> TestResult:
    """A test that the data cannot carry."""
    return TestResult(None, 0, None, statuses.not_estimable(reason, subject))


def quadratic_form(vector: FloatArray, matrix: FloatArray) -> float | None:
    """vector' inverse(matrix) vector; None when the matrix is singular to working precision."""
    correlation, size = correlation_of(matrix)
    if correlation is None or len(vector) == 0:
        return None
    scaled = vector / size
    return float(scaled @ np.linalg.solve(correlation, scaled))


def correlation_of(matrix: FloatArray) -> tuple[FloatArray | None, FloatArray]:
    """A covariance or information matrix as correlations, and the square roots of its diagonal.

    So the units of the covariates do not decide what is singular: it is when the smallest
    eigenvalue of the correlations is below 1e-10, and the correlations are then None.
    """
    size = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    if len(matrix) == 0:
        return matrix, size
    if not np.isfinite(matrix).all() or (size == 0).any():
        return None, size
    correlation = matrix / np.outer(size, size)
    if float(np.linalg.eigvalsh(correlation)[0]) < SINGULAR:
        return None, size
    return correlation, size
