"""Limits and tests of a Cox model's coefficients from the profile of its likelihood.

The profile of a coefficient is the largest log-likelihood, penalised or not, with the coefficient
held at a value. The limits are where it lies half a chi-square quantile below the maximum; the test
is twice its fall from the maximum to 0. Where the likelihood is not symmetric, as with few events,
both hold their level better than Wald's.
References: Cox and Oakes, Analysis of Survival Data, 1984, section 3.3; Heinze and Schemper,
Biometrics 2001;57:114.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from analytics.methods.arrays import FloatArray
from analytics.methods.chi_square import chi_square_test
from analytics.methods.cox import CoxFit
from analytics.methods.cox_data import CoxData, with_covariates
from analytics.methods.firth import penalised_sums
from analytics.methods.intervals import normal_quantile
from analytics.methods.newton import Evaluated, Likelihood, likelihood_at, maximised
from analytics.methods.scaled_rows import ScaledRows, scaled_rows
from analytics.methods.tied_events import partial_likelihood

MOST_STEPS = 60  # after which a limit is taken as infinite
CLOSE = 1e-7  # of the distance: the step after it, Newton's being quadratic, would be rounding


@dataclass(frozen=True)
class _Held:
    """A likelihood seen along the coefficients that are not held."""

    whole: Evaluated
    free: FloatArray

    @property
    def log_likelihood(self) -> float:
        return self.whole.log_likelihood

    @property
    def score(self) -> FloatArray:
        return np.asarray(self.free.T @ self.whole.score, dtype=np.float64)

    @property
    def information(self) -> FloatArray:
        return np.asarray(self.free.T @ self.whole.information @ self.free, dtype=np.float64)


def with_profile_limits(data: CoxData, fit: CoxFit, *, conf_level: float) -> CoxFit:
    """The fitted model with profile limits and likelihood-ratio tests of its coefficients.

    A limit that the profile never reaches is infinite. The model stays as it is when it is not
    estimable.
    """
    if fit.log_hr is None or fit.std_error is None or not fit.names:
        return replace(fit, limits="profile_likelihood")
    rows = scaled_rows(with_covariates(data, fit.names))
    likelihood = _likelihood(rows, fit)
    best = rows.scaled(fit.log_hr)
    top = likelihood(best).log_likelihood
    width = normal_quantile(conf_level)
    limits, tests = np.empty((len(fit.names), 2)), []
    for j, (estimate, error) in enumerate(zip(fit.log_hr, fit.std_error, strict=True)):
        profile = _Profile(likelihood, rows.basis, best, [j])
        for side, way in enumerate((-width, width)):
            limits[j, side] = _fallen(profile, float(estimate), float(way * error), top, width)
        tests.append(chi_square_test(2 * (top - profile.at(np.zeros(1))[0]), 1))
    return replace(fit, limits="profile_likelihood", term_limits=limits, term_tests=tuple(tests))


def highest_without(data: CoxData, fit: CoxFit, names: Sequence[str]) -> float:
    """The largest log-likelihood, penalised as that of the fit, with these coefficients at 0.

    `data` has the covariates of the fit.
    """
    rows = scaled_rows(data)
    assert fit.log_hr is not None
    likelihood = _likelihood(rows, fit)
    held = [fit.names.index(name) for name in names]
    profile = _Profile(likelihood, rows.basis, rows.scaled(fit.log_hr), held)
    return profile.at(np.zeros(len(held)))[0]


def _likelihood(rows: ScaledRows, fit: CoxFit) -> Likelihood:
    if fit.penalty == "firth":
        return partial(penalised_sums, rows, ties=fit.ties)
    return partial_likelihood(rows, ties=fit.ties)


class _Profile:
    """The largest log-likelihood by the values of some coefficients of the covariates as given."""

    def __init__(
        self, likelihood: Likelihood, basis: FloatArray, best: FloatArray, held: Sequence[int]
    ) -> None:
        others = np.delete(basis, held, axis=1)
        self.free = np.linalg.qr(others)[0] if others.shape[1] else others
        self.along = basis[:, held]
        self.likelihood = likelihood
        self.best = best

    def at(self, values: FloatArray) -> tuple[float, FloatArray]:
        """The profile where the coefficients held have these values, and its slopes."""
        fixed = self.along @ values

        def held_at(coefficients: FloatArray) -> Evaluated:
            return _Held(self.likelihood(fixed + self.free @ coefficients), self.free)

        found = fixed
        if self.free.shape[1]:
            start = likelihood_at(held_at, self.free.T @ (self.best - fixed))
            found = fixed + self.free @ maximised(held_at, start).point.coefficients
        whole = self.likelihood(found)
        return whole.log_likelihood, np.asarray(self.along.T @ whole.score, dtype=np.float64)


def _fallen(profile: _Profile, estimate: float, start: float, top: float, width: float) -> float:
    """Where the root of twice the fall from the top is `width`, from `estimate + start` on.

    Newton's steps: the root is nearly a line, so a few are enough. It never steps back over the
    estimate, nor to more than twice as far from it.
    """
    way = start
    for _ in range(MOST_STEPS):
        height, slopes = profile.at(np.array([estimate + way]))
        slope = float(slopes[0])
        root = np.sqrt(max(2 * (top - height), 0.0))
        if root == 0 or slope * way >= 0:
            way *= 2
            continue
        step = (width - root) * root / -slope
        if abs(step) <= CLOSE * abs(start):
            return float(estimate + way + step)
        way = float(np.clip((way + step) / way, 0.1, 2.0)) * way
    return float(np.copysign(np.inf, start))
