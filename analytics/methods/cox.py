"""Cox regression on counting-process rows: the fit, its terms, and the test of one term more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
import polars as pl

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray
from analytics.methods.chi_square import (
    SINGULAR,
    TestResult,
    chi_square_test,
    no_test,
    quadratic_form,
)
from analytics.methods.cox_data import CoxData, with_covariates
from analytics.methods.exact_likelihood import MOST_STEPS, n_steps
from analytics.methods.firth import penalised_sums
from analytics.methods.monotone import cox_steps, exact_steps, rising_names
from analytics.methods.newton import (
    LikelihoodPoint,
    Maximum,
    inverse,
    is_far_out,
    likelihood_at,
    maximised,
)
from analytics.methods.partial_likelihood import Ties, risk_sums
from analytics.methods.proportional_hazards import proportional_hazards_test
from analytics.methods.risk_totals import n_at_risk
from analytics.methods.scaled_rows import NEARLY_DEPENDENT, ScaledRows, scaled_rows
from analytics.methods.tied_events import partial_likelihood
from analytics.methods.wald_terms import wald_terms

__all__ = [
    "CoxData",
    "CoxFit",
    "Ties",
    "cox_terms",
    "fit_cox",
    "likelihood_ratio_test",
    "proportional_hazards_test",
    "score_test_of_added",
]

Variance = Literal["inverse_information", "robust"]
Penalty = Literal["firth"]
Limits = Literal["wald", "profile_likelihood"]


@dataclass(frozen=True)
class CoxFit:
    """A fitted model. Unless `status` is 'ok' every estimate is None.

    `log_hr`, `std_error` (p) and `covariance` (p x p) are in the order of `names`, per unit of the
    covariate as given. `lr_test`, `score_test` and `wald_test` are of all coefficients at once,
    `score_test` at 0. `n_rows` and `n_events` count rows, whatever their weights. `variance` is the
    inverse of the information, or robust (see `with_robust_variance`). `nearly_dependent` names the
    covariates of which those before them tell all but a thousandth: their estimates are right, and
    say little each by itself. With a `penalty` the log-likelihoods are penalised, so is `lr_test`,
    and `score_test` is None. `limits` says where intervals and P values of the coefficients come
    from: Wald, or `term_limits` (p x 2, of log_hr) and `term_tests` (see `with_profile_limits`).
    """

    status: str
    names: tuple[str, ...]
    ties: Ties
    n_rows: int
    n_events: int
    iterations: int
    log_hr: FloatArray | None = None
    std_error: FloatArray | None = None
    covariance: FloatArray | None = None
    log_likelihood: float | None = None
    log_likelihood_null: float | None = None
    lr_test: TestResult | None = None
    score_test: TestResult | None = None
    wald_test: TestResult | None = None
    variance: Variance = "inverse_information"
    nearly_dependent: tuple[str, ...] = ()
    penalty: Penalty | None = None
    limits: Limits = "wald"
    term_limits: FloatArray | None = None
    term_tests: tuple[TestResult, ...] | None = None


def fit_cox(data: CoxData, *, ties: Ties, penalty: Penalty | None = None) -> CoxFit:
    """The maximum partial likelihood estimates, exact to rounding.

    `ties`: Efron's or Breslow's approximation, or the exact likelihood (see `exact_likelihood`),
    which takes neither weights nor the penalty (ValueError). Not estimable: no event; one subject
    at risk at each, or, by the exact likelihood, none without it or more than can be worked out in
    a minute; a covariate that varies in no risk set;
    one that is a linear combination of those before it; a likelihood without a maximum (see
    `monotone`), as with a level without events; no convergence. With Firth's
    penalty (see `firth`) the estimates are those of the penalised likelihood, which has a maximum;
    the covariance is the inverse of the information without the penalty at them, as in SAS.
    """
    if ties == "exact" and (data.weight is not None or penalty is not None):
        raise ValueError(
            "The exact likelihood of tied events has neither weights nor a penalty; use efron or "
            "breslow."
        )
    rows = scaled_rows(data)
    reason = _reason_without_risk_sets(rows, ties)
    if reason is not None:
        return _unfitted(data, ties, reason, 0)
    likelihood = partial_likelihood(rows, ties=ties)
    null = likelihood_at(likelihood, np.zeros(len(data.names)))
    reason = reason_not_to_fit(rows, null, data.names)
    if reason is not None:
        return _unfitted(data, ties, reason, 0)
    if penalty is not None:
        return _penalised(rows, data, ties)
    maximum = maximised(likelihood, null)
    found = maximum.point
    covariance = inverse(found.information)
    reason = _reason_not_to_believe(rows, maximum, covariance, data.names, ties)
    if reason is not None:
        return _unfitted(data, ties, reason, maximum.iterations)
    assert covariance is not None
    given = rows.covariance_as_given(covariance)
    return replace(
        _unfitted(data, ties, statuses.OK, maximum.iterations),
        log_hr=rows.as_given(found.coefficients),
        std_error=np.sqrt(np.diag(given)),
        covariance=given,
        log_likelihood=found.log_likelihood,
        log_likelihood_null=null.log_likelihood,
        lr_test=_joint(2 * (found.log_likelihood - null.log_likelihood), data.names),
        score_test=_joint(quadratic_form(null.score, null.information), data.names),
        wald_test=_joint(quadratic_form(found.coefficients, covariance), data.names),
        nearly_dependent=nearly_dependent(rows, data.names),
    )


def nearly_dependent(rows: ScaledRows, names: tuple[str, ...]) -> tuple[str, ...]:
    """The covariates of which those before them tell all but a thousandth."""
    return tuple(
        name for name, own in zip(names, rows.own_part, strict=True) if own < NEARLY_DEPENDENT
    )


def _penalised(rows: ScaledRows, data: CoxData, ties: Ties) -> CoxFit:
    """The maximum of Firth's penalised likelihood."""
    likelihood = partial(penalised_sums, rows, ties=ties)
    null = likelihood_at(likelihood, np.zeros(len(data.names)))
    maximum = maximised(likelihood, null) if data.names else Maximum(null, 0, converged=True)
    found = maximum.point
    covariance = inverse(risk_sums(rows, found.coefficients, ties=ties).information)
    if covariance is None or not maximum.converged:
        reason = statuses.not_estimable(statuses.NO_CONVERGENCE)
        return replace(_unfitted(data, ties, reason, maximum.iterations), penalty="firth")
    top = likelihood(found.coefficients).log_likelihood
    given = rows.covariance_as_given(covariance)
    return replace(
        _unfitted(data, ties, statuses.OK, maximum.iterations),
        log_hr=rows.as_given(found.coefficients),
        std_error=np.sqrt(np.diag(given)),
        covariance=given,
        log_likelihood=top,
        log_likelihood_null=null.log_likelihood,
        lr_test=_joint(2 * (top - null.log_likelihood), data.names),
        wald_test=_joint(quadratic_form(found.coefficients, covariance), data.names),
        nearly_dependent=nearly_dependent(rows, data.names),
        penalty="firth",
    )


