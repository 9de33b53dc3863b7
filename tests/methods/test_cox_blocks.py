"""Cox models of more rows than are taken at a time, where R's data sets are too small to test."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from analytics.methods.cox import CoxData, fit_cox
from analytics.methods.risk_sets import BLOCK_ROWS, LONGEST_TABLE

TIES = pytest.mark.parametrize("ties", ["efron", "breslow"])


def drawn_rows(n=40_000, n_covariates=3):
    """Rows with ties, strata, weights and late entries."""
    random = np.random.default_rng(259)
    x = random.standard_normal((n, n_covariates))
    x[:, 0] = x[:, 0] > 0
    stop = np.ceil(np.minimum(random.exponential(30 * np.exp(0.5 * x[:, 0] - 0.2 * x[:, 1])), 60))
    entry = np.where(random.random(n) < 0.4, np.floor(stop * random.random(n)), 0.0)
    return CoxData(
        tstart=entry,
        tstop=stop,
        event=(random.random(n) < 0.7).astype(np.int64),
        covariates=x,
        names=tuple(f"x{number}" for number in range(n_covariates)),
        stratum=random.integers(2, size=n),
        weight=random.uniform(0.5, 2, size=n),
    )


def textbook(data, log_hr, ties):
    """Log-likelihood, score and information, set by set and tie by tie."""
    x, likelihood, p = data.covariates, 0.0, len(log_hr)
    score, information = np.zeros(p), np.zeros((p, p))
    for stratum in np.unique(data.stratum):
        events = (data.stratum == stratum) & (data.event == 1)
        for time in np.unique(data.tstop[events]):
            tied = events & (data.tstop == time)
            set_ = (data.stratum == stratum) & (data.tstart < time) & (time <= data.tstop)
            n_tied, weight = tied.sum(), data.weight[tied]
            (s0, s1, s2), (d0, d1, d2) = (
                moments(x[rows], data.weight[rows] * np.exp(x[rows] @ log_hr))
                for rows in (set_, tied)
            )
            likelihood += weight @ x[tied] @ log_hr
            score += weight @ x[tied]
            for number in range(n_tied):
                share = number / n_tied if ties == "efron" else 0
                risk, mean = s0 - share * d0, (s1 - share * d1) / (s0 - share * d0)
                likelihood -= weight.mean() * np.log(risk)
                score -= weight.mean() * mean
                spread = (s2 - share * d2) / risk - np.outer(mean, mean)
                information += weight.mean() * spread
    return likelihood, score, information


def moments(x, risk):
    return risk.sum(), risk @ x, (risk[:, None] * x).T @ x


@TIES
def test_the_estimates_are_where_the_textbook_has_its_maximum(ties):
    data = drawn_rows()
    assert len(data.tstop) > 2 * BLOCK_ROWS
    assert data.event.sum() > BLOCK_ROWS
    fit = fit_cox(data, ties=ties)
    likelihood, score, information = textbook(data, fit.log_hr, ties)
    assert fit.log_likelihood == pytest.approx(likelihood, rel=1e-12)
    np.testing.assert_allclose(fit.covariance, np.linalg.inv(information), rtol=1e-10)
    np.testing.assert_allclose(fit.covariance @ score / fit.std_error, 0, atol=1e-11)
    null_likelihood, null_score, null_information = textbook(data, np.zeros(3), ties)
    assert fit.log_likelihood_null == pytest.approx(null_likelihood, rel=1e-12)
    expected = null_score @ np.linalg.solve(null_information, null_score)
    assert fit.score_test.statistic == pytest.approx(expected, rel=1e-10)


def test_a_hundred_copies_of_each_row_divide_the_variance(lung, cox_rows_of):
    rows = cox_rows_of(lung, "time", "died", ["age", "sex"])
    copied = replace(
        rows,
        tstart=np.repeat(rows.tstart, 100),
        tstop=np.repeat(rows.tstop, 100),
        event=np.repeat(rows.event, 100),
        covariates=np.repeat(rows.covariates, 100, axis=0),
    )
    one, hundred = fit_cox(rows, ties="breslow"), fit_cox(copied, ties="breslow")
    np.testing.assert_allclose(hundred.log_hr, one.log_hr, rtol=1e-12)
    np.testing.assert_allclose(hundred.covariance * 100, one.covariance, rtol=1e-12)


@pytest.mark.parametrize("clock", [lambda day: day + 0.25, lambda day: day * LONGEST_TABLE])
def test_only_the_order_of_times_matters(clock):
    # whole days are looked up in a table, other times and long spans are not
    data = drawn_rows(n=500)
    other = replace(data, tstart=clock(data.tstart), tstop=clock(data.tstop))
    one, same = fit_cox(data, ties="efron"), fit_cox(other, ties="efron")
    np.testing.assert_array_equal(one.log_hr, same.log_hr)
    np.testing.assert_array_equal(one.covariance, same.covariance)


def test_covariates_may_lie_by_row_or_by_column():
    data = drawn_rows(n=500)
    by_column = replace(data, covariates=np.asfortranarray(data.covariates))
    one, same = fit_cox(data, ties="efron"), fit_cox(by_column, ties="efron")
    np.testing.assert_array_equal(one.log_hr, same.log_hr)


def test_the_threads_of_blas_change_no_bit():
    # with so many covariates a product of all rows at once would be shared among threads
    program = (
        "from test_cox_blocks import drawn_rows, fit_cox\n"
        "fit = fit_cox(drawn_rows(n=2621, n_covariates=40), ties='efron')\n"
        "print(fit.log_hr.tobytes().hex(), fit.covariance.tobytes().hex())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "PYTHONPATH": ":".join(sys.path)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(told) == 1
