from dataclasses import replace
from math import log, sqrt

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.methods.cox import CoxData, fit_cox
from analytics.methods.fine_gray import FineGrayData, fine_gray_terms, fit_fine_gray
from analytics.methods.subdistribution import (
    subdistribution_sets,
    subdistribution_sums,
    uncensored_before,
)

MODELS = {  # data set, covariates, censoring group
    "mgus2_one": ("mgus2", ["male"], None),
    "mgus2_many": ("mgus2", ["age", "male", "hgb", "mspike"], None),
    "mgus2_death": ("mgus2_death", ["age", "male", "hgb", "mspike"], None),
    "mgus2_years": ("mgus2_years", ["age", "male"], None),
    "mgus2_uncensored": ("mgus2_uncensored", ["age", "male"], None),
    "mgus2_late": ("mgus2_late", ["age", "male", "hgb", "mspike"], None),
    "mgus2_by_sex": ("mgus2", ["age", "mspike", "male"], "male"),
    "remission": ("remission", ["arm_b", "male"], None),
    "remission_by_arm": ("remission", ["arm_b", "male"], "arm_b"),
    "transplant": ("transplant", ["arm_b", "male"], None),
    "lung": ("lung", ["age", "sex", "ph.ecog"], None),
}
EACH_MODEL = pytest.mark.parametrize("model", MODELS)


@pytest.fixture
def subjects_of(mgus2, lung, reference):
    """The subjects of a model: `time`, `code` and covariates."""
    data = mgus2.with_columns(male=pl.col("sex") == "M")
    sets = {
        "mgus2": data,
        "mgus2_death": data.with_columns(code=(3 - pl.col("code")) * (pl.col("code") > 0)),
        "mgus2_years": data.with_columns((pl.col("time") / 12).ceil()),
        "mgus2_uncensored": data.filter(pl.col("code") > 0),
        "mgus2_late": data.with_columns(pl.col("time") + 0.5 * (pl.col("code") == 0)),
        "lung": lung.with_columns(code="died"),
    }
    for name, event in (("remission", pl.col("crtime")), ("transplant", pl.col("txtime"))):
        happened = (event <= pl.col("futime")).fill_null(value=False)
        sets[name] = reference("myeloid").with_columns(
            time=pl.when(happened).then(event).otherwise("futime"),
            code=pl.when(happened).then(1).otherwise(2 * pl.col("death")),
            male=pl.col("sex") == "m",
            arm_b=pl.col("trt") == "B",
        )
    return lambda name: sets[name]


def rows_of(data, covariates, censoring_group=None):
    data = data.drop_nulls(covariates)
    return FineGrayData(
        time=data["time"].cast(pl.Float64).to_numpy(),
        event_code=data["code"].cast(pl.Int64).to_numpy(),
        covariates=data.select(pl.col(covariates).cast(pl.Float64)).to_numpy(),
        names=tuple(covariates),
        censoring_group=data[censoring_group].cast(pl.Int64).to_numpy()
        if censoring_group
        else None,
    )


def typed(*subjects, names=("x",)):
    """Rows typed in a test: (time, code, covariate values ...)."""
    table = np.array(subjects, dtype=np.float64)
    return FineGrayData(table[:, 0], table[:, 1].astype(np.int64), table[:, 2:], tuple(names))


@EACH_MODEL
def test_the_estimates_are_those_of_cmprsk(reference, subjects_of, model):
    data, covariates, group = MODELS[model]
    fit = fit_fine_gray(rows_of(subjects_of(data), covariates, group))
    terms = reference("fine_gray_term").filter(model=model)
    assert terms["factor"].to_list() == list(fit.names)
    np.testing.assert_allclose(fit.log_shr, terms["log_shr"], rtol=1e-11)
    np.testing.assert_allclose(fit.std_error, terms["std_error"], rtol=1e-11)
    covariance = reference("fine_gray_covariance").filter(model=model)["covariance"]
    np.testing.assert_allclose(
        fit.covariance.ravel(), covariance, atol=1e-11 * np.abs(fit.covariance).max()
    )
    expected = reference("fine_gray_model").filter(model=model).row(0, named=True)
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], rel=1e-12)
    assert fit.log_likelihood_null == pytest.approx(expected["log_likelihood_null"], rel=1e-12)
    for count in ("n_rows", "n_events", "n_competing"):
        assert getattr(fit, count) == expected[count]


