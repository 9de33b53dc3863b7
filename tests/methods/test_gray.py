from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.methods.counts import counts_from_times, risk_table
from analytics.methods.gray import (
    gray_test,
    n_informative_strata,
    observed_minus_expected,
    stratified_gray_test,
)
from analytics.methods.log_rank import observed_minus_expected as log_rank_sums

ONE = counts_from_times([1, 3, 5], [1, 2, 1])
OTHER = counts_from_times([2, 4, 6], [0, 1, 2])

TESTS = {  # data set, groups, strata
    "mgus2_sex": ("mgus2", ["sex"], []),
    "mgus2_age": ("mgus2", ["age_band"], []),
    "mgus2_sex_by_age": ("mgus2", ["sex"], ["age_band"]),
    "mgus2_age_by_sex": ("mgus2", ["age_band"], ["sex"]),
    "mgus2_years_age": ("mgus2_years", ["age_band"], []),
    "mgus2_years_sex_by_age": ("mgus2_years", ["sex"], ["age_band"]),
    "mgus2_uncensored_age": ("mgus2_uncensored", ["age_band"], []),
    "mgus2_men_progress_sex": ("mgus2_men_progress", ["sex"], []),
    "remission_arm_and_sex": ("remission", ["trt", "sex"], []),
    "transplant_arm": ("transplant", ["trt"], []),
    "transplant_arm_by_sex": ("transplant", ["trt"], ["sex"]),
    "mgus2_sex_by_age_and_spike": ("mgus2", ["sex"], ["age_band", "high"]),
    "mgus2_years_age_by_sex_and_spike": ("mgus2_years", ["age_band"], ["sex", "high"]),
}


@pytest.fixture
def subjects_of(mgus2, reference):
    """The subjects of a test: `time`, `code` and what groups them."""
    progressed_woman = (pl.col("sex") == "F") & (pl.col("code") == 1)
    data = mgus2.with_columns(
        age_band=(pl.col("age") >= 65).cast(pl.Int64) + (pl.col("age") >= 75).cast(pl.Int64),
        high=pl.col("mspike") > 1.5,
    )
    sets = {
        "mgus2": data,
        "mgus2_years": data.with_columns((pl.col("time") / 12).ceil()),
        "mgus2_uncensored": data.filter(pl.col("code") > 0),
        "mgus2_men_progress": data.filter(~progressed_woman),
    }
    for name, event in (("remission", pl.col("crtime")), ("transplant", pl.col("txtime"))):
        happened = (event <= pl.col("futime")).fill_null(value=False)
        sets[name] = reference("myeloid").with_columns(
            time=pl.when(happened).then(event).otherwise("futime"),
            code=pl.when(happened).then(1).otherwise(2 * pl.col("death")),
        )
    return lambda name: sets[name]


@pytest.mark.parametrize("event", ["event", "competing"])
@pytest.mark.parametrize("test", TESTS)
def test_the_test_is_that_of_cmprsk(reference, subjects_of, counts_of, test, event):
    data, groups, strata = TESTS[test]
    counts: dict[str, dict[str, pl.DataFrame]] = {}
    known = subjects_of(data).drop_nulls([*strata, *groups])
    for key, rows in known.partition_by([*strata, *groups], as_dict=True).items():
        stratum, group = str(key[: len(strata)]), str(key[len(strata) :])
        counts.setdefault(stratum, {})[group] = counts_of(rows, "time", "code")
    result = stratified_gray_test(counts, event=event)
    expected = reference("gray_test").filter(test=test, event=event).row(0, named=True)
    assert result.statistic == pytest.approx(expected["statistic"], rel=1e-11)
    assert result.p_value == pytest.approx(expected["p_value"], rel=1e-10)
    assert (result.df, result.status) == (expected["df"], "ok")


def test_every_reference_test_is_compared(reference):
    assert set(reference("gray_test")["test"]) == set(TESTS)


def test_six_subjects_by_hand():
    # n / S(t-) is 3 in the first group on days 1 to 5, and 3, then 2 in the other from day 3 on;
    # events on days 1, 4, 5: expected in the first group 1/2, 2/4, 2/3; F rises by 1/6, 1/5, 1/5
    score = 2 - (Fraction(1, 2) + Fraction(2, 4) + Fraction(2, 3))
    fourth = Fraction(6, 5) * Fraction(6, 19)  # a dF / (1 - F(t-)) on day 5, and with that of day 4
    first = Fraction(6, 5) * Fraction(6, 25) + fourth
    variance = (
        Fraction(1, 18) * (Fraction(3, 2) + (1 - Fraction(5, 4)) * first) ** 2
        + Fraction(1, 18) * (Fraction(3, 2) + (1 - Fraction(5, 6)) * first) ** 2
        + Fraction(1, 15) * (Fraction(6, 5) + (1 - Fraction(19, 10)) * fourth) ** 2
        + Fraction(1, 10) * (Fraction(6, 5) + (1 - Fraction(19, 15)) * fourth) ** 2
        + (Fraction(1, 15) + Fraction(1, 10)) * Fraction(6, 5) ** 2
        + Fraction(1, 9) * (Fraction(5, 2) * first) ** 2  # the competing event of day 3
    )
    result = gray_test({"one": ONE, "other": OTHER}, event="event")
    assert result.statistic == pytest.approx(float(score**2 / variance), rel=1e-13)
    assert (result.df, result.status) == (1, "ok")


