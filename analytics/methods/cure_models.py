"""Mixture cure models with factors on the cured fraction and on the times of the others.

logit(c) = x'b, so that exp(b) is an odds ratio of being cured; log(scale) = w'd, so that exp(d) is
a ratio of times of those who are not cured. lifelines fits the model without factors to about six
digits. Since the likelihood may have more than one maximum, and lifelines knows no factors, it is
maximised from there and from several fractions and shapes; Newton's steps make the highest exact.
Reference: Farewell, Biometrics 1982;38:1041.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from scipy.special import expit, logit

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray
from analytics.methods.chi_square import TestResult, chi_square_test
from analytics.methods.cure_likelihood import (
    CureLikelihood,
    CureRows,
    Latency,
    cure_likelihood,
    has_shape,
    survival_of_uncured,
)
from analytics.methods.intervals import normal_quantile
from analytics.methods.newton import Maximum, inverse, likelihood_at, maximised
from analytics.methods.wald_terms import wald_terms

AT_BOUND: Final = 1e-4
FAR_OUT: Final = 10.0  # of a coefficient where 1 is much, or its error
LARGEST_REST: Final = 0.05  # of those not cured without the event at the end of a plateau
_DEPENDENT: Final = 1e-8
_FRACTIONS: Final = (0.1, 0.3, 0.6)
_SHAPES: Final = (0.7, 1.5)


@dataclass(frozen=True)
class CureFit:
    """A fitted model. Unless `status` is 'ok' every number is None.

    `coefficients` (p) are those of logit(c), a constant first, of log(scale) in days, the same,
    and log(shape) unless it is 1; `covariance` (p x p) is the inverse of the observed information.
    `cure_fraction` is the mean over the subjects, with its limits symmetric on the logit.
    `rest_at_end` is the share of those not cured that the model has without the event at the last
    observation. `plateau_status` is 'ok' where it is a twentieth at most.
    """

    status: str
    latency: Latency
    fraction_names: tuple[str, ...]
    scale_names: tuple[str, ...]
    coefficients: FloatArray | None = None
    covariance: FloatArray | None = None
    log_likelihood: float | None = None
    lr_test: TestResult | None = None
    cure_fraction: float | None = None
    std_error: float | None = None
    ci_lower: float | None = None
    ci_upper: float | None = None
    rest_at_end: float | None = None
    plateau_status: str | None = None

    @property
    def scale(self) -> float | None:
        """The scale in days where every covariate is 0."""
        if self.coefficients is None:
            return None
        return float(np.exp(self.coefficients[1 + len(self.fraction_names)]))

    @property
    def shape(self) -> float | None:
        """The shape, 1 of the exponential."""
        if self.coefficients is None:
            return None
        return float(np.exp(self.coefficients[-1])) if has_shape(self.latency) else 1.0


def fit_cure(
    rows: CureRows,
    latency: Latency,
    *,
    conf_level: float,
    fraction_names: Sequence[str] = (),
    scale_names: Sequence[str] = (),
) -> CureFit:
    """The maximum likelihood fit; names are those of the covariates after the columns of ones.

    The likelihood-ratio test is of all covariates at once. Not estimable: no events, or fewer than
    two different days with events; a covariate that does not vary, or is a linear combination of
    those before it; a mean fraction at its bound of 0 (below 1e-4); a coefficient that runs to
    infinity, as of a level without events; no convergence.
    """
    unfitted = CureFit("", latency, tuple(fraction_names), tuple(scale_names))
    reason = _reason_not_to_fit(rows, fraction_names, scale_names)
    if reason is not None:
        return _with_status(unfitted, reason)
    scaled = _Scaled(rows, latency)
    plain = None
    if fraction_names or scale_names:
        constant = replace(rows, of_fraction=rows.of_fraction[:, :1], of_scale=rows.of_scale[:, :1])
        plain = fit_cure(constant, latency, conf_level=conf_level)
    maximum = _highest(scaled, plain)
    coefficients = maximum.point.coefficients
    weight = rows.weight / rows.weight.sum()
    fractions = expit(_linear(scaled.rows.of_fraction, coefficients))
    if float(weight @ fractions) < AT_BOUND:
        return _with_status(unfitted, statuses.CURE_AT_BOUND)
    covariance = inverse(maximum.point.information)
    endless = scaled.far_out(coefficients, covariance, (*fraction_names, *scale_names))
    if endless:
        return _with_status(unfitted, statuses.ESTIMATE_WITHOUT_END, ", ".join(endless))
    if covariance is None or not maximum.converged or (np.diag(covariance) <= 0).any():
        return _with_status(unfitted, statuses.NO_CONVERGENCE)
    n_events = float(rows.weight @ rows.observed)
    log_likelihood = maximum.point.log_likelihood - n_events * scaled.log_unit
    found = CureFit(
        statuses.OK,
        latency,
        tuple(fraction_names),
        tuple(scale_names),
        coefficients=scaled.as_given(coefficients),
        covariance=scaled.turn @ covariance @ scaled.turn.T,
        log_likelihood=log_likelihood,
    )
    if plain is not None:
        found = replace(found, lr_test=_against(plain, found))
    return _described(rows, found, conf_level)


def cure_terms(fit: CureFit, *, conf_level: float) -> pl.DataFrame:
    """A row per covariate: part, factor, log_ratio, std_error, ratio, limits, p_value, status.

    `part` is `fraction`, whose ratio is one of odds of being cured, or `latency`, whose ratio is
    one of times of those who are not. Intervals and P values are Wald's (see `wald_terms`).
    """
    parts = []
    begin = 1
    for part, names in (("fraction", fit.fraction_names), ("latency", fit.scale_names)):
        own = slice(begin, begin + len(names))
        begin = own.stop + 1
        estimate, error = None, None
        if fit.coefficients is not None and fit.covariance is not None:
            estimate, error = fit.coefficients[own], np.sqrt(np.diag(fit.covariance)[own])
        terms = wald_terms(names, estimate, error, fit.status, conf_level=conf_level)
        parts.append(terms.insert_column(0, pl.lit(part).alias("part")))
    return pl.concat(parts)


def _with_status(unfitted: CureFit, reason: str, subject: str | None = None) -> CureFit:
    status = statuses.not_estimable(reason, subject)
    return replace(unfitted, status=status)


def _reason_not_to_fit(
    rows: CureRows, fraction_names: Sequence[str], scale_names: Sequence[str]
) -> str | None:
    """The reason with the covariate it is about, or None."""
    n_times = len(np.unique(rows.leave[rows.observed]))
    for reason, holds in (
        (statuses.NO_SUBJECTS, not len(rows.leave)),
        (statuses.ONE_SUBJECT, rows.weight.sum() < 2),
        (statuses.NO_EVENTS, n_times == 0),
        (statuses.NO_VARIATION_IN_TIME, n_times == 1),
    ):
        if holds:
            return reason
    return _reason_in_covariates(rows.of_fraction, fraction_names) or _reason_in_covariates(
        rows.of_scale, scale_names
    )


def _reason_in_covariates(x: FloatArray, names: Sequence[str]) -> str | None:
    for j, name in enumerate(names, start=1):
        if np.ptp(x[:, j]) == 0:
            return f"{statuses.CONSTANT_COVARIATE}: {name}"
        before = x[:, :j]
        own = x[:, j] - before @ np.linalg.lstsq(before, x[:, j], rcond=None)[0]
        if np.sqrt(np.mean(own**2)) < _DEPENDENT * np.std(x[:, j]):
            return f"{statuses.DEPENDENT_COVARIATES}: {name}"
    return None


class _Scaled:
    """The rows in units in which 1 is much: times by their mean, covariates by their spread."""

    def __init__(self, rows: CureRows, latency: Latency) -> None:
        unit = float(np.average(rows.leave, weights=rows.weight))
        self.log_unit = float(np.log(unit))
        of_fraction, turn_fraction = _standardised(rows.of_fraction)
        of_scale, turn_scale = _standardised(rows.of_scale)
        self.rows = replace(
            rows,
            entry=rows.entry / unit,
            leave=rows.leave / unit,
            of_fraction=of_fraction,
            of_scale=of_scale,
        )
        self.latency = latency
        q, r = len(turn_fraction), len(turn_scale)
        self.is_constant = np.isin(np.arange(q + r + has_shape(latency)), [0, q, q + r])
        self.turn = np.eye(len(self.is_constant))
        self.turn[:q, :q], self.turn[q : q + r, q : q + r] = turn_fraction, turn_scale

    def as_given(self, coefficients: FloatArray) -> FloatArray:
        """Coefficients of the rows as given."""
        given = self.turn @ coefficients
        given[self.rows.of_fraction.shape[1]] += self.log_unit
        return np.asarray(given, dtype=np.float64)

    def far_out(
        self, coefficients: FloatArray, covariance: FloatArray | None, names: Sequence[str]
    ) -> list[str]:
        """The names of the coefficients that ran away."""
        extent = np.abs(coefficients)
        if covariance is not None:
            extent = np.maximum(extent, np.sqrt(np.maximum(np.diag(covariance), 0)))
        own = extent[~self.is_constant]
        return [name for name, size in zip(names, own, strict=True) if size > FAR_OUT]


def _standardised(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The columns after the first centred, by two standard deviations or the range of two values.

    With the matrix that turns coefficients of these into those of the columns as given.
    """
    centre = np.append(0.0, x[:, 1:].mean(axis=0))
    size = [np.ptp(c) if len(np.unique(c)) == 2 else 2 * np.std(c) for c in x[:, 1:].T]
    scale = np.append(1.0, size)
    turn = np.diag(1 / scale)
    turn[0, 1:] = -centre[1:] / scale[1:]
    return (x - centre) / scale, turn


