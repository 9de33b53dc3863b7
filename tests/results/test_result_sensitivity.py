"""Headline numbers under another convention: each by hand, and none that it cannot touch."""

import math
from dataclasses import fields, replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_marts import analysis, contrast, counts, followed, marts, members, rows, study

from analytics.results.assembly import compute_results
from analytics.results.marts import Marts
from analytics.results.sensitivity import sensitivity_frame
from analytics.results.shifted_counts import shifted_counts
from analytics.study.published import PublishedValue
from analytics.study.specification import StudySpecification

# S falls to 2/3 on day 30, 1/3 on day 90 and 0 on day 135
DEAD = counts("os", "all", (0, 3, 0, 0, 0), (30, 0, 1, 0, 0), (90, 0, 1, 0, 0), (135, 0, 1, 0, 0))
CURVE = analysis("kaplan_meier", headline=True, landmarks_months=(3,))
# a (male) and b die on one day, c on a later one: Breslow maximises x / (x + 2)^2, so x = 2;
# Efron x / ((x + 2) (x + 3)), so x = sqrt(6)
TIED = {"a": (10, 1), "b": (10, 1), "c": (20, 1)}
MODEL = analysis("cox_univariate", analysis_id="cox", factors=(contrast("sex", "male", "female"),))


def with_sexes(days: dict[str, tuple[float, int]], males: set[str]) -> Marts:
    return marts(
        population_members=members(all=list(days)),
        covariate_intervals=followed("OS", days),
        subject_factors=rows(
            "subject_factors",
            *((name, "sex", "male" if name in males else "female", None) for name in days),
        ),
    )


def sensitivity(
    plan: StudySpecification, tables: Marts, *published: PublishedValue
) -> pl.DataFrame:
    return sensitivity_frame(plan, tables, compute_results(plan, tables), published)


def number(frame: pl.DataFrame, **cells: Any) -> dict[str, Any]:
    """The one row with these cells."""
    (row,) = frame.filter(**cells).iter_rows(named=True)
    return row


def alternatives(frame: pl.DataFrame) -> list[tuple[str, ...]]:
    return frame.select("convention", "chosen", "alternative").unique(maintain_order=True).rows()


def test_every_choice_but_the_study_s_own_is_an_alternative():
    tables = replace(with_sexes(TIED, {"a"}), risk_counts=DEAD)
    frame = sensitivity(study(CURVE, MODEL, ties="breslow", ci_transform="log"), tables)
    assert alternatives(frame) == [
        ("ties", "breslow", "efron"),
        ("ci_transform", "log", "log-log"),
        ("ci_transform", "log", "plain"),
        ("days_per_month", "30", "30.4375"),
        ("days_per_month", "30", "30.4"),
        ("day_convention", "difference", "adam"),
    ]


def test_ties_move_hazard_ratios():
    frame = sensitivity(study(MODEL, ties="breslow"), with_sexes(TIED, {"a"}))
    row = number(frame, quantity="hr")
    assert (row["convention"], row["model"], row["factor"]) == ("ties", "sex", "sex")
    assert row["value"] == pytest.approx(2, rel=1e-9)
    assert row["value_alternative"] == pytest.approx(math.sqrt(6), rel=1e-9)
    assert row["change"] == row["value_alternative"] - row["value"]
    assert frame["quantity"].to_list() == ["hr", "ci_lower", "ci_upper", "p_value"]


def test_month_of_another_length_moves_medians_and_rates():
    # month 3 is day 90, or day 91.2, and somebody dies in between
    dead = counts("os", "all", (0, 2, 0, 0, 0), (91, 0, 1, 0, 0), (135, 0, 1, 0, 0))
    frame = sensitivity(study(CURVE), marts(risk_counts=dead))
    longer = frame.filter(convention="days_per_month", alternative="30.4")
    median = number(longer, quantity="median_months")
    assert (median["value"], median["value_alternative"]) == (113 / 30, 113 / 30.4)
    rate = number(longer, quantity="estimate")
    assert (rate["time_months"], rate["value"], rate["value_alternative"]) == (3, 1, 0.5)
    assert rate["change"] == -0.5