def test_tied_events_of_both_types_by_hand():
    # day 1: two events in one group of three, a competing event in each; R = n, F rises by 2/6
    tables = [risk_table(counts_from_times([1, 1, 1], [1, 1, 2]))]
    tables += [risk_table(counts_from_times([1, 2, 2], [2, 0, 0]))]
    score, covariance, expected = observed_minus_expected(tables, "event")
    assert score.tolist() == pytest.approx([1, -1])
    assert expected.tolist() == pytest.approx([1, 1])
    # no later day: only a = 3/2, of both groups, with dF / h = (1/3) / 3 and the tie 1 - 1/5
    assert covariance[0, 0] == pytest.approx(2 * (3 / 2) ** 2 * (1 / 9) * (4 / 5))


def test_a_competing_event_stays_at_risk_when_nobody_is_censored():
    """Then the score is the log-rank's of subjects who never leave after a competing event."""
    rng = np.random.default_rng(8)
    time, code = rng.integers(1, 30, (2, 40)), rng.integers(1, 3, (2, 40))
    ours = [risk_table(counts_from_times(*one)) for one in zip(time, code, strict=True)]
    never = [
        risk_table(counts_from_times(np.where(c == 2, 99, t), c == 1))
        for t, c in zip(time, code, strict=True)
    ]
    score, _, expected = observed_minus_expected(ours, "event")
    log_rank_score, _, log_rank_expected = log_rank_sums(never)
    np.testing.assert_allclose(score, log_rank_score, atol=1e-12)
    np.testing.assert_allclose(expected, log_rank_expected, atol=1e-12)


def test_one_stratum_repeated_is_the_sum_of_both():
    groups = {"one": ONE, "other": OTHER}
    once = gray_test(groups, event="event")
    twice = stratified_gray_test({"a": groups, "b": groups}, event="event")
    assert once.statistic is not None
    assert twice.statistic == pytest.approx(2 * once.statistic, rel=1e-12)


def test_a_stratum_with_one_group_or_no_events_adds_nothing():
    strata = {
        "both": {"one": ONE, "other": OTHER},
        "one only": {"one": counts_from_times([1, 2, 4], [1, 2, 0])},
        "no events": {"one": counts_from_times([1], [2]), "other": counts_from_times([2], [0])},
        "nobody": {},
    }
    result = stratified_gray_test(strata, event="event")
    plain = gray_test(strata["both"], event="event")
    assert result.statistic == pytest.approx(plain.statistic, rel=1e-13)
    assert n_informative_strata(strata, event="event") == 1
    assert n_informative_strata({"no events": strata["no events"]}, event="event") == 0


def test_a_group_that_only_one_stratum_has_alone_cannot_be_compared():
    random = np.random.default_rng(3)
    alone = counts_from_times(random.integers(1, 400, 300), random.integers(0, 3, 300))
    strata = {"a": {"one": ONE, "other": OTHER}, "b": {"third": alone}}
    result = stratified_gray_test(strata, event="event")
    assert (result.statistic, result.df) == (None, 0)
    assert result.status.startswith("not estimable: no event tells the groups apart")


def test_a_group_never_at_risk_at_an_event_is_left_out():
    early = counts_from_times([0.5, 0.5], [0, 2])
    groups = {"one": ONE, "other": OTHER}
    assert gray_test({**groups, "early": early}, event="event") == gray_test(groups, event="event")


subjects = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 2), st.sampled_from("abc")),
    min_size=2,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(subjects)
def test_scores_sum_to_zero_and_the_names_of_the_groups_do_not_matter(subjects):
    def counts_by_group(names):
        rows = {name: [s[:2] for s in subjects if s[2] == name] for name in "abc"}
        return {
            names[name]: counts_from_times(*zip(*rows[name], strict=True))
            for name in "abc"
            if rows[name]
        }

    groups = counts_by_group({"a": "a", "b": "b", "c": "c"})
    tables = [risk_table(counts) for counts in groups.values()]
    score, covariance, _ = observed_minus_expected(tables, "event")
    assert score.sum() == pytest.approx(0, abs=1e-10)
    np.testing.assert_allclose(
        covariance.sum(axis=0), 0, atol=1e-8 * (1 + np.abs(covariance).max())
    )
    one = gray_test(groups, event="event")
    # a's events on days 1 and 2 against two of b on day 2: cmprsk prints a chi-square of -10.7
    assert (np.diag(covariance) >= 0).all() or one.statistic is None
    other = gray_test(counts_by_group({"a": "c", "b": "a", "c": "b"}), event="event")
    assert (one.df, one.status) == (other.df, other.status)
    if one.status == "ok":
        assert other.statistic == pytest.approx(one.statistic, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ({}, "no events"),
        ({"one": ONE}, "fewer than two groups at risk"),
        ({"one": counts_from_times([3], [1])}, "fewer than two groups at risk"),
        (
            {"a": counts_from_times([1, 2], [0, 0]), "b": counts_from_times([3], [0])},
            "no events",
        ),
        (
            {"a": counts_from_times([1, 2], [2, 0]), "b": counts_from_times([3], [2])},
            "no events",
        ),
        (
            {"a": counts_from_times([1, 2], [1, 1]), "b": counts_from_times([0], [0])},
            "fewer than two groups at risk",
        ),
        (
            {"a": ONE, "b": counts_from_times([4, 5], [1, 2], entry=[0, 2])},
            "subjects enter after day 0",
        ),
    ],
)
def test_too_little_to_compare_is_a_status(groups, reason):
    result = gray_test(groups, event="event")
    assert (result.statistic, result.df, result.p_value) == (None, 0, None)
    assert result.status == f"not estimable: {reason}"


def test_an_unknown_event_type_is_refused_in_a_sentence():
    with pytest.raises(ValueError) as refused:
        gray_test({"one": ONE, "other": OTHER}, event="relapse")
    assert str(refused.value) == "The event type 'relapse' is not known; use event or competing."
