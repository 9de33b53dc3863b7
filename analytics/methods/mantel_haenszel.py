"""Two groups and an outcome within strata: Cochran-Mantel-Haenszel test, common odds ratio.

This is R's mantelhaen.test(correct = FALSE).
"""

from collections.abc import Sequence
from math import fsum, log

from analytics.methods import statuses
from analytics.methods.chi_square import TestResult, chi_square_test, no_test
from analytics.methods.two_by_two import EffectMeasure, TwoByTwo, no_measure, ratio_with_limits


def cochran_mantel_haenszel_test(strata: Sequence[TwoByTwo]) -> TestResult:
    """Whether the outcome is as frequent in either group of each stratum; one degree of freedom.

    The square of the summed excess over expectation, over the summed hypergeometric variance,
    without continuity correction. Not estimable: nobody, or no stratum with a variance.
    Reference: Mantel and Haenszel, J Natl Cancer Inst 1959;22:719.
    """
    if not any(table.total for table in strata):
        return no_test(statuses.NO_SUBJECTS)
    informative = [table for table in strata if hypergeometric_variance(table) > 0]
    if not informative:
        return no_test(statuses.NO_INFORMATIVE_STRATUM)
    excess = fsum(_excess(table) for table in informative)
    variance = fsum(hypergeometric_variance(table) for table in informative)
    return chi_square_test(excess**2 / variance, 1)


def common_odds_ratio(strata: Sequence[TwoByTwo], *, conf_level: float) -> EffectMeasure:
    """The odds ratio of Mantel and Haenszel over all strata, Wald on the log scale.

    The variance of its logarithm is that of Robins, Breslow and Greenland. Not estimable: nobody;
    no stratum in which both groups and both outcomes occur; a ratio of 0 or infinity.
    Reference: Robins, Breslow and Greenland, Biometrics 1986;42:311.
    """
    if not any(table.total for table in strata):
        return no_measure(statuses.NO_SUBJECTS)
    informative = [table for table in strata if hypergeometric_variance(table) > 0]
    if not informative:
        return no_measure(statuses.NO_INFORMATIVE_STRATUM)
    agreeing, crossing = [], []  # the products of the cells that make the ratio larger, smaller
    weight = []  # the share of the cells that make it larger
    for table in informative:
        with_outcome, without, reference_with, reference_without = table.cells
        agreeing.append(with_outcome * reference_without / table.total)
        crossing.append(without * reference_with / table.total)
        weight.append((with_outcome + reference_without) / table.total)
    larger, smaller = fsum(agreeing), fsum(crossing)
    if larger == 0 or smaller == 0:
        return no_measure(statuses.RATIO_AT_BOUND)
    rows = list(zip(agreeing, crossing, weight, strict=True))
    variance = (
        fsum(w * r for r, _, w in rows) / (2 * larger**2)
        + fsum(w * s + (1 - w) * r for r, s, w in rows) / (2 * larger * smaller)
        + fsum((1 - w) * s for _, s, w in rows) / (2 * smaller**2)
    )
    return ratio_with_limits(log(larger / smaller), variance, conf_level=conf_level)


def hypergeometric_variance(table: TwoByTwo) -> float:
    """The variance of the group's count, given both margins of its stratum.

    It is 0, and the stratum without information, where one group or one outcome is missing.
    """
    events = table.n + table.n_reference
    if table.total < 2:
        return 0.0
    margins = table.denominator * table.denominator_reference * events * (table.total - events)
    return margins / (table.total**2 * (table.total - 1))


def _excess(table: TwoByTwo) -> float:
    """The group's count less its expectation."""
    return table.n - table.denominator * (table.n + table.n_reference) / table.total
