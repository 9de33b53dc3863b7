from dataclasses import replace
from math import log, sqrt

import numpy as np
import pytest

from analytics.methods.cox import CoxData, cox_terms, fit_cox, score_test_of_added

TIES = pytest.mark.parametrize("ties", ["efron", "breslow"])


@TIES
def test_three_subjects_by_hand(small_cox, ties):
    # l(b) = b - ln(2u + 1) - ln(1 + u) with u = exp(b), which is largest at u = 1 / sqrt(2)
    fit = fit_cox(small_cox((0, 1, 1, 1), (0, 2, 1, 0), (0, 3, 0, 1)), ties=ties)
    u = 1 / sqrt(2)
    information = 2 * u / (2 * u + 1) ** 2 + u / (1 + u) ** 2
    assert fit.log_hr[0] == pytest.approx(log(u), abs=1e-15)
    assert fit.std_error[0] == pytest.approx(1 / sqrt(information), abs=1e-14)
    assert fit.log_likelihood == pytest.approx(log(u / (2 * u + 1) / (1 + u)), abs=1e-14)
    assert fit.log_likelihood_null == pytest.approx(-log(3) - log(2), abs=1e-14)
    assert (fit.status, fit.n_rows, fit.n_events) == ("ok", 3, 2)


def test_a_tie_by_breslow_and_by_efron(small_cox):
    rows = small_cox((0, 1, 1, 1), (0, 1, 1, 0), (0, 2, 0, 1))
    assert fit_cox(rows, ties="breslow").log_hr[0] == pytest.approx(log(1 / 2), abs=1e-14)
    assert fit_cox(rows, ties="efron").log_hr[0] == pytest.approx(log(1 / sqrt(6)), abs=1e-14)


def test_the_three_tests_by_hand(small_cox):
    # at 0 the score is 1 - 2/3 - 1/2 and the information 2/9 + 1/4
    fit = fit_cox(small_cox((0, 1, 1, 1), (0, 2, 1, 0), (0, 3, 0, 1)), ties="efron")
    assert fit.score_test.statistic == pytest.approx((1 / 6) ** 2 / (17 / 36), abs=1e-14)
    assert fit.wald_test.statistic == pytest.approx((fit.log_hr[0] / fit.std_error[0]) ** 2)
    likelihood_ratio = 2 * (fit.log_likelihood - fit.log_likelihood_null)
    assert fit.lr_test.statistic == pytest.approx(likelihood_ratio, abs=1e-14)
    assert fit.lr_test.df == 1


def test_a_row_is_at_risk_after_its_start_and_up_to_its_stop(small_cox):
    # day 2: the row that starts on it is not at risk; day 4: the row that stops on it is
    rows = small_cox((0, 2, 1, 1), (0, 9, 0, 0), (2, 4, 0, 1), (0, 4, 1, 0))
    u = np.exp(fit_cox(rows, ties="breslow").log_hr[0])
    assert 1 - u / (u + 2) - u / (u + 2) == pytest.approx(0, abs=1e-14)


@TIES
def test_splitting_intervals_changes_nothing(heart, cox_rows_of, ties):
    rows = cox_rows_of(heart, "stop", "event", ["age", "transplant"], start="start")
    middle = (rows.tstart + rows.tstop) / 2
    split = CoxData(
        tstart=np.concatenate([rows.tstart, middle]),
        tstop=np.concatenate([middle, rows.tstop]),
        event=np.concatenate([np.zeros_like(rows.event), rows.event]),
        covariates=np.concatenate([rows.covariates, rows.covariates]),
        names=rows.names,
    )
    whole, halves = fit_cox(rows, ties=ties), fit_cox(split, ties=ties)
    np.testing.assert_allclose(halves.log_hr, whole.log_hr, rtol=0, atol=1e-12)
    np.testing.assert_allclose(halves.covariance, whole.covariance, rtol=1e-11)
    assert halves.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-13)


@TIES
def test_the_hazard_ratio_of_the_opposite_contrast_is_its_inverse(lung, cox_rows_of, ties):
    rows = cox_rows_of(lung, "time", "died", ["sex"])
    one = cox_terms(fit_cox(rows, ties=ties), conf_level=0.95)
    opposite = replace(rows, covariates=3 - rows.covariates)
    other = cox_terms(fit_cox(opposite, ties=ties), conf_level=0.95)
    assert one["hr"][0] == pytest.approx(1 / other["hr"][0], rel=1e-12)
    assert one["ci_lower"][0] == pytest.approx(1 / other["ci_upper"][0], rel=1e-12)
    assert one["p_value"][0] == pytest.approx(other["p_value"][0], rel=1e-12)


def test_the_order_of_the_rows_does_not_matter(lung, cox_rows_of):
    rows = cox_rows_of(lung, "time", "died", ["age", "sex"])
    shuffled = cox_rows_of(
        lung.sample(fraction=1, shuffle=True, seed=3), "time", "died", rows.names
    )
    one, other = fit_cox(rows, ties="efron"), fit_cox(shuffled, ties="efron")
    np.testing.assert_allclose(one.log_hr, other.log_hr, rtol=0, atol=1e-14)


