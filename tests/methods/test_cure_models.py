"""Mixture cure models with covariates: by hand, as properties, and against R."""

from dataclasses import replace
from math import log, sqrt

import numpy as np
import polars as pl
import pytest
from designs import designs

from analytics.methods.cure_likelihood import CureRows
from analytics.methods.cure_models import CureFit, cure_terms, fit_cure

MODELS = designs("cure")
EACH_MODEL = pytest.mark.parametrize("model", MODELS)
LATENCIES = ["weibull", "exponential", "log_logistic", "log_normal"]
FOR_EVER = 1e12


def rows_of(leave, observed, fraction=(), scale=(), entry=None):
    """Rows with a list of values per covariate."""
    n = len(leave)
    ones = np.ones(n)
    return CureRows(
        entry=np.zeros(n) if entry is None else np.array(entry, dtype=np.float64),
        leave=np.array(leave, dtype=np.float64),
        observed=np.array(observed, dtype=np.bool_),
        weight=np.ones(n, dtype=np.int64),
        of_fraction=np.column_stack([ones, *fraction]).astype(np.float64),
        of_scale=np.column_stack([ones, *scale]).astype(np.float64),
    )


@pytest.fixture
def complete():
    """Followed for ever: of those with x = 0 two events and one cured, with x = 1 two and three."""
    leave = [2, 4, FOR_EVER, 3, 15, FOR_EVER, FOR_EVER, FOR_EVER]
    x = [0, 0, 0, 1, 1, 1, 1, 1]
    return rows_of(leave, [1, 1, 0, 1, 1, 0, 0, 0], [x], [x])


def test_complete_follow_up_by_hand(complete):
    # odds of being cured 1/2 and 3/2; mean times of the others 3 and 9
    fit = fit_cure(
        complete, "exponential", conf_level=0.95, fraction_names=["x"], scale_names=["x"]
    )
    assert (fit.status, fit.plateau_status) == ("ok", "ok")
    assert fit.cure_fraction == pytest.approx(4 / 8, abs=1e-12)
    assert (fit.scale, fit.shape) == (pytest.approx(3, rel=1e-12), 1)
    # the mean of 1/3 in three eighths and of 3/5 in five eighths, each with its binomial variance
    variance = (3 / 8) ** 2 * (1 / 3) * (2 / 3) / 3 + (5 / 8) ** 2 * (3 / 5) * (2 / 5) / 5
    assert fit.std_error == pytest.approx(sqrt(variance), rel=1e-10)
    of_fraction, of_time = cure_terms(fit, conf_level=0.95).rows(named=True)
    assert (of_fraction["part"], of_time["part"]) == ("fraction", "latency")
    assert of_fraction["ratio"] == pytest.approx(3, rel=1e-11)
    assert of_fraction["std_error"] == pytest.approx(sqrt(1 + 1 / 2 + 1 / 3 + 1 / 2), rel=1e-10)
    assert of_time["ratio"] == pytest.approx(3, rel=1e-11)
    assert of_time["std_error"] == pytest.approx(1, rel=1e-10)
    expected = log(1 / 3) + 2 * log(2 / 3) + 3 * log(3 / 5) + 2 * log(2 / 5)
    expected -= 2 * log(3) + 2 + 2 * log(9) + 2
    assert fit.log_likelihood == pytest.approx(expected, rel=1e-12)
    smaller = 4 * log(4 / 8) + 4 * log(4 / 8) - 4 * log(6) - 4
    assert fit.lr_test.statistic == pytest.approx(2 * (expected - smaller), rel=1e-9)
    assert fit.lr_test.df == 2


@pytest.fixture
def rows(data_sets, reference):
    myeloid = reference("myeloid").with_columns(
        trt_b=(pl.col("trt") == "B").cast(pl.Int64), male=(pl.col("sex") == "m").cast(pl.Int64)
    )
    late = 37 * pl.col("id") % 400
    colon = data_sets["colon"].filter(etype=1)
    colon = colon.with_columns(late=pl.when(late < pl.col("time")).then(late).otherwise(0))
    known = {**data_sets, "colon": colon, "myeloid": myeloid}

    def of(model):
        design = MODELS[model]
        fraction, scale = design["fraction"].split(), design["scale"].split()
        data = known[design["data"]].drop_nulls([*fraction, *scale])
        return rows_of(
            data[design["stop"]],
            data[design["event"]],
            [data[name] for name in fraction],
            [data[name] for name in scale],
            entry=data[design["start"]] if design["start"] else None,
        )

    return of


def fit_of(model, rows):
    design = MODELS[model]
    names = {"fraction_names": design["fraction"].split(), "scale_names": design["scale"].split()}
    return fit_cure(rows, design["latency"], conf_level=0.95, **names)


@EACH_MODEL
def test_the_maximum_of_r(reference, rows, model):
    fit = fit_of(model, rows(model))
    expected = reference("cure_models").row(by_predicate=pl.col("model") == model, named=True)
    assert fit.status == "ok"
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], rel=1e-12)
    for name in ("cure_fraction", "std_error", "scale", "shape", "rest_at_end"):
        assert getattr(fit, name) == pytest.approx(expected[name], rel=1e-9), name
    terms = reference("cure_terms").filter(model=model)
    found = cure_terms(fit, conf_level=0.95)
    assert found.select("part", "factor").rows() == terms.select("part", "factor").rows()
    np.testing.assert_allclose(found["log_ratio"], terms["log_ratio"], rtol=1e-9)
    np.testing.assert_allclose(found["std_error"], terms["std_error"], rtol=1e-9)