def test_every_reference_model_is_compared(reference):
    assert set(reference("fine_gray_model")["model"]) == set(MODELS)


@pytest.mark.parametrize("model", ["mgus2_late", "mgus2_uncensored"])
def test_a_weighted_cox_model_finds_the_same_coefficients(reference, subjects_of, model):
    data, covariates, _ = MODELS[model]
    expected = reference("fine_gray_weighted_cox").filter(model=model)["log_shr"]
    fit = fit_fine_gray(rows_of(subjects_of(data), covariates))
    np.testing.assert_allclose(fit.log_shr, expected, rtol=1e-11)


# one competing event, a censoring after it: at risk on day 3 are two subjects and 3/4 of the first
FIVE = [(1, 2, 1), (2, 0, 0), (3, 1, 1), (4, 1, 0), (5, 0, 1)]


def test_the_score_and_the_information_at_zero_by_hand():
    rows = typed(*FIVE)
    sets = subdistribution_sets(rows.time, rows.event_code, np.zeros(5, dtype=np.int64))
    sums = subdistribution_sums(sets, rows.covariates, np.zeros(1))
    first, second = (2 + 3 / 4) / (3 + 3 / 4), (1 + 3 / 4) / (2 + 3 / 4)
    assert sums.mean[:, 0].tolist() == pytest.approx([first, second])
    assert sums.score[0] == pytest.approx(1 - first - second, abs=1e-15)
    information = first * (1 - first) + second * (1 - second)
    assert sums.information[0, 0] == pytest.approx(information, abs=1e-15)
    assert sums.log_likelihood == pytest.approx(-log(3 + 3 / 4) - log(2 + 3 / 4), abs=1e-15)


def test_five_subjects_by_hand():
    # l(b) = b - ln(11/4 u + 1) - ln(7/4 u + 1), u = exp(b), which is largest at u = 4 / sqrt(77)
    fit = fit_fine_gray(typed(*FIVE))
    u = 4 / sqrt(77)
    risk = [11 / 4 * u + 1, 7 / 4 * u + 1]
    mean = [1 - 1 / risk[0], 1 - 1 / risk[1]]
    exposed = (1 - mean[0]) / risk[0] + (1 - mean[1]) / risk[1]
    weight_lost = 3 / 4 * u * exposed  # what the competing subject's weight adds to the score
    influences = [
        -weight_lost,
        weight_lost / 4 - weight_lost / 16,  # the censoring, less what was expected of it
        (1 - mean[0]) * (1 - u / risk[0]) - weight_lost / 16,
        -mean[1] + mean[0] / risk[0] + mean[1] / risk[1] - weight_lost / 16,
        -u * exposed - weight_lost / 16,
    ]
    information = sum(m * (1 - m) for m in mean)
    std_error = sqrt(sum(influence**2 for influence in influences)) / information
    assert fit.log_shr[0] == pytest.approx(log(u), abs=1e-14)
    assert fit.std_error[0] == pytest.approx(std_error, rel=1e-13)
    assert fit.log_likelihood == pytest.approx(log(u / risk[0] / risk[1]), abs=1e-14)
    assert fit.wald_test.statistic == pytest.approx((log(u) / std_error) ** 2, rel=1e-12)
    assert (fit.status, fit.n_rows, fit.n_events, fit.n_competing) == ("ok", 5, 2, 1)


