"""Rows of a comparison with an external control: both sides, checks, ratios, balance."""

import numpy as np
import polars as pl
import pytest
from small_marts import analysis, marts, members, rows, study

from analytics.results.assembly import compute_results
from analytics.study.specification import BaselineSummary, ExternalControl, PublishedRate

# Months of 30 days. Of eight at the start half are left after month 2, nobody is censored.
CONTROL = ExternalControl(
    name="old_trial",
    label="An old trial",
    source="A journal",
    endpoint="OS",
    points=((0.0, 1.0), (1.0, 0.75), (2.0, 0.5), (4.0, 0.25)),
    at_risk=((0.0, 8),),
    n_events=6,
    median_months=2.5,
    rates=(PublishedRate(months=1, percent=75), PublishedRate(months=9, percent=5)),
    tolerance={"n_events": 0, "median_months": 0.25, "rate_points": 1},
    baseline=(
        BaselineSummary(factor="sex", level="male", percent=75),
        BaselineSummary(factor="age", mean=50, sd=13),
    ),
)
MALE = ("a", "b", "e")
ENDS = {"a": (20, 1), "b": (50, 1), "c": (80, 0), "d": (100, 1), "e": (150, 0), "f": (160, 1)}
POPULATIONS = [(name, "fact", "first_dose", "exists", None, None) for name in ("all", "nobody")]
MARTS = marts(
    population_members=members(all=[*ENDS, "g"], some=["a"]),
    time_to_event=rows("time_to_event", *((one, "OS", None, *end) for one, end in ENDS.items())),
    subject_factors=rows(
        "subject_factors",
        *((one, "sex", "male" if one in MALE else "female", None) for one in "abcde"),
        *((one, "age", None, age) for one, age in zip("abcdef", range(30, 90, 10), strict=True)),
    ),
)


def results(*, control: ExternalControl = CONTROL, **more: object) -> dict[str, pl.DataFrame]:
    plan = analysis("external_control", external="old_trial", landmarks_months=(1.0, 9.0), **more)
    with_control = study(plan, conditions=POPULATIONS).model_copy(
        update={"external_controls": (control,)}
    )
    return compute_results(with_control, MARTS)


def test_both_sides_have_their_own_rows() -> None:
    found = results()
    summary = found["external_summary"].select("stratum", "label", "n", "n_event", "n_effective")
    assert summary.rows() == [
        ("study", "all", 6, 4, None),
        ("external", "An old trial (reconstructed from a published curve)", 8, 6, None),
    ]
    medians = dict(found["external_summary"].select("stratum", "median_months").rows())
    assert medians["external"] == pytest.approx(3)  # flat on one half from month 2 to 4
    rates = found["external_rate"].filter(stratum="external")
    assert rates.select("time_months", "estimate", "n_risk", "status").rows() == [
        (1, pytest.approx(0.75), 8, "ok"),
        (9, None, 0, "not estimable: beyond the last observation"),
    ]
    curve = found["external_curve"].filter(stratum="external")
    assert curve.select("time_days", "n_risk", "n_event", "n_censored").rows() == [
        (0, 8, 0, 0), (30, 8, 2, 0), (60, 6, 2, 0), (120, 4, 2, 2)
    ]  # fmt: skip
    assert found["external_balance"].is_empty()


def test_no_other_table_counts_the_external_patients() -> None:
    for name, frame in results().items():
        if not name.startswith("external_") and name not in {"analysis", "method"}:
            assert frame.is_empty(), name


def test_what_is_printed_stands_beside_what_is_found() -> None:
    checks = results()["external_check"]
    assert checks.select("quantity", "time_months", "published_value", "status").rows() == [
        ("n_events", None, 6, "ok"),
        ("median_months", None, 2.5, "differs: published 2.5, reconstructed 3"),
        ("rate_percent", 1, 75, "ok"),
        ("rate_percent", 9, 5, "not estimable: beyond the last observation"),
    ]


def test_a_ratio_over_another_control_is_checked() -> None:
    same = CONTROL.model_copy(update={"name": "other_trial"})
    control = CONTROL.model_copy(
        update={
            "hazard_ratio": 1.2,
            "against": "other_trial",
            "tolerance": {**CONTROL.tolerance, "hazard_ratio": 0.1},
        }
    )
    plan = analysis("external_control", external="old_trial")
    with_both = study(plan, conditions=POPULATIONS).model_copy(
        update={"external_controls": (control, same)}
    )
    checks = compute_results(with_both, MARTS)["external_check"].filter(quantity="hazard_ratio")
    assert checks["reconstructed"].to_list() == pytest.approx([1])
    assert checks["status"].to_list() == ["differs: published 1.2, reconstructed 1"]


def test_weights_meet_the_summaries_of_those_whose_factors_are_known() -> None:
    found = results(matched_on=("sex", "age"))
    balance = found["external_balance"]
    assert balance.select("factor", "level", "statistic", "published_value", "n").rows() == [
        ("sex", "male", "percent", 75, 5), ("age", None, "mean", 50, 5), ("age", None, "sd", 13, 5)
    ]  # fmt: skip
    assert balance["before"].to_list() == pytest.approx([60, 50, np.sqrt(200)])
    assert balance["after"].to_list() == pytest.approx([75, 50, 13])
    unadjusted, matched = (
        found["external_comparison"].sort("adjustment", descending=True).to_dicts()
    )
    assert (unadjusted["n"], unadjusted["n_missing"], unadjusted["n_effective"]) == (6, 0, None)
    assert (matched["n"], matched["n_missing"]) == (5, 1)
    assert 1 < matched["n_effective"] < 5
    assert matched["log_rank_p"] is None
    assert matched["hr"] is not None
    weighted = found["external_summary"].filter(stratum="weighted").row(0, named=True)
    assert (weighted["label"], weighted["n"]) == ("all, weighted", 5)
    assert weighted["n_effective"] == matched["n_effective"]


def test_summaries_out_of_range_are_a_sentence_and_no_fit() -> None:
    too_old = CONTROL.model_copy(update={"baseline": (BaselineSummary(factor="age", mean=90),)})
    found = results(control=too_old, matched_on=("age",))
    reason = (
        "not estimable: no weights give these patients the published summaries, which lie outside "
        "of their range"
    )
    matched = found["external_comparison"].filter(adjustment="matched").row(0, named=True)
    assert (matched["status"], matched["hr"], matched["n_effective"]) == (reason, None, None)
    weighted = found["external_summary"].filter(stratum="weighted").row(0, named=True)
    assert (weighted["status"], weighted["median_months"]) == (reason, None)
    assert found["external_curve"].filter(stratum="weighted").is_empty()
    rates = found["external_rate"].filter(stratum="weighted")
    assert set(rates["status"]) == {reason}
    balance = found["external_balance"].row(0, named=True)
    assert (balance["before"], balance["after"], balance["status"]) == (
        pytest.approx(55), None, reason
    )  # fmt: skip


def test_nobody_in_the_study_leaves_the_control_alone() -> None:
    found = results(population="nobody")
    summary = dict(found["external_summary"].select("stratum", "status").rows())
    assert summary["study"] == "not estimable: no subjects"
    comparison = found["external_comparison"].row(0, named=True)
    assert comparison["status"].startswith("not estimable: ")
