"""Parametric survival: fits by maximum likelihood, and what they say beyond the follow-up."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import fsum
from typing import Final

import numpy as np
import polars as pl

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray, frame_without_nan
from analytics.methods.counts import RiskTable, curve_status, risk_table, weighted_spells
from analytics.methods.cure_likelihood import Spells
from analytics.methods.derivatives import gradient, second_derivatives
from analytics.methods.intervals import CiTransform, confidence_limits, normal_quantile
from analytics.methods.newton import inverse, likelihood_at, maximised
from analytics.methods.parametric_models import MODELS, Model, ModelName

ORIGIN_DAY_STOP: Final = 0.5
_FIRST_SIZE: Final = 0.1
_LARGEST_SIZE: Final = 0.5
_STEP: Final = 0.1  # of a difference, in units of the sizes
_NODES: Final = np.arange(-3.5, 3.5 + 1 / 64, 1 / 32)  # of the quadrature of a restricted mean


@dataclass(frozen=True)
class Fitted:
    """The maximum: coefficients (p) of `parametric_models` and their covariance (p x p).

    They are of times in `unit` days, `log_likelihood` is of times in days.
    """

    model: Model
    coefficients: FloatArray
    covariance: FloatArray
    unit: float
    log_likelihood: float


@dataclass(frozen=True)
class _Likelihood:
    """The log-likelihood of weighted spells at `centre` + `size` x `at`."""

    model: Model
    spells: Spells
    centre: FloatArray
    size: FloatArray
    at: FloatArray

    def value(self, at: FloatArray) -> float:
        """Events by their density, the others by survival, late entries given the entry."""
        event, late = self.spells.observed, self.spells.entry > 0
        with np.errstate(all="ignore"):
            density = self.model.log_density(at, self.spells.leave[event])
            survival = self.model.log_survival(at, self.spells.leave[~event])
            entered = self.model.log_survival(at, self.spells.entry[late])
            total = (
                _exact_sum(density * self.spells.weight[event])
                + _exact_sum(survival * self.spells.weight[~event])
                - _exact_sum(entered * self.spells.weight[late])
            )
        return total if np.isfinite(total) else -np.inf

    @property
    def log_likelihood(self) -> float:
        return self.value(self.centre + self.size * self.at)

    @property
    def score(self) -> FloatArray:
        return gradient(self._values, self.at, step=_STEP)[:, 0]

    @property
    def information(self) -> FloatArray:
        return -second_derivatives(self._values, self.at, step=_STEP)[:, :, 0]

    def _values(self, at: FloatArray) -> FloatArray:
        return np.array([self.value(self.centre + self.size * at)])


def fit_parametric(counts: pl.DataFrame, model: ModelName) -> Fitted | str:
    """The model of greatest likelihood, or the status that says why there is none.

    A search without derivatives finds the maximum roughly, Newton's steps make it exact; the
    derivatives are differences of eighth order. An event or a censoring on day 0 counts at 0.5, as
    in a Cox model; late entries are left-truncated. Not estimable: fewer than two subjects; no
    events; fewer than two days with events for a model with a shape; no convergence, as where the
    likelihood rises towards a bound.
    Raises ValueError for counts with a competing event.
    """
    table = risk_table(counts)
    if table.n_competing.any():
        raise ValueError(
            "A parametric model does not allow competing events, since they are not censorings."
        )
    if (status := curve_status(counts)) != statuses.OK:
        return status
    wanted = MODELS[model]
    if len(wanted.parameters) > 1 and np.count_nonzero(table.n_event) < 2:
        return statuses.not_estimable(statuses.NO_VARIATION_IN_TIME)
    return _fitted(wanted, table)


def parameter_estimates(fitted: Fitted, *, unit: float, conf_level: float) -> pl.DataFrame:
    """The natural parameters of times in `unit` days.

    Columns: parameter, estimate, std_error, ci_lower, ci_upper. Limits are Wald's, on the log
    scale for a parameter that is positive, where the error is by the delta method.
    """
    z, factor = normal_quantile(conf_level), fitted.unit / unit
    rows = []
    for i, parameter in enumerate(fitted.model.parameters):
        found = float(fitted.coefficients[i])
        error = float(np.sqrt(fitted.covariance[i, i]))
        if parameter.is_positive:
            value = float(np.exp(found)) * factor**parameter.unit
            limits = value * np.exp(-z * error), value * np.exp(z * error)
            rows.append((parameter.name, value, value * error, *map(float, limits)))
            continue
        scale = factor**parameter.unit
        value = found + float(np.log(factor)) if parameter.is_log_time else found * scale
        width = z * error * scale
        rows.append((parameter.name, value, error * scale, value - width, value + width))
    names = ("estimate", "std_error", "ci_lower", "ci_upper")
    schema = {"parameter": pl.String} | dict.fromkeys(names, pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row")


def parametric_survival(
    fitted: Fitted, times: Sequence[float], *, conf_level: float, ci_transform: CiTransform
) -> pl.DataFrame:
    """The model's survival at each day, with limits by the delta method on the transform.

    Columns: time, estimate, std_error, ci_lower, ci_upper, restricted_mean (the area under the
    curve to the day). On day 0 survival is 1 without an error.
    """
    days = np.asarray(times, dtype=np.float64)
    time = days / fitted.unit
    later = time > 0
    size = _sizes(fitted.covariance)

    def log_survival(x: FloatArray) -> FloatArray:
        return fitted.model.log_survival(fitted.coefficients + size * x, time[later])

    estimate, std_error = np.ones_like(time), np.zeros_like(time)
    estimate[later] = np.exp(log_survival(np.zeros_like(size)))
    slope = gradient(log_survival, np.zeros_like(size), step=_STEP) / size[:, None]
    variance = np.einsum("in,ij,jn->n", slope, fitted.covariance, slope)
    std_error[later] = estimate[later] * np.sqrt(variance)
    lower, upper = confidence_limits(
        estimate, std_error, conf_level=conf_level, ci_transform=ci_transform
    )
    lower[~later] = upper[~later] = 1.0
    return frame_without_nan(
        {
            "time": days,
            "estimate": estimate,
            "std_error": std_error,
            "ci_lower": lower,
            "ci_upper": upper,
            "restricted_mean": np.array([_area(fitted, end) for end in time]) * fitted.unit,
        }
    )


def parametric_mean(fitted: Fitted) -> float | None:
    """The mean of the model in days; None where it is infinite."""
    mean = fitted.model.mean(fitted.coefficients) * fitted.unit
    return mean if np.isfinite(mean) else None


def _fitted(model: Model, table: RiskTable) -> Fitted | str:
    from scipy.optimize import minimize  # noqa: PLC0415  (slow to import)

    entry, leave, observed, weight = weighted_spells(table)
    leave = np.where(leave == 0, ORIGIN_DAY_STOP, leave)
    n_event = float(table.n_event.sum())
    unit = float(leave.max())  # no time is above 1, so that no coefficient has a long lever
    log_mean = float(np.log(leave @ weight / n_event / unit))
    spells = Spells(entry / unit, leave / unit, observed == 1, weight)
    start = np.array(model.start(log_mean))
    aside = np.eye(len(start))
    starts = [start, *(start + aside), *(start - aside)]  # a search may end on a ridge

    def lack(at: FloatArray) -> float:
        return -_Likelihood(model, spells, at, at, at).value(at)

    roughs = [
        minimize(lack, start, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-4})
        for start in starts
    ]
    rough = min(roughs, key=lambda found: float(found.fun))
    centre, size = np.asarray(rough.x, dtype=np.float64), np.full(len(start), _FIRST_SIZE)
    zero = np.zeros(len(start))
    for _ in range(2):  # the steps of the derivatives are parts of the errors found by the first
        likelihood = partial(_Likelihood, model, spells, centre, size)
        maximum = maximised(likelihood, likelihood_at(likelihood, zero))
        found = likelihood(maximum.point.coefficients)
        scaled = inverse(found.information)
        if not maximum.converged or scaled is None or not (np.diag(scaled) > 0).all():
            return statuses.not_estimable(statuses.NO_CONVERGENCE)
        centre = centre + size * maximum.point.coefficients
        covariance = scaled * np.outer(size, size)
        size = _sizes(covariance)
    return Fitted(
        model, centre, covariance, unit, found.log_likelihood - n_event * float(np.log(unit))
    )


def _exact_sum(terms: FloatArray) -> float:
    """Their sum, rounded once: second differences magnify what a running sum loses.

    A dot product adds in an order of the processor's, and standard errors differed by 1e-8.
    """
    return fsum(terms) if np.isfinite(terms).all() else float("nan")


def _sizes(covariance: FloatArray) -> FloatArray:
    """The error of each coefficient given the others, which is how far the likelihood bends."""
    return np.minimum(1 / np.sqrt(np.diag(np.linalg.inv(covariance))), _LARGEST_SIZE)


def _area(fitted: Fitted, end: float) -> float:
    """The integral of the survival from 0, by double-exponential quadrature.

    Its nodes crowd at both ends, where the derivatives of a survival may be infinite.
    Reference: Takahasi and Mori, Publ RIMS 1974;9:721.
    """
    if end <= 0:
        return 0.0
    share = 1 / (1 + np.exp(-np.pi * np.sinh(_NODES)))
    weight = np.pi * np.cosh(_NODES) * share * (1 - share) / 32
    survival = np.exp(fitted.model.log_survival(fitted.coefficients, end * share))
    return float(end * (survival @ weight))
