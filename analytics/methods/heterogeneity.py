"""The same number estimated in several trials: whether they differ, and what they say together.

The estimates are taken as normal with known errors, on a scale where they nearly are: a log ratio,
or the complementary log-log of a probability. Cochran's Q asks whether they differ by more than
their errors; I2 says how much of their spread is more than that, and tau2 how wide it is.
References: Cochran, Biometrics 1954;10:101; DerSimonian and Laird, Control Clin Trials 1986;7:177;
Higgins and Thompson, Stat Med 2002;21:1539.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray
from analytics.methods.checked import known_numbers
from analytics.methods.chi_square import TestResult, chi_square_test, no_test


@dataclass(frozen=True)
class Combined:
    """The weighted mean of the estimates and its standard error, on their scale."""

    estimate: float
    std_error: float


@dataclass(frozen=True)
class Heterogeneity:
    """Cochran's test, I2 (0 to 1) and tau2 (on the square of the scale), and both means.

    `fixed` weighs by the inverse variances, `random` by those with tau2 added. All but the test
    are None unless its status is 'ok'.
    """

    test: TestResult
    i_squared: float | None = None
    tau_squared: float | None = None
    fixed: Combined | None = None
    random: Combined | None = None


def heterogeneity(estimates: Sequence[float], std_errors: Sequence[float]) -> Heterogeneity:
    """Whether the estimates of two or more trials differ, by their errors.

    Q = sum w (y - mean)^2 with w = 1 / se^2, on one degree of freedom less than trials;
    I2 = max(0, (Q - df) / Q); tau2 = max(0, (Q - df) / (sum w - sum w^2 / sum w)). Status with
    fewer than two estimates. Raises ValueError for an unknown estimate or an error not above 0.
    """
    y, error = known_numbers(estimates, "Estimate"), known_numbers(std_errors, "Standard error")
    if len(y) != len(error) or (error <= 0).any():
        raise ValueError("Each estimate needs a standard error above 0.")
    if len(y) < 2:
        return Heterogeneity(no_test(statuses.ONE_ESTIMATE))
    weight = error**-2.0
    fixed = _mean(y, weight)
    df = len(y) - 1
    test = chi_square_test(float(weight @ (y - fixed.estimate) ** 2), df)
    assert test.statistic is not None
    excess = max(test.statistic - df, 0.0)
    spread = weight.sum() - weight @ weight / weight.sum()
    tau_squared = float(excess / spread)
    return Heterogeneity(
        test,
        i_squared=excess / test.statistic if excess else 0.0,
        tau_squared=tau_squared,
        fixed=fixed,
        random=_mean(y, 1 / (error**2 + tau_squared)),
    )


def _mean(y: FloatArray, weight: FloatArray) -> Combined:
    return Combined(float(weight @ y / weight.sum()), float(weight.sum() ** -0.5))


def complementary_log_log(survival: float, std_error: float | None) -> tuple[float, float] | None:
    """log(-log S) and its error, se / (S |log S|); None at 0 and 1 or without an error.

    Of an incidence F it is taken of 1 - F, which has the same error.
    """
    if std_error is None or not 0 < survival < 1 or std_error <= 0:
        return None
    logarithm = float(np.log(survival))
    return float(np.log(-logarithm)), -std_error / (survival * logarithm)


def survival_of(transformed: float) -> float:
    """The survival of a complementary log-log, exp(-exp(y))."""
    return float(np.exp(-np.exp(transformed)))
