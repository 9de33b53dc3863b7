"""Relative survival: by hand on three subjects, as properties, and against R."""

from datetime import date
from math import exp, log, sqrt

import numpy as np
import polars as pl
import pytest

from analytics.methods.population_mortality import (
    PopulationMortality,
    Subjects,
    cumulative_hazards,
    outside_of_table,
)
from analytics.methods.relative_survival import excess_mortality, relative_survival

EPOCH = date(1970, 1, 1)
Z = 1.959963984540054


def day(text):
    return (date.fromisoformat(text) - EPOCH).days


def subjects(*rows):
    """(time, event, age, origin, group), one for each subject."""
    time, event, age, origin, group = zip(*rows, strict=True)
    return Subjects(
        np.array(time, dtype=np.float64),
        np.array(event, dtype=np.int64),
        np.array(age, dtype=np.float64),
        np.array([day(text) for text in origin], dtype=np.int64),
        np.array(group, dtype=np.int64),
    )


@pytest.fixture
def flat():
    """Daily hazards of 0.001 in group 0 and 0.003 in group 1, at all ages and in all years."""
    return PopulationMortality(np.array([0.001, 0.003])[:, None, None], 50, 2000)


@pytest.fixture
def three():
    """Deaths on day 100 and 300, a censoring on day 200."""
    return subjects(
        (100, 1, 60, "2010-03-01", 0),
        (200, 0, 70, "2010-03-01", 1),
        (300, 1, 65, "2010-03-01", 1),
    )


def test_three_subjects_by_hand(flat, three):
    found = relative_survival(flat, three, conf_level=0.95, further=[150])
    assert found["time"].to_list() == [0, 100, 150, 200, 300]
    assert found["n_risk"].to_list() == [3, 3, 2, 2, 1]
    assert found["n_event"].to_list() == [0, 1, 0, 0, 1]
    np.testing.assert_allclose(found["observed"], [1, 2 / 3, 2 / 3, 2 / 3, 0], rtol=1e-14)
    # the mean hazard of those at risk: 7/3, then 3, per thousand days
    expected = np.exp([0, -0.7 / 3, -0.7 / 3 - 0.15, -0.7 / 3 - 0.3, -0.7 / 3 - 0.6])
    np.testing.assert_allclose(found["expected"], expected, rtol=1e-14)
    # weights of day 100: exp(0.1), twice exp(0.3); from then on both have the same
    weights = exp(0.1) + 2 * exp(0.3)
    at_100 = weights / 3 * (1 - exp(0.1) / weights)
    net = [1, at_100, at_100 * exp(0.15), at_100 * exp(0.3), 0]
    np.testing.assert_allclose(found["net"], net, rtol=1e-13)
    error = exp(0.1) / weights
    np.testing.assert_allclose(found["std_error"][1], at_100 * error, rtol=1e-13)
    np.testing.assert_allclose(found["ci_lower"][1], at_100 * exp(-Z * error), rtol=1e-13)
    np.testing.assert_allclose(found["ci_upper"][1], at_100 * exp(Z * error), rtol=1e-13)
    assert (found["ci_lower"][4], found["ci_upper"][4]) == (None, None)


def test_excess_and_mortality_ratio_by_hand(flat, three):
    found = excess_mortality(flat, three, after=0, until=None, conf_level=0.95)
    assert (found.n_event, found.days_at_risk) == (2, 600)
    assert found.expected == pytest.approx(0.1 + 0.6 + 0.9, rel=1e-13)
    assert found.smr == pytest.approx(2 / 1.6, rel=1e-13)
    assert found.excess == pytest.approx((2 - 1.6) / 600, rel=1e-13)
    # Garwood's limits of two deaths
    assert found.smr_ci_lower * 1.6 == pytest.approx(0.2422092785, rel=1e-9)
    assert found.smr_ci_upper * 1.6 == pytest.approx(7.2246876661, rel=1e-9)
    assert found.excess_ci_lower == pytest.approx((0.2422092785 - 1.6) / 600, rel=1e-8)
    later = excess_mortality(flat, three, after=150, until=250, conf_level=0.95)
    assert (later.n_event, later.days_at_risk) == (0, 150)
    assert later.expected == pytest.approx(0.15 + 0.3, rel=1e-13)
    assert (later.smr, later.smr_ci_lower) == (0, 0)


def test_nobody_at_risk_or_expected_to_die_is_a_status(flat, three):
    late = excess_mortality(flat, three, after=400, until=None, conf_level=0.95)
    assert late.status == "not estimable: nobody at risk in the interval"
    nobody = PopulationMortality(0 * flat.hazard, 50, 2000)
    found = excess_mortality(nobody, three, after=0, until=None, conf_level=0.95)
    assert (found.status, found.expected, found.smr) == (
        "not estimable: the life table expects no deaths in the interval",
        0,
        None,
    )


