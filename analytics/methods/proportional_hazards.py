"""The test of proportional hazards: whether a coefficient changes with time."""

from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.chi_square import TestResult, chi_square_test, no_test, quadratic_form
from analytics.methods.cox_data import CoxData, with_covariates
from analytics.methods.partial_likelihood import PartialLikelihood
from analytics.methods.risk_sets import RiskSets
from analytics.methods.scaled_rows import scaled_rows
from analytics.methods.tied_events import partial_likelihood

if TYPE_CHECKING:
    from analytics.methods.cox import CoxFit

PhTransform = Literal["km", "identity", "log", "rank"]


def proportional_hazards_test(
    data: CoxData, fit: "CoxFit", *, transform: PhTransform
) -> pl.DataFrame:
    """The score test of adding x g(t) to the fitted model, per covariate and for all at once.

    Columns: factor (the covariates, then GLOBAL), statistic, df, p_value, status. g is the
    transform of time less its mean over the events: `km` is one minus the Kaplan-Meier of all rows
    just before t, whatever the strata. This is the test of R's cox.zph since survival 3.0, on the
    risk sets themselves, so it holds for counting-process rows and every tie method. Status for a
    penalised model, whose estimates are not where the score is 0.
    Reference: Grambsch and Therneau, Biometrika 1994;81:515.
    """
    factors = [*fit.names, "GLOBAL"]
    if fit.log_hr is None:
        results = [TestResult(None, 0, None, fit.status) for _ in factors]
    elif fit.penalty is not None:
        results = [no_test(statuses.PENALISED) for _ in factors]
    else:
        results = _score_tests(with_covariates(data, fit.names), fit, fit.log_hr, transform)
    return pl.DataFrame(
        {
            "factor": factors,
            "statistic": [result.statistic for result in results],
            "df": [result.df for result in results],
            "p_value": [result.p_value for result in results],
            "status": [result.status for result in results],
        },
        schema_overrides={"statistic": pl.Float64, "p_value": pl.Float64},
    )


def _score_tests(
    data: CoxData, fit: "CoxFit", log_hr: FloatArray, transform: PhTransform
) -> list[TestResult]:
    rows = scaled_rows(data)
    sums = partial_likelihood(rows, ties=fit.ties)(rows.scaled(log_hr))
    clock = centred_clock(data, rows.sets, transform)
    turned = np.sum(clock * sums.score_by_set(), axis=1)
    matrix = _joint_information(sums, clock)
    each = [_tested(turned, matrix, covariate[:, None]) for covariate in rows.basis.T]
    return [*each, _tested(turned, matrix, np.eye(len(log_hr)))]


def _joint_information(sums: PartialLikelihood, clock: FloatArray) -> FloatArray:
    """The information of the coefficients and of their changes with the clock (2p x 2p)."""
    plain, crossed = sums.information, sums.weighted_information(clock)
    return np.block([[plain, crossed], [crossed, sums.weighted_information(clock**2)]])


def _tested(turned: FloatArray, matrix: FloatArray, covariates: FloatArray) -> TestResult:
    """The score test of these covariates times the clock; they are columns of weights (p x k)."""
    p, df = covariates.shape
    kept = np.block([[np.eye(p), np.zeros((p, df))], [np.zeros((p, p)), covariates]])
    score = kept.T @ np.concatenate([np.zeros(p), turned])
    statistic = quadratic_form(score, kept.T @ matrix @ kept)
    if statistic is None:
        return no_test(statuses.NO_VARIATION_IN_TIME)
    return chi_square_test(statistic, df)


def centred_clock(data: CoxData, sets: RiskSets, transform: PhTransform) -> FloatArray:
    """g at each risk set's event time, less its mean over the events."""
    if transform == "identity":
        clock = sets.time
    elif transform == "log":
        clock = np.log(sets.time)
    elif transform == "rank":
        before = _n_before(data, data.tstop, sets.time)
        until = _n_before(data, data.tstop, sets.time, "right")
        clock = (before + until + 1) / 2
    elif transform == "km":
        clock = 1 - survival_just_before(data, sets.time)
    else:
        raise ValueError(
            f"The time transform '{transform}' is not known; use km, identity, log or rank."
        )
    centre = float(np.sum(sets.n_tied * clock)) / float(sets.n_tied.sum())
    return np.asarray(clock - centre, dtype=np.float64)


def survival_just_before(data: CoxData, times: FloatArray) -> FloatArray:
    """Kaplan-Meier of all rows together, without strata, just before each time."""
    is_event = data.event == 1
    days, day = np.unique(data.tstop[is_event], return_inverse=True)
    n_events = np.bincount(day, data.counts[is_event], len(days))
    entered, left = (_n_before(data, times, days) for times in (data.tstart, data.tstop))
    survival = np.concatenate([[1.0], np.cumprod(1 - n_events / (entered - left))])
    return np.asarray(survival[np.searchsorted(days, times, side="left")], dtype=np.float64)


def _n_before(
    data: CoxData, times: FloatArray, days: FloatArray, side: Literal["left", "right"] = "left"
) -> IntArray:
    """How many rows have a time before each day; with the side `right`, also on it."""
    order = np.argsort(times)
    n_rows = np.concatenate([[0], np.cumsum(data.counts[order])])
    return np.asarray(n_rows[np.searchsorted(times[order], days, side=side)], dtype=np.int64)
