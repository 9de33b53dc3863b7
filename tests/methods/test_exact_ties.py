"""The exact likelihood of tied events: by hand, choice by choice, and against R's coxph."""

from dataclasses import replace
from itertools import combinations
from math import lgamma, log, sqrt

import numpy as np
import polars as pl
import pytest
from designs import designs

from analytics.methods.cox import (
    CoxData,
    fit_cox,
    likelihood_ratio_test,
    proportional_hazards_test,
    score_test_of_added,
)
from analytics.methods.exact_likelihood import exact_sums, n_steps, tied_sets
from analytics.methods.profile import with_profile_limits
from analytics.methods.robust_variance import with_robust_variance
from analytics.methods.scaled_rows import scaled_rows
from analytics.methods.tied_events import partial_likelihood

MODELS = designs("exact")
EACH_MODEL = pytest.mark.parametrize("model", MODELS)


def test_two_of_five_by_hand(small_cox):
    # u = exp(b): the pairs of risks u, u, 1, 1, 1 add up to u^2 + 6u + 3, and the events' is u
    fit = fit_cox(
        small_cox((0, 1, 1, 1), (0, 1, 1, 0), (0, 2, 0, 1), (0, 2, 0, 0), (0, 2, 0, 0)),
        ties="exact",
    )
    assert fit.log_hr[0] == pytest.approx(log(3) / 2, abs=1e-14)
    assert fit.std_error[0] == pytest.approx(sqrt(1 + sqrt(3)), abs=1e-13)
    assert fit.log_likelihood == pytest.approx(log(sqrt(3) / (6 + 6 * sqrt(3))), abs=1e-14)
    assert fit.log_likelihood_null == pytest.approx(-log(10), abs=1e-14)
    # at 0 the expectation of 2 x 2/5 and the hypergeometric variance 2 (2/5) (3/5) (3/4)
    assert fit.score_test.statistic == pytest.approx((1 - 4 / 5) ** 2 / (9 / 25), abs=1e-14)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_without_ties_it_is_the_likelihood_of_cox(small_cox, ties):
    rows = small_cox((0, 1, 1, 1), (0, 2, 1, 0), (0, 3, 0, 1))
    exact, other = fit_cox(rows, ties="exact"), fit_cox(rows, ties=ties)
    np.testing.assert_allclose(exact.log_hr, other.log_hr, rtol=0, atol=1e-15)
    assert exact.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-14)


def drawn_rows(n=60, seed=4):
    """Rows with ties of two to eight, strata and late entries."""
    random = np.random.default_rng(seed)
    stop = random.integers(2, 7, size=n).astype(float)
    return CoxData(
        tstart=np.where(random.random(n) < 0.3, stop - random.integers(1, 3, size=n), 0.0),
        tstop=stop,
        event=(random.random(n) < 0.4).astype(np.int64),
        covariates=np.column_stack([random.random(n) < 0.5, random.standard_normal(n)]) * 1.0,
        names=("a", "b"),
        stratum=random.integers(2, size=n),
    )


def choice_by_choice(data, log_hr):
    """Log-likelihood, score and information, each choice of the tied events made."""
    likelihood, score, information = 0.0, np.zeros(2), np.zeros((2, 2))
    for stratum in np.unique(data.stratum):
        inside = data.stratum == stratum
        for time in np.unique(data.tstop[inside & (data.event == 1)]):
            at_risk = inside & (data.tstart < time) & (time <= data.tstop)
            events = inside & (data.event == 1) & (data.tstop == time)
            x = data.covariates[at_risk]
            sums = np.array(
                [x[list(c)].sum(axis=0) for c in combinations(range(len(x)), events.sum())]
            )
            risk = np.exp(sums @ log_hr)
            mean = risk @ sums / risk.sum()
            own = data.covariates[events].sum(axis=0)
            likelihood += own @ log_hr - np.log(risk.sum())
            score += own - mean
            information += (sums - mean).T @ ((sums - mean) * risk[:, None]) / risk.sum()
    return likelihood, score, information


