"""The Cox partial likelihood, its score and information, by sums over the risk sets.

With d tied events Efron's method uses the denominators O + q D, q = 1, 1 - 1 / d, .. 1 / d, where D
is the risk exp(x'b) of the tied events and O that of the others at risk; Breslow's has q = 1 each
time. All that follows needs of them are sums over each set's ties, so nothing is made per event and
covariate. Case weights multiply the risks and the events' own terms; the d denominators of a tie
then count with the mean weight of its events, as in R's coxph. So a weight of 2 is the row twice by
Breslow's method, and by Efron's without ties.
References: Cox, J R Stat Soc B 1972;34:187; Efron, J Am Stat Assoc 1977;72:557;
Breslow, Biometrics 1974;30:89.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Protocol

import numpy as np

from analytics.methods.arrays import FloatArray
from analytics.methods.newton import Evaluated
from analytics.methods.risk_sets import BLOCK_ROWS, RiskSets
from analytics.methods.risk_totals import over_rows, over_sets
from analytics.methods.scaled_rows import ScaledRows

Ties = Literal["efron", "breslow", "exact"]

LARGEST_PRODUCT = 2**18  # multiplications up to which OpenBLAS keeps to one thread


class PartialLikelihood(Evaluated, Protocol):
    """A partial likelihood worked out at one value of the coefficients, risk set by risk set."""

    def score_by_set(self) -> FloatArray:
        """Per risk set the events' covariates less their expectations (p x sets)."""

    def weighted_information(self, weight: FloatArray) -> FloatArray:
        """The information (p x p), each risk set times its weight."""


@dataclass(frozen=True)
class RiskSums:
    """What the risk sets add up to at one value of the coefficients.

    Rows: `risk`, case weight included. Sets: `others` and `tied`, the risk-weighted covariates of
    the others at risk and of the events (p x sets); `logarithms`, the sums over the denominators of
    their logarithms; `first`, of q^k / denominator, k = 0 and 1, and `second`, of
    q^k / denominator^2, k = 0, 1 and 2, all times the mean case weight of the events. The risks are
    by the largest of them, whose logarithm is `largest`; it cancels in all but `logarithms`.
    """

    rows: ScaledRows
    risk: FloatArray
    others: FloatArray
    tied: FloatArray
    logarithms: FloatArray
    first: FloatArray
    second: FloatArray
    largest: float
    log_likelihood: float

    @property
    def score(self) -> FloatArray:
        """The first derivatives of the log-likelihood (p)."""
        return np.asarray(self.score_by_set().sum(axis=1), dtype=np.float64)

    @property
    def information(self) -> FloatArray:
        """Minus its second derivatives (p x p)."""
        return self.weighted_information(np.ones(len(self.rows.sets.time)))

    def score_by_set(self) -> FloatArray:
        """Per risk set the events' covariates less their expectations (p x sets)."""
        return self.rows.observed[1:] - _expected(self)

    def weighted_information(self, weight: FloatArray) -> FloatArray:
        """Minus the second derivatives of the log-likelihood (p x p), each set times its weight.

        The risk-weighted outer products over sets and rows are one sum over rows, since a row is in
        consecutive sets. Off them come those of the means (others + q tied) / denominator. The ones
        of a set lie on a line, so that two per set do: at the weighted mean of q, and for its
        spread.
        """
        middle = self.second[1] / self.second[0]
        spread = self.second[2] - self.second[1] * middle
        exposure = over_sets(self.rows.sets, *(weight * self.first))
        exposure *= self.risk
        return (
            gram(self.rows.x, exposure)
            - gram((self.others + middle * self.tied).T, weight * self.second[0])
            - gram(self.tied.T, weight * spread)
        )


def risk_sums(rows: ScaledRows, log_hr: FloatArray, *, ties: Ties) -> RiskSums:
    """The sums at these coefficients of the scaled covariates."""
    if ties not in ("efron", "breslow"):
        raise ValueError(f"The ties method '{ties}' is not known; use efron, breslow or exact.")
    risk, largest = _risks(rows, log_hr)
    at_risk, tied = over_rows(rows.sets, rows.x, risk)
    others = at_risk - tied
    with np.errstate(divide="ignore", invalid="ignore"):
        sums = _over_denominators(rows.sets, others[0], tied[0], ties)
    sums *= rows.observed[0] / rows.sets.n_tied
    n_observed, *x_observed = rows.observed.sum(axis=1)
    log_likelihood = np.sum(x_observed * log_hr) - n_observed * largest - np.sum(sums[0])
    return RiskSums(
        rows=rows,
        risk=risk,
        others=others[1:],
        tied=tied[1:],
        logarithms=sums[0],
        first=sums[1:3],
        second=sums[3:6],
        largest=largest,
        log_likelihood=float(log_likelihood),
    )


