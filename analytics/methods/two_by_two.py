"""Two independent groups and an outcome: difference of the proportions, odds ratio, exact test.

The limits of the difference are those of SAS PROC FREQ, RISKDIFF(CL=MN).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Final

import numpy as np

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray
from analytics.methods.intervals import normal_quantile

# Probabilities that differ by less than this count as equal, as in R's fisher.test.
_SAME_PROBABILITY: Final = 1 + 1e-7


@dataclass(frozen=True)
class TwoByTwo:
    """How many of a group have the outcome, and how many of the reference group.

    Raises ValueError for a count that is not part of its group.
    """

    n: int
    denominator: int
    n_reference: int
    denominator_reference: int

    def __post_init__(self) -> None:
        for count, whole in (
            (self.n, self.denominator),
            (self.n_reference, self.denominator_reference),
        ):
            if not 0 <= count <= whole:
                raise ValueError(f"{count} of {whole} is not part of a whole.")

    @property
    def total(self) -> int:
        """The subjects of both groups."""
        return self.denominator + self.denominator_reference

    @property
    def cells(self) -> tuple[int, int, int, int]:
        """The group with and without the outcome, the reference group with and without it."""
        without = self.denominator - self.n
        without_reference = self.denominator_reference - self.n_reference
        return self.n, without, self.n_reference, without_reference


@dataclass(frozen=True)
class EffectMeasure:
    """A difference or a ratio with its limits; all None unless `status` is 'ok'."""

    estimate: float | None
    ci_lower: float | None
    ci_upper: float | None
    status: str = statuses.OK


def no_measure(reason: str) -> EffectMeasure:
    """A measure that the data cannot carry."""
    return EffectMeasure(None, None, None, statuses.not_estimable(reason))


def proportion_difference(table: TwoByTwo, *, conf_level: float) -> EffectMeasure:
    """The proportion of the group less that of the reference, with Miettinen-Nurminen limits.

    The limits are the differences that the score test does not reject: its variance has the
    proportions that are most likely under the difference, times N / (N - 1), with N the subjects of
    both groups. They lie within [-1, 1] and exist for counts of 0 too. Not estimable: a group of
    nobody. Reference: Miettinen and Nurminen, Stat Med 1985;4:213.
    """
    if 0 in (table.denominator, table.denominator_reference):
        return no_measure(statuses.NO_SUBJECTS)
    z = normal_quantile(conf_level)
    estimate = table.n / table.denominator - table.n_reference / table.denominator_reference
    return EffectMeasure(
        estimate,
        _sign_change(lambda difference: score_statistic(table, difference) - z, -1.0, estimate),
        _sign_change(lambda difference: score_statistic(table, difference) + z, estimate, 1.0),
    )


def score_statistic(table: TwoByTwo, difference: float) -> float:
    """The observed difference less this one, over its standard error under this one.

    Infinite where the error is 0 and the differences are not the same.
    """
    group, reference = _likeliest_proportions(table, difference)
    variance = group * (1 - group) / table.denominator
    variance += reference * (1 - reference) / table.denominator_reference
    variance *= table.total / (table.total - 1)
    observed = table.n / table.denominator - table.n_reference / table.denominator_reference
    excess = observed - difference
    if variance > 0:
        return excess / sqrt(variance)
    return inf * excess if excess else 0.0


def odds_ratio(table: TwoByTwo, *, conf_level: float) -> EffectMeasure:
    """The odds of the outcome in the group over those in the reference, Wald on the log scale.

    Not estimable: a group of nobody, or a cell of nobody (the ratio would be 0 or infinite, or its
    error infinite).
    """
    if 0 in (table.denominator, table.denominator_reference):
        return no_measure(statuses.NO_SUBJECTS)
    if 0 in table.cells:
        return no_measure(statuses.EMPTY_CELL)
    with_outcome, without, reference_with, reference_without = table.cells
    log_ratio = log(with_outcome * reference_without / (without * reference_with))
    variance = sum(1 / cell for cell in table.cells)
    return ratio_with_limits(log_ratio, variance, conf_level=conf_level)


def ratio_with_limits(log_ratio: float, variance: float, *, conf_level: float) -> EffectMeasure:
    """A ratio with the limits that are symmetric on its logarithm."""
    width = normal_quantile(conf_level) * sqrt(variance)
    return EffectMeasure(exp(log_ratio), exp(log_ratio - width), exp(log_ratio + width))


def fisher_exact_p(table: TwoByTwo) -> float | None:
    """The two-sided P value of Fisher's exact test; None for a group of nobody.

    The probability, given both margins, of the tables that are no more likely than this one. This
    is R's fisher.test and SAS PROC FREQ's two-sided Pr <= P.
    """
    if 0 in (table.denominator, table.denominator_reference):
        return None
    smallest = max(0, table.n + table.n_reference - table.denominator_reference)
    likelihood = _hypergeometric_shape(table, smallest)
    bound = likelihood[table.n - smallest] * _SAME_PROBABILITY
    return min(1.0, float(likelihood[likelihood <= bound].sum() / likelihood.sum()))


def _hypergeometric_shape(table: TwoByTwo, smallest: int) -> FloatArray:
    """The probabilities of each count of the group with the outcome, given both margins.

    From the `smallest` count on, up to a factor: the likeliest count has 1, so that none overflows.
    """
    events = table.n + table.n_reference
    k = np.arange(smallest, min(table.denominator, events), dtype=np.float64)
    step = (table.denominator - k) * (events - k)
    step /= (k + 1) * (table.denominator_reference - events + k + 1)
    mode = int(np.count_nonzero(step > 1))
    before = np.cumprod(1 / step[:mode][::-1])[::-1]
    return np.concatenate([before, [1.0], np.cumprod(step[mode:])])


def _likeliest_proportions(table: TwoByTwo, difference: float) -> tuple[float, float]:
    """The proportions of group and reference of greatest likelihood that differ by so much."""
    with_outcome, without, reference_with, reference_without = table.cells

    def slope(reference: float) -> float:
        """Of the log-likelihood, which is concave in the proportion of the reference."""
        group = reference + difference
        rising = _over(with_outcome, group) + _over(reference_with, reference)
        falling = _over(without, 1 - group) + _over(reference_without, 1 - reference)
        return rising - falling if rising < inf or falling < inf else 0.0

    reference = _sign_change(slope, max(0.0, -difference), min(1.0, 1 - difference))
    return min(max(reference + difference, 0.0), 1.0), reference


def _over(count: int, probability: float) -> float:
    """count / probability; nothing for a count of 0, infinite at or below a probability of 0."""
    if count == 0:
        return 0.0
    return count / probability if probability > 0 else inf


def _sign_change(function: Callable[[float], float], lower: float, upper: float) -> float:
    """Where a falling function changes its sign, to the last digit; an end where it does not."""
    if function(lower) <= 0:
        return lower
    if function(upper) >= 0:
        return upper
    while lower < (middle := (lower + upper) / 2) < upper:
        if function(middle) > 0:
            lower = middle
        else:
            upper = middle
    return upper
