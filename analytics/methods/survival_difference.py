"""Two survival probabilities at one time: their difference with a test, and their ratio."""

from dataclasses import dataclass
from math import exp, hypot, log

from analytics.methods import statuses
from analytics.methods.chi_square import chi_square_test
from analytics.methods.intervals import normal_quantile


@dataclass(frozen=True)
class SurvivalDifference:
    """The difference with its error and limits, and the test; all None unless `status` is 'ok'."""

    estimate: float | None
    std_error: float | None
    ci_lower: float | None
    ci_upper: float | None
    statistic: float | None
    p_value: float | None
    status: str = statuses.OK


@dataclass(frozen=True)
class SurvivalRatio:
    """The ratio with its limits; all None unless `status` is 'ok'."""

    estimate: float | None
    ci_lower: float | None
    ci_upper: float | None
    status: str = statuses.OK


def survival_difference(
    survival: tuple[float, float],
    std_error: tuple[float | None, float | None],
    *,
    conf_level: float,
) -> SurvivalDifference:
    """The first survival less the second, of independent groups, each with Greenwood's error.

    The limits are Wald's on the plain scale, with the sum of the variances, kept within [-1, 1].
    The test compares the complementary log-log transforms, which keeps its level in small samples
    better than a test of the difference itself; it is a chi-square on one degree of freedom, and
    need not agree with the limits. Not estimable where a survival is 0 or 1: Greenwood's variance
    is 0 or unknown there, and the transform is infinite.
    Reference: Klein, Logan, Harhoff and Andersen, Stat Med 2007;26:4505.
    """
    (one, other), (error, other_error) = survival, std_error
    if not (0 < one < 1 and 0 < other < 1) or error is None or other_error is None:
        return no_survival_difference(statuses.not_estimable(statuses.CERTAIN))
    difference, width = one - other, hypot(error, other_error)
    reach = normal_quantile(conf_level) * width
    transformed = log(-log(one)) - log(-log(other))
    variance = (error / (one * log(one))) ** 2 + (other_error / (other * log(other))) ** 2
    test = chi_square_test(transformed**2 / variance, 1)
    return SurvivalDifference(
        difference,
        width,
        max(difference - reach, -1.0),
        min(difference + reach, 1.0),
        test.statistic,
        test.p_value,
    )


def survival_ratio(
    survival: tuple[float, float],
    std_error: tuple[float | None, float | None],
    *,
    conf_level: float,
) -> SurvivalRatio:
    """The first survival over the second, of independent groups, each with Greenwood's error.

    The limits are Wald's on the log scale: the variance is the sum of (std_error / survival)^2.
    Not estimable where a survival is 0 or 1, as the difference.
    """
    (one, other), (error, other_error) = survival, std_error
    if not (0 < one < 1 and 0 < other < 1) or error is None or other_error is None:
        return SurvivalRatio(None, None, None, statuses.not_estimable(statuses.CERTAIN))
    ratio = one / other
    reach = normal_quantile(conf_level) * hypot(error / one, other_error / other)
    return SurvivalRatio(ratio, ratio * exp(-reach), ratio * exp(reach))


def no_survival_difference(status: str) -> SurvivalDifference:
    """A difference that is not estimable, for the reason in `status`."""
    return SurvivalDifference(None, None, None, None, None, None, status)
