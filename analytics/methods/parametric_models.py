"""Parametric distributions of a time: their survival, hazard, mean and natural parameters.

Each has coefficients without bounds, from which its likelihood is maximised: logarithms of what is
positive, the others as they are. The parametrisations are those of R's flexsurv.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import exp1, gammainc, gammaincc, gammaln, log_ndtr

from analytics.methods.arrays import FloatArray

ModelName = Literal[
    "exponential", "weibull", "log_normal", "log_logistic", "generalised_gamma", "gompertz"
]
Coefficients = FloatArray

_LIMIT_OF_Q: Final = 1e-5  # below it the generalised gamma is the log-normal to working precision
_SMALL: Final = 1e-3


@dataclass(frozen=True)
class Parameter:
    """A natural parameter: its name, and whether its coefficient is its logarithm.

    `unit` is the power of time that it is measured in: 1 for a scale, -1 for a rate, 0 for a shape.
    The logarithm of a time (`is_log_time`) moves with the unit instead.
    """

    name: str
    is_positive: bool
    unit: int = 0
    is_log_time: bool = False


@dataclass(frozen=True)
class Model:
    """A distribution: functions of the coefficients (p) and of times (n), and of the mean.

    `log_density` and `log_survival` give (n); `mean` is infinite where the model's is.
    `start`: coefficients to begin with, from the log of the mean time per event.
    """

    name: ModelName
    parameters: tuple[Parameter, ...]
    log_density: Callable[[Coefficients, FloatArray], FloatArray]
    log_survival: Callable[[Coefficients, FloatArray], FloatArray]
    mean: Callable[[Coefficients], float]
    start: Callable[[float], tuple[float, ...]]


def _exponential_survival(at: Coefficients, time: FloatArray) -> FloatArray:
    return _array(-np.exp(at[0]) * time)


def _exponential_density(at: Coefficients, time: FloatArray) -> FloatArray:
    return _array(at[0] - np.exp(at[0]) * time)


def _weibull_survival(at: Coefficients, time: FloatArray) -> FloatArray:
    return _array(-np.exp(np.exp(at[0]) * (np.log(time) - at[1])))


def _weibull_density(at: Coefficients, time: FloatArray) -> FloatArray:
    log_u = np.exp(at[0]) * (np.log(time) - at[1])
    return _array(at[0] + log_u - np.log(time) - np.exp(log_u))


def _weibull_mean(at: Coefficients) -> float:
    return float(np.exp(at[1] + gammaln(1 + np.exp(-at[0]))))


def _log_normal_survival(at: Coefficients, time: FloatArray) -> FloatArray:
    return _array(log_ndtr((at[0] - np.log(time)) / np.exp(at[1])))


def _log_normal_density(at: Coefficients, time: FloatArray) -> FloatArray:
    w = (np.log(time) - at[0]) / np.exp(at[1])
    return _array(-0.5 * w**2 - 0.5 * np.log(2 * np.pi) - at[1] - np.log(time))


def _log_normal_mean(at: Coefficients) -> float:
    return float(np.exp(at[0] + 0.5 * np.exp(2 * at[1])))


def _log_logistic_survival(at: Coefficients, time: FloatArray) -> FloatArray:
    return _array(-np.logaddexp(0, np.exp(at[0]) * (np.log(time) - at[1])))


def _log_logistic_density(at: Coefficients, time: FloatArray) -> FloatArray:
    log_u = np.exp(at[0]) * (np.log(time) - at[1])
    return _array(at[0] + log_u - np.log(time) - 2 * np.logaddexp(0, log_u))


def _log_logistic_mean(at: Coefficients) -> float:
    angle = np.pi * np.exp(-at[0])
    return float(np.exp(at[1]) * angle / np.sin(angle)) if angle < np.pi else np.inf


def _generalised_gamma_survival(at: Coefficients, time: FloatArray) -> FloatArray:
    """The upper tail of a gamma distribution of shape 1 / Q^2, the lower one for Q below 0."""
    mu, log_sigma, q = at
    if abs(q) < _LIMIT_OF_Q:
        return _log_normal_survival(at, time)
    k = q**-2
    u = k * np.exp(q * (np.log(time) - mu) / np.exp(log_sigma))
    with np.errstate(divide="ignore"):
        return _array(np.log(gammaincc(k, u) if q > 0 else gammainc(k, u)))


def _generalised_gamma_density(at: Coefficients, time: FloatArray) -> FloatArray:
    """log|Q| + k log k - log Gamma(k) + k (Q w - exp(Q w)) - log(sigma t), k = 1 / Q^2."""
    mu, log_sigma, q = at
    w = (np.log(time) - mu) / np.exp(log_sigma)
    common = -log_sigma - np.log(time)
    if abs(q) < _LIMIT_OF_Q:
        return _array(-0.5 * w**2 - 0.5 * np.log(2 * np.pi) + common)
    k = q**-2
    if k > 1 / _SMALL:  # the first terms cancel: Stirling's series of what is left of them
        left = -0.5 * np.log(2 * np.pi) - q**2 / 12 + q**6 / 360 - q**10 / 1260
    else:
        left = np.log(abs(q)) + k * np.log(k) - k - gammaln(k)
    x = q * w
    series = x**2 / 2 + x**3 / 6 + x**4 / 24 + x**5 / 120 + x**6 / 720
    return _array(left - k * np.where(np.abs(x) < _SMALL, series, np.expm1(x) - x) + common)


def _generalised_gamma_mean(at: Coefficients) -> float:
    mu, log_sigma, q = at
    if abs(q) < _LIMIT_OF_Q:
        return _log_normal_mean(at)
    k, power = q**-2, float(np.exp(log_sigma)) / q
    if k + power <= 0:
        return np.inf
    return float(np.exp(mu + gammaln(k + power) - gammaln(k) - power * np.log(k)))


def _gompertz_survival(at: Coefficients, time: FloatArray) -> FloatArray:
    x = at[0] * time
    small = np.abs(x) < 1e-8
    growth = np.where(small, time * (1 + x / 2), np.expm1(x) / np.where(small, 1.0, at[0] or 1.0))
    return _array(-np.exp(at[1]) * growth)


def _gompertz_density(at: Coefficients, time: FloatArray) -> FloatArray:
    return _array(at[1] + at[0] * time + _gompertz_survival(at, time))


def _gompertz_mean(at: Coefficients) -> float:
    """Infinite for a falling hazard: some never have the event."""
    shape, rate = float(at[0]), float(np.exp(at[1]))
    if shape < 0:
        return np.inf
    if shape < 1e-8 * rate:
        return 1 / rate
    ratio = rate / shape
    if ratio > 500:  # exp(x) E1(x) by its asymptotic series
        return (1 - 1 / ratio + 2 / ratio**2 - 6 / ratio**3 + 24 / ratio**4) / rate
    return float(np.exp(ratio) * exp1(ratio)) / shape


def _array(values: npt.ArrayLike) -> FloatArray:
    return np.asarray(values, dtype=np.float64)


_SHAPE: Final = Parameter("shape", is_positive=True)
_SCALE: Final = Parameter("scale", is_positive=True, unit=1)

MODELS: Final[dict[ModelName, Model]] = {
    model.name: model
    for model in (
        Model(
            "exponential",
            (Parameter("rate", is_positive=True, unit=-1),),
            _exponential_density,
            _exponential_survival,
            lambda at: float(np.exp(-at[0])),
            lambda log_mean: (-log_mean,),
        ),
        Model(
            "weibull",
            (_SHAPE, _SCALE),
            _weibull_density,
            _weibull_survival,
            _weibull_mean,
            lambda log_mean: (0.0, log_mean),
        ),
        Model(
            "log_normal",
            (
                Parameter("meanlog", is_positive=False, is_log_time=True),
                Parameter("sdlog", is_positive=True),
            ),
            _log_normal_density,
            _log_normal_survival,
            _log_normal_mean,
            lambda log_mean: (log_mean - 0.5, 0.0),
        ),
        Model(
            "log_logistic",
            (_SHAPE, _SCALE),
            _log_logistic_density,
            _log_logistic_survival,
            _log_logistic_mean,
            lambda log_mean: (0.2, log_mean - 0.5),
        ),
        Model(
            "generalised_gamma",
            (
                Parameter("mu", is_positive=False, is_log_time=True),
                Parameter("sigma", is_positive=True),
                Parameter("q", is_positive=False),
            ),
            _generalised_gamma_density,
            _generalised_gamma_survival,
            _generalised_gamma_mean,
            lambda log_mean: (log_mean - 0.2, 0.0, 0.5),
        ),
        Model(
            "gompertz",
            (
                Parameter("shape", is_positive=False, unit=-1),
                Parameter("rate", is_positive=True, unit=-1),
            ),
            _gompertz_density,
            _gompertz_survival,
            _gompertz_mean,
            lambda log_mean: (0.0, -log_mean),
        ),
    )
}
