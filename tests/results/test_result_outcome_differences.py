"""Two groups of an outcomes table compared line by line, on subjects counted by hand."""

import math

import polars as pl
import pytest
from small_marts import analysis, marts, members, rows, study

from analytics.methods.two_by_two import TwoByTwo, proportion_difference
from analytics.results.assembly import compute_results

Z = 1.959963984540054
LINES = (
    {"outcome": "response", "level": "any", "label": "Response", "population": "responders"},
    {
        "outcome": "response",
        "level": "late",
        "label": "late",
        "population": "late",
        "parent": "response/any",
        "indent": 1,
        "denominator": "responders",
    },
)
# men: 4 of 5 respond to the new drug and 2 of 5 to the old one; women: 3 of 4 and 2 of 6
NEW, OLD = "abcdefghi", "klmnopqrstu"
MEN = "abcdeklmno"
POPULATIONS = {
    "new": NEW,
    "old": OLD,
    "responders": "abcd" + "fgh" + "kl" + "pq" + "z",
    "late": "abf" + "kz",
}


def difference(
    *, unknown: str = "", populations: dict[str, str] = POPULATIONS, **more: object
) -> pl.DataFrame:
    plan = analysis(
        "outcomes_table",
        groups=("new", "old"),
        lines=LINES,
        **{"compared": ("new", "old"), **more},
    )
    sexes = {
        subject: None if subject in unknown else "male" if subject in MEN else "female"
        for subject in NEW + OLD
    }
    tables = marts(
        population_members=members(**populations),
        subject_factors=rows(
            "subject_factors", *((subject, "sex", sex, None) for subject, sex in sexes.items())
        ),
    )
    return compute_results(study(plan), tables)["outcome_difference"]


def test_both_groups_are_counted_and_their_percentages_subtracted():
    row = difference().row(0, named=True)
    assert (row["group_population"], row["reference_population"]) == ("new", "old")
    assert (row["n"], row["denominator"]) == (7, 9)
    assert (row["n_reference"], row["denominator_reference"]) == (4, 11)
    assert row["difference"] == pytest.approx(100 * (7 / 9 - 4 / 11), rel=1e-14)
    limits = proportion_difference(TwoByTwo(7, 9, 4, 11), conf_level=0.95)
    assert row["ci_lower"] == pytest.approx(100 * limits.ci_lower, rel=1e-14)
    assert row["ci_upper"] == pytest.approx(100 * limits.ci_upper, rel=1e-14)
    # of 11 responders among 20, so many of the 9: 2, 7, 8 and 9 are no more likely than 7
    ways = {k: math.comb(9, k) * math.comb(11, 11 - k) for k in range(10)}
    unlikely = sum(way for way in ways.values() if way <= ways[7])
    assert row["fisher_p"] == pytest.approx(unlikely / math.comb(20, 11), rel=1e-14)
    assert row["status"] == "ok"


def test_the_odds_ratio_by_hand():
    row = difference().row(0, named=True)
    width = Z * math.sqrt(1 / 7 + 1 / 2 + 1 / 4 + 1 / 7)
    assert row["odds_ratio"] == pytest.approx(7 * 7 / (2 * 4), rel=1e-14)
    assert row["odds_ratio_ci_lower"] == pytest.approx(49 / 8 * math.exp(-width), rel=1e-13)
    assert row["odds_ratio_ci_upper"] == pytest.approx(49 / 8 * math.exp(width), rel=1e-13)
    assert row["odds_ratio_status"] == "ok"


def test_a_line_of_its_own_denominator_compares_among_that():
    row = difference().row(1, named=True)
    assert (row["n"], row["denominator"]) == (3, 7)
    assert (row["n_reference"], row["denominator_reference"]) == (1, 4)
    assert row["difference"] == pytest.approx(100 * (3 / 7 - 1 / 4), rel=1e-14)


def test_without_strata_nothing_is_stratified():
    stratified = ("n_missing", "n_strata", "cmh_statistic", "common_odds_ratio", "cmh_status")
    assert difference().select(stratified).unique().rows() == [(None,) * 5]