def _highest(scaled: _Scaled, plain: CureFit | None) -> Maximum:
    """The highest maximum that is reached from several starts, made exact.

    One of them is the fit without covariates, which itself has lifelines' for one.
    """
    from scipy.optimize import minimize  # noqa: PLC0415  (slow to import)

    @lru_cache(maxsize=1)
    def known(at: bytes) -> CureLikelihood:
        return cure_likelihood(np.frombuffer(at), scaled.rows, scaled.latency)

    def likelihood(at: FloatArray) -> CureLikelihood:
        return known(at.tobytes())

    def fall(at: FloatArray) -> float:
        return -likelihood(at).log_likelihood

    def slope(at: FloatArray) -> FloatArray:
        return -likelihood(at).score

    def bend(at: FloatArray) -> FloatArray:
        return likelihood(at).information

    n_coefficients, q = len(scaled.is_constant), scaled.rows.of_fraction.shape[1]
    events = scaled.rows.observed
    log_time = np.log(np.average(scaled.rows.leave[events], weights=scaled.rows.weight[events]))
    constants = [
        *(
            _lifelines_constants(scaled.rows, scaled.latency)
            if plain is None
            else _constants_of(plain, scaled.log_unit)
        ),
        *((logit(c), log_time, np.log(shape)) for c in _FRACTIONS for shape in _SHAPES),
    ]
    starts = np.zeros((len(constants), n_coefficients))
    for start, (at_fraction, at_scale, at_shape) in zip(starts, constants, strict=True):
        start[0], start[q] = at_fraction, at_scale
        if has_shape(scaled.latency):
            start[-1] = at_shape
    ends = []
    with np.errstate(over="ignore", invalid="ignore"):
        for start in np.unique(starts, axis=0):
            ends.append(minimize(fall, start, jac=slope, hess=bend, method="trust-exact", tol=1e-6))
        best = min(ends, key=lambda end: end.fun)
        return maximised(likelihood, likelihood_at(likelihood, np.asarray(best.x)))


