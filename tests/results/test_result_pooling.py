"""Pooled trials in the result tables: the parts of the subjects, sizes, and what is not known."""

import math

import polars as pl
import pytest
from small_marts import analysis, contrast, counts, followed, marts, members, rows, study

from analytics.results.assembly import compute_results

# trial "yes": two of four die on day 30; trial "no": one of two on day 60, the other is left
YES = [(0, 4, 0, 0, 0), (30, 0, 2, 0, 0), (90, 0, 0, 0, 2)]
NO = [(0, 2, 0, 0, 0), (60, 0, 1, 0, 0), (90, 0, 0, 0, 1)]
BOTH = [(0, 6, 0, 0, 0), (30, 0, 2, 0, 0), (60, 0, 1, 0, 0), (90, 0, 0, 0, 3)]
NOBODY = [(0, 0, 0, 0, 0)]


def in_trials(**trials: list[tuple[int, ...]]) -> pl.DataFrame:
    return pl.concat(
        [
            counts("os", "all", *days).select(
                "analysis_id", pl.lit(trial).alias("pooled_level"), pl.exclude("analysis_id")
            )
            for trial, days in trials.items()
        ]
    )


def curves(
    method: str = "kaplan_meier", **trials: list[tuple[int, ...]]
) -> dict[str, pl.DataFrame]:
    plan = analysis(method, pooled_over="node4", landmarks_months=(2, 3.5))
    tables = marts(
        risk_counts=counts("os", "all", *BOTH),
        pooled_risk_counts=in_trials(**(trials or {"yes": YES, "no": NO})),
    )
    return compute_results(study(plan, ci_transform="plain"), tables)


def test_each_part_has_its_subjects_and_its_rate() -> None:
    effects = curves()["pooling_effect"].filter(quantity="survival", time_months=2.0)
    assert effects.select("part", "level", "n", "n_event", "n_risk", "estimate").rows() == [
        ("all", None, 6, 3, 4, pytest.approx(1 / 2)),
        # (4 x 1/2 + 2 x 1/2) / 6
        ("stratified", None, 6, 3, 4, pytest.approx(1 / 2)),
        ("fixed_effect", None, 6, 3, None, pytest.approx(1 / 2)),
        ("random_effects", None, 6, 3, None, pytest.approx(1 / 2)),
        ("level", "yes", 4, 2, 2, pytest.approx(1 / 2)),
        ("level", "no", 2, 1, 2, pytest.approx(1 / 2)),
        ("without", "yes", 2, 1, 2, pytest.approx(1 / 2)),
        ("without", "no", 4, 2, 2, pytest.approx(1 / 2)),
    ]
    stratified = effects.filter(part="stratified").row(0, named=True)
    # Greenwood: 1/4 / 4 and 1/4 / 2, weighed by (4/6)^2 and (2/6)^2
    assert stratified["std_error"] == pytest.approx(math.sqrt(4 / 9 / 16 + 1 / 9 / 8))


def test_equal_rates_do_not_differ() -> None:
    test = curves()["pooling_heterogeneity"].filter(time_months=2.0).row(0, named=True)
    assert (test["n"], test["n_event"], test["n_estimates"], test["df"]) == (6, 3, 2, 1)
    assert (test["statistic"], test["i_squared"]) == (pytest.approx(0, abs=1e-12), 0)
    assert test["lr_status"] == "not estimable: no likelihood-ratio test of a rate"


def test_beyond_the_last_observation_nothing_is_known() -> None:
    effects = curves()["pooling_effect"].filter(quantity="survival", time_months=3.5)
    assert set(effects["estimate"]) == {None}
    assert effects.filter(part="stratified")["status"][0] == (
        "not estimable: beyond the last observation"
    )
    assert effects.filter(part="fixed_effect")["status"][0] == (
        "not estimable: fewer than two trials with an estimate"
    )


def test_medians_are_shown_and_not_compared() -> None:
    found = curves()
    medians = found["pooling_effect"].filter(quantity="median")
    assert medians["part"].to_list() == [
        "all", "stratified", "level", "level", "without", "without",
    ]  # fmt: skip
    assert set(found["pooling_heterogeneity"]["quantity"]) == {"survival"}