def test_birthdays_and_new_years_change_the_hazard():
    # ages 60 and 61, years 2010 and 2011: 1, 2; 3, 4 per thousand days
    mortality = PopulationMortality(np.array([[[1.0, 2.0], [3.0, 4.0]]]) / 1000, 60, 2010)
    life = subjects((300, 0, 60.8, "2010-11-01", 0))
    # the birthday is 0.2 years or 73.05 days later, the New Year's day 61 days later
    days = np.array([0, 61, 73, 74, 300])
    found = cumulative_hazards(mortality, life, days)[0] * 1000
    at_birthday = 61 + 2 * 12.05
    expected = [0, 61, 61 + 24, at_birthday + 4 * 0.95, at_birthday + 4 * (300 - 73.05)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_outside_of_the_table_the_nearest_are_taken():
    mortality = PopulationMortality(np.array([[[1.0, 2.0], [3.0, 4.0]]]) / 1000, 60, 2010)
    young = subjects((10, 0, 20, "2005-01-01", 0), (10, 0, 90, "2020-01-01", 0))
    found = cumulative_hazards(mortality, young, np.array([10.0]))[:, 0] * 1000
    np.testing.assert_allclose(found, [10, 40], rtol=1e-13)
    assert outside_of_table(mortality, young) == (2, 2)
    inside = subjects((10, 0, 60, "2010-01-01", 0), (364, 0, 61, "2011-01-01", 0))
    assert outside_of_table(mortality, inside) == (0, 0)


def test_without_mortality_net_survival_is_that_observed(three):
    nobody = PopulationMortality(np.zeros((2, 1, 1)), 50, 2000)
    found = relative_survival(nobody, three, conf_level=0.95)
    np.testing.assert_allclose(found["net"], found["observed"], rtol=1e-14)
    assert (found["expected"] == 1).all()


def test_days_asked_for_besides_change_no_other_day(flat, three):
    whole = relative_survival(flat, three, conf_level=0.95)
    more = relative_survival(flat, three, conf_level=0.95, further=[1, 99.5, 250, 5000])
    same = more.filter(pl.col("time").is_in(whole["time"].to_list()))
    assert more["time"].to_list() == [0, 1, 99.5, 100, 200, 250, 300]
    for name in whole.columns:
        np.testing.assert_allclose(
            same[name].fill_null(-1).to_numpy(), whole[name].fill_null(-1).to_numpy(), rtol=1e-13
        )


def test_a_death_on_the_day_of_the_origin_counts(flat):
    found = relative_survival(
        flat,
        subjects((0, 1, 60, "2010-01-01", 0), (5, 0, 60, "2010-01-01", 0)),
        conf_level=0.95,
    )
    assert found["observed"][0] == found["net"][0] == 0.5
    assert found["std_error"][0] == 0.25


def test_nobody_has_no_rows(flat):
    empty = Subjects(np.zeros(0), *(np.zeros(0, dtype=np.int64) for _ in range(4)))
    assert relative_survival(flat, empty, conf_level=0.95).is_empty()


@pytest.fixture(scope="module")
def mgus():
    from designs import REFERENCE  # noqa: PLC0415

    table = pl.read_csv(REFERENCE / "us_mortality.csv")
    hazard = np.empty((2, 51, 40))
    for group, sex in enumerate(("female", "male")):
        own = table.filter(sex=sex).sort("age", "year")["daily_hazard"].to_numpy()
        hazard[group] = own.reshape(51, 40)
    data = pl.read_csv(REFERENCE / "mgus_origin.csv", try_parse_dates=True)

    def of(group):
        rows = data if group == "all" else data.filter(sex=group)
        return Subjects(
            rows["time"].cast(pl.Float64).to_numpy(),
            rows["death"].to_numpy(),
            rows["age"].cast(pl.Float64).to_numpy(),
            rows["origin"].cast(pl.Int32).cast(pl.Int64).to_numpy(),
            (rows["sex"] == "male").cast(pl.Int64).to_numpy(),
        )

    return PopulationMortality(hazard, 50, 1956), of


@pytest.mark.parametrize("group", ["all", "female", "male"])
def test_survival_of_r(reference, mgus, group):
    mortality, of = mgus
    expected = reference("relative_survival").filter(group=group)
    days = expected["time"].cast(pl.Float64).to_list()
    found = relative_survival(mortality, of(group), conf_level=0.95, further=days)
    found = found.filter(pl.col("time").is_in(days))
    assert found["n_risk"].to_list() == expected["n_risk"].to_list()
    for name in ("observed", "expected", "net", "std_error", "ci_lower", "ci_upper"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("group", ["all", "female", "male"])
def test_excess_mortality_of_r(reference, mgus, group):
    mortality, of = mgus
    rows = reference("excess_mortality").filter(group=group)
    for row in rows.iter_rows(named=True):
        until = (
            None if row["until"] in (None, "Inf") or np.isinf(float(row["until"])) else row["until"]
        )
        found = excess_mortality(
            mortality,
            of(group),
            after=float(row["after"]),
            until=until and float(until),
            conf_level=0.95,
        )
        assert (found.n_event, found.days_at_risk) == (row["n_event"], row["days_at_risk"])
        for name in (
            *("expected", "excess", "excess_ci_lower", "excess_ci_upper"),
            *("smr", "smr_ci_lower", "smr_ci_upper"),
        ):
            assert getattr(found, name) == pytest.approx(row[name], rel=1e-9, abs=1e-14), name


def test_weights_are_those_of_the_dead_of_other_causes(flat):
    """Half are of group 0: later on they are weighted less than those of group 1 who are left."""
    many = [(500, 0, 60, "2010-01-01", number % 2) for number in range(10)]
    found = relative_survival(flat, subjects((400, 1, 60, "2010-01-01", 1), *many), conf_level=0.95)
    start, end = 11, 5 * exp(0.4) + 6 * exp(1.2)
    assert found["net"][1] == pytest.approx(end / start * (1 - exp(1.2) / end), rel=1e-13)
    assert found["std_error"][1] / found["net"][1] == pytest.approx(exp(1.2) / end, rel=1e-13)
    assert log(found["expected"][1]) == pytest.approx(-400 * (5 * 0.001 + 6 * 0.003) / 11)
    assert sqrt(found["n_event"].sum()) == 1
