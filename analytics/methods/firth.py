"""Firth's penalised partial likelihood: finite estimates where the likelihood itself has none.

The log-likelihood l(b) is raised by half the logarithm of the determinant of its information I(b),
Jeffreys' prior, which takes the first-order bias off the estimates. The penalty falls without end
where an estimate runs away, so that the maximum is finite as long as the covariates can be told
apart.
References: Firth, Biometrika 1993;80:27; Heinze and Schemper, Biometrics 2001;57:114.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import solve_triangular

from analytics.methods.arrays import FloatArray
from analytics.methods.partial_likelihood import RiskSums, Ties, risk_sums
from analytics.methods.risk_totals import over_rows
from analytics.methods.scaled_rows import ScaledRows

STEP = 1e-4  # of a standard error, in the differences of the score


@dataclass(frozen=True)
class PenalisedSums:
    """The penalised log-likelihood at some coefficients of the scaled covariates.

    `score` is exact; `information` is made of differences of it, which decides how fast an
    iteration gets to the maximum and not where that is. Where it is not positive definite, far from
    the maximum, it is that of the likelihood without the penalty.
    """

    rows: ScaledRows
    coefficients: FloatArray
    ties: Ties
    sums: RiskSums

    @property
    def log_likelihood(self) -> float:
        """l(b) + log det I(b) / 2; minus infinity where the information is singular."""
        sign, log_determinant = np.linalg.slogdet(self.unpenalised_information)
        if sign <= 0:
            return -np.inf
        return self.sums.log_likelihood + float(log_determinant) / 2

    @cached_property
    def unpenalised_information(self) -> FloatArray:
        """Minus the second derivatives of the log-likelihood without the penalty (p x p)."""
        return self.sums.information

    @cached_property
    def score(self) -> FloatArray:
        """The first derivatives of the penalised log-likelihood (p)."""
        upper = np.linalg.cholesky(self.unpenalised_information).T
        turned = np.ascontiguousarray(solve_triangular(upper.T, self.rows.x.T, lower=True).T)
        pull = _third_moments(self.sums, turned, self.ties)
        return np.asarray(self.sums.score + upper.T @ pull / 2, dtype=np.float64)

    @property
    def information(self) -> FloatArray:
        """Minus the second derivatives of the penalised log-likelihood, or what stands for them."""
        plain = self.unpenalised_information
        p = len(plain)
        found = np.empty((p, p))
        for j, size in enumerate(1 / np.sqrt(np.diag(plain))):
            step = np.zeros(p)
            step[j] = STEP * size
            ahead, behind = (
                penalised_sums(self.rows, self.coefficients + way * step, ties=self.ties).score
                for way in (1, -1)
            )
            found[:, j] = (behind - ahead) / (2 * step[j])
        found = (found + found.T) / 2
        return found if np.linalg.eigvalsh(found)[0] > 0 else plain


def penalised_sums(rows: ScaledRows, log_hr: FloatArray, *, ties: Ties) -> PenalisedSums:
    """The penalised log-likelihood at these coefficients of the scaled covariates."""
    return PenalisedSums(rows, log_hr, ties, risk_sums(rows, log_hr, ties=ties))


def _third_moments(sums: RiskSums, y: FloatArray, ties: Ties) -> FloatArray:
    """The sum over all denominators of the third moments y_r |y|^2 about the means (p).

    `y`: the covariates in the units in which the information is the identity. In them it is twice
    the derivative of the penalty.
    """
    sets, p = sums.rows.sets, y.shape[1]
    pairs = [(k, r) for k in range(p) for r in range(k, p)]
    square = np.einsum("ij,ij->i", y, y)
    columns = [y, square[:, None] * y, *(y[:, [k]] * y[:, [r]] for k, r in pairs)]
    at_risk, tied = over_rows(sets, np.asfortranarray(np.hstack(columns)), sums.risk)
    others = at_risk - tied
    n_tied = sets.n_tied
    of_set = np.repeat(np.arange(len(n_tied)), n_tied)
    q = np.ones(len(of_set))
    if ties == "efron":
        begins = np.cumsum(n_tied) - n_tied
        q -= (np.arange(len(q)) - begins[of_set]) / n_tied[of_set]
    totals = others[:, of_set] + q * tied[:, of_set]
    means = totals[1:] / totals[0]
    first, cubic = means[:p], means[p : 2 * p]
    second = np.empty((p, p, len(q)))
    for (k, r), values in zip(pairs, means[2 * p :], strict=True):
        second[k, r] = second[r, k] = values
    squares = np.einsum("kkl->l", second)
    central = (
        cubic
        - squares * first
        - 2 * np.einsum("krl,kl->rl", second, first)
        + 2 * first * np.einsum("kl,kl->l", first, first)
    )
    weight = (sums.rows.observed[0] / n_tied)[of_set]
    return np.asarray(np.einsum("rl,l->r", central, weight), dtype=np.float64)