def test_a_plateau_that_is_not_reached_is_said(reference, rows):
    plateau = {model: fit_of(model, rows(model)).plateau_status for model in MODELS}
    rest = dict(reference("cure_models").select("model", "rest_at_end").iter_rows())
    assert {model for model, status in plateau.items() if status != "ok"} == {
        model for model, share in rest.items() if share > 0.05
    }
    assert plateau["gbsg_times"] == (
        "not estimable: the plateau is not reached: of those not cured the model has more than a "
        "twentieth without the event at the last observation"
    )


@pytest.mark.parametrize("latency", LATENCIES)
def test_the_unit_of_a_covariate_and_the_level_it_starts_from_do_not_matter(rows, latency):
    base = rows("colon_late")
    fit = fit_cure(base, latency, conf_level=0.95, fraction_names=["a", "b"], scale_names=["a"])
    x = base.of_fraction.copy()
    x[:, 1], x[:, 2] = 1 - x[:, 1], 1000 * x[:, 2] + 7
    other = fit_cure(
        replace(base, of_fraction=x),
        latency,
        conf_level=0.95,
        fraction_names=["a", "b"],
        scale_names=["a"],
    )
    assert other.log_likelihood == pytest.approx(fit.log_likelihood, rel=1e-12)
    assert other.cure_fraction == pytest.approx(fit.cure_fraction, rel=1e-9)
    one, opposite = (cure_terms(f, conf_level=0.95) for f in (fit, other))
    assert opposite["log_ratio"][0] == pytest.approx(-one["log_ratio"][0], rel=1e-8)
    assert 1000 * opposite["log_ratio"][1] == pytest.approx(one["log_ratio"][1], rel=1e-8)
    assert opposite["std_error"][0] == pytest.approx(one["std_error"][0], rel=1e-8)


def test_splitting_a_spell_changes_nothing(rows):
    base = rows("colon_weibull")
    half = base.leave / 2
    split = CureRows(
        entry=np.concatenate([base.entry, half]),
        leave=np.concatenate([half, base.leave]),
        observed=np.concatenate([base.observed & False, base.observed]),
        weight=np.concatenate([base.weight, base.weight]),
        of_fraction=np.concatenate([base.of_fraction, base.of_fraction]),
        of_scale=np.concatenate([base.of_scale, base.of_scale]),
    )
    one, other = fit_of("colon_weibull", base), fit_of("colon_weibull", split)
    np.testing.assert_allclose(other.coefficients, one.coefficients, rtol=1e-8)


@pytest.mark.parametrize("latency", LATENCIES)
def test_a_level_without_events_is_named(rows, latency):
    base = rows("colon_weibull")
    marked = (np.arange(len(base.leave)) % 7 == 0) * 1.0
    base = replace(
        base,
        observed=base.observed & (marked == 0),
        of_fraction=np.column_stack([base.of_fraction[:, :2], marked]),
    )
    fit = fit_cure(base, latency, conf_level=0.95, fraction_names=["lev", "marked"])
    assert fit.status == (
        "not estimable: an estimate runs to infinity, as of a level without events: marked"
    )
    assert fit.coefficients is None
    terms = cure_terms(fit, conf_level=0.95)
    assert terms["status"].unique().to_list() == [fit.status]
    assert terms["ratio"].null_count() == 2


def test_data_without_a_plateau_have_no_fraction(data_sets):
    veteran = data_sets["veteran"]
    data = rows_of(veteran["time"], veteran["status"], [veteran["trt"]])
    fit = fit_cure(data, "weibull", conf_level=0.95, fraction_names=["trt"])
    assert fit.status.startswith("not estimable: ")
    assert fit.cure_fraction is None


@pytest.mark.parametrize(
    ("leave", "observed", "x", "reason"),
    [
        ([], [], [], "no subjects"),
        ([5], [1], [0], "fewer than two subjects at risk"),
        ([5, 9], [0, 0], [0, 1], "no events"),
        ([5, 5, 9], [1, 1, 0], [0, 1, 1], "too few distinct event times"),
        ([5, 6, 9], [1, 1, 0], [1, 1, 1], "the covariate does not vary: x"),
    ],
)
def test_too_little_data_is_a_status(leave, observed, x, reason):
    data = rows_of(leave, observed, [x])
    fit = fit_cure(data, "weibull", conf_level=0.95, fraction_names=["x"])
    assert fit == CureFit(f"not estimable: {reason}", "weibull", ("x",), ())


def test_a_repeated_covariate_is_named(complete):
    x = complete.of_fraction[:, 1]
    data = replace(complete, of_fraction=np.column_stack([np.ones(8), x, 2 * x + 1]))
    fit = fit_cure(data, "exponential", conf_level=0.95, fraction_names=["x", "again"])
    assert fit.status == (
        "not estimable: the covariate is a linear combination of those before it: again"
    )
