"""The likelihood of mixture cure models, with its first two derivatives written out.

A fraction c never has the event; the time T of the others has log(T) = log(scale) + e / shape,
where e has a standard distribution: of a logarithm of an exponential time (Weibull; exponential,
with the shape 1), logistic or normal. With z = shape (log(t) - log(scale)) and S and f of that
distribution, an event at t has the density (1 - c) (shape / t) f(z); one who leaves without it
survives t with c + (1 - c) S(z); who enters late had survived the entry. The coefficients have no
bounds: those of logit(c), of log(scale), and log(shape).
References: Boag, J R Stat Soc B 1949;11:15; Farewell, Biometrics 1982;38:1041.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.special import expit, log_ndtr

from analytics.methods.arrays import BoolArray, FloatArray, IntArray

Latency = Literal["weibull", "exponential", "log_logistic", "log_normal"]

_NOBODY_SURVIVES: Final = 300.0  # z from which exp(-exp(z)) and all its products with exp(z) are 0
_LOG_ROOT_TWO_PI: Final = float(np.log(2 * np.pi) / 2)


@dataclass(frozen=True)
class Spells:
    """Spells of observation from `entry` to `leave`, which is above 0; `weight` subjects each."""

    entry: FloatArray
    leave: FloatArray
    observed: BoolArray
    weight: IntArray


@dataclass(frozen=True)
class CureRows(Spells):
    """Spells with covariates of logit(c), `of_fraction` (n x q), and of log(scale).

    The latter are `of_scale` (n x r); both have a column of ones first.
    """

    of_fraction: FloatArray
    of_scale: FloatArray


@dataclass(frozen=True)
class CureLikelihood:
    """The log-likelihood at some coefficients, its score (p) and observed information (p x p)."""

    log_likelihood: float
    score: FloatArray
    information: FloatArray


@dataclass(frozen=True)
class _Terms:
    """A value per row, and its derivatives by a = logit(c) and by z."""

    value: FloatArray
    by_a: FloatArray
    by_z: FloatArray
    by_aa: FloatArray
    by_az: FloatArray
    by_zz: FloatArray


@dataclass(frozen=True)
class _Logarithm:
    """A logarithm per row, with its first two derivatives by z."""

    value: FloatArray
    first: FloatArray
    second: FloatArray


@dataclass(frozen=True)
class _Distribution:
    """The logarithms of the density and of the survival of the standard distribution."""

    density: Callable[[FloatArray], _Logarithm]
    survival: Callable[[FloatArray], _Logarithm]


def has_shape(latency: Latency) -> bool:
    """Whether the shape is estimated."""
    return latency != "exponential"


def survival_of_uncured(z: FloatArray, latency: Latency) -> FloatArray:
    """S(z), the survival of those who are not cured."""
    return np.asarray(np.exp(_DISTRIBUTIONS[latency].survival(z).value), dtype=np.float64)


def cure_likelihood(coefficients: FloatArray, rows: CureRows, latency: Latency) -> CureLikelihood:
    """The likelihood of all rows at the coefficients of logit(c), of log(scale), and log(shape)."""
    late = rows.entry > 0
    at_leave = _Point(coefficients, rows, latency, rows.leave)
    parts = [
        at_leave.total(_log_density, rows.observed, 1),
        at_leave.total(_log_survival, ~rows.observed, 1),
    ]
    if late.any():
        at_entry = _Point(coefficients, rows, latency, np.where(late, rows.entry, 1.0))
        parts.append(at_entry.total(_log_survival, late, -1))
    found = CureLikelihood(
        sum(part.log_likelihood for part in parts),
        np.sum([part.score for part in parts], axis=0),
        np.sum([part.information for part in parts], axis=0),
    )
    # log(shape) - log(t), the part of the density that is neither of a nor of z
    log_shape = at_leave.log_shape
    events, times = rows.weight[rows.observed], rows.leave[rows.observed]
    if has_shape(latency):
        found.score[-1] += float(events.sum())
    outside = float(events @ (log_shape - np.log(times)))
    return CureLikelihood(found.log_likelihood + outside, found.score, found.information)


class _Point:
    """a and z of all rows at some coefficients and times, and their derivatives (n x p)."""

    def __init__(
        self, coefficients: FloatArray, rows: CureRows, latency: Latency, time: FloatArray
    ) -> None:
        n, q = rows.of_fraction.shape
        r = rows.of_scale.shape[1]
        self.rows, self.latency = rows, latency
        self.log_shape = float(coefficients[-1]) if has_shape(latency) else 0.0
        shape = np.exp(self.log_shape)
        self.a = np.einsum("ij,j->i", rows.of_fraction, coefficients[:q])
        log_scale = np.einsum("ij,j->i", rows.of_scale, coefficients[q : q + r])
        self.z = shape * (np.log(time) - log_scale)
        self.of_a, self.of_z = np.zeros((n, len(coefficients))), np.zeros((n, len(coefficients)))
        self.of_a[:, :q] = rows.of_fraction
        self.of_z[:, q : q + r] = -shape * rows.of_scale
        if has_shape(latency):
            self.of_z[:, -1] = self.z

    def total(
        self,
        terms_of: Callable[[FloatArray, FloatArray, _Distribution], _Terms],
        which: BoolArray,
        sign: int,
    ) -> CureLikelihood:
        """The sum of the terms over some rows, by the chain rule."""
        weight = sign * self.rows.weight[which]
        of_a, of_z = self.of_a[which], self.of_z[which]
        terms = terms_of(self.a[which], self.z[which], _DISTRIBUTIONS[self.latency])
        by_a, by_z = weight * terms.by_a, weight * terms.by_z
        second = _crossed(of_a, weight * terms.by_aa, of_a)
        second += _crossed(of_z, weight * terms.by_zz, of_z)
        mixed = _crossed(of_a, weight * terms.by_az, of_z)
        second += mixed + mixed.T
        if has_shape(self.latency):
            # z itself bends with log(shape): by it and log(scale) as -shape, by it twice as z
            bent = np.einsum("ni,n->i", of_z, by_z)
            second[-1, :] += bent
            second[:, -1] += bent
            second[-1, -1] -= bent[-1]
        return CureLikelihood(
            float(weight @ terms.value),
            np.einsum("ni,n->i", of_a, by_a) + np.einsum("ni,n->i", of_z, by_z),
            -second,
        )


def _crossed(one: FloatArray, weight: FloatArray, other: FloatArray) -> FloatArray:
    crossed = np.einsum("ni,n,nj->ij", one, weight, other, optimize=False)
    return np.asarray(crossed, dtype=np.float64)


def _log_density(a: FloatArray, z: FloatArray, distribution: _Distribution) -> _Terms:
    """log(1 - c) + log f(z)."""
    density, cured, nothing = distribution.density(z), expit(a), np.zeros_like(a)
    value = density.value - np.logaddexp(0, a)
    return _Terms(value, -cured, density.first, -cured * expit(-a), nothing, density.second)


def _log_survival(a: FloatArray, z: FloatArray, distribution: _Distribution) -> _Terms:
    """log(c + (1 - c) S(z)); of those still there the share `cured` is."""
    survival, at_outset = distribution.survival(z), expit(a)
    cured, not_cured = expit(a - survival.value), expit(survival.value - a)
    both = cured * not_cured
    return _Terms(
        np.logaddexp(a, survival.value) - np.logaddexp(0, a),
        cured - at_outset,
        not_cured * survival.first,
        both - at_outset * expit(-a),
        -both * survival.first,
        both * survival.first**2 + not_cured * survival.second,
    )


def _weibull_density(z: FloatArray) -> _Logarithm:
    u = np.exp(np.minimum(z, _NOBODY_SURVIVES))
    return _Logarithm(z - u, 1 - u, -u)


def _weibull_survival(z: FloatArray) -> _Logarithm:
    u = np.exp(np.minimum(z, _NOBODY_SURVIVES))
    return _Logarithm(-u, -u, -u)


def _logistic_density(z: FloatArray) -> _Logarithm:
    above, below = expit(z), expit(-z)
    return _Logarithm(z - 2 * np.logaddexp(0, z), below - above, -2 * above * below)


def _logistic_survival(z: FloatArray) -> _Logarithm:
    above = expit(z)
    return _Logarithm(-np.logaddexp(0, z), -above, -above * expit(-z))


def _normal_density(z: FloatArray) -> _Logarithm:
    return _Logarithm(-(z**2) / 2 - _LOG_ROOT_TWO_PI, -z, -np.ones_like(z))


def _normal_survival(z: FloatArray) -> _Logarithm:
    log_survival = log_ndtr(-z)
    hazard = np.exp(-(z**2) / 2 - _LOG_ROOT_TWO_PI - log_survival)
    return _Logarithm(log_survival, -hazard, -hazard * (hazard - z))


_WEIBULL: Final = _Distribution(_weibull_density, _weibull_survival)
_DISTRIBUTIONS: Final[dict[Latency, _Distribution]] = {
    "weibull": _WEIBULL,
    "exponential": _WEIBULL,
    "log_logistic": _Distribution(_logistic_density, _logistic_survival),
    "log_normal": _Distribution(_normal_density, _normal_survival),
}
