"""The exact partial likelihood of tied events: who has them, given how many have them.

Of n at risk d have the event on one day. The chance that it is these d is the product of their
risks exp(x'b), divided by the sum of such products over all choices of d of the n: time is taken as
discrete, and the likelihood is that of conditional logistic regression. Not every choice is made.
Let each at risk have the event by itself with the chance p = a exp(x'b) / (1 + a exp(x'b)), a such
that d are expected. Given that d had it, a cancels, and the chance of a choice is the product of
its p and of the others' 1 - p, divided by the chance of d events in all. That one is built up
subject by subject, and with it the first two moments of the sum of the covariates of those with the
event: its mean and covariance given d are the derivatives. The numbers are chances, which neither
overflow nor cancel; d is their mode, so that the last of them is 1 / (n + 1) or more.
References: Cox, J R Stat Soc B 1972;34:187, section 6; Gail, Lubin and Rubinstein, Biometrika
1981;68:703; Darroch, Ann Math Stat 1964;35:1317, on the mode.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
from scipy.special import expit

from analytics.methods.arrays import BoolArray, FloatArray, IntArray
from analytics.methods.partial_likelihood import RiskSums, risk_sums
from analytics.methods.risk_totals import n_at_risk
from analytics.methods.scaled_rows import ScaledRows

MOST_CELLS = 2**21  # numbers of one table of moments, and of one table of covariates
MOST_STEPS = 1e9  # numbers that all tables pass through, for one value of the coefficients
_CLOSE_TO_N_TIED = 1e-6
_BEYOND = 40.0  # on the log scale: exp(-40) times all at risk is nobody


@dataclass(frozen=True)
class TiedSets:
    """The rows of a model, and its risk sets that need the recursion, in batches of like size.

    They are those with several events and somebody at risk without one. Those in which all have
    the event say nothing, as there is one choice; one event needs no choices.
    """

    rows: ScaledRows
    is_tied: BoolArray
    batches: "tuple[_Batch, ...]"


@dataclass(frozen=True)
class ExactSums:
    """The exact likelihood at one value of the coefficients.

    `single` is right for the sets with one event. `expected` (p x sets) and `covariance`
    (p x p x sets) of the sum of the events' covariates are right for the others.
    """

    tied: TiedSets
    single: RiskSums
    expected: FloatArray
    covariance: FloatArray
    log_likelihood: float

    @property
    def score(self) -> FloatArray:
        """The first derivatives of the log-likelihood (p)."""
        return np.asarray(self.score_by_set().sum(axis=1), dtype=np.float64)

    @property
    def information(self) -> FloatArray:
        """Minus its second derivatives (p x p)."""
        return self.weighted_information(np.ones(len(self.tied.is_tied)))

    def score_by_set(self) -> FloatArray:
        """Per risk set the events' covariates less their expectations (p x sets)."""
        tied = self.tied.rows.observed[1:] - self.expected
        return np.where(self.tied.is_tied, tied, self.single.score_by_set())

    def weighted_information(self, weight: FloatArray) -> FloatArray:
        """Minus the second derivatives of the log-likelihood (p x p), each set times its weight."""
        is_tied = self.tied.is_tied
        single = self.single.weighted_information(np.where(is_tied, 0.0, weight))
        tied = np.einsum("ijs,s->ij", self.covariance, np.where(is_tied, weight, 0.0))
        return np.asarray(single + tied, dtype=np.float64)


def n_steps(rows: ScaledRows) -> float:
    """How many numbers the recursion works out for one value of the coefficients."""
    n_tied = rows.sets.n_tied
    needed = (n_at_risk(rows.sets) * (n_tied + 1))[n_tied > 1]
    return float(needed.sum()) * _n_moments(rows.x.shape[1])


def tied_sets(rows: ScaledRows) -> TiedSets:
    """The rows with their risk sets in batches."""
    n_tied, n_all = rows.sets.n_tied, n_at_risk(rows.sets).astype(np.int64)
    needing = np.flatnonzero((n_tied > 1) & (n_all > n_tied))
    order = needing[np.lexsort((-n_all[needing], -n_tied[needing]))]
    return TiedSets(rows, n_tied > 1, tuple(_batches(rows, order, n_tied, n_all)))


def exact_sums(tied: TiedSets, log_hr: FloatArray) -> ExactSums:
    """The exact likelihood at these coefficients of the scaled covariates."""
    rows = tied.rows
    p, n_sets = len(log_hr), len(tied.is_tied)
    single = risk_sums(rows, log_hr, ties="breslow")
    of_one = rows.observed[1:].T @ log_hr - single.largest - single.logarithms
    log_likelihood = float(of_one[~tied.is_tied].sum())
    log_risk = np.einsum("ij,j->i", rows.x, log_hr, optimize=False)
    expected, covariance = rows.observed[1:].copy(), np.zeros((p, p, n_sets))
    for batch in tied.batches:
        found, mean, spread = _given_n_tied(batch, rows.x, log_risk)
        log_likelihood += float(found.sum())
        expected[:, batch.sets] = mean
        covariance[:, :, batch.sets] = spread
    return ExactSums(tied, single, expected, covariance, log_likelihood)


@dataclass(frozen=True)
class _Batch:
    """Risk sets `sets` (m), those with most at risk first, with a column per set in `row`.

    `row` (n x m): its rows, those with the event first, of which there are `n_tied`; then filling
    up to the longest.
    """

    sets: IntArray
    n_tied: IntArray
    n_at_risk: IntArray
    row: IntArray

    @property
    def is_at_risk(self) -> BoolArray:
        """Which of `row` is a row of the set (n x m)."""
        return np.arange(len(self.row))[:, None] < self.n_at_risk

    @property
    def is_event(self) -> BoolArray:
        """Which of `row` has the set's event (n x m)."""
        return np.arange(len(self.row))[:, None] < self.n_tied


