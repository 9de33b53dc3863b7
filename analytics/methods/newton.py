"""The maximum of a log-likelihood, by Newton's steps with halving."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from analytics.methods.arrays import FloatArray
from analytics.methods.chi_square import correlation_of

MAX_ITERATIONS = 100
MAX_HALVINGS = 30
CLOSE_DECREMENT = 1e-12
FAR_OUT = 10.0


class Evaluated(Protocol):
    """A log-likelihood worked out at some coefficients.

    The derivatives are asked for only where a step ends, not at every trial of its length.
    """

    @property
    def log_likelihood(self) -> float: ...

    @property
    def score(self) -> FloatArray:
        """The first derivatives (p)."""

    @property
    def information(self) -> FloatArray:
        """Minus the second derivatives (p x p)."""


Likelihood = Callable[[FloatArray], Evaluated]


@dataclass(frozen=True)
class LikelihoodPoint:
    """The log-likelihood at one value of the coefficients, with its first two derivatives."""

    coefficients: FloatArray
    log_likelihood: float
    score: FloatArray
    information: FloatArray


@dataclass(frozen=True)
class Maximum:
    """Where the iteration ended, and whether it converged."""

    point: LikelihoodPoint
    iterations: int
    converged: bool


def likelihood_at(likelihood: Likelihood, coefficients: FloatArray) -> LikelihoodPoint:
    """The likelihood at these coefficients, with its derivatives."""
    return _point(coefficients, likelihood(coefficients))


def maximised(likelihood: Likelihood, start: LikelihoodPoint) -> Maximum:
    """Newton's iteration from a point, the coefficients on a scale where 1 is much.

    It ends after the first step shorter than 1e-6 of the standard errors. Convergence being
    quadratic, the next step would be below 1e-12; it is taken from the derivatives at hand, which
    makes the estimates exact to rounding. It gives up when the information is singular, or after
    100 steps. A likelihood without a maximum may seem to converge, far out: see `is_far_out`.
    """
    current = start
    for iteration in range(1, MAX_ITERATIONS + 1):
        step = _newton_step(current)
        if step is None:
            return Maximum(current, iteration, converged=False)
        decrement = float(current.score @ step)
        current = _ascended(likelihood, current, step)
        if decrement <= CLOSE_DECREMENT:
            return _ended(current, iteration)
    return Maximum(current, MAX_ITERATIONS, converged=False)


def is_far_out(maximum: Maximum, covariance: FloatArray | None) -> bool:
    """Whether the iteration ended where a likelihood without a maximum would let it end.

    It found no maximum, or an estimate or its error is above 10. The maximum may still be one.
    """
    if covariance is None or not maximum.converged:
        return True
    extent = np.maximum(np.abs(maximum.point.coefficients), np.sqrt(np.diag(covariance)))
    return bool((extent > FAR_OUT).any())


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
    last = replace(point, coefficients=point.coefficients + step)
    return Maximum(last, iteration, converged=True)


def _ascended(
    likelihood: Likelihood, current: LikelihoodPoint, step: FloatArray
) -> LikelihoodPoint:
    """The step, halved as long as it would lower the likelihood by more than rounding."""
    tolerance = 1e-12 * (1 + abs(current.log_likelihood))
    for _ in range(MAX_HALVINGS):
        # a step too far overflows, and is halved like one that lowers the likelihood
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            following = likelihood(current.coefficients + step)
        if following.log_likelihood >= current.log_likelihood - tolerance:
            return _point(current.coefficients + step, following)
        step = step / 2
    return current


def _point(coefficients: FloatArray, found: Evaluated) -> LikelihoodPoint:
    return LikelihoodPoint(coefficients, found.log_likelihood, found.score, found.information)