def test_day_more_on_the_clock_puts_off_events_but_no_landmark():
    frame = sensitivity(study(CURVE), marts(risk_counts=DEAD))
    adam = frame.filter(convention="day_convention")
    median = number(adam, quantity="median_months")
    assert (median["value"], median["value_alternative"]) == (3.0, 91 / 30)
    rate = number(adam, quantity="estimate")
    assert (rate["value"], rate["value_alternative"]) == (
        pytest.approx(1 / 3),
        pytest.approx(2 / 3),
    )


def test_day_less_gives_back_what_a_day_more_changed():
    there = sensitivity(study(CURVE), marts(risk_counts=DEAD))
    back = sensitivity(
        study(CURVE, day_convention="adam"), marts(risk_counts=shifted_counts(DEAD, 1))
    )
    assert alternatives(back)[-1] == ("day_convention", "adam", "difference")
    values = [frame.filter(convention="day_convention") for frame in (there, back)]
    assert values[0]["value"].to_list() == values[1]["value_alternative"].to_list()
    assert values[0]["value_alternative"].to_list() == values[1]["value"].to_list()


def test_transform_of_the_interval_moves_limits_and_nothing_else():
    frame = sensitivity(study(CURVE), marts(risk_counts=DEAD)).filter(convention="ci_transform")
    assert frame["quantity"].unique().sort().to_list() == [
        "ci_lower",
        "ci_upper",
        "median_ci_lower",
        "median_ci_upper",
    ]
    plain = number(frame, alternative="plain", quantity="ci_upper")
    # Greenwood: 1/9 * (1/(3*2) + 1/(2*1)) = 2/27
    assert plain["value_alternative"] == pytest.approx(1 / 3 + 1.959963984540054 * (2 / 27) ** 0.5)


def test_day_of_the_origin_keeps_its_entries_and_loses_its_events():
    late = counts("x", "all", (0, 3, 1, 0, 0), (5, 2, 0, 1, 0), (8, 0, 2, 0, 1))
    expected = counts(
        "x", "all", (0, 3, 0, 0, 0), (1, 0, 1, 0, 0), (6, 2, 0, 1, 0), (9, 0, 2, 0, 1)
    )
    assert shifted_counts(late, 1).equals(expected)
    assert shifted_counts(expected, -1).equals(late)


def test_curve_that_nobody_enters_on_the_first_day_keeps_that_day():
    late = counts("x", "all", (0, 0, 0, 0, 0), (5, 2, 0, 0, 0), (8, 0, 2, 0, 0))
    assert shifted_counts(late, 1)["day"].to_list() == [0.0, 6.0, 9.0]


def test_day_more_on_every_clock_moves_no_hazard_ratio():
    """On the origin day a row stops at 0.5 without the day and at 1 with it."""
    days = {
        "a": (0.5, 1),
        "b": (1, 1),
        "c": (1, 0),
        "d": (4, 1),
        "e": (9, 0),
        "f": (6, 1),
        "g": (12, 1),
    }
    tables = with_sexes(days, {"a", "d"})
    changes = rows(
        "factor_changes",
        *((name, "OS", "hsct", 0.0, "no") for name in days),
        *((name, "OS", "hsct", 3.0, "yes") for name in ("d", "e")),
    )
    split = pl.concat(
        [
            tables.covariate_intervals.filter(~pl.col("usubjid").is_in(["d", "e"])),
            rows(
                "covariate_intervals",
                ("d", "OS", 1, 0.0, 3.0, 0),
                ("d", "OS", 2, 3.0, 4.0, 1),
                ("e", "OS", 1, 0.0, 3.0, 0),
                ("e", "OS", 2, 3.0, 9.0, 0),
            ),
        ]
    )
    later = pl.col("tstart") + (pl.col("tstart") > 0)
    on_adam = replace(
        tables,
        factor_changes=changes.with_columns(pl.col("day") + (pl.col("day") > 0)),
        covariate_intervals=split.with_columns(
            tstart=later,
            tstop=pl.when(pl.col("tstop") == 0.5).then(1.0).otherwise(pl.col("tstop") + 1),
        ),
    )
    models = analysis(
        "cox_univariate",
        analysis_id="cox",
        factors=(contrast("sex", "male", "female"), contrast("hsct")),
    )
    plan = study(models, ties="breslow")
    difference = replace(tables, factor_changes=changes, covariate_intervals=split)
    terms = compute_results(plan, difference)["cox_term"]
    assert terms["status"].to_list() == ["ok", "ok"]
    assert compute_results(plan, on_adam)["cox_term"].equals(terms)


