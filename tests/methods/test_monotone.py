"""A likelihood without a maximum, told from one whose maximum is far out or hard to find."""

import numpy as np
import polars as pl
import pytest

from analytics.methods.cox import CoxData, fit_cox, proportional_hazards_test
from analytics.methods.fine_gray import FineGrayData, fit_fine_gray

MONOTONE = "not estimable: monotone likelihood, an estimate runs to infinity"
TIES = pytest.mark.parametrize("ties", ["efron", "breslow"])


@pytest.fixture
def marked(lung):
    """The lung data with two rare marks, and the deaths of those who do not bear them."""
    row = pl.int_range(pl.len())
    return lung.with_columns(one=(row % 7 == 0).cast(pl.Int64), two=row % 11 == 0).with_columns(
        pl.col("two").cast(pl.Int64),
        without_one=pl.col("died") * (pl.col("one") == 0),
        without_either=pl.col("died") * (pl.col("one") == 0) * ~pl.col("two"),
    )


@TIES
@pytest.mark.parametrize(
    "model",
    [
        ("without_one", ["one"], None, "one"),
        ("without_one", ["age", "one", "sex"], None, "one"),
        ("without_either", ["one", "age", "two"], None, "one, two"),
        ("without_either", ["age", "one", "two"], "sex", "one, two"),
    ],
)
def test_levels_without_events_are_named(marked, cox_rows_of, ties, model):
    event, covariates, stratum, named = model
    fit = fit_cox(cox_rows_of(marked, "time", event, covariates, stratum=stratum), ties=ties)
    assert fit.status.startswith(MONOTONE)
    assert fit.status.endswith(f": {named}")
    assert fit.log_hr is None


def test_one_event_on_the_level_makes_the_maximum_finite(marked, cox_rows_of):
    last = marked.filter(pl.col("one") == 1, pl.col("died") == 1)["time"].min()
    event = (pl.col("one") == 0) | (pl.col("time") == last)
    once = marked.with_columns(once=pl.col("died") * event)
    fit = fit_cox(cox_rows_of(once, "time", "once", ["age", "one"]), ties="efron")
    assert fit.status == "ok"


def test_a_late_entry_alone_can_break_the_rise(small_cox):
    # x is largest at each event among those at risk, unless the row with x = 5 has entered
    rows = [(0, 2, 1, 3), (0, 4, 1, 2), (0, 6, 0, 1)]
    assert fit_cox(small_cox(*rows), ties="efron").status.startswith(MONOTONE)
    late = fit_cox(small_cox(*rows, (2, 9, 0, 5)), ties="efron")
    assert late.status == "ok"
    too_late = fit_cox(small_cox(*rows, (4, 9, 0, 5)), ties="efron")
    assert too_late.status.startswith(MONOTONE)


def test_a_direction_of_two_covariates_names_both(small_cox):
    # neither x nor y is always largest at the events, but x + y is
    fit = fit_cox(
        small_cox(
            (0, 1, 1, 4, 1), (0, 2, 1, 1, 3), (0, 3, 1, 3, 0), (0, 4, 1, 0, 2), (0, 5, 0, 1, 0),
            names=("x", "y"),
        ),
        ties="efron",
    )  # fmt: skip
    assert fit.status.startswith(MONOTONE)
    assert fit.status.endswith(": x, y")


@TIES
@pytest.mark.parametrize("noise", [1e-1, 1e-4, 1e-6])
def test_a_covariate_that_almost_repeats_another_is_estimated(lung, cox_rows_of, ties, noise):
    # a x + b (x + noise z) is (a + b) x + b noise z, the model of x and z
    z = pl.Series("z", np.random.default_rng(7).normal(size=len(lung)))
    rows = lung.with_columns(z, near=pl.col("age") + noise * z)
    plain = fit_cox(cox_rows_of(rows, "time", "died", ["age", "z"]), ties=ties)
    near = fit_cox(cox_rows_of(rows, "time", "died", ["age", "near"]), ties=ties)
    assert near.status == "ok"
    assert near.nearly_dependent == (("near",) if noise < 1e-2 else ())
    rounding = 1e-14 / noise
    assert near.log_hr[1] * noise == pytest.approx(plain.log_hr[1], rel=1e-9 + 10 * rounding)
    assert near.std_error[1] * noise == pytest.approx(plain.std_error[1], rel=1e-9 + 10 * rounding)
    assert near.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-12)
    assert near.wald_test.statistic == pytest.approx(plain.wald_test.statistic, rel=1e-7)