def test_the_unit_of_a_covariate_does_not_matter(lung, cox_rows_of):
    rows = cox_rows_of(lung, "time", "died", ["age", "sex"])
    small = replace(rows, covariates=rows.covariates * np.array([1e-6, 1]))
    one, other = fit_cox(rows, ties="efron"), fit_cox(small, ties="efron")
    assert other.log_hr[0] * 1e-6 == pytest.approx(one.log_hr[0], rel=1e-10)


@TIES
def test_everybody_dying_on_one_day_has_a_hazard_ratio_of_one(small_cox, ties):
    rows = small_cox((0, 7, 1, 1), (0, 7, 1, 0), (0, 7, 1, 0))
    assert fit_cox(rows, ties=ties).log_hr[0] == pytest.approx(0, abs=1e-14)


@TIES
def test_a_stratum_without_events_changes_nothing(lung, cox_rows_of, ties):
    rows = cox_rows_of(lung, "time", "died", ["age", "ph.ecog"], stratum="sex")
    silent = rows.event == 0
    more = CoxData(
        tstart=np.concatenate([rows.tstart, rows.tstart[silent]]),
        tstop=np.concatenate([rows.tstop, rows.tstop[silent]]),
        event=np.concatenate([rows.event, rows.event[silent]]),
        covariates=np.concatenate([rows.covariates, rows.covariates[silent]]),
        names=rows.names,
        stratum=np.concatenate([rows.stratum, np.full(silent.sum(), 3)]),
    )
    one, other = fit_cox(rows, ties=ties), fit_cox(more, ties=ties)
    np.testing.assert_array_equal(one.log_hr, other.log_hr)
    np.testing.assert_array_equal(one.covariance, other.covariance)


@TIES
def test_a_covariate_that_varies_only_between_strata_is_a_status(lung, cox_rows_of, ties):
    rows = cox_rows_of(
        lung.with_columns(site="sex"), "time", "died", ["age", "site"], stratum="sex"
    )
    assert fit_cox(rows, ties=ties).status == (
        "not estimable: the covariate never varies among those at risk at an event: site"
    )


@TIES
def test_a_weight_for_all_divides_the_variance(lung, cox_rows_of, ties):
    rows = cox_rows_of(lung, "time", "died", ["age", "sex"])
    one = fit_cox(rows, ties=ties)
    other = fit_cox(replace(rows, weight=np.full(len(rows.tstop), 2.5)), ties=ties)
    np.testing.assert_allclose(other.log_hr, one.log_hr, rtol=1e-12)
    np.testing.assert_allclose(other.covariance * 2.5, one.covariance, rtol=1e-12)
    assert (other.n_rows, other.n_events) == (one.n_rows, one.n_events)


@TIES
def test_a_weight_of_two_is_the_row_twice(lung, cox_rows_of, ties):
    # by Efron's method only where no times tie: the copy of an event ties with it
    rows = cox_rows_of(lung.sort("time"), "time", "died", ["age", "sex"])
    rows = replace(rows, tstop=np.arange(1.0, len(rows.tstop) + 1))
    doubled = np.arange(len(rows.tstop)) % 2 == 0 if ties == "breslow" else rows.event == 0
    twice = np.concatenate([np.arange(len(rows.tstop)), np.flatnonzero(doubled)])
    repeated = replace(
        rows,
        tstart=rows.tstart[twice],
        tstop=rows.tstop[twice],
        event=rows.event[twice],
        covariates=rows.covariates[twice],
    )
    one = fit_cox(replace(rows, weight=np.where(doubled, 2.0, 1.0)), ties=ties)
    other = fit_cox(repeated, ties=ties)
    np.testing.assert_allclose(one.log_hr, other.log_hr, rtol=1e-12)
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-12)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-13)


def test_a_weighted_row_alone_is_still_one_subject(small_cox):
    alone = replace(small_cox((0, 5, 1, 1)), weight=np.array([7.0]))
    assert fit_cox(alone, ties="efron").status == "not estimable: fewer than two subjects at risk"


@pytest.mark.parametrize(
    ("weight", "sentence"),
    [
        ([1.0], "The weights must have one number per row."),
        ([1.0, 0.0], "A weight is not a number above 0; leave rows of no weight out."),
        ([1.0, np.nan], "A weight is not a number above 0; leave rows of no weight out."),
    ],
)
def test_an_unusable_weight_is_refused_in_a_sentence(small_cox, weight, sentence):
    with pytest.raises(ValueError) as refused:
        replace(small_cox((0, 1, 1, 1), (0, 2, 1, 0)), weight=np.array(weight))
    assert str(refused.value) == sentence


