from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from analytics.methods.cox import CoxData, cox_terms, fit_cox
from analytics.methods.robust_variance import with_robust_variance

TIES = pytest.mark.parametrize("ties", ["efron", "breslow"])
THREE = [(0, 1, 1, 1), (0, 2, 1, 0), (0, 3, 0, 1)]


def robust(rows, cluster, ties="breslow"):
    return with_robust_variance(rows, fit_cox(rows, ties=ties), np.array(cluster))


@TIES
def test_three_subjects_by_hand(small_cox, ties):
    # day 1: hazard 1 / (2u + 1), mean 2u / (2u + 1); day 2: 1 / (1 + u), u / (1 + u)
    u = 1 / sqrt(2)
    one, two = 1 / (2 * u + 1), 1 / (1 + u)
    residuals = [
        (1 - u * one) * (1 - 2 * u * one),
        -u * two + one * 2 * u * one + two * u * two,
        -u * (one * (1 - 2 * u * one) + two * (1 - u * two)),
    ]
    assert sum(residuals) == pytest.approx(0, abs=1e-15)
    information = 2 * u * one**2 + u * two**2
    expected = sqrt(sum(residual**2 for residual in residuals)) / information
    fit = robust(small_cox(*THREE), [1, 2, 3], ties)
    assert fit.std_error[0] == pytest.approx(expected, abs=1e-14)
    assert fit.wald_test.statistic == pytest.approx((fit.log_hr[0] / expected) ** 2)
    assert fit.variance == "robust"


def test_influences_of_one_cluster_are_added_before_they_are_squared(small_cox):
    apart, together = (robust(small_cox(*THREE), cluster) for cluster in ([1, 2, 3], [1, 2, 2]))
    # the influences sum to 0, so two clusters have opposite ones
    u = 1 / sqrt(2)
    information = 2 * u / (2 * u + 1) ** 2 + u / (1 + u) ** 2
    first = (1 - u / (2 * u + 1)) / (2 * u + 1) / information
    assert together.std_error[0] == pytest.approx(sqrt(2) * first, abs=1e-14)
    assert together.std_error[0] != pytest.approx(apart.std_error[0])


def test_estimates_and_the_likelihood_ratio_test_stay(lung, cox_rows_of):
    rows = cox_rows_of(lung, "time", "died", ["age", "sex"])
    plain = fit_cox(rows, ties="efron")
    fit = with_robust_variance(rows, plain, np.arange(len(rows.tstop)))
    assert fit.log_hr is plain.log_hr
    assert fit.lr_test is plain.lr_test
    limits = cox_terms(fit, conf_level=0.95)
    assert limits["std_error"].to_list() == fit.std_error.tolist()


@TIES
def test_splitting_intervals_of_a_subject_changes_nothing(heart, cox_rows_of, ties):
    rows = cox_rows_of(heart, "stop", "event", ["age", "transplant"], start="start")
    subject = heart["id"].to_numpy()
    middle = (rows.tstart + rows.tstop) / 2
    split = CoxData(
        tstart=np.concatenate([rows.tstart, middle]),
        tstop=np.concatenate([middle, rows.tstop]),
        event=np.concatenate([np.zeros_like(rows.event), rows.event]),
        covariates=np.concatenate([rows.covariates, rows.covariates]),
        names=rows.names,
    )
    whole = robust(rows, subject, ties)
    halves = robust(split, np.concatenate([subject, subject]), ties)
    np.testing.assert_allclose(halves.covariance, whole.covariance, rtol=1e-10)


def test_a_weight_of_two_is_the_row_twice_in_its_cluster(lung, cox_rows_of):
    rows = cox_rows_of(lung, "time", "died", ["age", "sex"])
    n = len(rows.tstop)
    twice = np.concatenate([np.arange(n), np.arange(0, n, 2)])
    repeated = replace(
        rows,
        tstart=rows.tstart[twice],
        tstop=rows.tstop[twice],
        event=rows.event[twice],
        covariates=rows.covariates[twice],
    )
    weighted = replace(rows, weight=np.where(np.arange(n) % 2 == 0, 2.0, 1.0))
    one, other = robust(weighted, np.arange(n)), robust(repeated, twice)
    np.testing.assert_allclose(one.log_hr, other.log_hr, rtol=1e-12)
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-11)


def test_no_more_clusters_than_covariates_is_a_status(small_cox):
    fit = robust(small_cox(*THREE), [1, 1, 1])
    assert fit.status == "not estimable: no more clusters than covariates"
    assert (fit.log_hr, fit.std_error, fit.wald_test) == (None, None, None)


def test_a_model_that_is_not_estimable_keeps_its_status(small_cox):
    fit = robust(small_cox((0, 1, 0, 1), (0, 2, 0, 0)), [1, 2])
    assert (fit.status, fit.std_error) == ("not estimable: no events", None)


def test_a_cluster_for_each_row_or_a_sentence(small_cox):
    with pytest.raises(ValueError) as refused:
        robust(small_cox(*THREE), [1, 2])
    assert str(refused.value) == "The clusters must have one code per row."