def cox_terms(fit: CoxFit, *, conf_level: float) -> pl.DataFrame:
    """A row per covariate: factor, log_hr, std_error, hr, ci_lower, ci_upper, p_value, status.

    Wald's interval and P value (see `wald_terms`), or those of the profile, whatever `conf_level`,
    where the fit has them.
    """
    terms = wald_terms(fit.names, fit.log_hr, fit.std_error, fit.status, conf_level=conf_level)
    if fit.term_limits is not None and fit.term_tests is not None:
        lower, upper = np.exp(fit.term_limits).T
        terms = terms.with_columns(
            ci_lower=pl.Series(lower).replace(np.inf, None),
            ci_upper=pl.Series(upper).replace(np.inf, None),
            p_value=pl.Series([test.p_value for test in fit.term_tests]),
        )
    return terms.rename({"log_ratio": "log_hr", "ratio": "hr"})


def score_test_of_added(data: CoxData, base: CoxFit, candidate: str) -> TestResult:
    """The score test of one more covariate in the fitted model, without fitting the larger one.

    At the base model's estimates and 0 for the candidate: U' inverse(I) U on 1 degree of freedom.
    Raises ValueError for a base model that is not estimable.
    """
    if base.log_hr is None:
        raise ValueError(f"The base model is {base.status}, so no covariate can be added to it.")
    rows = scaled_rows(with_covariates(data, (*base.names, candidate)))
    if not rows.varies[-1]:
        return no_test(statuses.NO_VARIATION, candidate)
    if rows.first_dependent is not None:
        return no_test(statuses.DEPENDENT_COVARIATES, candidate)
    log_hr = rows.scaled(np.append(base.log_hr, 0.0))
    point = likelihood_at(partial_likelihood(rows, ties=base.ties), log_hr)
    statistic = quadratic_form(point.score, point.information)
    if statistic is None:
        return no_test(statuses.DEPENDENT_COVARIATES, candidate)
    return chi_square_test(statistic, 1)