def test_curve_from_a_landmark_day_is_left_out_where_its_patients_change():
    plan = study(CURVE.model_copy(update={"landmark_days": 10.0}))
    frame = sensitivity(plan, marts(risk_counts=DEAD))
    assert frame["convention"].unique().sort().to_list() == ["ci_transform", "days_per_month"]


def test_only_headlines_and_models_that_stand_for_themselves_are_compared():
    alone = contrast("sex", "male", "female")
    models = analysis(
        "cox_univariate",
        analysis_id="cox",
        factors=(alone, alone.model_copy(update={"model": "sibling", "delayed_entry_of": "sex"})),
    )
    stratified = MODEL.model_copy(update={"analysis_id": "by_sex", "stratified_by": ("sex",)})
    other = MODEL.model_copy(
        update={
            "analysis_id": "other",
            "factors": (alone.model_copy(update={"alternative_to": "cox/sex"}),),
        }
    )
    curve = CURVE.model_copy(update={"headline": False})
    tables = replace(with_sexes(TIED, {"a"}), risk_counts=DEAD)
    frame = sensitivity(study(curve, models, stratified, other, ties="breslow"), tables)
    compared = frame.filter(convention="ties").select("analysis_id", "model").unique()
    assert compared.rows() == [("cox", "sex")]
    assert "days_per_month" not in frame["convention"].to_list()


def test_other_endpoint_of_the_plan_stands_beside_the_one_it_is_an_alternative_to():
    later = counts("late", "all", (0, 2, 0, 0, 0), (60, 0, 2, 0, 0))
    other = analysis(
        "kaplan_meier",
        analysis_id="late",
        endpoint="OSLATE",
        alternative_to="os",
        landmarks_months=(3, 6),
        caution="Immortal time.",
    )
    sibling = other.model_copy(update={"analysis_id": "sibling", "delayed_entry_of": "late"})
    tables = marts(risk_counts=pl.concat([DEAD, later]))
    frame = sensitivity(study(CURVE, other, sibling), tables).filter(convention="endpoint")
    assert frame.select("alternative_analysis", "caution").unique().rows() == [
        ("late", "Immortal time.")
    ]
    median = number(frame, quantity="median_months")
    assert (median["convention"], median["chosen"], median["alternative"]) == (
        "endpoint",
        "OS",
        "OSLATE",
    )
    assert (median["analysis_id"], median["value"], median["value_alternative"]) == ("os", 3, 2)
    # a landmark that only the alternative has
    row = number(frame, quantity="estimate", time_months=6)
    assert (row["value"], row["value_alternative"], row["change"]) == (None, 0, None)
    assert row["status"] == "not estimable: no such number under this convention"


def test_other_patients_of_a_model_stand_beside_it_whatever_their_factor_is_called():
    tables = with_sexes(TIED, {"a"})
    as_sex = tables.subject_factors.with_columns(
        factor=pl.lit("t411", pl.Categorical),
        level=pl.col("level")
        .cast(str)
        .replace({"male": "yes", "female": "no"})
        .cast(pl.Categorical),
    )
    tables = replace(
        tables,
        population_members=members(all=list(TIED), some=["a", "b"]),
        subject_factors=pl.concat([tables.subject_factors, as_sex]),
    )
    others = analysis(
        "cox_univariate",
        analysis_id="others",
        factors=(contrast("t411", population="some", alternative_to="cox/sex"),),
    )
    frame = sensitivity(study(MODEL, others, ties="breslow"), tables)
    row = number(frame, convention="population", quantity="hr")
    assert (row["chosen"], row["alternative"]) == ("all", "some")
    assert (row["analysis_id"], row["model"], row["factor"]) == ("cox", "sex", "sex")
    assert row["alternative_analysis"] == "others/t411"
    # without c, x / (x + 1)^2 has its maximum at 1
    assert (row["value"], row["value_alternative"]) == (
        pytest.approx(2, rel=1e-9),
        pytest.approx(1, rel=1e-9),
    )


