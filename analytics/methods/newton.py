"""The maximum of the partial likelihood, by Newton's steps with halving."""

from dataclasses import dataclass, replace

import numpy as np

from analytics.methods.arrays import FloatArray
from analytics.methods.chi_square import correlation_of
from analytics.methods.partial_likelihood import (
    RiskSums,
    Ties,
    information,
    risk_sums,
    score_by_set,
)
from analytics.methods.scaled_rows import ScaledRows

MAX_ITERATIONS = 50
MAX_HALVINGS = 30
CLOSE_DECREMENT = 1e-12
CONVERGED_DECREMENT = 1e-16  # of an iteration that does not end with a step unseen
RUNAWAY_ESTIMATE = 30.0


@dataclass(frozen=True)
class LikelihoodPoint:
    """The log-likelihood at one value of the coefficients, with its first two derivatives."""

    log_hr: FloatArray
    log_likelihood: float
    score: FloatArray
    information: FloatArray


@dataclass(frozen=True)
class Maximum:
    """Where the iteration ended, and whether it converged."""

    point: LikelihoodPoint
    iterations: int
    converged: bool


def likelihood_at(rows: ScaledRows, log_hr: FloatArray, *, ties: Ties) -> LikelihoodPoint:
    """The likelihood at these coefficients of the scaled covariates."""
    return _point(log_hr, risk_sums(rows, log_hr, ties=ties))


def maximised(rows: ScaledRows, null: LikelihoodPoint, *, ties: Ties) -> Maximum:
    """Newton's iteration from the coefficients 0, covariates scaled.

    It ends after the first step shorter than 1e-6 of the standard errors. Convergence being
    quadratic, the next step would be below 1e-12; it is taken from the derivatives at hand, which
    makes the estimates exact to rounding. It gives up when the information is singular, an estimate
    passes 30, or after 50 steps.
    """
    current = null
    for iteration in range(1, MAX_ITERATIONS + 1):
        step = _newton_step(current)
        if step is None:
            return Maximum(current, iteration, converged=False)
        decrement = float(current.score @ step)
        current = _ascended(rows, current, step, ties)
        if decrement <= CLOSE_DECREMENT:
            return _ended(current, iteration)
        if (np.abs(current.log_hr) > RUNAWAY_ESTIMATE).any():
            return Maximum(current, iteration, converged=False)
    return Maximum(current, MAX_ITERATIONS, converged=False)


def inverse(matrix: FloatArray) -> FloatArray | None:
    """The inverse of an information matrix; None when it is singular to working precision."""
    correlation, size = correlation_of(matrix)
    if correlation is None:
        return None
    return np.asarray(np.linalg.inv(correlation) / np.outer(size, size), dtype=np.float64)


def _newton_step(point: LikelihoodPoint) -> FloatArray | None:
    covariance = inverse(point.information)
    return None if covariance is None else covariance @ point.score


def _ended(point: LikelihoodPoint, iteration: int) -> Maximum:
    """The last step, too short to change the likelihood or its derivatives."""
    step = _newton_step(point)
    if step is None:
        return Maximum(point, iteration, converged=False)
    return Maximum(replace(point, log_hr=point.log_hr + step), iteration, converged=True)


def _ascended(
    rows: ScaledRows, current: LikelihoodPoint, step: FloatArray, ties: Ties
) -> LikelihoodPoint:
    """The step, halved as long as it would lower the likelihood by more than rounding."""
    tolerance = 1e-12 * (1 + abs(current.log_likelihood))
    for _ in range(MAX_HALVINGS):
        following = risk_sums(rows, current.log_hr + step, ties=ties)
        if following.log_likelihood >= current.log_likelihood - tolerance:
            return _point(current.log_hr + step, following)
        step = step / 2
    return current


def _point(log_hr: FloatArray, sums: RiskSums) -> LikelihoodPoint:
    score = score_by_set(sums).sum(axis=1)
    return LikelihoodPoint(log_hr, sums.log_likelihood, score, information(sums))
