"""Fine and Gray's regression on the cumulative incidence: the subdistribution hazard ratio.

The ratio says how a covariate goes with the incidence of an event when a competing one may come
first. It is not a ratio of rates: those with the competing event stay in the risk set. For the rate
among those free of both, fit a Cox model in which the competing event is a censoring.
Reference: Fine and Gray, J Am Stat Assoc 1999;94:496; in R cmprsk::crr.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.checked import event_codes, known_numbers
from analytics.methods.chi_square import SINGULAR, TestResult, chi_square_test, quadratic_form
from analytics.methods.cox import nearly_dependent, reason_not_to_fit
from analytics.methods.cox_data import CoxData
from analytics.methods.fine_gray_variance import score_influences
from analytics.methods.monotone import rising_names, subdistribution_steps
from analytics.methods.newton import (
    LikelihoodPoint,
    Maximum,
    inverse,
    is_far_out,
    likelihood_at,
    maximised,
)
from analytics.methods.partial_likelihood import gram
from analytics.methods.scaled_rows import ScaledRows, scaled_rows
from analytics.methods.subdistribution import (
    SubdistributionSets,
    subdistribution_sets,
    subdistribution_sums,
)
from analytics.methods.wald_terms import wald_terms

_CODES = "An event code is 0 (censored), 1 (event) or 2 (competing event)."


@dataclass(frozen=True)
class FineGrayData:
    """A row per subject, under observation from day 0 to `time`.

    `event_code`: 0 censored, 1 event, 2 competing event. `covariates` is n rows x p columns, named
    by `names`. `censoring_group` (integer codes) estimates the censoring in each group by itself;
    without it all are censored alike. Raises ValueError for rows that cannot be used.
    """

    time: FloatArray
    event_code: IntArray
    covariates: FloatArray
    names: tuple[str, ...]
    censoring_group: IntArray | None = None

    def __post_init__(self) -> None:
        event_codes(self.event_code, (0, 1, 2), _CODES)
        if self.censoring_group is not None and len(self.censoring_group) != len(self.time):
            raise ValueError("The censoring groups must have one code per row.")
        if self.censoring_group is not None:
            known_numbers(self.censoring_group, "Censoring group")
        CoxData(np.zeros(len(self.time)), self.time, self.event, self.covariates, self.names)

    @property
    def event(self) -> IntArray:
        return np.asarray(self.event_code == 1, dtype=np.int64)


@dataclass(frozen=True)
class FineGrayFit:
    """A fitted model. Unless `status` is 'ok' every estimate is None.

    `log_shr`, `std_error` (p) and `covariance` (p x p) are in the order of `names`, per unit of the
    covariate as given; the covariance counts that the censoring is estimated. `wald_test` is of all
    coefficients at once. Twice the rise of the log-likelihood has no chi-square distribution here.
    `nearly_dependent`: as in a `CoxFit`.
    """

    status: str
    names: tuple[str, ...]
    n_rows: int
    n_events: int
    n_competing: int
    iterations: int
    log_shr: FloatArray | None = None
    std_error: FloatArray | None = None
    covariance: FloatArray | None = None
    log_likelihood: float | None = None
    log_likelihood_null: float | None = None
    wald_test: TestResult | None = None
    nearly_dependent: tuple[str, ...] = ()


def fit_fine_gray(data: FineGrayData) -> FineGrayFit:
    """The maximum partial likelihood estimates, ties as Breslow has them, exact to rounding.

    Without competing events they are those of a Cox model, with its robust errors. Not estimable
    for the reasons of `fit_cox`, judged by the information.
    """
    rows, x = _scaled(data)
    group = np.zeros(len(x), dtype=np.int64)
    if data.censoring_group is not None:
        group = np.unique(data.censoring_group, return_inverse=True)[1].astype(np.int64)
    sets = subdistribution_sets(data.time, data.event_code, group)
    likelihood = partial(subdistribution_sums, sets, x)
    null = likelihood_at(likelihood, np.zeros(len(data.names)))
    reason = _reason_not_to_fit(sets, rows, null, data.names)
    if reason is not None:
        return _unfitted(data, reason, 0)
    maximum = maximised(likelihood, null)
    log_shr = maximum.point.coefficients
    found = likelihood(log_shr)
    inverse_information = inverse(found.information)
    reason = _reason_not_to_believe(sets, rows, x, maximum, data.names)
    if reason is not None:
        return _unfitted(data, reason, maximum.iterations)
    if inverse_information is None:
        return _unfitted(data, statuses.not_estimable(statuses.NO_CONVERGENCE), maximum.iterations)
    influences = score_influences(found, data.time, data.event_code)
    influences = np.einsum("ij,jk->ik", influences, inverse_information, optimize=False)
    spread = gram(influences, np.ones(len(x)))
    if not _is_regular(spread, inverse_information):
        reason = statuses.not_estimable(statuses.NO_ROBUST_VARIANCE)
        return _unfitted(data, reason, maximum.iterations)
    given = rows.covariance_as_given(spread)
    return replace(
        _unfitted(data, statuses.OK, maximum.iterations),
        log_shr=rows.as_given(log_shr),
        std_error=np.sqrt(np.diag(given)),
        covariance=given,
        log_likelihood=found.log_likelihood,
        log_likelihood_null=null.log_likelihood,
        wald_test=_wald(log_shr, spread),
        nearly_dependent=nearly_dependent(rows, data.names),
    )


def fine_gray_terms(fit: FineGrayFit, *, conf_level: float) -> pl.DataFrame:
    """A row per covariate: factor, log_shr, std_error, shr, ci_lower, ci_upper, p_value, status.

    Wald's interval and P value; see `wald_terms`.
    """
    terms = wald_terms(fit.names, fit.log_shr, fit.std_error, fit.status, conf_level=conf_level)
    return terms.rename({"log_ratio": "log_shr", "ratio": "shr"})


def _scaled(data: FineGrayData) -> tuple[ScaledRows, FloatArray]:
    """The covariates of those ever at risk, scaled, and as a row per subject: the others have 0."""
    after_all = float(data.time.max(initial=0)) + 1
    stop = np.where(data.event_code == 2, after_all, data.time)  # never leaves
    rows = scaled_rows(CoxData(np.zeros(len(stop)), stop, data.event, data.covariates, data.names))
    x = np.zeros(data.covariates.shape, order="F")
    x[rows.sets.row] = rows.x
    return rows, x


def _reason_not_to_fit(
    sets: SubdistributionSets, rows: ScaledRows, null: LikelihoodPoint, names: tuple[str, ...]
) -> str | None:
    """The status when the data at the outset cannot carry the model, else None."""
    if len(sets.time) == 0:
        return statuses.not_estimable(statuses.NO_EVENTS)
    if int(((sets.n_before > 0) | (sets.tail > 0)).sum()) < 2:
        return statuses.not_estimable(statuses.ONE_SUBJECT)
    return reason_not_to_fit(rows, null, names)


def _reason_not_to_believe(
    sets: SubdistributionSets,
    rows: ScaledRows,
    x: FloatArray,
    maximum: Maximum,
    names: tuple[str, ...],
) -> str | None:
    """The status when there is no maximum, or the iteration did not find it, else None."""
    inverse_information = inverse(maximum.point.information)
    if is_far_out(maximum, inverse_information):
        rising = rising_names(rows, subdistribution_steps(sets, x), names)
        if rising:
            return statuses.not_estimable(statuses.MONOTONE_SUBDISTRIBUTION, rising)
    if inverse_information is None or not maximum.converged:
        return statuses.not_estimable(statuses.NO_CONVERGENCE)
    return None


def _is_regular(spread: FloatArray, inverse_information: FloatArray) -> bool:
    """Whether a robust variance is one: as on a single event day, all influences may cancel."""
    vanishing = np.diag(spread) <= SINGULAR * np.diag(inverse_information)
    return not vanishing.any() and inverse(spread) is not None


def _unfitted(data: FineGrayData, status: str, iterations: int) -> FineGrayFit:
    n_events, n_competing = (int((data.event_code == code).sum()) for code in (1, 2))
    return FineGrayFit(status, data.names, len(data.time), n_events, n_competing, iterations)


def _wald(log_shr: FloatArray, covariance: FloatArray) -> TestResult | None:
    """The test of all coefficients; a model without covariates has none."""
    statistic = quadratic_form(log_shr, covariance)
    return None if statistic is None else chi_square_test(statistic, len(log_shr))
