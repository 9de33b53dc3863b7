"""The variance of a cumulative incidence, by name: the estimators differ in small samples.

- `aalen`: the counting-process form with the tie correction (n - d) / (n - 1), as in R's
  cmprsk::cuminc. Aalen, Ann Stat 1978;6:534.
- `delta`: the delta method on the day-by-day proportions. Marubini and Valsecchi, Analysing
  Survival Data from Clinical Trials and Observational Studies, 1995, section 10.3; Dinse and
  Larson, Biometrika 1986;73:379.
- `infinitesimal_jackknife`: the sum of squared influences of the subjects, as in R's survfit. When
  all enter at day 0 it is the same number as `delta`: a subject's influences on different days
  are uncorrelated within the risk sets, which are nested. With delayed entry they are not, and the
  counts do not tell who entered when: the error is then unknown.
"""

from typing import Final, Literal

import numpy as np

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.counts import RiskTable

IncidenceVariance = Literal["aalen", "delta", "infinitesimal_jackknife"]

ROUNDING: Final = 64 * np.finfo(np.float64).eps  # of three sums that may cancel


def incidence_error(
    table: RiskTable,
    caused: IntArray,
    survival_before: FloatArray,
    incidence: FloatArray,
    *,
    variance: IncidenceVariance,
) -> FloatArray:
    """The standard error of the incidence of the `caused` events after each day of the table."""
    if variance == "aalen":
        return _aalen_error(table, caused, survival_before, incidence)
    if variance == "infinitesimal_jackknife" and table.has_delayed_entry:
        return np.full(len(table.time), np.nan)
    if variance in ("delta", "infinitesimal_jackknife"):
        return _delta_error(table, caused, survival_before, incidence)
    raise ValueError(
        f"The variance '{variance}' is not known; "
        "use aalen, delta or infinitesimal_jackknife (parameter cif_variance)."
    )


def _aalen_error(
    table: RiskTable, caused: IntArray, before: FloatArray, incidence: FloatArray
) -> FloatArray:
    """With G(s, t) = (F(t) - F(s)) / S(s): own events weigh (1 - G)^2, other events G^2.

    Both times S(s-)^2 d (n - d) / (n^2 (n - 1)), where d is the day's events of that type.
    """
    n = table.n_risk.astype(np.float64)
    own = caused.astype(np.float64)
    other = (table.n_event + table.n_competing - caused).astype(np.float64)
    after = before * (1 - _ratio(own + other, n))
    inverse = _ratio(np.ones_like(after), after)
    own_weight = before**2 * _tied_binomial(own, n)
    other_weight = np.where(after > 0, before**2 * _tied_binomial(other, n), 0.0)
    # as polynomials in F(t): coefficients of 1, F(t) and F(t)^2
    own_at_zero, other_at_zero = 1 + incidence * inverse, incidence * inverse
    constant = own_weight * own_at_zero**2 + other_weight * other_at_zero**2
    linear = (own_weight * own_at_zero + other_weight * other_at_zero) * inverse
    square = (own_weight + other_weight) * inverse**2
    return _root_of_polynomial(constant, linear, square, incidence)


def _delta_error(
    table: RiskTable, caused: IntArray, before: FloatArray, incidence: FloatArray
) -> FloatArray:
    """Sum over days of (F(t) - F)^2 d / (n (n - d)) + S-^2 d_k (n - d_k) / n^3
    - 2 (F(t) - F) S- d_k / n^2, with F = F(s), S- = S(s-), d both events, d_k the caused ones.
    """
    n = table.n_risk.astype(np.float64)
    own = caused.astype(np.float64)
    every = (table.n_event + table.n_competing).astype(np.float64)
    square = _ratio(every, n * (n - every))
    cross = _ratio(before * own, n**2)
    constant = _ratio(before**2 * own * (n - own), n**3)
    return _root_of_polynomial(
        constant + 2 * incidence * cross + incidence**2 * square,
        cross + incidence * square,
        square,
        incidence,
    )


def _root_of_polynomial(
    constant: FloatArray, linear: FloatArray, square: FloatArray, incidence: FloatArray
) -> FloatArray:
    """sqrt(A - 2 B F(t) + C F(t)^2) with A, B, C the running sums; negative rounding errors become
    0."""
    first, last = np.cumsum(constant), np.cumsum(square) * incidence**2
    middle = 2 * np.cumsum(linear) * incidence
    value = first - middle + last
    rounding = ROUNDING * (first + np.abs(middle) + last)
    return np.sqrt(np.where(value > rounding, value, 0.0))


def _tied_binomial(d: FloatArray, n: FloatArray) -> FloatArray:
    """d (n - d) / (n^2 (n - 1)), and d / n^2 for a single event, also of a single subject."""
    tie = np.where(d > 1, _ratio(n - d, n - 1), 1.0)
    return _ratio(d * tie, n**2)


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """The quotient, 0 where the denominator is 0 (nothing happens after the last subject)."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator != 0)
