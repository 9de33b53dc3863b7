"""Relative survival: strata, missing values, landmarks beyond the follow-up, intervals."""

from datetime import date

import polars as pl
import pytest
from small_marts import analysis, marts, members, rows, study

from analytics.results.assembly import compute_results
from analytics.study.specification import LifeTable

TABLE = LifeTable(
    file="life_table.csv",
    age="age",
    groups=(("sex", "sex"),),
    first_age=40,
    first_year=2000,
    hazards={
        ("female",): ((0.0001,) * 30,) * 50,
        ("male",): ((0.0002,) * 30,) * 50,
    },
)
ORIGIN = date(2010, 5, 1)


def cohort(*people):
    """(day, event code, sex, age, origin), each a subject of population `all`."""
    names = [f"s{number}" for number in range(len(people))]
    return marts(
        population_members=members(all=names),
        time_to_event=rows(
            "time_to_event",
            *(
                (name, "OS", origin, float(day), code)
                for name, (day, code, _, _, origin) in zip(names, people, strict=True)
            ),
        ),
        subject_factors=rows(
            "subject_factors",
            *(
                row
                for name, (_, _, sex, age, _) in zip(names, people, strict=True)
                for row in ((name, "sex", sex, None), (name, "age", None, age))
            ),
        ),
    )


PEOPLE = (
    (300, 1, "male", 60.0, ORIGIN),
    (600, 0, "male", 70.0, ORIGIN),
    (450, 1, "female", 55.0, ORIGIN),
    (900, 0, "female", 65.0, ORIGIN),
)


def computed(tables, **more):
    plan = analysis("relative_survival", life_table=TABLE, **more)
    return compute_results(study(plan), tables)


def test_each_stratum_beside_its_population():
    found = computed(cohort(*PEOPLE), strata="sex", landmarks_months=(10.0, 20.0))
    rate = found["relative_survival_rate"]
    assert rate.select("stratum", "time_months", "n", "n_risk", "n_event").rows() == [
        ("male", 10.0, 2, 2, 1),
        ("male", 20.0, 2, 1, 1),
        ("female", 10.0, 2, 2, 1),
        ("female", 20.0, 2, 1, 1),
    ]
    # day 300 and day 600, one death each in between: all of a stratum have the same hazard
    assert rate["observed"].to_list() == [0.5, 0.5, 1.0, 0.5]
    population = [-0.06, -0.12, -0.03, -0.06]
    expected = pl.Series(population).exp()
    assert rate["expected"].to_list() == pytest.approx(expected.to_list(), rel=1e-13)
    assert rate["net"].to_list() == pytest.approx((rate["observed"] / expected).to_list())
    curve = found["relative_survival_curve"].filter(stratum="male")
    assert curve["time_days"].to_list() == [0.0, 300.0, 600.0]
    assert curve["n_event"].to_list() == [0, 1, 0]


def test_intervals_add_up_to_the_whole_follow_up():
    found = computed(cohort(*PEOPLE), excess_mortality_months=(10.0, 20.0))["excess_mortality"]
    assert found.select("interval_order", "from_months", "to_months", "n_event").rows() == [
        (1, 0.0, None, 2),
        (2, 0.0, 10.0, 1),
        (3, 10.0, 20.0, 1),
        (4, 20.0, None, 0),
    ]
    days = [300 + 600 + 450 + 900, 1200, 300 + 150 + 300, 300]
    assert found["patient_years"].to_list() == pytest.approx([n / 360 for n in days])
    deaths = [0.06 + 0.12 + 0.045 + 0.09, 0.18, 0.06 + 0.015 + 0.03, 0.03]
    assert found["n_expected"].to_list() == pytest.approx(deaths, rel=1e-12)
    assert found["smr"][0] == pytest.approx(2 / deaths[0])
    assert found["excess_rate"][0] == pytest.approx((2 - deaths[0]) / (days[0] / 360))


def test_who_cannot_be_placed_in_the_table_is_missing():
    people = (
        *PEOPLE,
        (100, 1, None, 60.0, ORIGIN),
        (100, 1, "male", None, ORIGIN),
        (100, 1, "male", 60.0, None),
    )
    found = computed(cohort(*people), strata="sex", landmarks_months=(10.0,))
    rate = found["relative_survival_rate"]
    assert rate.select("stratum", "n", "n_missing").rows() == [
        ("male", 2, 2),
        ("female", 2, 0),
        ("unknown", 0, 1),
    ]
    assert rate["status"].to_list() == ["ok", "ok", "not estimable: no subjects"]
    assert found["excess_mortality"].filter(stratum="unknown")["status"].to_list() == [
        "not estimable: nobody at risk in the interval"
    ]


def test_a_landmark_beyond_the_last_observation_is_a_status():
    rate = computed(cohort(*PEOPLE), landmarks_months=(40.0,))["relative_survival_rate"]
    row = rate.row(0, named=True)
    assert (row["n_risk"], row["net"], row["observed"]) == (0, None, None)
    assert row["status"] == "not estimable: beyond the last observation"


def test_who_is_followed_outside_the_table_is_told():
    people = ((100, 1, "male", 30.0, ORIGIN), (100, 0, "male", 60.0, date(1999, 12, 1)))
    rate = computed(cohort(*people), landmarks_months=(1.0,))["relative_survival_rate"]
    assert rate["caution"].item() == (
        "Life table: of the subjects 1 at ages and 1 in years that it does not have, for which "
        "the nearest are taken."
    )