@pytest.mark.parametrize("log_hr", [(0.0, 0.0), (0.7, -0.4), (-3.0, 2.0)])
def test_every_choice_counts(log_hr):
    data = drawn_rows()
    rows = scaled_rows(data)
    found = partial_likelihood(rows, ties="exact")(rows.scaled(np.array(log_hr)))
    likelihood, score, information = choice_by_choice(data, np.array(log_hr))
    assert found.log_likelihood == pytest.approx(likelihood, rel=1e-13)
    np.testing.assert_allclose(rows.basis.T @ found.score, score, rtol=0, atol=1e-12)
    given = rows.basis.T @ found.information @ rows.basis
    np.testing.assert_allclose(given, information, rtol=1e-11, atol=1e-13)


def test_more_choices_than_a_number_can_hold():
    n, d = 3000, 1500
    x = np.arange(n) % 3 == 0
    data = CoxData(
        tstart=np.zeros(n),
        tstop=np.where(np.arange(n) < d, 1.0, 2.0),
        event=(np.arange(n) < d).astype(np.int64),
        covariates=x[:, None] * 1.0,
        names=("x",),
    )
    rows = scaled_rows(data)
    found = partial_likelihood(rows, ties="exact")(np.zeros(1))
    n_choices = lgamma(n + 1) - lgamma(d + 1) - lgamma(n - d + 1)
    assert found.log_likelihood == pytest.approx(-n_choices, rel=1e-13)
    share = x.mean()
    variance = d * share * (1 - share) * (n - d) / (n - 1)
    assert found.information[0, 0] == pytest.approx(variance, rel=1e-10)


def test_risks_of_all_sizes(small_cox):
    rows = scaled_rows(
        small_cox((0, 1, 1, 2), (0, 1, 1, 1.5), (0, 2, 0, 0), (0, 2, 0, -1), (0, 2, 0, -2))
    )
    two, one_and_a_half, zero, minus_one, minus_two = rows.x[np.argsort(-rows.x[:, 0]), 0]
    # the events have the largest risks by far: the next choice has 0 in place of 1.5
    certain = exact_sums(tied_sets(rows), np.array([2000.0]))
    gap = 2000 * (one_and_a_half - zero)
    assert certain.log_likelihood == pytest.approx(-np.exp(-gap), rel=1e-10)
    # and the smallest: the likeliest choice is that of -1 and -2
    unlikely = exact_sums(tied_sets(rows), np.array([-2000.0]))
    gap = 2000 * (two + one_and_a_half - minus_one - minus_two)
    assert unlikely.log_likelihood == pytest.approx(-gap, rel=1e-12)
    np.testing.assert_allclose(unlikely.score, -gap / -2000, rtol=1e-12)


def in_unit(data, design, cox_rows_of):
    """The rows of a design, their times in its unit of days, rounded up."""
    unit = float(design["unit"])
    columns = [name for name in (design["start"], design["stop"]) if name]
    if unit != 1:
        data = data.with_columns((pl.col(columns) / unit).ceil())
    if design["start"]:
        data = data.filter(pl.col(design["start"]) < pl.col(design["stop"]))
    return cox_rows_of(
        data,
        design["stop"],
        design["event"],
        design["covariates"].split(),
        start=design["start"] or None,
        stratum=design["stratum"] or None,
    )


@pytest.fixture
def rows_of(data_sets, reference, cox_rows_of):
    myeloid = reference("myeloid").with_columns(
        trt_b=(pl.col("trt") == "B").cast(pl.Int64), male=(pl.col("sex") == "m").cast(pl.Int64)
    )
    known = {**data_sets, "myeloid": myeloid}
    return lambda model: in_unit(known[MODELS[model]["data"]], MODELS[model], cox_rows_of)


@EACH_MODEL
def test_estimates_and_tests(reference, rows_of, model):
    fit = fit_cox(rows_of(model), ties="exact")
    terms = reference("exact_term").filter(model=model)
    covariance = reference("exact_covariance").filter(model=model)["covariance"].to_numpy()
    expected = reference("exact_model").filter(model=model).row(0, named=True)
    np.testing.assert_allclose(fit.log_hr, terms["log_hr"], rtol=1e-9)
    np.testing.assert_allclose(fit.std_error, terms["std_error"], rtol=1e-10)
    size = np.outer(fit.std_error, fit.std_error)
    np.testing.assert_allclose(
        fit.covariance / size, covariance.reshape(size.shape) / size, rtol=0, atol=1e-10
    )
    assert (fit.n_rows, fit.n_events) == (expected["n_rows"], expected["n_events"])
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], rel=1e-12)
    assert fit.log_likelihood_null == pytest.approx(expected["log_likelihood_null"], rel=1e-12)
    assert fit.score_test.statistic == pytest.approx(expected["score"], rel=1e-10)
    assert fit.wald_test.statistic == pytest.approx(expected["wald"], rel=1e-9)


