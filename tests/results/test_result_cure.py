"""Mixture cure analyses: parts of the model, missing values, absent levels, statuses."""

import numpy as np
import polars as pl
import pytest
from small_marts import analysis, followed, marts, members, rows, study

from analytics.results.assembly import compute_results
from analytics.study.specification import ModelFactor

N = 120
SUBJECTS = [f"s{number:03d}" for number in range(N)]
SEX = ModelFactor(factor="sex", reference="female")
RACE = ModelFactor(factor="race", reference="white")
AGE = ModelFactor(factor="age", per=10)


def cohort(until=3000, races=("white", "asian"), unknown=0, silent=None):
    """Half of the men and a third of the women are cured; follow-up ends on day `until`."""
    random = np.random.default_rng(5)
    subjects, factors = {}, []
    for number, subject in enumerate(SUBJECTS):
        sex, race = "male" if number % 2 else "female", races[number // 2 % len(races)]
        is_cured = random.random() < (0.5 if sex == "male" else 1 / 3)
        day = 10 + int(300 * random.weibull(1.4))
        has_event = not is_cured and day <= until and race != silent
        subjects[subject] = (day if has_event else until, int(has_event))
        factors += [
            (subject, "sex", sex, None),
            (subject, "race", race if number >= unknown else None, None),
            (subject, "age", None, float(40 + random.integers(0, 30))),
        ]
    return marts(
        population_members=members(all=SUBJECTS),
        covariate_intervals=followed("OS", subjects),
        subject_factors=rows("subject_factors", *factors),
    )


def computed(tables, factors=(), latency_factors=(), latency="weibull"):
    plan = analysis(
        "mixture_cure", latency=latency, model_factors=factors, latency_factors=latency_factors
    )
    found = compute_results(study(plan), tables)
    return found["cure_model"].row(0, named=True), found["cure_term"]


def test_without_factors_the_model_is_a_fraction():
    tables = cohort()
    model, terms = computed(tables)
    events = tables.covariate_intervals["event_code"].sum()
    assert (model["status"], model["plateau_status"], model["caution"]) == ("ok", "ok", None)
    assert (model["n"], model["n_event"], model["df"], model["lr_p"]) == (N, events, None, None)
    # followed long after the last event, all that are left are cured
    assert model["cure_fraction"] == pytest.approx(1 - events / N, abs=1e-4)
    assert model["std_error"] == pytest.approx(np.sqrt(events * (N - events) / N**3), rel=1e-3)
    assert model["last_months"] == 100
    assert terms.is_empty()


def test_factors_have_terms_in_the_parts_that_list_them():
    model, terms = computed(cohort(), (SEX, AGE), (AGE, SEX))
    places = terms.select("display_order", "part", "factor", "numerator", "denominator").rows()
    assert places == [
        (1, "fraction", "sex", "male", "female"),
        (2, "fraction", "age", "10 higher", "value"),
        (3, "latency", "age", "10 higher", "value"),
        (4, "latency", "sex", "male", "female"),
    ]
    assert model["df"] == 4
    assert terms["ratio"].to_list() == pytest.approx(terms["log_ratio"].exp().to_list())


def test_after_a_complete_plateau_the_odds_ratio_is_that_of_the_table():
    tables = cohort()
    _, terms = computed(tables, (SEX,), latency="exponential")
    counted = tables.covariate_intervals.join(
        tables.subject_factors.filter(factor="sex").select("usubjid", "level"), on="usubjid"
    )
    cured = {
        sex: counted.filter(level=sex).select((pl.col("event_code") == 0).sum()).item()
        for sex in ("male", "female")
    }
    odds = {sex: n / (N / 2 - n) for sex, n in cured.items()}
    assert terms["ratio"].item() == pytest.approx(odds["male"] / odds["female"], rel=1e-3)


def test_a_short_follow_up_is_told():
    model, _ = computed(cohort(until=800), latency="log_normal")
    assert model["status"] == "ok"
    assert model["plateau_status"].startswith("not estimable: the plateau is not reached")
    percent = f"{100 * model['rest_at_end']:.0f}"
    assert model["caution"] == (
        f"Plateau not reached: at the last observation, month 26.7, the model has {percent} % of "
        "those not cured still without the event, so the cured fraction is extrapolated by the "
        "log-normal latency."
    )


def test_unknown_levels_are_missing_and_absent_ones_told():
    model, terms = computed(cohort(unknown=6), (RACE,))
    assert (model["n"], model["n_missing"]) == (N - 6, 6)
    assert model["caution"] == "Levels without patients have no term: race other."
    assert terms["numerator"].to_list() == ["asian"]


def test_a_level_without_events_is_a_status_and_keeps_its_rows():
    model, terms = computed(cohort(silent="asian"), (RACE, SEX))
    status = "not estimable: an estimate runs to infinity, as of a level without events: race asian"
    assert (model["status"], model["plateau_status"]) == (status, status)
    assert terms["status"].unique().to_list() == [status]
    assert terms["ratio"].null_count() == len(terms) == 2
    assert model["cure_fraction"] is None


def test_nobody_is_a_status():
    model, terms = computed(marts(), (SEX,))
    assert model["status"] == "not estimable: no subjects"
    assert (model["n"], model["last_months"]) == (0, None)
    assert terms["ratio"].to_list() == [None]
