"""Parametric models on small cohorts, against closed forms and lifelines."""

from math import exp, inf, log, sqrt

import numpy as np
import pytest
from lifelines import GeneralizedGammaFitter, LogLogisticFitter, LogNormalFitter, WeibullFitter
from scipy.integrate import quad

from analytics.methods.counts import counts_from_times
from analytics.methods.derivatives import gradient, second_derivatives
from analytics.methods.parametric import (
    Fitted,
    fit_parametric,
    parameter_estimates,
    parametric_mean,
    parametric_survival,
)
from analytics.methods.parametric_models import MODELS

# Coefficients of each model with an ordinary curve, and with a heavy tail where it has one.
COEFFICIENTS = {
    "exponential": [[-0.3]],
    "weibull": [[0.4, 0.2], [-0.9, 0.2]],
    "log_normal": [[-0.2, 0.1]],
    "log_logistic": [[0.7, 0.1], [-0.2, 0.1]],
    "generalised_gamma": [
        [0.1, -0.3, 1.4], [0.1, -0.3, -0.6], [0.1, 0.4, -1.2], [0.1, -0.3, 1e-3], [0.1, -0.3, 0.0]
    ],
    "gompertz": [[0.4, -0.5], [-0.3, -0.5], [0.0, -0.5]],
}  # fmt: skip
CASES = [(name, np.array(at)) for name, several in COEFFICIENTS.items() for at in several]


@pytest.mark.parametrize(("name", "at"), CASES)
def test_the_density_is_the_slope_of_survival(name, at):
    model, time = MODELS[name], np.array([0.3, 1.0, 2.5])
    slope = gradient(lambda log_t: -np.exp(model.log_survival(at, np.exp(log_t))), np.log(time))
    assert np.exp(model.log_density(at, time)) * time == pytest.approx(np.diag(slope), rel=1e-9)


@pytest.mark.parametrize(("name", "at"), CASES)
def test_the_mean_is_the_area_under_survival(name, at):
    model = MODELS[name]
    mean = model.mean(at)

    def area(end):
        found = quad(lambda x: exp(x + model.log_survival(at, np.exp([x]))[0]), -40, end, limit=500)
        return found[0]

    if mean == inf:
        assert area(12) > 2 * area(6)
    else:
        assert mean == pytest.approx(area(40), rel=1e-7)


def test_an_exponential_is_events_over_time():
    # three events in 20 days; the error of the log rate is 1 / sqrt(3)
    fitted = fit_parametric(counts_from_times([2, 4, 6, 8], [1, 1, 0, 1]), "exponential")
    row = parameter_estimates(fitted, unit=1, conf_level=0.95).row(0, named=True)
    assert row["estimate"] == pytest.approx(3 / 20, rel=1e-12)
    assert row["std_error"] == pytest.approx(3 / 20 / sqrt(3), rel=1e-9)
    assert fitted.log_likelihood == pytest.approx(3 * log(3 / 20) - 3, rel=1e-12)
    assert parametric_mean(fitted) == pytest.approx(20 / 3, rel=1e-12)
    found = parametric_survival(fitted, [0, 100], conf_level=0.95, ci_transform="log-log")
    assert found["estimate"].to_list() == pytest.approx([1, exp(-15)], rel=1e-12)
    assert found["std_error"][1] == pytest.approx(15 * exp(-15) / sqrt(3), rel=1e-9)
    assert found["restricted_mean"].to_list() == pytest.approx(
        [0, 20 / 3 * (1 - exp(-15))], rel=1e-12
    )
    # the limits are those of the rate
    limits = parameter_estimates(fitted, unit=1, conf_level=0.95).row(0, named=True)
    assert found["ci_lower"][1] == pytest.approx(exp(-100 * limits["ci_upper"]), rel=1e-8)