@EACH_MODEL
def test_proportional_hazards(reference, rows_of, model):
    rows = rows_of(model)
    found = proportional_hazards_test(rows, fit_cox(rows, ties="exact"), transform="identity")
    expected = reference("exact_hazards").filter(model=model)
    assert found["factor"].to_list() == expected["factor"].to_list()
    np.testing.assert_allclose(found["statistic"], expected["statistic"], rtol=1e-8)


@pytest.mark.parametrize("model", ["lung_quarters", "myeloid_years"])
def test_limits_of_the_profile(reference, rows_of, model):
    rows = rows_of(model)
    fit = with_profile_limits(rows, fit_cox(rows, ties="exact"), conf_level=0.95)
    expected = reference("exact_term").filter(model=model)
    limits = expected.select("profile_lower", "profile_upper").to_numpy()
    np.testing.assert_allclose(fit.term_limits, limits, rtol=1e-8)


def test_the_tests_of_one_covariate_more(rows_of):
    rows = rows_of("lung_quarters")
    smaller = fit_cox(
        replace(rows, covariates=rows.covariates[:, :2], names=("age", "sex")), ties="exact"
    )
    larger = fit_cox(rows, ties="exact")
    ratio = likelihood_ratio_test(rows, ("age", "sex"), ties="exact")
    gain = larger.log_likelihood - smaller.log_likelihood
    assert ratio.statistic == pytest.approx(2 * gain, abs=1e-12)
    score = score_test_of_added(rows, smaller, "ph.ecog")
    assert score.statistic == pytest.approx(ratio.statistic, rel=0.05)


def test_a_direction_that_rises_for_ever_is_named(small_cox):
    # both tied events have x = 1 or more, the others less; Efron's likelihood rises, too
    rows = small_cox((0, 1, 1, 1), (0, 1, 1, 3), (0, 2, 0, 1), (0, 2, 0, 0))
    assert fit_cox(rows, ties="exact").status == (
        "not estimable: monotone likelihood, an estimate runs to infinity; the exact likelihood of "
        'ties has no penalised form, so ask for firth = true with ties = "efron": x'
    )
    assert fit_cox(rows, ties="efron").status == "ok"


def test_events_of_all_at_risk_say_nothing(small_cox):
    rows = small_cox((0, 1, 1, 1), (0, 1, 1, 0), (0, 1, 1, 0))
    assert fit_cox(rows, ties="exact").status == (
        "not estimable: all at risk have the event at each event time"
    )


def test_too_many_ties_are_a_status(monkeypatch, rows_of):
    rows = rows_of("myeloid_years")
    needed = n_steps(scaled_rows(rows))
    assert 1e5 < needed < 1e7
    monkeypatch.setattr("analytics.methods.cox.MOST_STEPS", needed - 1)
    assert fit_cox(rows, ties="exact").status == (
        'not estimable: the exact likelihood of so many ties takes too long; ask for ties = "efron"'
    )


def test_what_the_exact_likelihood_does_not_have_is_refused(small_cox):
    rows = small_cox((0, 1, 1, 1), (0, 1, 1, 0), (0, 2, 0, 1), (0, 2, 0, 0))
    neither = "has neither weights nor a penalty; use efron or breslow"
    with pytest.raises(ValueError, match=neither):
        fit_cox(replace(rows, weight=np.ones(4)), ties="exact")
    with pytest.raises(ValueError, match=neither):
        fit_cox(rows, ties="exact", penalty="firth")
    with pytest.raises(ValueError, match="has no robust variance; use efron"):
        with_robust_variance(rows, fit_cox(rows, ties="exact"), np.arange(4))