def _constants_of(plain: CureFit, log_unit: float) -> list[tuple[float, float, float]]:
    """logit(c), log(scale) in units of the rows, and log(shape) of a fit; [] without one."""
    if plain.coefficients is None:
        return []
    at_fraction, at_scale, *at_shape = plain.coefficients.tolist()
    return [(at_fraction, at_scale - log_unit, *(at_shape or [0.0]))]


def _lifelines_constants(rows: CureRows, latency: Latency) -> list[tuple[float, float, float]]:
    """logit(c), log(scale) and log(shape) of lifelines' fit without covariates; [] without one."""
    import lifelines  # noqa: PLC0415  (slow to import)
    from lifelines.exceptions import ConvergenceError  # noqa: PLC0415

    fitters = {
        "weibull": lifelines.WeibullFitter,
        "exponential": lifelines.ExponentialFitter,
        "log_logistic": lifelines.LogLogisticFitter,
        "log_normal": lifelines.LogNormalFitter,
    }
    model = lifelines.MixtureCureFitter(fitters[latency]())
    try:
        with np.errstate(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own errors are not used
            model.fit(
                rows.leave,
                rows.observed,
                entry=rows.entry,
                weights=rows.weight,
                fit_options={"gtol": 1e-10},
            )
    except ConvergenceError:
        return []
    fraction, *others = (float(value) for value in model._fitted_parameters_)
    at_fraction = float(logit(min(max(fraction, 1e-12), 1 - 1e-12)))  # infinite at a bound
    if latency == "log_normal":
        mean, spread = others
        found = (at_fraction, mean, -float(np.log(spread)))
    else:
        scale, shape = (*others, 1.0)[:2]
        found = (at_fraction, float(np.log(scale)), float(np.log(shape)))
    return [found] if np.isfinite(found).all() else []


def _linear(x: FloatArray, coefficients: FloatArray) -> FloatArray:
    """The sums of a row's covariates times the first of the coefficients."""
    return np.asarray(np.einsum("ij,j->i", x, coefficients[: x.shape[1]]), dtype=np.float64)


def _described(rows: CureRows, fit: CureFit, conf_level: float) -> CureFit:
    """The fit with what it says of all subjects together."""
    assert fit.coefficients is not None and fit.covariance is not None
    q = rows.of_fraction.shape[1]
    weight = rows.weight / rows.weight.sum()
    fractions = expit(_linear(rows.of_fraction, fit.coefficients))
    mean = float(weight @ fractions)
    slope = (weight * fractions * (1 - fractions)) @ rows.of_fraction
    error = float(np.sqrt(slope @ fit.covariance[:q, :q] @ slope))
    width = normal_quantile(conf_level) * error / (mean * (1 - mean))
    log_scale = _linear(rows.of_scale, fit.coefficients[q:])
    z = (fit.shape or 1.0) * (np.log(rows.leave.max()) - log_scale)
    uncured = weight * (1 - fractions)
    rest = float(uncured @ survival_of_uncured(z, fit.latency) / uncured.sum())
    reached = rest <= LARGEST_REST
    return replace(
        fit,
        cure_fraction=mean,
        std_error=error,
        ci_lower=float(expit(logit(mean) - width)),
        ci_upper=float(expit(logit(mean) + width)),
        rest_at_end=rest,
        plateau_status=statuses.OK if reached else statuses.not_estimable(statuses.NO_PLATEAU),
    )


def _against(plain: CureFit, fit: CureFit) -> TestResult:
    """The likelihood ratio of the model and the one without covariates."""
    if plain.log_likelihood is None or fit.log_likelihood is None:
        return TestResult(None, 0, None, plain.status)
    n_terms = len(fit.fraction_names) + len(fit.scale_names)
    return chi_square_test(2 * (fit.log_likelihood - plain.log_likelihood), n_terms)
