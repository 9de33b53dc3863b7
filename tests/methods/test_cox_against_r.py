"""Our Cox models against those of R's survival (tests/reference/make_reference_cox.R)."""

import numpy as np
import polars as pl
import pytest
from designs import designs
from polars.testing import assert_frame_equal

from analytics.methods.cox import fit_cox, proportional_hazards_test
from analytics.methods.robust_variance import with_robust_variance

MODELS = designs("cox")
EACH_MODEL = pytest.mark.parametrize("model", MODELS)
TIES = pytest.mark.parametrize("ties", ["efron", "breslow"])


@pytest.fixture
def rows_of(data_sets, cox_rows_of):
    def rows(model):
        design = MODELS[model]
        return cox_rows_of(
            data_sets[design["data"]],
            design["stop"],
            design["event"],
            design["covariates"].split(),
            **{option: design[option] or None for option in ("start", "stratum", "weight")},
        )

    return rows


@pytest.fixture
def clusters_of(data_sets):
    """The cluster of each complete row; without a column of clusters each row is its own."""

    def clusters(model):
        design = MODELS[model]
        used = [*design["covariates"].split(), *design["stratum"].split()]
        complete = data_sets[design["data"]].with_row_index("row").drop_nulls(used)
        return complete[design["cluster"] or "row"].cast(pl.Int64).to_numpy()

    return clusters


@EACH_MODEL
@TIES
def test_estimates_and_tests(reference, rows_of, model, ties):
    fit = fit_cox(rows_of(model), ties=ties)
    terms = reference("cox_term").filter(model=model, ties=ties)
    covariance = reference("cox_covariance").filter(model=model, ties=ties)["covariance"]
    expected = reference("cox_model").filter(model=model, ties=ties).row(0, named=True)
    np.testing.assert_allclose(fit.log_hr, terms["log_hr"], rtol=1e-10)
    np.testing.assert_allclose(fit.std_error, terms["std_error"], rtol=1e-11)
    _assert_covariance(fit.covariance, covariance, rtol=1e-11)
    assert (fit.n_rows, fit.n_events) == (expected["n_rows"], expected["n_events"])
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], rel=1e-12)
    assert fit.log_likelihood_null == pytest.approx(expected["log_likelihood_null"], rel=1e-12)
    for ours, name in [(fit.lr_test, "lr"), (fit.score_test, "score"), (fit.wald_test, "wald")]:
        assert ours.statistic == pytest.approx(expected[name], rel=1e-10), name


@EACH_MODEL
@TIES
def test_robust_variance(reference, rows_of, clusters_of, model, ties):
    rows = rows_of(model)
    fit = with_robust_variance(rows, fit_cox(rows, ties=ties), clusters_of(model))
    std_error = reference("cox_term").filter(model=model, ties=ties)["robust_std_error"]
    covariance = reference("cox_covariance").filter(model=model, ties=ties)["robust_covariance"]
    expected = reference("cox_model").filter(model=model, ties=ties).row(0, named=True)
    np.testing.assert_allclose(fit.std_error, std_error, rtol=1e-10)
    _assert_covariance(fit.covariance, covariance, rtol=1e-10)
    assert fit.score_test.statistic == pytest.approx(expected["robust_score"], rel=1e-10)
    assert fit.wald_test.statistic == pytest.approx(expected["robust_wald"], rel=1e-10)


def _assert_covariance(ours, expected, *, rtol):
    """Covariances are compared as correlations: one may be 0 but for rounding."""
    size = np.sqrt(np.outer(np.diag(ours), np.diag(ours)))
    expected = expected.to_numpy().reshape(ours.shape)
    np.testing.assert_allclose(ours / size, expected / size, rtol=0, atol=rtol)


@EACH_MODEL
@TIES
def test_proportional_hazards(reference, rows_of, model, ties):
    rows = rows_of(model)
    fit = fit_cox(rows, ties=ties)
    for transform in ("km", "identity", "log", "rank"):
        test = proportional_hazards_test(rows, fit, transform=transform)
        expected = reference("proportional_hazards").filter(
            model=model, ties=ties, transform=transform
        )
        assert_frame_equal(
            test.drop("status"),
            expected.drop("model", "ties", "transform"),
            rel_tol=1e-10,
            abs_tol=1e-10,
        )
