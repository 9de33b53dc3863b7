"""Firth's penalised likelihood and profile limits: by hand, by differences, against R."""

from functools import partial
from math import log, sqrt

import numpy as np
import pytest
from designs import designs

from analytics.methods.cox import cox_terms, fit_cox, proportional_hazards_test
from analytics.methods.firth import penalised_sums
from analytics.methods.intervals import normal_quantile
from analytics.methods.profile import with_profile_limits
from analytics.methods.scaled_rows import scaled_rows

MODELS = designs("profile")
EACH_MODEL = pytest.mark.parametrize("model", MODELS)
TIES = pytest.mark.parametrize("ties", ["efron", "breslow"])


@TIES
def test_two_subjects_by_hand(small_cox, ties):
    # with p = u / (u + 1), u = exp(b): l = ln p, I = p (1 - p), so the penalised likelihood is
    # p^(3/2) (1 - p)^(1/2), which is largest at p = 3/4: the hazard ratio is 3, the likelihood's
    # own infinite
    data = small_cox((0, 1, 1, 1), (0, 2, 0, 0))
    assert fit_cox(data, ties=ties).status.startswith("not estimable: monotone likelihood")
    fit = with_profile_limits(data, fit_cox(data, ties=ties, penalty="firth"), conf_level=0.95)
    assert fit.status == "ok"
    assert fit.log_hr[0] == pytest.approx(log(3), abs=1e-12)
    assert fit.std_error[0] == pytest.approx(1 / sqrt(3 / 16), abs=1e-12)
    top, null = 1.5 * log(3 / 4) + 0.5 * log(1 / 4), 2 * log(1 / 2)
    assert fit.log_likelihood == pytest.approx(top, abs=1e-14)
    assert fit.log_likelihood_null == pytest.approx(null, abs=1e-14)
    assert fit.lr_test.statistic == pytest.approx(2 * (top - null), abs=1e-13)
    assert fit.term_tests[0].statistic == pytest.approx(2 * (top - null), abs=1e-13)
    for limit in fit.term_limits[0]:
        p = np.exp(limit) / (np.exp(limit) + 1)
        fallen = 1.5 * log(p) + 0.5 * log(1 - p)
        assert fallen == pytest.approx(top - normal_quantile(0.95) ** 2 / 2, abs=1e-11)
    assert fit.term_limits[0, 0] < log(3) < fit.term_limits[0, 1]


def test_the_profile_limits_of_three_subjects_by_hand(small_cox):
    # l(b) = b - ln(2u + 1) - ln(1 + u), as in test_cox.py
    data = small_cox((0, 1, 1, 1), (0, 2, 1, 0), (0, 3, 0, 1))
    fit = with_profile_limits(data, fit_cox(data, ties="efron"), conf_level=0.9)
    for limit in fit.term_limits[0]:
        u = np.exp(limit)
        fallen = limit - log(2 * u + 1) - log(1 + u)
        assert fallen == pytest.approx(
            fit.log_likelihood - normal_quantile(0.9) ** 2 / 2, abs=1e-11
        )
    terms = cox_terms(fit, conf_level=0.9)
    assert terms["ci_lower"][0] == pytest.approx(np.exp(fit.term_limits[0, 0]))
    assert terms["p_value"][0] == fit.lr_test.p_value


@TIES
@pytest.mark.parametrize("stratum", [None, "sex"])
def test_the_score_is_the_derivative(lung, cox_rows_of, ties, stratum):
    rows = scaled_rows(
        cox_rows_of(lung, "time", "died_unmarked", ["age", "marked", "ph.ecog"], stratum=stratum)
    )
    at, likelihood = np.array([0.3, -1.0, 0.2]), partial(penalised_sums, rows, ties=ties)
    for j, exact in enumerate(likelihood(at).score):
        step = np.zeros(3)
        step[j] = 1e-5
        rise = likelihood(at + step).log_likelihood - likelihood(at - step).log_likelihood
        assert exact == pytest.approx(rise / 2e-5, abs=1e-6)


def test_covariates_that_cannot_be_told_apart_stay_a_status(lung, cox_rows_of):
    twice = lung.with_columns(double=lung["age"] * 2)
    fit = fit_cox(
        cox_rows_of(twice, "time", "died", ["age", "double"]), ties="efron", penalty="firth"
    )
    assert fit.status.endswith("linear combination of those before it: double")


def test_a_penalised_model_has_no_test_of_proportional_hazards(lung, cox_rows_of):
    data = cox_rows_of(lung, "time", "died", ["age"])
    fit = fit_cox(data, ties="efron", penalty="firth")
    tests = proportional_hazards_test(data, fit, transform="km")
    assert tests["status"].unique().to_list() == [
        "not estimable: no test of proportional hazards with a penalised likelihood"
    ]


@EACH_MODEL
@TIES
def test_against_r(reference, data_sets, cox_rows_of, model, ties):
    design = MODELS[model]
    data = cox_rows_of(
        data_sets[design["data"]],
        design["stop"],
        design["event"],
        design["covariates"].split(),
        start=design["start"] or None,
        stratum=design["stratum"] or None,
    )
    penalty = design["penalty"] or None
    fit = with_profile_limits(data, fit_cox(data, ties=ties, penalty=penalty), conf_level=0.95)
    expected = reference("profile_model").filter(model=model, ties=ties).row(0, named=True)
    terms = reference("profile_term").filter(model=model, ties=ties)
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], rel=1e-12)
    assert fit.log_likelihood_null == pytest.approx(expected["log_likelihood_null"], rel=1e-12)
    error = terms["std_error"].to_numpy()
    for ours, name in [
        (fit.log_hr, "log_hr"),
        (fit.std_error, "std_error"),
        (fit.term_limits[:, 0], "log_lower"),
        (fit.term_limits[:, 1], "log_upper"),
    ]:
        np.testing.assert_allclose((ours - terms[name].to_numpy()) / error, 0, atol=1e-8)
    for test, statistic in zip(fit.term_tests, terms["lr"], strict=True):
        assert test.statistic == pytest.approx(statistic, rel=1e-8, abs=1e-8)