def reported(published: str, **more: Any) -> PublishedValue:
    return PublishedValue(
        **{
            "published_id": "SV.MEDIAN",
            "quantity": "value",
            "kind": "computed",
            "source": "Abstract",
            "published": published,
            "table": "survival_summary",
            "filters": (("analysis_id", "os"), ("stratum", "all")),
            "column": "median_months",
            "transform": "none",
            **more,
        }
    )


def test_reported_value_says_which_of_the_two_prints_like_it():
    median = reported("3.03")
    rate = reported(
        "33",
        published_id="SV.RATE",
        table="survival_rate",
        filters=(("analysis_id", "os"), ("time_months", "3.0")),
        column="estimate",
        transform="percent",
    )
    frame = sensitivity(study(CURVE), marts(risk_counts=DEAD), median, rate)
    adam = frame.filter(convention="day_convention")
    columns = ("published_id", "published", "matches_chosen", "matches_alternative")
    beside = {row["quantity"]: tuple(row[c] for c in columns) for row in adam.to_dicts()}
    assert beside["median_months"] == ("SV.MEDIAN", "3.03", False, True)
    assert beside["estimate"] == ("SV.RATE", "33", True, False)
    assert beside["ci_lower"] == (None, None, None, None)


def test_arithmetic_on_printed_numbers_is_no_reported_value():
    frame = sensitivity(study(CURVE), marts(risk_counts=DEAD), reported("3.0", kind="derived"))
    assert frame["published_id"].null_count() == frame.height


def test_number_that_cannot_be_estimated_keeps_its_row_with_the_reason():
    nobody_died = counts("os", "all", (0, 3, 0, 0, 0), (90, 0, 0, 0, 3))
    frame = sensitivity(study(CURVE), marts(risk_counts=nobody_died), reported("3.0"))
    row = number(frame, convention="day_convention", quantity="median_months")
    assert (row["value"], row["value_alternative"], row["change"]) == (None, None, None)
    assert row["status"] == row["status_alternative"] == "not estimable: no events"
    assert (row["matches_chosen"], row["matches_alternative"]) == (False, False)


SUBJECTS = [f"s{position:02d}" for position in range(24)]
COHORT = {
    subject: (10 * (1 + (5 * position) % 24 // 4), int(position % 7 != 0))
    for position, subject in enumerate(SUBJECTS)
}
MALES = {subject for position, subject in enumerate(SUBJECTS) if position % 24 in (0, 5, 6, 10, 15)}
STEPWISE = analysis("cox_stepwise", analysis_id="multi", candidates_from="cox")


def test_factor_selected_under_one_choice_alone_keeps_its_row():
    tables = with_sexes(COHORT, MALES)
    plan = study(MODEL, STEPWISE, ties="breslow", slcandidate=1, slstay=0.9)

    def p_to_enter(ties: str) -> float:
        parameters = plan.parameters.model_copy(update={"ties": ties})
        results = compute_results(plan.model_copy(update={"parameters": parameters}), tables)
        return float(results["cox_selection_step"]["p_value"][0])

    limits = (p_to_enter("breslow"), p_to_enter("efron"))
    parameters = plan.parameters.model_copy(update={"slentry": sum(limits) / 2})
    frame = sensitivity(plan.model_copy(update={"parameters": parameters}), tables)
    row = number(frame, model="selected", quantity="hr")
    absent = "not estimable: no such number under this convention"
    assert limits[0] > limits[1]
    assert (row["factor"], row["status"], row["status_alternative"]) == ("sex", absent, "ok")
    assert row["value"] is None and row["value_alternative"] is not None


@pytest.mark.integration  # writes all results many times
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_order_of_the_rows_changes_nothing(seed: int):
    tables = replace(with_sexes(COHORT, MALES), risk_counts=DEAD)
    shuffled = Marts(
        **{
            field.name: getattr(tables, field.name).sample(fraction=1, shuffle=True, seed=seed)
            for field in fields(Marts)
        }
    )
    plan = study(CURVE, MODEL, ties="breslow")
    expected = sensitivity(plan, tables)
    assert sensitivity(plan, shuffled).equals(expected)
    assert expected["status"].unique().to_list() == ["ok"]