def _n_moments(p: int) -> int:
    return 1 + p + p * (p + 1) // 2


def _batches(
    rows: ScaledRows, order: IntArray, n_tied: IntArray, n_all: IntArray
) -> Iterator[_Batch]:
    """Sets in the order of their events, none with less than half of the first one's events."""
    p = rows.x.shape[1]
    first, last = rows.sets.spans()
    has_event = rows.sets.has_event()
    start = 0
    while start < len(order):
        most = n_tied[order[start]]
        longest = np.maximum.accumulate(n_all[order[start:]])
        size = np.arange(1, len(longest) + 1)
        fits = size * (most + 1) * _n_moments(p) <= MOST_CELLS
        fits &= size * longest * (1 + p) <= MOST_CELLS
        fits &= 2 * n_tied[order[start:]] >= most
        n = max(1, int(np.argmin(fits)) if not fits.all() else len(fits))
        sets = order[start : start + n]
        sets = sets[np.argsort(-n_all[sets], kind="stable")]
        row = np.zeros((n_all[sets[0]], n), dtype=np.int64)
        for column, place in enumerate(sets):
            inside = np.flatnonzero((first <= place) & (last >= place))
            inside = np.repeat(inside, rows.sets.count[inside])
            at_event = has_event[inside] & (last[inside] == place)
            row[: len(inside), column] = inside[np.argsort(~at_event, kind="stable")]
        yield _Batch(sets, n_tied[sets], n_all[sets], row)
        start += n


def _given_n_tied(
    batch: _Batch, x: FloatArray, log_risk: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Per set the log-likelihood (m), and of its events' covariates mean and covariance."""
    log_odds = np.where(batch.is_at_risk, log_risk[batch.row], -np.inf)
    log_odds += _tilts(log_odds, batch)
    chance = expit(log_odds)
    centre = np.einsum("nm,nmp->pm", chance, x[batch.row]) / batch.n_tied
    moments = _moments(batch, chance, expit(-log_odds), x, centre)
    p, n_sets = centre.shape
    of_n_tied, first = moments[0], moments[1 : 1 + p] / moments[0]
    of_choice = np.where(batch.is_event, -log_odds, log_odds)
    log_likelihood = -np.logaddexp(0, of_choice).sum(axis=0) - np.log(of_n_tied)
    covariance = np.empty((p, p, n_sets))
    one, other = np.triu_indices(p)
    covariance[one, other] = moments[1 + p :] / of_n_tied - first[one] * first[other]
    covariance[other, one] = covariance[one, other]
    return log_likelihood, first + batch.n_tied * centre, covariance


def _tilts(log_odds: FloatArray, batch: _Batch) -> FloatArray:
    """What to add to all log odds of a set so that as many events are expected as it has (m).

    Newton's steps between two bounds, every third the middle of them. Any value is right; this one
    keeps the digits.
    """
    low = -log_odds.max(axis=0) - _BEYOND
    high = -np.where(batch.is_at_risk, log_odds, np.inf).min(axis=0) + _BEYOND
    tilt = np.log(batch.n_tied / (batch.n_at_risk - batch.n_tied))
    tilt = np.clip(tilt - np.median(log_odds[: batch.n_at_risk.min()], axis=0), low, high)
    for step in count(1):
        chance = expit(log_odds + tilt)
        excess = chance.sum(axis=0) - batch.n_tied
        high, low = np.where(excess > 0, tilt, high), np.where(excess > 0, low, tilt)
        close = np.abs(excess) <= _CLOSE_TO_N_TIED
        if (close | (high - low <= _CLOSE_TO_N_TIED)).all():
            break
        slope = np.maximum((chance * (1 - chance)).sum(axis=0), np.finfo(float).tiny)
        following = tilt - excess / slope
        inside = (following > low) & (following < high) & (step % 3 > 0)
        tilt = np.where(close, tilt, np.where(inside, following, (low + high) / 2))
    return tilt


def _moments(
    batch: _Batch, chance: FloatArray, no_event: FloatArray, x: FloatArray, centre: FloatArray
) -> FloatArray:
    """The chance of `n_tied` events, and times it the moments of their centred covariates.

    Rows: the chance, the p means, the means of the products of each pair; a column per set (m).
    In the table of all numbers of events a subject moves each number up by one with its chance.
    """
    p, n_sets = centre.shape
    one, other = np.triu_indices(p)
    table = np.zeros((_n_moments(p), n_sets, batch.n_tied.max() + 1))
    table[0, :, 0] = 1
    active = np.searchsorted(-batch.n_at_risk, -np.arange(len(batch.row)), side="left")
    for step, n in enumerate(active):
        own = (x[batch.row[step, :n]].T - centre[:, :n])[:, :, None]
        below = table[:, :n, :-1]
        moved = np.empty_like(below)
        moved[0] = below[0]
        moved[1 : 1 + p] = below[1 : 1 + p] + own * below[0]
        moved[1 + p :] = below[1 + p :] + own[one] * below[1 + other]
        moved[1 + p :] += own[other] * moved[1 + one]
        moved *= chance[step, :n, None]
        table[:, :n] *= no_event[step, :n, None]
        table[:, :n, 1:] += moved
    return np.asarray(table[:, np.arange(n_sets), batch.n_tied], dtype=np.float64)