def test_those_with_an_event_on_the_day_are_at_risk_of_its_censorings():
    time, censored = np.array([1.0, 2, 2, 3]), np.array([0, 1, 0, 1])
    before = uncensored_before(time, censored, np.array([0.5, 2, 2.5, 3, 3.5]))
    assert before.tolist() == pytest.approx([1, 1, 2 / 3, 2 / 3, 0])


def test_without_competing_events_it_is_a_cox_model(lung):
    data = lung.with_columns(code="died")
    fit = fit_fine_gray(rows_of(data, ["age", "sex"]))
    cox = fit_cox(_cox_rows(rows_of(data, ["age", "sex"])), ties="breslow")
    np.testing.assert_allclose(fit.log_shr, cox.log_hr, rtol=1e-12)
    assert fit.log_likelihood == pytest.approx(cox.log_likelihood, rel=1e-14)
    assert not np.allclose(fit.std_error, cox.std_error, rtol=1e-3)  # these are robust


def test_without_censoring_a_competing_event_is_a_subject_who_never_leaves(subjects_of):
    rows = rows_of(subjects_of("mgus2_uncensored"), ["age", "male"])
    never = replace(_cox_rows(rows), tstop=np.where(rows.event_code == 2, 1e6, rows.time))
    cox = fit_cox(never, ties="breslow")
    np.testing.assert_allclose(fit_fine_gray(rows).log_shr, cox.log_hr, rtol=1e-11)


def _cox_rows(rows):
    return CoxData(np.zeros(len(rows.time)), rows.time, rows.event, rows.covariates, rows.names)


def test_every_subject_twice_halves_the_variance_and_nothing_else(subjects_of):
    once = rows_of(subjects_of("remission"), ["arm_b", "male"], "male")
    twice = FineGrayData(
        np.tile(once.time, 2),
        np.tile(once.event_code, 2),
        np.tile(once.covariates, (2, 1)),
        once.names,
        np.tile(once.censoring_group, 2),
    )
    one, other = fit_fine_gray(once), fit_fine_gray(twice)
    np.testing.assert_allclose(other.log_shr, one.log_shr, rtol=1e-11)
    np.testing.assert_allclose(other.covariance, one.covariance / 2, rtol=1e-10)


def test_the_order_of_the_rows_does_not_matter(mgus2):
    covariates = ["age", "mspike"]
    one = fit_fine_gray(rows_of(mgus2, covariates))
    shuffled = mgus2.sample(fraction=1, shuffle=True, seed=3)
    other = fit_fine_gray(rows_of(shuffled, covariates))
    np.testing.assert_allclose(one.log_shr, other.log_shr, rtol=1e-11)
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-11)


def test_the_unit_of_a_covariate_does_not_matter(mgus2):
    rows = rows_of(mgus2, ["age", "mspike"])
    small = replace(rows, covariates=rows.covariates * np.array([1e-6, 1]))
    one, other = fit_fine_gray(rows), fit_fine_gray(small)
    assert other.log_shr[0] * 1e-6 == pytest.approx(one.log_shr[0], rel=1e-10)
    assert other.std_error[0] * 1e-6 == pytest.approx(one.std_error[0], rel=1e-10)


def test_the_codes_of_the_censoring_groups_do_not_matter(subjects_of):
    rows = rows_of(subjects_of("remission"), ["arm_b"], "male")
    renamed = replace(rows, censoring_group=90 - 7 * rows.censoring_group)
    one, other = fit_fine_gray(rows), fit_fine_gray(renamed)
    np.testing.assert_allclose(other.covariance, one.covariance, rtol=1e-12)


