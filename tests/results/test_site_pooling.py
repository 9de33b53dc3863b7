"""Sites that share counts give the results of their pooled patients."""

import math
from functools import cache
from typing import Any

import polars as pl
import pytest
from site_patients import PLAN, STUDY, marts_of, patients

from analytics.methods.cox import CoxData, fit_cox
from analytics.results.assembly import compute_results
from analytics.results.schemas import RESULT_TABLES
from analytics.results.site_counts import site_counts
from analytics.results.site_pooling import BY_SITE, pooled_frames

SITES = {"north": patients("N", 70, seed=1), "south": patients("S", 50, seed=2)}
POOLED = [one for cohort in SITES.values() for one in cohort]
COMPUTED = STUDY.model_copy(
    update={"analyses": tuple(item for item in PLAN if item.method != "attrition")}
)
BY_PATIENTS = ("attrition", "pooling_effect", "pooling_heterogeneity")
REFUSED = {("cox", "age")}


@cache
def of_patients() -> dict[str, pl.DataFrame]:
    return compute_results(COMPUTED, marts_of(POOLED))


@cache
def of_counts() -> dict[str, pl.DataFrame]:
    sites = {name: site_counts(STUDY, marts_of(cohort)) for name, cohort in SITES.items()}
    return pooled_frames(STUDY, sites)


def same(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance)
    return bool(one == other)


@pytest.mark.parametrize("table", [name for name in RESULT_TABLES if name not in BY_PATIENTS])
def test_the_counts_of_the_sites_give_the_results_of_their_patients(table: str) -> None:
    schema = RESULT_TABLES[table]
    if table in {"published_concordance", "convention_sensitivity"}:
        return
    tolerance = 1e-9 if table.startswith(("cox", "fine_gray")) else 1e-12
    expected, found = of_patients()[table], of_counts()[table]
    found = found.filter(~pl.col("analysis_id").str.ends_with(BY_SITE))
    if "model" in expected.columns:
        expected = expected.filter(~(pl.col("analysis_id").eq("cox") & pl.col("model").eq("age")))
    assert found.height == expected.height
    left_out = {"iterations", "display_order"} if table in {"cox_model", "analysis"} else set()
    pairs = zip(
        expected.sort(schema.key).iter_rows(named=True),
        found.sort(schema.key).iter_rows(named=True),
        strict=True,
    )
    for one, other in pairs:
        for column in expected.columns:
            if column not in left_out:
                assert same(one[column], other[column], tolerance), (column, one, other)


def test_every_kind_of_result_is_there() -> None:
    for table in ("survival_rate", "cumulative_incidence_rate", "group_test", "cox_term",
                  "fine_gray_term", "cox_diagnostic", "restricted_mean"):  # fmt: skip
        assert of_counts()[table].height, table
    tests = of_counts()["group_test"]
    assert set(tests["status"]) == {"ok"}


def test_what_counts_do_not_carry_is_named() -> None:
    north = site_counts(STUDY, marts_of(SITES["north"]))
    assert north.refused == {
        "cox/age": "a continuous factor needs the patients",
        "flow": "a table of groups is no curve and no model",
    }


def test_no_patient_is_in_the_counts() -> None:
    north = site_counts(STUDY, marts_of(SITES["north"]))
    names = {one.name for one in SITES["north"]}
    for frame in (north.counts, north.moves, north.sizes):
        for column in frame.select(pl.selectors.string()).iter_columns():
            assert not names & set(column.drop_nulls())


def test_a_model_within_the_sites_is_that_of_the_patients_in_strata() -> None:
    cohort = [
        (one, float(number))
        for number, own in enumerate(SITES.values())
        for one in own
        if one.sex is not None
    ]
    fit = fit_cox(
        CoxData(
            tstart=pl.Series([0.0] * len(cohort)).to_numpy(),
            tstop=pl.Series([one.death[0] or 0.5 for one, _ in cohort]).to_numpy(),
            event=pl.Series([one.death[1] for one, _ in cohort]).to_numpy(),
            covariates=pl.DataFrame(
                {"x": [float(one.sex == "male") for one, _ in cohort]}
            ).to_numpy(),
            names=("sex",),
            stratum=pl.Series([site for _, site in cohort]).to_numpy(),
        ),
        ties="efron",
    )
    found = of_counts()["cox_term"].filter(analysis_id=f"cox{BY_SITE}", model="sex")
    assert fit.log_hr is not None and fit.std_error is not None
    assert found["log_hr"][0] == pytest.approx(fit.log_hr[0], rel=1e-9)
    assert found["std_error"][0] == pytest.approx(fit.std_error[0], rel=1e-9)
    effects = of_counts()["pooling_effect"].filter(analysis_id="cox", model="sex")
    stratified = effects.filter(part="stratified")
    assert stratified["estimate"][0] == pytest.approx(math.exp(fit.log_hr[0]), rel=1e-9)


def test_each_site_has_its_own_numbers() -> None:
    effects = of_counts()["pooling_effect"]
    south = compute_results(COMPUTED, marts_of(SITES["south"]))
    rates = south["survival_rate"].filter(analysis_id="km")["estimate"].to_list()
    own = effects.filter(analysis_id="km", part="level", level="south", quantity="survival")
    assert own["estimate"].to_list() == pytest.approx(rates, rel=1e-12)
    assert effects.filter(analysis_id="late").is_empty()


def test_one_site_alone_gives_its_own_results() -> None:
    cohort = marts_of(SITES["north"])
    found = pooled_frames(STUDY, {"north": site_counts(STUDY, cohort)})
    expected = compute_results(COMPUTED, cohort)
    rates = pl.col("analysis_id") == "km"
    assert found["survival_rate"].filter(rates).equals(expected["survival_rate"].filter(rates))


def test_the_plan_of_the_test_has_every_method_of_counts() -> None:
    methods = {item.method for item in PLAN}
    assert {"kaplan_meier", "cumulative_incidence", "cox_univariate", "fine_gray"} <= methods