def test_the_stratified_numbers_by_hand():
    row = difference(stratified_by=("sex",)).row(0, named=True)
    # among men 1 more than expected and among women 1, with variances of 2/3 each
    assert row["cmh_statistic"] == pytest.approx(2**2 / (4 / 3), rel=1e-14)
    assert row["common_odds_ratio"] == pytest.approx((1.2 + 1.2) / (0.2 + 0.2), rel=1e-14)
    assert (row["n_missing"], row["n_strata"], row["n_strata_informative"]) == (0, 2, 2)
    assert (row["cmh_status"], row["common_odds_ratio_status"]) == ("ok", "ok")
    assert row["caution"] is None


def test_an_unknown_stratum_is_left_out_of_the_stratified_numbers_alone():
    row = difference(stratified_by=("sex",), unknown="fghipqrstu").row(0, named=True)
    assert (row["denominator"], row["denominator_reference"]) == (9, 11)
    assert (row["n_missing"], row["n_strata"]) == (10, 1)
    assert row["cmh_statistic"] == pytest.approx(1 / (2 / 3), rel=1e-14)
    assert row["common_odds_ratio"] == pytest.approx(6, rel=1e-14)


def test_a_stratum_without_information_is_a_caution():
    row = difference(stratified_by=("sex",), populations={**POPULATIONS, "old": "klmno"}).row(
        0, named=True
    )
    assert (row["n_strata"], row["n_strata_informative"]) == (2, 1)
    assert row["caution"] == (
        "Strata: 1 of 2 without information, as it lacks a group, the outcome, or patients "
        "without the outcome."
    )


def test_no_stratum_with_both_groups_has_a_status():
    populations = {**POPULATIONS, "new": "abcde", "old": "pqrstu"}
    row = difference(stratified_by=("sex",), populations=populations).row(0, named=True)
    nothing = "not estimable: no stratum has both groups and both outcomes"
    assert (row["cmh_status"], row["common_odds_ratio_status"]) == (nothing, nothing)
    assert (row["cmh_statistic"], row["cmh_p"], row["common_odds_ratio"]) == (None, None, None)
    assert (row["status"], row["n_strata_informative"]) == ("ok", 0)


def test_groups_that_share_a_subject_are_not_compared():
    table = difference(stratified_by=("sex",), populations={**POPULATIONS, "old": OLD + "a"})
    shared = "not estimable: the groups share subjects"
    statuses = ("status", "odds_ratio_status", "cmh_status", "common_odds_ratio_status")
    assert table.select(statuses).rows() == [(shared,) * 4] * 2
    numbers = ("difference", "ci_lower", "fisher_p", "odds_ratio", "cmh_p", "common_odds_ratio")
    assert table.select(numbers).rows() == [(None,) * 6] * 2
    assert table["denominator_reference"].to_list() == [12, 5]


def test_a_group_of_nobody_has_statuses():
    row = difference(populations={**POPULATIONS, "old": ""}).row(0, named=True)
    assert (row["denominator_reference"], row["difference"], row["fisher_p"]) == (0, None, None)
    nobody = "not estimable: no subjects"
    assert (row["status"], row["odds_ratio_status"]) == (nobody, nobody)


def test_an_outcome_that_nobody_of_a_group_has_keeps_its_difference():
    populations = {**POPULATIONS, "responders": "abcd"}
    row = difference(stratified_by=("sex",), populations=populations).row(0, named=True)
    assert (row["status"], row["cmh_status"]) == ("ok", "ok")
    assert row["odds_ratio_status"] == "not estimable: a cell of the two-by-two table is 0"
    assert row["common_odds_ratio_status"] == (
        "not estimable: the common odds ratio is 0 or infinite"
    )


def test_subjects_in_another_order_give_the_same_to_the_last_bit():
    turned = {name: subjects[::-1] for name, subjects in POPULATIONS.items()}
    assert difference(stratified_by=("sex",), populations=turned).equals(
        difference(stratified_by=("sex",))
    )


def test_a_table_that_compares_nothing_has_no_differences():
    assert difference(compared=()).is_empty()