@TIES
def test_a_polynomial_is_that_of_the_centred_values(lung, cox_rows_of, ties):
    powers = lung.with_columns(two=pl.col("age") ** 2, three=pl.col("age") ** 3)
    centred = lung.with_columns(age=pl.col("age") - 60.0).with_columns(
        two=pl.col("age") ** 2, three=pl.col("age") ** 3
    )
    one, other = (
        fit_cox(cox_rows_of(data, "time", "died", ["age", "two", "three"]), ties=ties)
        for data in (powers, centred)
    )
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-13)
    assert one.log_hr[2] == pytest.approx(other.log_hr[2], rel=1e-8)
    assert one.log_hr[1] == pytest.approx(other.log_hr[1] - 180 * other.log_hr[2], rel=1e-8)


def test_one_extreme_value_does_not_hide_the_estimate(lung, cox_rows_of):
    # the subject with it lives on: as the value grows, b times it stays
    def fit(value):
        outlier = pl.when(pl.int_range(pl.len()) == 4).then(value).otherwise(0.0)
        rows = lung.with_columns(outlier=outlier + pl.col("age") / 1e3)
        return fit_cox(cox_rows_of(rows, "time", "died", ["sex", "outlier"]), ties="efron")

    million, billion = fit(1e6), fit(1e9)
    assert (million.status, billion.status) == ("ok", "ok")
    assert billion.log_hr[1] * 1e3 == pytest.approx(million.log_hr[1], rel=1e-3)
    assert million.log_hr[0] == pytest.approx(billion.log_hr[0], rel=1e-3)


def test_a_linear_combination_is_named_where_it_first_appears(lung, cox_rows_of):
    mixed = lung.with_columns(mixed=2 * pl.col("age") - pl.col("sex") + 3, late=pl.col("ph.ecog"))
    fit = fit_cox(cox_rows_of(mixed, "time", "died", ["age", "sex", "mixed", "late"]), ties="efron")
    assert fit.status.endswith("linear combination of those before it: mixed")


def test_a_combination_within_strata_alone_is_named(lung, cox_rows_of):
    shifted = lung.with_columns(shifted=pl.col("age") + 10 * pl.col("sex"))
    fit = fit_cox(
        cox_rows_of(shifted, "time", "died", ["age", "shifted"], stratum="sex"), ties="efron"
    )
    assert fit.status.endswith("linear combination of those before it: shifted")


def test_proportional_hazards_of_near_repetitions(lung, cox_rows_of):
    # the test of all covariates is the same for any base of their span
    z = pl.Series("z", np.random.default_rng(7).normal(size=len(lung)))
    rows = lung.with_columns(z, near=pl.col("age") + 1e-5 * z)
    tests = []
    for names in (["age", "z"], ["age", "near"]):
        data = cox_rows_of(rows, "time", "died", names)
        fit = fit_cox(data, ties="efron")
        tests.append(proportional_hazards_test(data, fit, transform="km"))
    assert tests[1]["status"].to_list() == ["ok"] * 3
    assert tests[1]["statistic"][2] == pytest.approx(tests[0]["statistic"][2], rel=1e-8)
    assert tests[1]["statistic"][0] == pytest.approx(tests[0]["statistic"][0], rel=1e-8)


def fine_gray_rows(data, code, names):
    return FineGrayData(
        data["time"].cast(pl.Float64).to_numpy(),
        data[code].cast(pl.Int64).to_numpy(),
        data.select(pl.col(names).cast(pl.Float64)).to_numpy(),
        tuple(names),
    )


def test_a_subdistribution_hazard_is_judged_alike(mgus2):
    rows = mgus2.with_columns(
        rare=(pl.int_range(pl.len()) % 17 == 0).cast(pl.Int64), square=pl.col("age") ** 2,
        cube=pl.col("age") ** 3,
    ).with_columns(
        spared=pl.when((pl.col("rare") == 1) & (pl.col("code") == 1)).then(0).otherwise("code")
    )  # fmt: skip
    monotone = fit_fine_gray(fine_gray_rows(rows, "spared", ["age", "rare"]))
    assert monotone.status == f"{MONOTONE}: rare"
    assert fit_fine_gray(fine_gray_rows(rows, "code", ["age", "rare"])).status == "ok"
    powers = fit_fine_gray(fine_gray_rows(rows, "code", ["age", "square", "cube"]))
    centred = rows.with_columns(age=pl.col("age") - 70.0).with_columns(
        square=pl.col("age") ** 2, cube=pl.col("age") ** 3
    )
    other = fit_fine_gray(fine_gray_rows(centred, "code", ["age", "square", "cube"]))
    assert powers.log_shr[2] == pytest.approx(other.log_shr[2], rel=1e-7)
    assert powers.std_error[2] == pytest.approx(other.std_error[2], rel=1e-7)
    twice = rows.with_columns(double=2 * pl.col("age"))
    assert fit_fine_gray(fine_gray_rows(twice, "code", ["age", "double"])).status.endswith(
        "linear combination of those before it: double"
    )