def test_a_log_normal_without_censoring_is_mean_and_sd_of_the_logs():
    times = [3.0, 5.0, 9.0, 20.0, 31.0]
    fitted = fit_parametric(counts_from_times(times, [1] * 5), "log_normal")
    found = parameter_estimates(fitted, unit=1, conf_level=0.95)["estimate"].to_list()
    assert found == pytest.approx([np.mean(np.log(times)), np.std(np.log(times))], rel=1e-10)


def test_the_unit_of_time_scales_the_parameters():
    counts = counts_from_times([2, 4, 6, 8, 9], [1, 1, 0, 1, 1])
    for name in ("weibull", "log_normal", "gompertz"):
        fitted = fit_parametric(counts, name)
        days, weeks = (
            parameter_estimates(fitted, unit=unit, conf_level=0.95)["estimate"].to_list()
            for unit in (1, 7)
        )
        scaled = {
            "weibull": [days[0], days[1] / 7],
            "log_normal": [days[0] - log(7), days[1]],
            "gompertz": [7 * days[0], 7 * days[1]],
        }
        assert weeks == pytest.approx(scaled[name], rel=1e-12)


@pytest.mark.parametrize(
    ("name", "fitter", "restore"),
    [
        ("weibull", WeibullFitter, lambda p: [p.rho_, p.lambda_]),
        ("log_normal", LogNormalFitter, lambda p: [p.mu_, p.sigma_]),
        ("log_logistic", LogLogisticFitter, lambda p: [p.beta_, p.alpha_]),
        (
            "generalised_gamma",
            GeneralizedGammaFitter,
            lambda p: [p.mu_, exp(p.ln_sigma_), p.lambda_],
        ),
    ],
)
def test_lifelines_ends_near_the_same_maximum(lung, name, fitter, restore):
    fitted = fit_parametric(counts_from_times(lung["time"], lung["died"]), name)
    theirs = fitter().fit(lung["time"].to_numpy(), lung["died"].to_numpy())
    found = parameter_estimates(fitted, unit=1, conf_level=0.95)["estimate"].to_list()
    assert found == pytest.approx(restore(theirs), rel=2e-3)
    assert fitted.log_likelihood >= theirs.log_likelihood_ - 1e-9


@pytest.mark.parametrize(
    ("times", "codes", "name", "reason"),
    [
        ([], [], "weibull", "no subjects"),
        ([3], [1], "exponential", "fewer than two subjects at risk"),
        ([3, 4], [0, 0], "exponential", "no events"),
        ([3, 3, 4], [1, 1, 0], "weibull", "too few distinct event times"),
    ],
)
def test_too_little_data_is_a_status(times, codes, name, reason):
    assert fit_parametric(counts_from_times(times, codes), name) == f"not estimable: {reason}"


def test_a_likelihood_that_rises_to_a_bound_does_not_converge():
    # all events at once, but for one: the shape of the generalised gamma has no maximum
    counts = counts_from_times([5, 5, 5, 5, 6], [1, 1, 1, 1, 1])
    found = fit_parametric(counts, "generalised_gamma")
    assert found == "not estimable: no convergence"


def test_competing_events_are_refused():
    with pytest.raises(ValueError, match="does not allow competing events"):
        fit_parametric(counts_from_times([1, 2], [1, 2]), "weibull")


def test_an_event_on_day_0_counts_at_half_a_day():
    zero, half = (
        fit_parametric(counts_from_times([t, 3, 4], [1, 1, 0]), "weibull") for t in (0, 0.5)
    )
    assert isinstance(zero, Fitted)
    assert zero.log_likelihood == half.log_likelihood


def test_second_derivatives_of_a_product():
    found = second_derivatives(lambda at: np.array([exp(at[0]) * at[1] ** 3]), np.array([0.2, 1.5]))
    e = exp(0.2)
    expected = [[e * 1.5**3, e * 3 * 1.5**2], [e * 3 * 1.5**2, e * 6 * 1.5]]
    assert found[:, :, 0] == pytest.approx(np.array(expected), rel=1e-10)