def score_residuals(sums: RiskSums) -> FloatArray:
    """Each row's part in the score, not times its case weight (rows of `sets.row` x p).

    Its covariates less the mean at its event, less its hazard times their distance to the means
    over all risk sets it is in; weighted by the cases they add up to the score. A tied event counts
    at the mean over its tie's denominators, in each of which its own risk has the share q.
    Reference: Therneau, Grambsch and Fleming, Biometrika 1990;77:147.
    """
    sets, x = sums.rows.sets, sums.rows.x
    has_event = sets.has_event()
    hazard = over_sets(sets, *sums.first)
    centres = _expected(sums) / sums.rows.observed[0]
    residuals = np.empty_like(x)
    for j, (others, tied) in enumerate(zip(sums.others, sums.tied, strict=True)):
        at_risk = sums.second[0] * others + sums.second[1] * tied
        at_event = sums.second[1] * others + sums.second[2] * tied
        residuals[:, j] = over_sets(sets, at_risk, at_event) - hazard * x[:, j]
        residuals[:, j] *= sums.risk / sets.weight
        centre = np.repeat(centres[j, sets.run_set], sets.run_length)
        residuals[:, j] += np.where(has_event, x[:, j] - centre, 0.0)
    return residuals


def gram(rows: FloatArray, weight: FloatArray) -> FloatArray:
    """The sum of the rows' outer products (p x p), each times its weight.

    By blocks that stay in a core's cache, and within them by products that BLAS makes on one
    thread: shared among threads, their last bits would depend on the number of them.
    """
    n, p = rows.shape
    length = max(1, LARGEST_PRODUCT // max(1, p * p))
    total, room = np.zeros((p, p)), np.empty((p, min(n, BLOCK_ROWS)))
    for start in range(0, n, BLOCK_ROWS):
        block = rows[start : start + BLOCK_ROWS]
        weighted = room[:, : len(block)]
        np.multiply(block.T, weight[start : start + BLOCK_ROWS], out=weighted)
        for first in range(0, len(block), length):
            part = slice(first, first + length)
            total += weighted[:, part] @ block[part]
    return np.asarray((total + total.T) / 2, dtype=np.float64)


def _risks(rows: ScaledRows, log_hr: FloatArray) -> tuple[FloatArray, float]:
    """Per row its risk exp(x'b), case weight included, by the largest, and that one's logarithm."""
    if not log_hr.any():
        return rows.sets.weight.copy(), 0.0
    risk = np.einsum("ij,j->i", rows.x, log_hr, optimize=False)
    largest = float(risk.max())
    for start in range(0, len(risk), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        part = risk[block]
        part -= largest
        np.exp(part, out=part)
        part *= rows.sets.weight[block]
    return risk, largest


def _expected(sums: RiskSums) -> FloatArray:
    """Per risk set what is expected of its events' covariates (p x sets)."""
    expected = sums.first[0] * sums.others + sums.first[1] * sums.tied
    return np.asarray(expected, dtype=np.float64)


def _over_denominators(
    sets: RiskSets, others: FloatArray, tied: FloatArray, ties: Ties
) -> FloatArray:
    """Sums over each set's denominators, made of the risks of the others and the events (6 x sets).

    Of the logarithms; of 1 and q by the denominator; of 1, q and q^2 by its square. By blocks of
    sets whose denominators stay in a core's cache.
    """
    ends = np.cumsum(sets.n_tied)
    cuts = np.searchsorted(ends, np.arange(BLOCK_ROWS, ends[-1], BLOCK_ROWS))
    sums = np.empty((6, len(ends)))
    for start, stop in pairwise(np.unique([0, *cuts, len(ends)])):
        n_tied = sets.n_tied[start:stop]
        begins = np.cumsum(n_tied) - n_tied
        q = np.ones(n_tied.sum())
        if ties == "efron":
            q -= (np.arange(len(q)) - np.repeat(begins, n_tied)) / np.repeat(n_tied, n_tied)
        denominator = np.repeat(others[start:stop], n_tied) + q * np.repeat(
            tied[start:stop], n_tied
        )
        one, part = 1 / denominator, q / denominator
        terms = np.stack([np.log(denominator), one, part, one * one, one * part, part * part])
        sums[:, start:stop] = np.add.reduceat(terms, begins, axis=1)
    return sums