def test_a_competing_event_that_stays_at_risk_breaks_the_rise():
    # x is largest at each event among those still followed; the one with x = 5 died of the other
    # cause before, and stays in the risk set
    def fit(code):
        return fit_fine_gray(
            FineGrayData(
                np.array([1.0, 2, 3, 4, 5]),
                np.array([code, 1, 1, 0, 0]),
                np.array([[5.0], [4], [3], [2], [1]]),
                ("x",),
            )
        )

    assert fit(0).status.startswith(MONOTONE)
    assert not fit(2).status.startswith(MONOTONE)


def test_many_rows_are_judged_in_parts():
    random = np.random.default_rng(11)
    n = 6000
    x = random.normal(size=(n, 2))
    event = (random.random(n) < 0.5).astype(np.int64)
    rare = (random.random(n) < 0.01).astype(np.float64)
    event[rare == 1] = 0
    data = CoxData(
        np.zeros(n), random.permutation(n) + 1.0, event, np.column_stack([x, rare]), ("a", "b", "r")
    )
    fit = fit_cox(data, ties="efron")
    assert fit.status.startswith(MONOTONE)
    assert fit.status.endswith(": r")


def brute_force_steps(data):
    """Of every row at risk at every event to the event."""
    steps = []
    for row in np.flatnonzero(data.event == 1):
        time = data.tstop[row]
        at_risk = (data.tstart < time) & (data.tstop >= time)
        if data.stratum is not None:
            at_risk &= data.stratum == data.stratum[row]
        steps.append(data.covariates[at_risk] - data.covariates[row])
    return np.concatenate(steps)


def a_direction_rises(steps):
    """Whether some d has steps d <= 0 everywhere and not only 0 (p = 2: by all angles)."""
    for angle in np.linspace(0, 2 * np.pi, 2881):
        moved = steps @ np.array([np.cos(angle), np.sin(angle)])
        if moved.max() <= 1e-9 and moved.min() < -1e-9:
            return True
    return False


@pytest.mark.parametrize("seed", range(60))
def test_small_data_are_judged_as_by_trying_every_direction(seed):
    # whole numbers of small size, so that any direction that rises is one of the angles tried
    random = np.random.default_rng(seed)
    n = int(random.integers(4, 9))
    start = random.integers(0, 4, n) * (random.random(n) < 0.4)
    data = CoxData(
        start.astype(float),
        start + random.integers(1, 6, n).astype(float),
        (random.random(n) < 0.6).astype(np.int64),
        random.integers(0, 2, (n, 2)).astype(float),
        ("a", "b"),
        stratum=random.integers(0, 2, n) if seed % 2 else None,
    )
    fit = fit_cox(data, ties="efron")
    if "monotone" in fit.status:
        assert a_direction_rises(brute_force_steps(data))
    elif fit.status == "ok":
        assert not a_direction_rises(brute_force_steps(data))


@pytest.mark.parametrize("seed", range(40))
def test_small_subdistributions_are_judged_as_by_trying_every_direction(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(5, 10))
    time = random.integers(1, 9, n).astype(float)
    code = random.integers(0, 3, n)
    covariates = random.integers(0, 2, (n, 2)).astype(float)
    fit = fit_fine_gray(FineGrayData(time, code, covariates, ("a", "b")))
    if not np.any(code == 1):
        return
    last_followed = time.max()
    steps = [
        covariates[(time >= time[row]) | ((code == 2) & (time[row] <= last_followed))]
        - covariates[row]
        for row in np.flatnonzero(code == 1)
    ]
    rises = a_direction_rises(np.concatenate(steps))
    if "monotone" in fit.status:
        assert rises
    elif fit.status == "ok":
        assert not rises


@TIES
@pytest.mark.parametrize(
    "covariates",
    ["age age_2 age_3 sex", "age age_near", "age_extreme sex"],
)
def test_hard_models_against_r(reference, lung, cox_rows_of, ties, covariates):
    # R leaves the covariates as they are, so its last digits are lost to their correlation
    expected = reference("cox_hard").filter(model=covariates, ties=ties)
    fit = fit_cox(cox_rows_of(lung, "time", "died", covariates.split()), ties=ties)
    assert fit.status == "ok"
    np.testing.assert_allclose(fit.log_hr, expected["log_hr"], rtol=1e-7)
    np.testing.assert_allclose(fit.std_error, expected["std_error"], rtol=1e-7)
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"][0], rel=1e-12)