@TIES
@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ([(0, 1, 0, 1), (0, 2, 0, 0)], "no events"),
        ([(0, 5, 1, 1)], "fewer than two subjects at risk"),
        ([(0, 3, 0, 0), (3, 5, 1, 1)], "fewer than two subjects at risk"),
        (
            [(0, 1, 1, 4), (0, 2, 1, 4), (0, 3, 0, 4)],
            "the covariate never varies among those at risk at an event: x",
        ),
        (
            [(0, 1, 0, 1), (0, 2, 1, 0), (0, 3, 0, 0)],
            "the covariate never varies among those at risk at an event: x",
        ),
        (
            [(0, 1, 1, 0), (0, 2, 1, 0), (0, 3, 0, 1), (0, 4, 0, 1)],
            "monotone likelihood, an estimate runs to infinity; ask for Firth's penalised "
            "likelihood, firth = true: x",
        ),
        (  # the larger the value, the earlier the death
            [(0, day, 1, 10 - day) for day in range(1, 8)],
            "monotone likelihood, an estimate runs to infinity; ask for Firth's penalised "
            "likelihood, firth = true: x",
        ),
    ],
)
def test_too_little_data_is_a_status_and_never_a_number(small_cox, ties, typed, reason):
    fit = fit_cox(small_cox(*typed), ties=ties)
    assert fit.status == f"not estimable: {reason}"
    assert fit.log_hr is None
    assert fit.log_likelihood is None
    terms = cox_terms(fit, conf_level=0.95)
    assert terms.select("hr", "ci_lower", "ci_upper", "p_value").row(0) == (None,) * 4
    assert terms["status"].to_list() == [fit.status]


def test_no_rows_at_all_is_a_status():
    empty = CoxData(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros((0, 1)), ("x",))
    assert fit_cox(empty, ties="efron").status == "not estimable: no events"


def test_a_covariate_that_separates_in_a_larger_model_is_named(lung, cox_rows_of):
    knowing = lung.with_columns(never=1 - lung["died"])
    rows = cox_rows_of(knowing, "time", "died", ["age", "never"])
    fit = fit_cox(rows, ties="efron")
    assert fit.status.startswith("not estimable: monotone likelihood")
    assert fit.status.endswith(": never")


def test_dependent_covariates_are_a_status(lung, cox_rows_of):
    twice = lung.with_columns(double=2 * lung["age"] + 1)
    fit = fit_cox(cox_rows_of(twice, "time", "died", ["age", "double"]), ties="efron")
    assert fit.status == (
        "not estimable: the covariate is a linear combination of those before it: double"
    )


def test_a_rare_level_with_one_event_is_still_estimated(small_cox):
    rows = small_cox(*[(0, day, day % 2, day == 3) for day in range(1, 40)])
    fit = fit_cox(rows, ties="efron")
    assert fit.status == "ok"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            (5, 5, 1, 0),
            "Row 1 is (5, 5], which is empty; an event on the origin day stops at 0.5.",
        ),
        (
            (0, 5, 2, 0),
            "An event is neither 0 nor 1; competing events are 0 in a Cox model.",
        ),
        (
            (0, 5, 1, np.nan),
            "Covariate 'x' has unknown values; keep complete cases only.",
        ),
    ],
)
def test_unusable_rows_are_refused_in_a_sentence(small_cox, row, sentence):
    with pytest.raises(ValueError) as refused:
        small_cox((0, 1, 1, 1), row)
    assert str(refused.value) == sentence


def test_the_score_test_of_the_first_covariate_is_that_of_its_model(lung, cox_rows_of):
    rows = cox_rows_of(lung, "time", "died", ["sex"])
    null = fit_cox(replace(rows, covariates=rows.covariates[:, :0], names=()), ties="breslow")
    added = score_test_of_added(rows, null, "sex")
    assert added == fit_cox(rows, ties="breslow").score_test


def test_a_constant_candidate_has_no_score_test(lung, cox_rows_of):
    rows = cox_rows_of(lung.with_columns(one=1), "time", "died", ["sex", "one"])
    base = fit_cox(cox_rows_of(lung, "time", "died", ["sex"]), ties="efron")
    result = score_test_of_added(rows, base, "one")
    assert result.status == (
        "not estimable: the covariate never varies among those at risk at an event: one"
    )


def test_lifelines_finds_the_same_model(lung):
    from lifelines import CoxPHFitter  # noqa: PLC0415  (slow to import)

    frame = lung.select("time", "died", "age", "sex").to_pandas()
    theirs = CoxPHFitter().fit(frame, "time", "died", fit_options={"precision": 1e-12})
    rows = CoxData(
        np.zeros(len(frame)),
        frame["time"].to_numpy(dtype=float),
        frame["died"].to_numpy(),
        frame[["age", "sex"]].to_numpy(dtype=float),
        ("age", "sex"),
    )
    ours = fit_cox(rows, ties="efron")
    np.testing.assert_allclose(ours.log_hr, theirs.params_.to_numpy(), atol=1e-6)
    np.testing.assert_allclose(ours.std_error, theirs.standard_errors_.to_numpy(), atol=1e-6)