def test_terms_give_the_ratio_with_its_interval():
    fit = fit_fine_gray(typed(*FIVE))
    b, se = fit.log_shr[0], fit.std_error[0]
    expected = pl.DataFrame(
        {
            "factor": ["x"],
            "log_shr": [b],
            "std_error": [se],
            "shr": [4 / sqrt(77)],
            "ci_lower": [np.exp(b - 1.959963984540054 * se)],
            "ci_upper": [np.exp(b + 1.959963984540054 * se)],
            "p_value": [fit.wald_test.p_value],
            "status": ["ok"],
        }
    )
    assert_frame_equal(fine_gray_terms(fit, conf_level=0.95), expected, rel_tol=1e-12)


MONOTONE = "monotone likelihood, an estimate runs to infinity: x"
CONSTANT = "the covariate never varies among those at risk at an event: x"


@pytest.mark.parametrize(
    ("subjects", "reason"),
    [
        ([(1, 0, 1), (2, 0, 0)], "no events"),
        ([(1, 2, 1), (2, 0, 0)], "no events"),
        ([(5, 1, 1)], "fewer than two subjects at risk"),
        ([(3, 0, 0), (5, 1, 1)], "fewer than two subjects at risk"),
        ([(1, 1, 4), (2, 2, 4), (3, 0, 4)], CONSTANT),
        ([(1, 0, 1), (2, 1, 0), (3, 0, 0)], CONSTANT),
        ([(1, 1, 0), (2, 1, 0), (3, 2, 1), (4, 0, 1)], MONOTONE),
        ([(1, 2, 1), (2, 1, 0), (3, 1, 0), (4, 0, 0)], MONOTONE),
        ([(7, 1, 1), (7, 1, 0), (7, 1, 0)], "the robust variance is zero or singular"),
    ],
)
def test_too_little_data_is_a_status_and_never_a_number(subjects, reason):
    fit = fit_fine_gray(typed(*subjects))
    assert fit.status == f"not estimable: {reason}"
    assert (fit.log_shr, fit.log_likelihood, fit.wald_test) == (None, None, None)
    terms = fine_gray_terms(fit, conf_level=0.95)
    assert terms.select("shr", "ci_lower", "ci_upper", "p_value").row(0) == (None,) * 4
    assert terms["status"].to_list() == [fit.status]


def test_no_subjects_at_all_is_a_status():
    empty = FineGrayData(np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros((0, 1)), ("x",))
    assert fit_fine_gray(empty).status == "not estimable: no events"


def test_a_competing_event_keeps_a_subject_whose_covariate_then_counts():
    """Censored instead, the first subject would be gone before the events, and x constant."""
    assert fit_fine_gray(typed((1, 2, 1), (2, 1, 0), (3, 1, 1), (4, 0, 0))).status == "ok"
    gone = fit_fine_gray(typed((1, 0, 1), (2, 1, 0), (3, 1, 0), (4, 0, 0)))
    assert gone.status == f"not estimable: {CONSTANT}"


def test_dependent_covariates_are_a_status(mgus2):
    twice = mgus2.with_columns(double=2 * pl.col("age") + 1)
    fit = fit_fine_gray(rows_of(twice, ["age", "double"]))
    assert fit.status == (
        "not estimable: the covariate is a linear combination of those before it: double"
    )


@pytest.mark.parametrize(
    ("subject", "sentence"),
    [
        (
            (0, 2, 0),
            "Row 1 is (0, 0], which is empty; an event on the origin day stops at 0.5.",
        ),
        ((5, 3, 0), "An event code is 0 (censored), 1 (event) or 2 (competing event)."),
        ((5, 1, np.nan), "Covariate 'x' has unknown values; keep complete cases only."),
    ],
)
def test_unusable_rows_are_refused_in_a_sentence(subject, sentence):
    with pytest.raises(ValueError) as refused:
        typed((1, 1, 1), subject)
    assert str(refused.value) == sentence


def test_a_censoring_group_per_row_is_needed():
    with pytest.raises(ValueError) as refused:
        replace(typed(*FIVE), censoring_group=np.zeros(4, dtype=np.int64))
    assert str(refused.value) == "The censoring groups must have one code per row."