def test_a_trial_of_nobody_keeps_its_rows() -> None:
    effects = curves(yes=BOTH, no=NOBODY)["pooling_effect"].filter(time_months=2.0)
    nobody = effects.filter(part="level", level="no").row(0, named=True)
    assert (nobody["n"], nobody["estimate"]) == (0, None)
    assert nobody["status"] == "not estimable: no subjects"
    stratified = effects.filter(part="stratified")["estimate"][0]
    assert stratified == pytest.approx(effects.filter(part="all")["estimate"][0])


def test_a_trial_of_one_subject_has_no_curve_and_so_has_the_average() -> None:
    one = [(0, 1, 0, 0, 0), (90, 0, 0, 0, 1)]
    effects = curves(yes=YES, no=one)["pooling_effect"].filter(time_months=2.0)
    assert effects.filter(part="stratified")["status"][0] == (
        "not estimable: fewer than two subjects at risk"
    )


def test_both_events_of_an_incidence_are_compared() -> None:
    found = curves("cumulative_incidence")
    assert found["pooling_effect"]["event"].unique().sort().to_list() == ["competing", "event"]
    assert set(found["pooling_effect"]["quantity"]) == {"incidence"}


# deaths of a man, then a woman, one man left; the other trial with the sexes exchanged
ENDS = {"a": (10, 1), "b": (20, 1), "c": (30, 0), "d": (10, 1), "e": (20, 1), "f": (30, 0)}
SEXES = {"a": "male", "b": "female", "c": "male", "d": "female", "e": "male", "f": "female"}
TRIALS = {"a": "yes", "b": "yes", "c": "yes", "d": "no", "e": "no", "f": "no"}


def models(trials: dict[str, str | None] = TRIALS) -> dict[str, pl.DataFrame]:
    plan = analysis(
        "cox_univariate", pooled_over="node4", factors=(contrast("sex", "male", "female"),)
    )
    tables = marts(
        population_members=members(all=list(ENDS)),
        covariate_intervals=followed("OS", ENDS),
        subject_factors=rows(
            "subject_factors",
            *((subject, "sex", level, None) for subject, level in SEXES.items()),
            *((subject, "node4", level, None) for subject, level in trials.items()),
        ),
    )
    return compute_results(study(plan), tables)


def test_each_trial_has_a_model_of_its_own() -> None:
    effects = models()["pooling_effect"]
    # x / (2x + 1) / (x + 1) is largest where 2x^2 = 1; exchanged, where x^2 = 2
    ratios = {(part, level): hr for part, level, hr in
              effects.select("part", "level", "estimate").rows()}  # fmt: skip
    assert ratios["level", "yes"] == pytest.approx(1 / math.sqrt(2))
    assert ratios["level", "no"] == pytest.approx(math.sqrt(2))
    assert ratios["without", "yes"] == pytest.approx(math.sqrt(2))
    assert ratios["stratified", None] == pytest.approx(1)
    assert ratios["fixed_effect", None] == pytest.approx(1)
    assert effects.select("factor", "numerator", "denominator", "term_order").unique().rows() == [
        ("sex", "male", "female", 1)
    ]


def test_the_interaction_is_the_gain_of_the_separate_models() -> None:
    test = models()["pooling_heterogeneity"].row(0, named=True)
    gain = 2 * math.log(3 - 2 * math.sqrt(2)) - 2 * math.log(1 / 6)
    assert test["lr_statistic"] == pytest.approx(2 * gain, rel=1e-10)
    assert (test["lr_df"], test["lr_status"], test["df"]) == (1, "ok", 1)


def test_subjects_of_an_unknown_trial_count_in_all_alone() -> None:
    found = models({**TRIALS, "f": None})
    sizes = dict(
        found["pooling_effect"].filter(pl.col("level").is_null()).select("part", "n").rows()
    )
    assert sizes == {"all": 6, "stratified": 5, "fixed_effect": 5, "random_effects": 5}


def test_one_trial_alone_is_not_compared() -> None:
    test = models(dict.fromkeys(TRIALS, "yes"))["pooling_heterogeneity"].row(0, named=True)
    assert (test["n_estimates"], test["statistic"], test["lr_statistic"]) == (1, None, None)
    assert test["lr_status"] == "not estimable: fewer than two levels"
