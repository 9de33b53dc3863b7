"""Our numbers against those of R's survival and cmprsk (tests/reference/make_reference.R)."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.methods.competing_risks import cumulative_incidence_curve
from analytics.methods.cox import fit_cox, proportional_hazards_test
from analytics.methods.kaplan_meier import MedianSurvival, kaplan_meier_curve, median_survival
from analytics.methods.log_rank import log_rank_test, stratified_log_rank_test

TRANSFORMS = pytest.mark.parametrize("ci_transform", ["log-log", "log", "plain"])
TIES = pytest.mark.parametrize("ties", ["efron", "breslow"])
CURVES = pytest.mark.parametrize(
    "data", ["lung", "lung_male", "lung_female", "heart", "heart_transplant"]
)
MODELS = {
    "lung_one": ("lung", "time", "died", ["sex"], {}),
    "lung_many": ("lung", "time", "died", ["age", "sex", "ph.ecog", "wt.loss"], {}),
    "lung_stratified": ("lung", "time", "died", ["age", "ph.ecog"], {"stratum": "sex"}),
    "mgus2_progression": ("mgus2", "time", "progressed", ["age", "hgb", "mspike"], {}),
    "heart_one": ("heart", "stop", "event", ["transplant"], {"start": "start"}),
    "heart_many": (
        "heart",
        "stop",
        "event",
        ["age", "year", "surgery", "transplant"],
        {"start": "start"},
    ),
    "heart_stratified": (
        "heart",
        "stop",
        "event",
        ["age", "year", "transplant"],
        {"start": "start", "stratum": "surgery"},
    ),
    "myeloma": ("myeloma", "Time", "VStatus", ["LogBUN", "HGB"], {}),
}
EACH_MODEL = pytest.mark.parametrize("model", MODELS)


@pytest.fixture
def curve_counts(lung, heart, counts_of):
    def counts(data):
        if data.startswith("heart"):
            rows = heart if data == "heart" else heart.filter(pl.col("transplant") == 1)
            return counts_of(rows, "stop", "event", "start")
        sexes = {"lung": [1, 2], "lung_male": [1], "lung_female": [2]}[data]
        return counts_of(lung.filter(pl.col("sex").is_in(sexes)), "time", "died")

    return counts


@pytest.fixture
def model_rows(request, cox_rows_of):
    def rows(model):
        data, time, event, covariates, options = MODELS[model]
        return cox_rows_of(request.getfixturevalue(data), time, event, covariates, **options)

    return rows


@CURVES
@TRANSFORMS
def test_kaplan_meier_curve(reference, curve_counts, data, ci_transform):
    expected = reference("survival_curve").filter(data=data, ci_transform=ci_transform)
    expected = expected.drop("data", "ci_transform").cast({"time": pl.Float64})
    curve = kaplan_meier_curve(curve_counts(data), conf_level=0.95, ci_transform=ci_transform)
    at_exits = curve.filter((pl.col("n_event") + pl.col("n_censored")) > 0)
    assert_frame_equal(
        at_exits.filter(pl.col("time").is_in(expected["time"].to_list())),
        expected,
        abs_tol=1e-12,
        rel_tol=0,
    )
    assert at_exits.height == expected.filter((pl.col("n_event") + pl.col("n_censored")) > 0).height


@CURVES
@TRANSFORMS
def test_median_and_its_interval(reference, curve_counts, data, ci_transform):
    curve = kaplan_meier_curve(curve_counts(data), conf_level=0.95, ci_transform=ci_transform)
    expected = reference("survival_median").filter(data=data, ci_transform=ci_transform)
    assert median_survival(curve) == MedianSurvival(*expected.row(0)[2:])


def test_log_rank(reference, lung, counts_of):
    expected = {row["test"]: row for row in reference("log_rank").rows(named=True)}

    def by(column, data):
        known = data.drop_nulls(column)
        groups = known.partition_by(column, as_dict=True).items()
        return {str(key[0]): counts_of(group, "time", "died") for key, group in groups}

    strata = lung.drop_nulls("ph.ecog").partition_by("ph.ecog", as_dict=True).items()
    results = {
        "lung_sex": log_rank_test(by("sex", lung)),
        "lung_ecog": log_rank_test(by("ph.ecog", lung)),
        "lung_sex_by_ecog": stratified_log_rank_test(
            {str(key[0]): by("sex", stratum) for key, stratum in strata}
        ),
    }
    assert set(results) == set(expected)
    for name, result in results.items():
        assert result.statistic == pytest.approx(expected[name]["statistic"], rel=1e-12)
        assert result.df == expected[name]["df"]


@pytest.mark.parametrize("event", ["event", "competing"])
@pytest.mark.parametrize(
    ("group", "variance", "ci_transform"),
    [
        *[(group, "aalen", None) for group in ("all", "F", "M")],
        *[(group, "infinitesimal_jackknife", "log-log") for group in ("all", "F", "M")],
        *[("F", "infinitesimal_jackknife", transform) for transform in ("log", "plain")],
    ],
)
def test_cumulative_incidence(request, event, group, variance, ci_transform):
    reference, mgus2, counts_of = (
        request.getfixturevalue(name) for name in ("reference", "mgus2", "counts_of")
    )
    expected = reference("cumulative_incidence").filter(
        group=group, event=event, variance=variance, ci_transform=ci_transform or "none"
    )
    curve = cumulative_incidence_curve(
        counts_of(mgus2 if group == "all" else mgus2.filter(sex=group), "time", "code"),
        event=event,
        variance=variance,
        conf_level=0.95,
        ci_transform=ci_transform or "log-log",
    )
    compared = ["time", "estimate", "std_error"]
    compared += ["ci_lower", "ci_upper"] if ci_transform else []
    expected = expected.select(compared).cast({"time": pl.Float64})
    ours = curve.select(compared).filter(pl.col("time").is_in(expected["time"].to_list()))
    assert_frame_equal(ours, expected, abs_tol=1e-12, rel_tol=0)


@EACH_MODEL
@TIES
def test_cox_estimates_and_tests(reference, model_rows, model, ties):
    fit = fit_cox(model_rows(model), ties=ties)
    terms = reference("cox_term").filter(model=model, ties=ties)
    covariance = reference("cox_covariance").filter(model=model, ties=ties)["covariance"]
    np.testing.assert_allclose(fit.log_hr, terms["log_hr"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(fit.std_error, terms["std_error"], rtol=1e-12)
    np.testing.assert_allclose(fit.covariance.ravel(), covariance, rtol=1e-10)
    expected = reference("cox_model").filter(model=model, ties=ties).row(0, named=True)
    assert (fit.n_rows, fit.n_events) == (expected["n_rows"], expected["n_events"])
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], rel=1e-12)
    assert fit.log_likelihood_null == pytest.approx(expected["log_likelihood_null"], rel=1e-12)
    assert fit.score_test.statistic == pytest.approx(expected["score"], rel=1e-11)
    assert fit.wald_test.statistic == pytest.approx(expected["wald"], rel=1e-11)


@EACH_MODEL
@TIES
@pytest.mark.parametrize("transform", ["km", "identity", "log", "rank"])
def test_proportional_hazards(reference, model_rows, model, ties, transform):
    rows = model_rows(model)
    test = proportional_hazards_test(rows, fit_cox(rows, ties=ties), transform=transform)
    expected = reference("proportional_hazards").filter(model=model, ties=ties, transform=transform)
    assert_frame_equal(
        test.drop("status"),
        expected.drop("model", "ties", "transform"),
        rel_tol=1e-11,
        abs_tol=1e-11,
    )
