"""The robust variance of a Cox model: rows of one cluster may depend on each other.

The information measures the error of the estimates when all rows are independent and the model is
right. A subject with several events, litter mates, or one subject's rows for several endpoints are
not independent; the robust variance adds up each cluster's influences first. Case weights that are
not numbers of subjects need it too.
"""

from dataclasses import replace

import numpy as np

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.checked import known_numbers
from analytics.methods.chi_square import TestResult, chi_square_test, no_test, quadratic_form
from analytics.methods.cox import CoxFit
from analytics.methods.cox_data import CoxData, with_covariates
from analytics.methods.partial_likelihood import gram, risk_sums, score_residuals
from analytics.methods.scaled_rows import scaled_rows


def with_robust_variance(data: CoxData, fit: CoxFit, cluster: IntArray) -> CoxFit:
    """The fitted model with the sandwich variance over clusters; the estimates stay.

    `cluster`: an integer code per row of the data, from which the model was fitted; one code per
    row makes it the variance of Lin and Wei for independent rows. With D the rows' score residuals
    times their case weights, added up by cluster, and V the inverse information, it is V D'D V.
    The Wald and the score test become robust; the likelihood-ratio test stays, and assumes
    independent rows. Not estimable: no more clusters than covariates.
    Reference: Lin and Wei, J Am Stat Assoc 1989;84:1074.
    """
    if len(cluster) != len(data.tstop):
        raise ValueError("The clusters must have one code per row.")
    if data.count is not None:
        raise ValueError("Rows that count for several have no clusters; give them one by one.")
    known_numbers(cluster, "Cluster of row")
    if fit.ties == "exact":
        raise ValueError("The exact likelihood of tied events has no robust variance; use efron.")
    if fit.log_hr is None or fit.covariance is None or not fit.names:
        return replace(fit, variance="robust")
    rows = scaled_rows(with_covariates(data, fit.names))
    clusters = np.unique(cluster[rows.sets.row], return_inverse=True)[1].astype(np.int64)
    if len(clusters) == 0 or clusters.max() + 1 <= len(fit.names):
        return _too_few_clusters(fit)

    def residuals_by_cluster(log_hr: FloatArray) -> FloatArray:
        residuals = score_residuals(risk_sums(rows, log_hr, ties=fit.ties))
        return _added_up(clusters, rows.sets.weight, residuals)

    bread = rows.covariance_scaled(fit.covariance)
    log_hr = rows.scaled(fit.log_hr)
    covariance = bread @ _crossed(residuals_by_cluster(log_hr)) @ bread
    given = rows.covariance_as_given(covariance)
    at_zero = residuals_by_cluster(np.zeros(len(log_hr)))
    return replace(
        fit,
        std_error=np.sqrt(np.diag(given)),
        covariance=given,
        score_test=_tested(at_zero.sum(axis=0), _crossed(at_zero)),
        wald_test=_tested(log_hr, covariance),
        variance="robust",
    )


def _added_up(clusters: IntArray, weight: FloatArray, residuals: FloatArray) -> FloatArray:
    """The weighted sums over each cluster's rows (clusters x p), in order of their values.

    What the clusters are called then decides no last digit.
    """
    sums = np.column_stack([np.bincount(clusters, weight * column) for column in residuals.T])
    return np.asarray(sums[np.lexsort(sums.T)], dtype=np.float64)


def _crossed(residuals: FloatArray) -> FloatArray:
    return gram(residuals, np.ones(len(residuals)))


def _tested(vector: FloatArray, matrix: FloatArray) -> TestResult:
    statistic = quadratic_form(vector, matrix)
    if statistic is None:
        return no_test(statuses.TOO_FEW_CLUSTERS)
    return chi_square_test(statistic, len(vector))


def _too_few_clusters(fit: CoxFit) -> CoxFit:
    status = statuses.not_estimable(statuses.TOO_FEW_CLUSTERS)
    return CoxFit(
        status, fit.names, fit.ties, fit.n_rows, fit.n_events, fit.iterations, variance="robust"
    )
