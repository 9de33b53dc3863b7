"""Long-term questions in the result tables: months, years, and statuses."""

import math

import polars as pl
import pytest
from small_marts import analysis, counts, marts, study

from analytics.results.assembly import compute_results
from analytics.study.specification import ConditionalSurvival, ParametricModels, SmoothedHazard

# five subjects: deaths on days 30 and 90, censored on days 30, 150 and 180 (months of 30 days)
FIVE = [(0, 5, 0, 0, 0), (30, 0, 1, 0, 1), (90, 0, 1, 0, 0), (150, 0, 0, 0, 1), (180, 0, 0, 0, 1)]
# one enters on day 10 and dies on day 20, before twelve enter on day 30; two of these die
LATE = [
    (10, 1, 0, 0, 0), (20, 0, 1, 0, 0), (30, 12, 0, 0, 0), (60, 0, 1, 0, 0), (90, 0, 1, 0, 0),
    (180, 0, 0, 0, 10),
]  # fmt: skip


def results(rows, method="kaplan_meier", **more) -> dict[str, pl.DataFrame]:
    plan = analysis(method, **more)
    return compute_results(study(plan), marts(risk_counts=counts("os", "all", *rows)))


def test_a_curve_with_late_entries_starts_where_ten_are_at_risk():
    found = results(LATE, landmarks_months=(0.5, 2, 3), restricted_mean_months=(6,))
    rates = found["survival_rate"].select("estimate", "n_risk", "conditional_from_months", "status")
    assert rates.rows() == [
        (None, 1, 1.0, "not estimable: fewer at risk than smallest_risk_set"),
        (pytest.approx(11 / 12), 12, 1.0, "ok"),
        (pytest.approx(10 / 12), 11, 1.0, "ok"),
    ]
    mean = found["restricted_mean"].row(0, named=True)
    assert mean["restricted_mean_months"] == pytest.approx(2 + 11 / 12 + 3 * 10 / 12)
    curve = found["survival_curve"]
    assert curve["estimate"].null_count() == 3
    assert curve["n_event"].sum() == 3
    assert found["method"]["smallest_risk_set"].to_list() == [10]


def test_a_curve_with_never_ten_at_risk_is_not_estimable():
    found = results([*LATE[:2], (30, 9, 0, 0, 0), (60, 0, 1, 0, 8)], landmarks_months=(1,))
    for table in ("survival_curve", "survival_summary", "survival_rate"):
        assert found[table]["status"].unique().to_list() == [
            "not estimable: fewer at risk than smallest_risk_set"
        ], table


def test_survival_from_a_later_month():
    asked = ConditionalSurvival(at_months=(2, 7), further_months=(1, 9))
    found = results(FIVE, conditional_survival=asked)["conditional_survival"]
    columns = ("at_months", "further_months", "n_given", "estimate", "status")
    assert found.select(columns).rows() == [
        (2, 1, 3, pytest.approx(2 / 3), "ok"),
        (2, 9, 3, None, "not estimable: beyond the last observation"),
        (7, 1, 0, None, "not estimable: no subjects"),
        (7, 9, 0, None, "not estimable: no subjects"),
    ]


def test_quantiles_in_months():
    found = results(FIVE, quantiles=(0.1, 0.6))["survival_quantile"]
    assert found.select("probability", "quantile_months", "status").rows() == [
        (0.1, 1.0, "ok"),
        (0.6, None, "not estimable: quantile not reached"),
    ]


def test_events_per_patient_year():
    found = results(FIVE, incidence_rate_months=(2,))["incidence_rate"]
    columns = ("from_months", "to_months", "n_event", "patient_years", "rate")
    # 5 months of five and 3 of three; then 3 of three, 2 of two and 1 of one
    assert found.select(columns).rows() == [
        (0, None, 2, pytest.approx(16 / 12), pytest.approx(1.5)),
        (0, 2, 1, pytest.approx(8 / 12), pytest.approx(1.5)),
        (2, None, 1, pytest.approx(8 / 12), pytest.approx(1.5)),
    ]


def test_a_hazard_has_a_row_for_every_month_up_to_the_last_event():
    asked = SmoothedHazard(bandwidth_months=1, every_months=1)
    found = results(FIVE, smoothed_hazard=asked)["smoothed_hazard"]
    assert found["time_months"].to_list() == [0, 1, 2, 3]
    # on day 30 the kernel's peak, a fifth of the subjects, in years of 360 days
    assert found["hazard"][1] == pytest.approx(0.75 / 5 / 30 * 360)


def test_parametric_models_in_months():
    asked = ParametricModels(models=("exponential", "weibull"), months=(2.5, 9))
    found = results(FIVE, parametric=asked)
    fit = found["parametric_fit"].row(0, named=True)
    assert fit["log_likelihood"] == pytest.approx(2 * math.log(2 / 16) - 2)
    assert fit["aic"] == pytest.approx(2 - 2 * fit["log_likelihood"])
    assert fit["bic"] == pytest.approx(math.log(5) - 2 * fit["log_likelihood"])
    assert (fit["mean_months"], fit["last_months"]) == (pytest.approx(8), 6)
    survival = found["parametric_survival"].filter(model="exponential")
    assert survival["time_months"].to_list() == [0, 1, 2, 2.5, 3, 4, 5, 6, 7, 8, 9]
    assert survival.filter(pl.col("is_asked"))["estimate"].to_list() == pytest.approx(
        [math.exp(-2.5 / 8), math.exp(-9 / 8)]
    )
    assert survival.filter("is_extrapolated")["time_months"].to_list() == [7, 8, 9]
    assert found["parametric_parameter"]["parameter"].to_list() == ["rate", "shape", "scale"]


def test_time_lost_to_each_event():
    rows = [
        (0, 4, 0, 0, 0),
        (30, 0, 1, 0, 0),
        (60, 0, 0, 1, 0),
        (90, 0, 1, 0, 0),
        (180, 0, 0, 0, 1),
    ]
    found = results(rows, "cumulative_incidence", restricted_mean_months=(5,))
    lost = found["restricted_mean_time_lost"].select("event", "time_lost_months", "status")
    assert lost.rows() == [
        ("event", pytest.approx(6 / 4), "ok"),
        ("competing", pytest.approx(3 / 4), "ok"),
    ]
