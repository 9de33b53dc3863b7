"""Tests of several coefficients of a model at once: of a factor with three levels, or a spline."""

from collections.abc import Sequence

import numpy as np

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray
from analytics.methods.chi_square import TestResult, chi_square_test, no_test, quadratic_form
from analytics.methods.cox import CoxFit, likelihood_ratio_test
from analytics.methods.cox_data import CoxData, with_covariates
from analytics.methods.profile import highest_without


def joint_wald_test(
    names: Sequence[str],
    estimate: FloatArray | None,
    covariance: FloatArray | None,
    tested: Sequence[str],
    status: str,
) -> TestResult:
    """Whether the coefficients `tested` are all 0: b' inverse(V) b, a degree of freedom for each.

    `estimate` (p) and `covariance` (p x p) in the order of `names`, None with the model's `status`.
    """
    if estimate is None or covariance is None:
        return TestResult(None, 0, None, status)
    kept = [names.index(name) for name in tested]
    statistic = quadratic_form(estimate[kept], covariance[np.ix_(kept, kept)])
    if statistic is None:
        return no_test(statuses.DEPENDENT_COVARIATES)
    return chi_square_test(statistic, len(kept))


def joint_likelihood_ratio_test(data: CoxData, fit: CoxFit, tested: Sequence[str]) -> TestResult:
    """Whether the coefficients `tested` of a fitted Cox model are all 0, by its likelihood.

    Of a penalised model it is the penalised likelihood, maximised with these coefficients held at
    0. Status for a model with a robust variance: the likelihood takes its rows as independent.
    """
    if fit.log_hr is None or fit.log_likelihood is None:
        return TestResult(None, 0, None, fit.status)
    if fit.variance == "robust":
        return no_test(statuses.DEPENDENT_ROWS)
    rows = with_covariates(data, fit.names)
    if fit.penalty is not None:
        fall = fit.log_likelihood - highest_without(rows, fit, tested)
        return chi_square_test(2 * fall, len(tested))
    others = tuple(name for name in fit.names if name not in tested)
    return likelihood_ratio_test(rows, others, ties=fit.ties)