def likelihood_ratio_test(data: CoxData, names: Sequence[str], *, ties: Ties) -> TestResult:
    """The model of all covariates against that of `names` alone, on the same rows.

    Twice the gain in log-likelihood, on as many degrees of freedom as covariates are left out. The
    status is that of the model that cannot be estimated.
    """
    fits = [fit_cox(with_covariates(data, names), ties=ties), fit_cox(data, ties=ties)]
    for fit in fits:
        if fit.log_likelihood is None:
            return TestResult(None, 0, None, fit.status)
    smaller, larger = (fit.log_likelihood or 0.0 for fit in fits)
    return chi_square_test(2 * (larger - smaller), len(data.names) - len(names))


def _unfitted(data: CoxData, ties: Ties, status: str, iterations: int) -> CoxFit:
    return CoxFit(status, data.names, ties, data.n_rows, data.n_events, iterations)


def _reason_without_risk_sets(rows: ScaledRows, ties: Ties) -> str | None:
    """The status when there is nobody to compare, or too many choices to compare, else None."""
    if len(rows.sets.time) == 0:
        return statuses.not_estimable(statuses.NO_EVENTS)
    if (n_at_risk(rows.sets) < 2).all():
        return statuses.not_estimable(statuses.ONE_SUBJECT)
    if ties == "exact" and (n_at_risk(rows.sets) <= rows.sets.n_tied).all():
        return statuses.not_estimable(statuses.EVENTS_OF_ALL)
    if ties == "exact" and n_steps(rows) > MOST_STEPS:
        return statuses.not_estimable(statuses.TOO_MANY_TIES)
    return None


def reason_not_to_fit(
    rows: ScaledRows, null: LikelihoodPoint, names: tuple[str, ...]
) -> str | None:
    """The status when the covariates cannot be told apart at the outset, else None."""
    if not rows.varies.all():
        return statuses.not_estimable(statuses.NO_VARIATION, names[int(np.argmin(rows.varies))])
    if rows.first_dependent is not None:
        return statuses.not_estimable(statuses.DEPENDENT_COVARIATES, names[rows.first_dependent])
    count = rows.sets.count.astype(np.float64)
    size = np.einsum("i,ij,ij->j", count, rows.x, rows.x) @ rows.basis**2 / count.sum()
    spread = np.einsum("ij,ik,kj->j", rows.basis, null.information, rows.basis)
    constant = spread <= SINGULAR * size
    if constant.any():
        return statuses.not_estimable(statuses.NO_VARIATION, names[int(np.argmax(constant))])
    for n_first in range(1, len(names) + 1):
        if inverse(null.information[:n_first, :n_first]) is None:
            return statuses.not_estimable(statuses.DEPENDENT_COVARIATES, names[n_first - 1])
    return None


def _reason_not_to_believe(
    rows: ScaledRows,
    maximum: Maximum,
    covariance: FloatArray | None,
    names: tuple[str, ...],
    ties: Ties,
) -> str | None:
    """The status when there is no maximum, or the iteration did not find it, else None."""
    if is_far_out(maximum, covariance):
        steps = exact_steps(rows) if ties == "exact" else cox_steps(rows)
        rising = rising_names(rows, steps, names)
        if rising:
            monotone = statuses.MONOTONE_EXACT if ties == "exact" else statuses.MONOTONE_LIKELIHOOD
            return statuses.not_estimable(monotone, rising)
    if covariance is None or not maximum.converged:
        return statuses.not_estimable(statuses.NO_CONVERGENCE)
    return None


def _joint(statistic: float | None, names: tuple[str, ...]) -> TestResult | None:
    """The test of all coefficients; a model without covariates has none."""
    if statistic is None or not names:
        return None
    return chi_square_test(statistic, len(names))
