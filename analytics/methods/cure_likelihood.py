"""The likelihood of the mixture cure model, with its first two derivatives written out.

The coefficients are logit(c), log(scale) and log(shape), which have no bounds. With
u = (t / scale)^shape an event at t has the density (1 - c) (shape / t) u exp(-u); one who leaves
without it survives t with c + (1 - c) exp(-u); who enters late had survived the entry.
References: Boag, J R Stat Soc B 1949;11:15; Farewell, Biometrics 1982;38:1041.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from analytics.methods.arrays import BoolArray, FloatArray, IntArray

_NOBODY_SURVIVES = 300.0  # log(u) from which exp(-u) and all its products with u are 0


@dataclass(frozen=True)
class Spells:
    """Spells of observation from `entry` to `leave`, which is above 0; `weight` subjects each."""

    entry: FloatArray
    leave: FloatArray
    observed: BoolArray
    weight: IntArray


@dataclass(frozen=True)
class CureLikelihood:
    """The log-likelihood at some coefficients, its score (3) and observed information (3 x 3)."""

    log_likelihood: float
    score: FloatArray
    information: FloatArray


@dataclass(frozen=True)
class _Terms:
    """A value per spell, and its derivatives by the coefficients (3 x n and 3 x 3 x n)."""

    value: FloatArray
    first: FloatArray
    second: FloatArray

    def total(self, weight: FloatArray | IntArray) -> CureLikelihood:
        return CureLikelihood(
            float(self.value @ weight), self.first @ weight, -(self.second @ weight)
        )


def cure_likelihood(coefficients: FloatArray, spells: Spells) -> CureLikelihood:
    """The likelihood of all spells at these coefficients: logit(c), log(scale), log(shape)."""
    event, late = spells.observed, spells.entry > 0
    parts = [
        _log_density(coefficients, spells.leave[event]).total(spells.weight[event]),
        _log_survival(coefficients, spells.leave[~event]).total(spells.weight[~event]),
        _log_survival(coefficients, spells.entry[late]).total(-spells.weight[late]),
    ]
    return CureLikelihood(
        sum(part.log_likelihood for part in parts),
        np.sum([part.score for part in parts], axis=0),
        np.sum([part.information for part in parts], axis=0),
    )


def _log_density(coefficients: FloatArray, time: FloatArray) -> _Terms:
    """log(1 - c) + log(shape / t) + log(u) - u."""
    logit, log_scale, log_shape = coefficients
    log_u = _log_u(log_scale, log_shape, time)
    u = _u(log_u)
    value = log_shape - np.log(time) - np.logaddexp(0, logit)
    found = _Terms(value + log_u.value - u.value, log_u.first - u.first, log_u.second - u.second)
    cured = expit(logit)
    found.first[0] -= cured
    found.first[2] += 1
    found.second[0, 0] -= cured * (1 - cured)
    return found


def _log_survival(coefficients: FloatArray, time: FloatArray) -> _Terms:
    """log(c + (1 - c) exp(-u)); of those still there the share `cured` is."""
    logit, log_scale, log_shape = coefficients
    u = _u(_log_u(log_scale, log_shape, time))
    cured, not_cured, at_outset = expit(logit + u.value), expit(-logit - u.value), expit(logit)
    by_logit = np.zeros_like(u.first)
    by_logit[0] = 1
    moved = by_logit + u.first  # of logit + u, on which the share cured depends
    found = _Terms(
        np.logaddexp(logit, -u.value) - np.logaddexp(0, logit),
        by_logit * (cured - at_outset) - not_cured * u.first,
        not_cured * (cured * moved[:, None] * moved - u.second),
    )
    found.second[0, 0] -= at_outset * (1 - at_outset)
    return found


def _u(log_u: _Terms) -> _Terms:
    """u = (t / scale)^shape, by its logarithm."""
    u = np.exp(np.minimum(log_u.value, _NOBODY_SURVIVES))
    second = u * (log_u.second + log_u.first[:, None] * log_u.first)
    return _Terms(u, u * log_u.first, second)


def _log_u(log_scale: float, log_shape: float, time: FloatArray) -> _Terms:
    """log(u) = shape (log(t) - log(scale))."""
    shape, n = np.exp(log_shape), len(time)
    log_u = shape * (np.log(time) - log_scale)
    first, second = np.zeros((3, n)), np.zeros((3, 3, n))
    first[1], first[2] = -shape, log_u
    second[1, 2] = second[2, 1] = -shape
    second[2, 2] = log_u
    return _Terms(log_u, first, second)
