"""The maximum of the partial likelihood, by Newton's steps with halving."""

from dataclasses import dataclass

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

MAX_ITERATIONS = 50
MAX_HALVINGS = 30
CONVERGED_DECREMENT = 1e-16
RUNAWAY_ESTIMATE = 30.0


@dataclass(frozen=True)
class Maximum:
    """Where the iteration ended: the sums and coefficients there, and whether it converged."""

    sums: RiskSums
    log_hr: FloatArray
    iterations: int
    converged: bool


def maximised(null: RiskSums, *, ties: Ties) -> Maximum:
    """Newton's iteration from the sums at 0, covariates scaled.

    It ends after the first step shorter than 1e-8 of the standard errors; convergence being
    quadratic, the estimates are then exact to rounding. It gives up when the information is
    singular, an estimate passes 30, or after 50 steps.
    """
    current, log_hr = null, np.zeros(null.x.shape[1])
    for iteration in range(1, MAX_ITERATIONS + 1):
        score = score_by_set(current).sum(axis=0)
        covariance = inverse(information(current))
        if covariance is None:
            return Maximum(current, log_hr, iteration, converged=False)
        step = covariance @ score
        current, log_hr = _ascended(current, log_hr, step, ties)
        if float(score @ step) <= CONVERGED_DECREMENT:
            return Maximum(current, log_hr, iteration, converged=True)
        if (np.abs(log_hr) > RUNAWAY_ESTIMATE).any():
            return Maximum(current, log_hr, iteration, converged=False)
    return Maximum(current, log_hr, MAX_ITERATIONS, converged=False)


def inverse(matrix: FloatArray) -> FloatArray | None:
    """The inverse of an information matrix; None when it is singular to working precision."""
    correlation, size = correlation_of(matrix)
    if correlation is None:
        return None
    return np.asarray(np.linalg.inv(correlation) / np.outer(size, size), dtype=np.float64)


def _ascended(
    current: RiskSums, log_hr: FloatArray, step: FloatArray, ties: Ties
) -> tuple[RiskSums, FloatArray]:
    """The step, halved as long as it would lower the likelihood by more than rounding."""
    tolerance = 1e-12 * (1 + abs(current.log_likelihood))
    for _ in range(MAX_HALVINGS):
        following = risk_sums(current.sets, current.x, log_hr + step, ties=ties)
        if following.log_likelihood >= current.log_likelihood - tolerance:
            return following, log_hr + step
        step = step / 2
    return current, log_hr
